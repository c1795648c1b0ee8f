package plan

import (
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
)

// serviceName is the name of the synchronization service.
const serviceName = "ADSync"

// CanRestart tells whether the synchronization service that works with this database
// is on this computer, so that a switch of staging mode can restart it; why says it
// when not.
func CanRestart(set facts.Set) (ok bool, why string) {
	service, known := set.Computer.Service.Get()
	computer := set.Computer.Name.Or("")
	switch {
	case !known:
		return false, "The services of this computer can't be seen from here."
	case !service.Installed:
		return false, "The service " + serviceName + " is not on this computer."
	case service.Database != "" && !strings.EqualFold(service.Database, set.Database.Name):
		return false, "The service " + serviceName + " of this computer uses another database."
	}
	if c, ok := set.ADSync.Claim.Get(); ok && c != nil {
		if strings.EqualFold(c.Server, computer) {
			return true, ""
		}
		return false, "The database belongs to " + c.Server + ", not to this computer."
	}
	for _, s := range set.ADSync.Sessions.Or(nil) {
		if preflight.ServiceOf(s, computer) {
			return true, ""
		}
	}
	return false, "Nothing shows that the service " + serviceName + " of this computer uses this database."
}

// restartStep restarts the service behind the change. It has no undo of its own: the
// step that takes the change back restarts it again.
func restartStep() Step {
	return Step{
		ID: string(KindRestart), Kind: KindRestart, Title: "Restart the service " + serviceName,
		Summary: "So that it reads the setting; a service that does not run is left as it is",
		Changes: []Change{{Target: "this server", Object: "service " + serviceName, Name: "state", Before: "running with the earlier setting", After: "restarted"}},
	}
}

// Restarts tells whether the plan restarts the service.
func (p Plan) Restarts() bool {
	for _, s := range p.Steps {
		if s.Kind == KindRestart {
			return true
		}
	}
	return false
}

// AfterSwitch says what is left to do by hand after staging mode was left, entered or
// taken back, in order. now are the facts afterwards.
// https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-sync-feature-scheduler
func AfterSwitch(p Plan, now facts.Set) []string {
	where := "the synchronization server"
	if c, ok := now.ADSync.Claim.Get(); ok && c != nil {
		where = c.Server
	} else if p.Restarts() && p.Server != "" {
		where = p.Server
	}
	out := []string{"On " + where + " open Windows PowerShell as administrator: Import-Module ADSync"}
	if !p.Restarts() {
		out = append(out, "Get-ADSyncConnectorRunStatus has to show nothing; a cycle that runs is ended by Stop-ADSyncSyncCycle. Then Restart-Service "+serviceName+
			": when the running service reads the setting is not documented.")
	}
	word := "False"
	if now.ADSync.On(facts.SettingStagingMode) {
		word = "True"
	}
	out = append(out, "Get-ADSyncScheduler has to show StagingModeEnabled : "+word+". If it does not, set it in the product's own wizard: Configure staging mode.")
	if now.ADSync.Settings.State == facts.IsKnown {
		if now.ADSync.On(facts.SettingSuspended) {
			out = append(out, "The scheduler is suspended, as while the product's wizard is open or upgrades. Close that; if it stays so: Set-ADSyncScheduler -SchedulerSuspended $false")
		}
		if !now.ADSync.On(facts.SettingSchedule) {
			out = append(out, "The scheduler is off, so that no cycle begins by itself: Set-ADSyncScheduler -SyncCycleEnabled $true")
		}
	}
	return append(out, "Start-ADSyncSyncCycle -PolicyType Delta begins the next cycle now; else it begins by the schedule.")
}

package review

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

func (b Basis) lookThreshold() Seen {
	a := b.Now.ADSync
	limit, _ := a.Setting(facts.SettingDeletionLimit)
	switch {
	case a.Settings.State != facts.IsKnown:
		return unseen(a.Settings)
	case !a.On(facts.SettingDeletionThreshold):
		return isOpen("The protection is off.")
	case !b.Before.ADSync.On(facts.SettingDeletionThreshold):
		return isDone("The protection is on now, with a threshold of %s.", limit)
	}
	return blind("The protection is on, with a threshold of " + limit + ". Whether that fits only you know.")
}

func (b Basis) lookSignIn() Seen {
	if b.Now.ADSync.Settings.State != facts.IsKnown {
		return unseen(b.Now.ADSync.Settings)
	}
	method, word := b.Now.ADSync.SignIn()
	if method == facts.MethodUnknown || method == facts.MethodNotConfigured {
		return isOpen("The database names no sign-in method.")
	}
	if _, before := b.Before.ADSync.SignIn(); word == before {
		return blind("The database names " + method.Title() + ", as it did before the installation.")
	}
	return isDone("The sign-in method is set: %s.", method.Title())
}

// lookPrevious tells whether the previous server shows itself. That it does not is
// no proof that it stays off.
func (b Basis) lookPrevious() Seen {
	name, known := b.Before.ADSync.Previous.Get()
	sessions, readable := b.Now.ADSync.Sessions.Get()
	switch {
	case !known || name == "":
		return blind("The name of the previous server is not known.")
	case !readable:
		return unseen(b.Now.ADSync.Sessions)
	}
	for _, s := range sessions {
		if strings.EqualFold(s.Host, name) && !strings.EqualFold(name, b.Plan.Server) {
			return isOpen("%s has a connection to this database now, by %s.", name, plain(s.Program))
		}
	}
	return blind(name + " has no connection to this database at this moment. Whether it stays off only you know.")
}

func (b Basis) lookStaging() Seen {
	a := b.Now.ADSync
	switch {
	case a.Settings.State != facts.IsKnown:
		return unseen(a.Settings)
	case a.On(facts.SettingStagingMode):
		return isOpen("Staging mode is on.")
	}
	return isDone("Staging mode is off: this database exports.")
}

func (b Basis) lookUpgrade() Seen {
	state, ok := b.Now.ADSync.Setting(facts.SettingAutoUpgrade)
	switch {
	case b.Now.ADSync.Settings.State != facts.IsKnown:
		return unseen(b.Now.ADSync.Settings)
	case !ok:
		return blind("The database does not name the state of automatic upgrade.")
	case strings.EqualFold(state, "Enabled"):
		return isOpen("The database says that automatic upgrade is enabled; on a full SQL Server it never happens.")
	}
	return blind("Automatic upgrade is " + strings.ToLower(state) + ", as it has to be. Whether upgrades are planned only you know.")
}

// backupAge is the age beyond which a backup counts as none where no installation
// is known: the age at which the synchronization itself can't be gone on with.
const backupAge = 21 * 24 * time.Hour

func (b Basis) lookBackup() Seen {
	last, ok := b.Now.Database.LastBackup.Get()
	switch {
	case !ok:
		return unseen(b.Now.Database.LastBackup)
	case last.Finished.IsZero():
		return isOpen("No backup is known.")
	case !b.Installed.IsZero() && !last.Finished.After(b.Installed):
		return isOpen("The last backup is of %s, before the installation.", date(last.Finished))
	case b.Installed.IsZero() && b.Now.At.Sub(last.Finished) > backupAge:
		return isOpen("The last backup is of %s.", date(last.Finished))
	}
	return isDone("The last backup (%s) is of %s.", last.Kind, date(last.Finished))
}

func (b Basis) lookGroups() Seen {
	now, ok := b.Now.ADSync.Server.Groups.Get()
	before, known := b.Before.ADSync.Server.Groups.Get()
	switch {
	case !ok:
		return unseen(b.Now.ADSync.Server.Groups)
	case b.Installed.IsZero() || !known:
		return blind("Whose groups the database names can't be told from their ids.")
	case maps.Equal(now, before):
		return isOpen("The database still names the same groups as before the installation.")
	}
	return isDone("The database names other groups than before the installation.")
}

// lookIdentities looks for the previous server's sync identities in the tenant as it is now.
func (b Basis) lookIdentities() Seen {
	if b.TenantNow == nil {
		return blind("Whether it is still there is in the tenant, which nobody signed in to here. See the page Staging mode.")
	}
	if _, ok := b.TenantNow.Identities.Get(); !ok {
		return unseen(b.TenantNow.Identities)
	}
	if names, _ := (after{set: b.Before, plan: b.Plan, tenant: b.TenantNow}).oldIdentities(); len(names) > 0 {
		return isOpen("Still there: %s.", strings.Join(names, ", "))
	}
	return isDone("The tenant holds none any more.")
}

func (b Basis) lookOthers() Seen {
	var missing []string
	for _, c := range b.Now.ADSync.Connectors.Or(nil) {
		ran := slices.ContainsFunc(b.Now.ADSync.Runs.Or(nil), func(r facts.Run) bool {
			return strings.EqualFold(r.Connector, c.ID) && r.Good() && r.Start.After(b.Installed)
		})
		if c.Kind == facts.KindOther && !ran {
			missing = append(missing, c.Name)
		}
	}
	switch {
	case b.Now.ADSync.Runs.State != facts.IsKnown:
		return unseen(b.Now.ADSync.Runs)
	case b.Installed.IsZero():
		return blind("No installation by this program is known to count runs from.")
	case len(missing) > 0:
		return isOpen("No run has ended well since the installation: %s.", strings.Join(missing, ", "))
	}
	return isDone("Each of them had a run that ended well since the installation.")
}

package plan

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// ByHand says how to take a step back without this program: the command, or the
// place to click, for each thing that it changed. It is empty for a step that changes
// nothing. It is for who is told that undo could not do it.
func (p Plan) ByHand(s Step) string {
	lines := p.byHand(s)
	for i := range lines {
		lines[i] = strings.TrimSuffix(lines[i], ".") + "."
	}
	return strings.Join(lines, " ")
}

func (p Plan) byHand(s Step) []string {
	switch s.Kind {
	case KindBackup:
		return []string{"On SQL Server's computer, if the backup is not wanted: Remove-Item " + powerShell(p.backupPath())}
	case KindClaim:
		return []string{p.claimByHand()}
	case KindAccount:
		return p.accountByHand(s)
	case KindIdentity:
		return p.identityByHand()
	case KindGroups:
		return groupsByHand(s)
	case KindSecrets:
		return []string{
			`Once no installation of this computer is to be gone on with or taken back: Remove-Item "$env:ProgramData\ADSync Reconnect\vault\vault.json" ` +
				"(elsewhere vault/vault.json in the program's data folder). It holds the secrets of all of them",
		}
	case KindDatabase:
		return p.databaseByHand(s)
	case KindServer:
		return serverByHand(s)
	case KindHandOver:
		return p.handOverByHand()
	case KindSwitch:
		return p.switchByHand()
	case KindRestart:
		return []string{"Restart-Service ADSync"}
	case KindReport:
		return []string{"If the report is not wanted, delete the files in the folder reports of the program's data folder whose names end with " + p.ID[:min(8, len(p.ID))]}
	case KindRecheck, KindVerify:
	}
	return nil
}

// powerShell and transact quote a text for PowerShell and for Transact-SQL.
func powerShell(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
func transact(s string) string   { return "N'" + strings.ReplaceAll(s, "'", "''") + "'" }
func bracketed(s string) string  { return "[" + strings.ReplaceAll(s, "]", "]]") + "]" }

func (p Plan) backupPath() string {
	if p.Backup == nil {
		return ""
	}
	return p.Backup.Path
}

// databaseAlone gives the database's name out of "ADSync on SQL01\HYBRID".
func (p Plan) databaseAlone() string {
	name, _, _ := strings.Cut(p.Database, " on ")
	return name
}

func (p Plan) claimByHand() string {
	in := "In the database " + p.Database + ": "
	if p.Claim.Before == nil {
		return in + "EXEC sp_dropextendedproperty @name = " + transact(facts.ClaimProperty) + ";"
	}
	value, err := json.Marshal(p.Claim.Before)
	if err != nil { // a time that JSON can't write
		return in + "put the extended property " + facts.ClaimProperty + " back to " + p.Claim.Before.Server
	}
	return in + "EXEC sp_updateextendedproperty @name = " + transact(facts.ClaimProperty) + ", @value = " + transact(string(value)) + ";"
}

func (p Plan) accountByHand(s Step) []string {
	i := slices.IndexFunc(p.Accounts, func(a Account) bool { return a.Forest == s.Forest })
	if i < 0 || s.Undo == "" {
		return nil
	}
	a := p.Accounts[i]
	login := facts.Account{Domain: a.Domain, User: a.User}.String()
	if a.Option == answers.ExistingAccount {
		var out []string
		for _, g := range a.Grants {
			for _, e := range g.Missing {
				out = append(out, fmt.Sprintf("Active Directory Users and Computers, View, Advanced Features; Properties of %s, Security, Advanced: remove the one entry of %s for %q (%s) and leave its others",
					e.Object, login, e.Text, e.ACE))
			}
		}
		return out
	}
	var out []string
	for _, g := range a.Grants {
		line := fmt.Sprintf(`dsacls "%s" /R "%s"`, headOf(g.Domain), login)
		if !slices.Contains(out, line) {
			out = append(out, line)
		}
	}
	return append(out, fmt.Sprintf("Then Remove-ADUser -Identity %s -Server %s", powerShell(a.User), powerShell(a.Forest)))
}

// headOf gives the DN of a domain's head.
func headOf(domain string) string { return "DC=" + strings.ReplaceAll(domain, ".", ",DC=") }

func (p Plan) identityByHand() []string {
	name := p.Identity.Name
	if p.Identity.Kind == IdentityUser {
		return []string{
			"Entra admin center, Users, All users: delete " + name,
			"Or in PowerShell with Microsoft Graph: Remove-MgUser -UserId " + powerShell(name),
		}
	}
	return []string{
		"Entra admin center, App registrations, All applications: delete " + name,
		"Or in PowerShell with Microsoft Graph: Get-MgApplication -Filter \"displayName eq '" + name + "'\" | ForEach-Object { Remove-MgApplication -ApplicationId $_.Id }",
	}
}

func groupsByHand(s Step) []string {
	var out []string
	var made []string
	for _, c := range s.Changes {
		switch {
		case c.Name == "local group":
			made = append(made, c.Object)
			out = append(out, "Remove-LocalGroup -Name "+powerShell(c.Object))
		case !slices.Contains(made, c.Object): // else it goes with the group
			out = append(out, "Remove-LocalGroupMember -Group "+powerShell(c.Object)+" -Member "+powerShell(c.After))
		}
	}
	return out
}

// databaseByHand names each value of before, and where the documents are.
func (p Plan) databaseByHand(s Step) []string {
	var out []string
	if p.Backup != nil {
		out = append(out, "With the service ADSync stopped and nobody else in the database, all of it at once: RESTORE DATABASE "+bracketed(p.databaseAlone())+
			" FROM DISK = "+transact(p.Backup.Path)+" WITH REPLACE;")
	}
	var values []string
	for _, c := range s.Changes {
		if !c.Secret {
			values = append(values, c.Object+", "+c.Name+" = "+text(c.Before, "(empty)"))
		}
	}
	return append(out, "Value by value, by UPDATE in "+p.Database+": "+strings.Join(values, "; "),
		`The documents and the sealed credentials of before stand whole in the journal, in the line of this step with "key":"snapshot"`)
}

// parametersKey is where the service keeps which database it uses.
const parametersKey = `HKLM:\SYSTEM\CurrentControlSet\Services\ADSync\Parameters`

// serverByHand has one line for each change; one that it does not know has none.
func serverByHand(s Step) []string {
	var out []string
	for _, c := range s.Changes {
		before := c.Before
		if before == "(empty)" {
			before = ""
		}
		switch c.Name {
		case "permissions":
			out = append(out, `icacls "$env:ProgramData\ADSync Reconnect" /reset /T`)
		case "source":
			out = append(out, "Remove-EventLog -Source "+powerShell(c.After))
		case "Log on as a service":
			out = append(out, "secpol.msc, Local Policies, User Rights Assignment, Log on as a service: remove "+c.Object+", unless it was there before")
		case "entry":
			out = append(out, `Start menu: Remove-Item "$env:ProgramData\Microsoft\Windows\Start Menu\Programs\`+EventSource+`.lnk", unless the installer made it`)
		case "account":
			out = append(out, `services.msc, Microsoft Azure AD Sync (ADSync), Log On: choose `+text(before, "Local System")+" and type its password")
		case "Server", "SQLInstance", "DBName":
			out = append(out, "Set-ItemProperty -Path "+powerShell(parametersKey)+" -Name "+c.Name+" -Value "+powerShell(before))
		case "state":
			out = append(out, map[bool]string{true: "Restart-Service ADSync", false: "Stop-Service ADSync"}[before == stateText(true)])
		}
	}
	return out
}

func (p Plan) handOverByHand() []string {
	out := []string{
		"Microsoft's setup, if it changed this server: Settings, Apps, Installed apps, Microsoft Entra Connect Sync, Uninstall",
		"Entra admin center, App registrations (before 2.5.76.0 Users): delete what is named ConnectSyncProvisioning_" + p.Server + "_… or Sync_" + p.Server + "_…",
	}
	if p.Backup != nil {
		return append(out, "The database: RESTORE DATABASE "+bracketed(p.databaseAlone())+" FROM DISK = "+transact(p.Backup.Path)+" WITH REPLACE;")
	}
	return append(out, "The database: restore a backup of before, as the old key can't be had back")
}

func (p Plan) switchByHand() []string {
	way := map[Purpose]string{Leaves: "enter", Enters: "leave"}[p.Purpose]
	out := []string{"adsync-reconnect-cli /staging:" + way + " /answers:FILE, or Microsoft's setup, Configure staging mode"}
	for _, w := range p.Writes.Settings {
		out = append(out, "The setting: "+w.Name+" = "+text(w.Before, "(not there)")+" in mms_server_configuration of "+p.Database)
	}
	return append(out, "Then Restart-Service ADSync")
}

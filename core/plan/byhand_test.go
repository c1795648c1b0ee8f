package plan

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// kindsOf gives every constant of the type Kind in this package, from its source, so
// that a new one can't be forgotten.
func kindsOf(t *testing.T) map[Kind]bool {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[Kind]bool{}
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			v, ok := n.(*ast.ValueSpec)
			if !ok || len(v.Values) != 1 {
				return true
			}
			if id, ok := v.Type.(*ast.Ident); !ok || id.Name != "Kind" {
				return true
			}
			value, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			kinds[Kind(value)] = true
			return true
		})
	}
	return kinds
}

// byHandPlan is a plan whose steps change what each kind can.
func byHandPlan() Plan {
	p := Plan{
		ID: "0123456789abcdef0123456789abcdef", Server: "SYNC02", Database: `ADSync on SQL01\HYBRID`,
		Backup:   &Backup{Database: "ADSync", Path: `D:\Backup\it's.bak`},
		Identity: Identity{Kind: IdentityApplication, Name: "ConnectSyncProvisioning_SYNC02_0123456789ab", Tenant: "contoso.onmicrosoft.com"},
		Accounts: []Account{
			{Forest: "contoso.local", Option: answers.CreateAccount, Domain: "CONTOSO", User: "MSOL_0123456789ab", Grants: []facts.Right{{Domain: "contoso.local"}, {Domain: "emea.contoso.local"}}},
			{Forest: "fabrikam.local", Option: answers.ExistingAccount, Domain: "FABRIKAM", User: "svc", Grants: []facts.Right{{
				Domain: "fabrikam.local", Missing: []facts.Entry{{Object: "DC=fabrikam,DC=local", Text: "Replicating Directory Changes", ACE: "CA;Replicating Directory Changes"}},
			}}},
			{Forest: "idle.local", Option: answers.ExistingAccount, Domain: "IDLE", User: "svc"},
		},
		Purpose: Leaves, Writes: Writes{Settings: []SettingWrite{{Name: facts.SettingStagingMode, Existed: true, Before: "True", After: "False"}}},
	}
	b := builder{server: "SYNC02", database: p.Database}
	server := &ThisServer{
		Account: `CONTOSO\adsync$`, Member: `CONTOSO\admin`, Groups: []ServerGroup{{Name: "ADSyncAdmins"}, {Name: "ADSyncBrowse", Exists: true}},
		Service: &ServiceWrite{
			AccountBefore: `NT SERVICE\ADSync`, AccountAfter: `CONTOSO\adsync$`,
			Before: Parameters{Server: "(localdb)"}, After: Parameters{Server: "SQL01", Instance: "HYBRID", Database: "ADSync"},
		},
	}
	database := Step{Kind: KindDatabase, Changes: []Change{
		{Object: "mms_server_configuration", Name: "keyset_id", Before: "41", After: "42"},
		{Object: "connector contoso.local", Name: "credentials", Before: "sealed", After: "sealed", Secret: true},
	}}
	p.Steps = []Step{
		{Kind: KindRecheck},
		{Kind: KindBackup},
		{Kind: KindClaim},
		accountStep(p.Accounts[0]), accountStep(p.Accounts[1]), accountStep(p.Accounts[2]),
		identityStep(p), b.groupsStep(server),
		{Kind: KindSecrets},
		database, b.serverStep(server), (&HandOver{}).step(p.Database),
		{Kind: KindSwitch},
		{Kind: KindRestart},
		verifyStep(), reportStep(),
	}
	return p
}

// Every kind of step says how to take it back by hand, with a command or a place.
func TestByHand_everyKind(t *testing.T) {
	p := byHandPlan()
	want := map[Kind][]string{
		KindRecheck: nil, KindVerify: nil,
		KindBackup:   {`Remove-Item 'D:\Backup\it''s.bak'`},
		KindClaim:    {`In the database ADSync on SQL01\HYBRID: EXEC sp_dropextendedproperty @name = N'ADSyncReconnect.Claim';`},
		KindIdentity: {"App registrations, All applications: delete ConnectSyncProvisioning_SYNC02_0123456789ab", "Remove-MgApplication"},
		KindGroups:   {"Remove-LocalGroup -Name 'ADSyncAdmins'"},
		KindSecrets:  {`vault\vault.json`},
		KindDatabase: {`RESTORE DATABASE [ADSync] FROM DISK = N'D:\Backup\it''s.bak' WITH REPLACE;`, "mms_server_configuration, keyset_id = 41", `"key":"snapshot"`},
		KindServer:   {"services.msc", `choose NT SERVICE\ADSync`, "-Name Server -Value '(localdb)'", "-Name DBName -Value ''", "Stop-Service ADSync", "icacls", "Remove-EventLog", "secpol.msc", ".lnk"},
		KindHandOver: {"Uninstall", "Sync_SYNC02_", "RESTORE DATABASE [ADSync]"},
		KindSwitch:   {"/staging:enter", facts.SettingStagingMode + " = True", "Restart-Service ADSync"},
		KindRestart:  {"Restart-Service ADSync"},
		KindReport:   {"01234567"},
		KindAccount:  {},
	}
	for kind := range kindsOf(t) {
		if _, ok := want[kind]; !ok {
			t.Errorf("this test says nothing of the kind %q", kind)
		}
	}
	seen := map[Kind]bool{}
	for _, s := range p.Steps {
		seen[s.Kind] = true
		got := p.ByHand(s)
		for _, part := range want[s.Kind] {
			if !strings.Contains(got, part) {
				t.Errorf("%s: %q is missing in %s", s.Kind, part, got)
			}
		}
		if (got == "") != (want[s.Kind] == nil || s.Forest == "idle.local") {
			t.Errorf("%s: %q", s.Kind, got)
		}
	}
	for kind := range want {
		if !seen[kind] {
			t.Errorf("the plan has no step %q", kind)
		}
	}
}

// What stands differently for what was there before.
func TestByHand_variants(t *testing.T) {
	p := byHandPlan()
	created := p.ByHand(p.Steps[3])
	if want := `dsacls "DC=contoso,DC=local" /R "CONTOSO\MSOL_0123456789ab". dsacls "DC=emea,DC=contoso,DC=local" /R "CONTOSO\MSOL_0123456789ab". Then Remove-ADUser -Identity 'MSOL_0123456789ab' -Server 'contoso.local'.`; created != want {
		t.Errorf("a created account: %s", created)
	}
	granted := p.ByHand(p.Steps[4])
	if strings.Contains(granted, "/R") || strings.Contains(granted, "Remove-ADUser") || !strings.Contains(granted, `DC=fabrikam,DC=local`) || !strings.Contains(granted, "CA;Replicating Directory Changes") {
		t.Errorf("a granted account must keep its own entries: %s", granted)
	}
	p.Claim.Before = &facts.Claim{Server: "SYNC'01", Installation: "x"}
	if got := p.ByHand(p.Steps[2]); !strings.Contains(got, "sp_updateextendedproperty") || !strings.Contains(got, `"server":"SYNC''01"`) {
		t.Errorf("the claim of before: %s", got)
	}
	p.Identity = Identity{Kind: IdentityUser, Name: "Sync_SYNC02_1@contoso.test"}
	if got := p.ByHand(p.Steps[6]); !strings.Contains(got, "Remove-MgUser -UserId 'Sync_SYNC02_1@contoso.test'") {
		t.Errorf("a user: %s", got)
	}
	p.Backup = nil
	if got := p.ByHand(Step{Kind: KindDatabase}); strings.Contains(got, "RESTORE") {
		t.Errorf("a backup that was not made: %s", got)
	}
}

// Every change of this server and of its groups has a line of its own.
func TestByHand_everyChange(t *testing.T) {
	for _, s := range byHandPlan().Steps {
		lines, changes := 0, 0
		switch s.Kind {
		case KindServer:
			lines, changes = len(serverByHand(s)), len(s.Changes)
		case KindGroups:
			lines, changes = len(groupsByHand(s)), len(s.Changes)-1 // who joined a new group goes with it
		default:
			continue
		}
		if lines != changes {
			t.Errorf("%s: %d lines for %d changes", s.Kind, lines, changes)
		}
	}
}

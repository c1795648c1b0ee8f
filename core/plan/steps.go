package plan

import (
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// vaultName is how plans call the vault.
const vaultName = "this server's vault"

// steps gives the steps in the order in which Install runs them: everything that
// can fail without trace first, the database last.
func (b *builder) steps(p Plan) []Step {
	out := []Step{recheckStep(p)}
	if p.Backup != nil {
		out = append(out, p.Backup.step(b.database))
	}
	out = append(out, b.claimStep(p))
	for _, a := range p.Accounts {
		out = append(out, accountStep(a))
	}
	if p.HandOver != nil {
		return append(out, p.HandOver.step(b.database), handOverVerifyStep(), reportStep())
	}
	out = append(out, identityStep(p))
	if p.Computer != nil {
		out = append(out, b.groupsStep(p.Computer))
	}
	out = append(out, secretsStep(p), b.databaseStep(p))
	if p.Computer != nil {
		out = append(out, b.serverStep(p.Computer))
	}
	return append(out, verifyStep(), reportStep())
}

func recheckStep(p Plan) Step {
	return Step{
		ID: string(KindRecheck), Kind: KindRecheck, Title: "Check again",
		Summary: fmt.Sprintf("%d facts are compared with what this plan rests on; nothing is changed", len(p.Basis)),
	}
}

func (b *builder) claimStep(p Plan) Step {
	before := "none"
	if p.Claim.Before != nil {
		before = p.Claim.Before.Server + ", installation " + p.Claim.Before.Installation
	}
	undo := "The claim, the extended property " + facts.ClaimProperty + ", is removed."
	if p.Claim.Before != nil {
		undo = "The claim of before is put back."
	}
	step := Step{
		ID: string(KindClaim), Kind: KindClaim, Title: "Claim the database for " + b.server,
		Summary: "Owner " + ownerName(p.Claim.Before) + " → " + b.server + "; an application lock keeps others out while Install runs",
		Changes: []Change{{
			Target: b.database, Object: "extended property of the database", Name: facts.ClaimProperty,
			Before: before, After: b.server + ", installation " + p.Claim.After.Installation,
		}},
		Undo: undo,
	}
	if p.Claim.Override != nil {
		return step.takeOver(*p.Claim.Override)
	}
	return step
}

func ownerName(c *facts.Claim) string {
	if c == nil {
		return "none"
	}
	return c.Server
}

func accountStep(a Account) Step {
	s := Step{ID: string(KindAccount) + ":" + a.Forest, Kind: KindAccount, Forest: a.Forest}
	login := facts.Account{Domain: a.Domain, User: a.User}.String()
	if a.Option == answers.ExistingAccount && len(a.Grants) > 0 {
		return grantStep(s, a, login)
	}
	if a.Option == answers.ExistingAccount {
		s.Title = "Use the account " + login + " for " + a.Forest
		s.Summary = "It is there already; nothing is changed in Active Directory"
		return s
	}
	s.Title = "Create the account of " + a.Forest
	s.Summary = a.User + " in " + text(a.Container, "the container Users") + "; " + grantsText(a.Grants)
	object := "CN=" + a.User
	if a.Container != "" {
		object += "," + a.Container
	}
	s.Changes = []Change{
		{Target: a.Forest, Object: object, Name: "account", After: login},
		{Target: a.Forest, Object: object, Name: "description", After: a.Comment},
		{Target: a.Forest, Object: object, Name: "password", After: "made at random", Secret: true},
	}
	for _, g := range a.Grants {
		s.Changes = append(s.Changes, Change{Target: g.Domain, Object: object, Name: "right for " + string(g.Feature), After: g.Text})
	}
	s.Undo = "The rights are taken away again, then the account is removed."
	return s
}

// grantStep gives an existing account what it lacks, every entry by itself.
func grantStep(s Step, a Account, login string) Step {
	s.Title = "Give " + login + " the missing rights in " + a.Forest
	s.Summary = "Signed in as " + a.Grantor + "; " + grantsText(a.Grants)
	for _, g := range a.Grants {
		for _, e := range g.Missing {
			s.Changes = append(s.Changes, Change{Target: g.Domain, Object: e.Object, Name: "entry for " + login, After: e.ACE + " (" + e.Text + ")"})
		}
	}
	s.Undo = "Exactly the entries that were added are taken away again; the account stays."
	return s
}

// grantsText gives the first right by name and counts the others.
func grantsText(grants []facts.Right) string {
	if len(grants) == 0 {
		return "no rights"
	}
	domains := map[string]bool{}
	for _, g := range grants {
		domains[strings.ToLower(g.Domain)] = true
	}
	where := " on 1 domain"
	if len(domains) > 1 {
		where = fmt.Sprintf(" on %d domains", len(domains))
	}
	switch rest := len(grants) - 1; rest {
	case 0:
		return grants[0].Text
	case 1:
		return grants[0].Text + "; 1 more right" + where
	default:
		return fmt.Sprintf("%s; %d more rights%s", grants[0].Text, rest, where)
	}
}

func identityStep(p Plan) Step {
	s := Step{
		ID: string(KindIdentity), Kind: KindIdentity, Title: "Create the sync identity in " + p.Identity.Tenant,
		Undo: "It is removed from the tenant.",
	}
	name := Change{Target: p.Identity.Tenant, Object: p.Identity.Name, Name: "application", After: p.Identity.Name}
	if p.Identity.Kind == IdentityUser {
		s.Summary = "User " + p.Identity.Name + " with the role Directory Synchronization Accounts"
		name.Name = "user"
		s.Changes = []Change{
			name,
			{Target: p.Identity.Tenant, Object: p.Identity.Name, Name: "role", After: "Directory Synchronization Accounts"},
			{Target: p.Identity.Tenant, Object: p.Identity.Name, Name: "password", After: "made at random", Secret: true},
		}
		return s
	}
	s.Summary = "Application " + p.Identity.Name + " with a certificate"
	s.Changes = []Change{
		name,
		{Target: p.Identity.Tenant, Object: p.Identity.Name, Name: "permission", After: "ADSynchronization.ReadWrite.All"},
		{Target: p.Identity.Tenant, Object: p.Identity.Name, Name: "permission", After: "PasswordWriteback.OffboardClient.All, PasswordWriteback.RefreshClient.All, PasswordWriteback.RegisterClientVersion.All (used only when password writeback is on)"},
		{Target: p.Identity.Tenant, Object: p.Identity.Name, Name: "certificate", After: "public part of a new certificate; the private key stays in " + vaultName, Secret: true},
	}
	return s
}

func secretsStep(p Plan) Step {
	s := Step{
		ID: string(KindSecrets), Kind: KindSecrets, Title: "Keep the secrets",
		Summary: fmt.Sprintf("The new key and the credentials of %d connectors go into %s", len(p.Writes.Connectors), vaultName),
		Undo:    "They are removed from the vault.",
		Changes: []Change{{Target: vaultName, Object: fmt.Sprintf("key set %d", p.Writes.KeysetAfter), Name: "key", After: "a new key", Secret: true}},
	}
	for _, c := range p.Writes.Connectors {
		s.Changes = append(s.Changes, Change{
			Target: vaultName, Object: "connector " + c.Name, Name: "credentials", After: "those of " + c.AccountAfter.String(), Secret: true,
		})
	}
	return s
}

func (b *builder) databaseStep(p Plan) Step {
	s := Step{
		ID: string(KindDatabase), Kind: KindDatabase, Title: "Configure the database, in one transaction",
		Undo: "The rows are put back as they were, from the journal.",
	}
	w := p.Writes
	for _, x := range w.Settings {
		before := x.Before
		if !x.Existed {
			before = "(not there)"
		}
		s.Changes = append(s.Changes, Change{Target: b.database, Object: "mms_server_configuration", Name: x.Name, Before: before, After: x.After})
	}
	s.Changes = append(s.Changes,
		b.serverChange("keyset_id", num(w.KeysetBefore), num(w.KeysetAfter)),
		b.serverChange("entropy", w.EntropyBefore, w.EntropyAfter),
		b.serverChange("server_configuration_version_number", num(w.ConfigBefore), num(w.ConfigAfter)),
	)
	for _, g := range w.Groups {
		s.Changes = append(s.Changes, b.serverChange(g.Column, g.Before, text(g.After, "the id")+" of "+g.Group+" on "+b.server))
	}
	for _, c := range w.Connectors {
		s.Changes = append(s.Changes, b.connectorChanges(c)...)
	}
	s.Summary = databaseSummary(w)
	return s
}

func (b *builder) serverChange(name, before, after string) Change {
	return Change{Target: b.database, Object: "mms_server_configuration", Name: name, Before: before, After: after}
}

func (b *builder) connectorChanges(c ConnectorWrite) []Change {
	object := "connector " + c.Name
	change := func(name, before, after string) Change {
		return Change{Target: b.database, Object: object, Name: name, Before: before, After: after}
	}
	out := []Change{
		change("account", c.AccountBefore.String(), c.AccountAfter.String()),
		{Target: b.database, Object: object, Name: "credentials", Before: "sealed by the previous server", After: "sealed with the new key", Secret: true},
		change("key_id", num(c.KeyBefore), num(c.KeyAfter)),
		change("version_number", num(c.VersionBefore), num(c.VersionAfter)),
	}
	if c.FullImport {
		out = append(out, change("full_import_required", b.flagBefore(c.ID, true), settingTrue))
	}
	if c.FullSync {
		out = append(out, change("full_sync_required", b.flagBefore(c.ID, false), settingTrue))
	}
	return out
}

// flagBefore gives a connector's mark as it is in the database.
func (b *builder) flagBefore(id string, fullImport bool) string {
	for _, c := range b.set.ADSync.Connectors.Value {
		if c.ID != id {
			continue
		}
		r := c.FullSync
		if fullImport {
			r = c.FullImport
		}
		if on, ok := r.Get(); ok {
			if on {
				return settingTrue
			}
			return settingFalse
		}
	}
	return ""
}

// databaseSummary names the changes that admins look for and counts the others.
func databaseSummary(w Writes) string {
	var parts []string
	rest := 3 // key set, entropy and counter
	for _, x := range w.Settings {
		switch {
		case strings.EqualFold(x.Name, facts.SettingStagingMode):
			parts = append(parts, "StagingMode "+text(x.Before, "none")+" → "+x.After)
		case strings.EqualFold(x.Name, facts.SettingVersion):
			parts = append(parts, "Version "+text(x.Before, "none")+" → "+x.After)
		default:
			rest++
		}
	}
	return strings.Join(append(parts, fmt.Sprintf("%d connectors: account and sealed credentials", len(w.Connectors)),
		fmt.Sprintf("%d more values", rest+len(w.Groups))), "; ")
}

func verifyStep() Step {
	return Step{
		ID: string(KindVerify), Kind: KindVerify, Title: "Verify",
		Summary: "Everything is read back and compared with this plan; nothing is changed",
	}
}

func reportStep() Step {
	return Step{
		ID: string(KindReport), Kind: KindReport, Title: "Write the report",
		Summary: "HTML and JSON, without secrets",
		Changes: []Change{{Target: "this computer", Object: "report", Name: "files", After: "one HTML and one JSON file"}},
		Undo:    "The files stay, as a record.",
	}
}

// text gives v, or other when it is empty.
func text(v, other string) string {
	if v == "" {
		return other
	}
	return v
}

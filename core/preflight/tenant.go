package preflight

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/product"
)

// identityLimit is how many sync identities a tenant may have, one for each
// server, staging servers included (docs: accounts and permissions).
const identityLimit = 20

// JudgeTenant gives the findings on the tenant that the admin signed in to,
// worst first: the role, the tenant itself against the one in the database, the
// account, and what the tenant says of the last synchronization.
// The answers tell the installed version where the computer does not.
func JudgeTenant(set facts.Set, a answers.Answers, tenant facts.Tenant) []Finding {
	t := tenantSite{set: set, tenant: tenant}
	t.installed, _ = Installed(set, a)
	var out []Finding
	for _, judge := range []func(tenantSite) []Finding{
		judgeRole, judgeTenantMatch, judgeAccountKind, judgeAccountDomain, judgeIdentities, judgeSyncEnabled, judgeLastSync, judgeThreshold,
		judgeChallenge, judgeThrottling,
	} {
		out = append(out, judge(t)...)
	}
	Sort(out)
	return out
}

type tenantSite struct {
	set       facts.Set
	tenant    facts.Tenant
	installed string // version of Entra Connect on this computer, empty when unknown
}

func (t tenantSite) seen(value, source string) Evidence {
	return Evidence{Value: text(value), Source: source, At: t.tenant.At}
}

func judgeTenantMatch(t tenantSite) []Finding {
	const id = "tenant.match"
	domains, known := t.tenant.Domains.Get()
	connector := t.set.ADSync.Entra()
	f := Finding{ID: id, Area: AreaTenant, Severity: Pass, Link: product.LinkExistingDatabase, Evidence: []Evidence{
		t.seen(t.tenant.InitialDomain, "initial domain of the tenant"),
	}}
	if connector == nil || connector.Tenant == "" {
		return []Finding{unknown(id, AreaTenant, "Whether it is the tenant of the database", "the Entra connector does not name its tenant",
			"Compare the tenant with the one the previous server synchronized to.", product.LinkExistingDatabase, f.Evidence...)}
	}
	f.Evidence = append(f.Evidence, Evidence{Value: connector.Tenant, Source: "Entra connector", At: t.set.ADSync.Connectors.At})
	same := func(d string) bool { return strings.EqualFold(strings.TrimSpace(d), connector.Tenant) }
	switch {
	case same(t.tenant.InitialDomain) || (known && slices.ContainsFunc(domains, same)):
		f.Title, f.Summary = "It is the tenant of the database", connector.Tenant
	case !known && t.tenant.InitialDomain == "":
		return []Finding{unknown(id, AreaTenant, "Whether it is the tenant of the database", t.tenant.Domains.Reason(),
			"Compare the tenant with "+connector.Tenant+".", product.LinkExistingDatabase, f.Evidence...)}
	case !known:
		return []Finding{unknown(id, AreaTenant, "Whether it is the tenant of the database",
			"the other domains of "+t.tenant.InitialDomain+" could not be read: "+t.tenant.Domains.Reason(),
			"Make sure that "+connector.Tenant+" belongs to this tenant.", product.LinkExistingDatabase, f.Evidence...)}
	default:
		f.Severity, f.Title = Blocked, "It is another tenant"
		f.Summary = "Signed in to " + text(t.tenant.InitialDomain) + ", the database belongs to " + connector.Tenant
		f.Consequence = "The database would synchronize its objects into the wrong tenant."
		f.Fix = "Sign in with an account of " + connector.Tenant + "."
	}
	return []Finding{f}
}

func judgeAccountKind(t tenantSite) []Finding {
	const id = "tenant.account"
	f := Finding{
		ID: id, Area: AreaTenant, Severity: Blocked, Link: product.LinkPrerequisites,
		Evidence: []Evidence{t.seen(t.tenant.User+": "+text(t.tenant.UserKind), "sign-in")},
		Fix:      "Sign in with a work account of the tenant itself.",
	}
	switch t.tenant.UserKind {
	case facts.UserMember:
		f.Severity, f.Title, f.Fix = Pass, "A work account of the tenant", ""
	case facts.UserService:
		f.Severity, f.Title, f.Fix = Pass, "A service principal of the tenant", ""
	case facts.UserGuest:
		f.Title = "The account is a guest"
		f.Consequence = "A guest cannot create the sync identity."
	case facts.UserMicrosoft:
		f.Title = "The account is a Microsoft account"
		f.Consequence = "Microsoft accounts cannot be used to set up synchronization."
	default:
		return []Finding{unknown(id, AreaTenant, "The kind of the account", "the tenant did not say whether it is a member or a guest",
			"Make sure that it is a work account of the tenant.", product.LinkPrerequisites, f.Evidence...)}
	}
	return []Finding{f}
}

// initialSuffixes are the ends of domains that Microsoft gives to a tenant, in
// the global cloud, the US government's and China's.
func initialSuffixes() []string {
	return []string{".onmicrosoft.com", ".onmicrosoft.us", ".partner.onmschina.cn"}
}

func judgeAccountDomain(t tenantSite) []Finding {
	const id = "tenant.domain"
	f := Finding{
		ID: id, Area: AreaTenant, Severity: Pass, Link: product.LinkPrerequisites,
		Title: "The account is in the onmicrosoft.com domain", Evidence: []Evidence{t.seen(t.tenant.User, "sign-in")},
	}
	if t.tenant.UserKind == facts.UserService {
		return nil // it signs in with its own key, whatever happens to the domains
	}
	_, domain, _ := strings.Cut(strings.ToLower(strings.TrimSpace(t.tenant.User)), "@")
	if domain == "" {
		return []Finding{unknown(id, AreaTenant, "The domain of the account", "the name of the account is not known",
			"An account in the onmicrosoft.com domain is best.", product.LinkPrerequisites, f.Evidence...)}
	}
	if strings.EqualFold(domain, t.tenant.InitialDomain) {
		return []Finding{f}
	}
	for _, suffix := range initialSuffixes() {
		if strings.HasSuffix("."+domain, suffix) {
			return []Finding{f}
		}
	}
	f.Severity, f.Title = Warning, "The account is not in the onmicrosoft.com domain"
	f.Summary = t.tenant.User
	f.Consequence = "If sign-in to " + domain + " depends on what is being repaired, such as federation or pass-through authentication, this account can be locked out with everybody else."
	f.Fix = "Keep an administrator in " + text(t.tenant.InitialDomain) + " at hand. The account is used for this installation only and not kept."
	return []Finding{f}
}

func judgeIdentities(t tenantSite) []Finding {
	const id = "tenant.identities"
	r := t.tenant.Identities
	f := Finding{ID: id, Area: AreaTenant, Severity: Pass, Link: product.LinkAppIdentity}
	identities, known := r.Get()
	if !known {
		return []Finding{unknown(id, AreaTenant, "The sync identities of the tenant", r.Reason(),
			fmt.Sprintf("A tenant may have %d. Remove those of servers that are gone.", identityLimit), product.LinkAppIdentity,
			evidence(r, func([]facts.SyncIdentity) string { return "" }))}
	}
	f.Evidence = []Evidence{{
		Value:  fmt.Sprintf("%d of %d sync identities", len(identities), identityLimit),
		Source: r.Source, At: r.At,
	}}
	previous, _ := t.set.ADSync.Previous.Get()
	var old []string
	for _, i := range identities {
		f.Evidence = append(f.Evidence, Evidence{Value: i.Kind + " " + i.Name, Source: r.Source, At: r.At})
		if previous != "" && strings.EqualFold(i.Server, previous) {
			old = append(old, i.Name)
		}
	}
	f.Summary = f.Evidence[0].Value
	f.Fix = "Remove the identities of servers that are gone."
	switch {
	case len(identities) >= identityLimit:
		f.Severity, f.Title = Blocked, "The tenant has no room for another sync identity"
		f.Consequence = "Every server needs one of its own, and creating it would fail."
	case len(identities) >= identityLimit-2:
		f.Severity, f.Title = Warning, "The tenant is near its limit of sync identities"
		f.Consequence = "After this server there is room for " + plural(int64(identityLimit-1-len(identities)), "more server") + "."
	case len(old) > 0:
		f.Severity, f.Title = Note, "The previous server still has its sync identity"
		f.Summary = list(old, 3)
		f.Fix = "Remove it once this server is live and the previous one is gone for good."
	default:
		f.Title, f.Fix = "There is room for another sync identity", ""
	}
	return []Finding{f}
}

func judgeSyncEnabled(t tenantSite) []Finding {
	const id = "tenant.sync"
	r := t.tenant.SyncEnabled
	f := Finding{
		ID: id, Area: AreaTenant, Severity: Pass, Title: "Directory synchronization is on in the tenant",
		Link: product.LinkPostInstall, Evidence: []Evidence{evidence(r, yesNo)},
	}
	on, known := r.Get()
	switch {
	case !known:
		return []Finding{unknown(id, AreaTenant, "Whether directory synchronization is on", r.Reason(),
			"Look at Connect Sync in the Entra admin center.", product.LinkPostInstall, f.Evidence...)}
	case !on:
		f.Severity, f.Title = Warning, "Directory synchronization is off in the tenant"
		f.Consequence = "Somebody turned it off, and synchronized objects have become or are becoming cloud objects. Synchronizing again takes them over."
		f.Fix = "Find out why before you install. After it was turned off it can take 72 hours until it can be turned on again."
	}
	return []Finding{f}
}

// judgeThreshold notes when the tenant and the database name different limits of
// deletions.
func judgeThreshold(t tenantSite) []Finding {
	r := t.tenant.Threshold
	inTenant, known := r.Get()
	limit, on, words := site{set: t.set}.threshold()
	if !known || (on && (limit == 0 || limit == inTenant)) {
		return nil
	}
	return []Finding{{
		ID: "tenant.threshold", Area: AreaTenant, Severity: Note, Link: product.LinkAccidentalDelete,
		Title:       "Tenant and database name different thresholds against accidental deletes",
		Summary:     "Tenant " + count(inTenant) + ", database " + strings.TrimPrefix(words, "threshold: "),
		Consequence: "Which of the two stops an export is not documented; setting it writes both.",
		Fix:         "Set the one you want with Enable-ADSyncExportDeletionThreshold before you leave staging mode.",
		Evidence:    []Evidence{evidence(r, count), {Value: words, Source: "global settings", At: t.set.ADSync.Settings.At}},
	}}
}

// newerInTenant is by how much the tenant's last synchronization must be newer
// than the database's to speak for another server: one cycle takes half an hour.
const newerInTenant = time.Hour

func judgeLastSync(t tenantSite) []Finding {
	const id = "tenant.lastsync"
	r := t.tenant.LastSync
	f := Finding{
		ID: id, Area: AreaTenant, Severity: Pass, Link: product.LinkStaging,
		Title: "The tenant knows of no synchronization after this database", Evidence: []Evidence{evidence(r, moment)},
	}
	inTenant, known := r.Get()
	last, found := t.set.ADSync.LastActivity()
	if !known || !found {
		why := r.Reason()
		if known {
			why = "the database does not say when it synchronized last"
		}
		return []Finding{unknown(id, AreaTenant, "Whether another server has synchronized since", why,
			"Look at the last sync in the Entra admin center, Connect Sync.", product.LinkStaging, f.Evidence...)}
	}
	f.Evidence = append(f.Evidence, Evidence{Value: "database: " + moment(last.When.Value), Source: last.When.Source, At: last.When.At})
	f.Summary = "Tenant " + moment(inTenant) + ", database " + moment(last.When.Value)
	if inTenant.Sub(last.When.Value) > newerInTenant {
		f.Severity, f.Title = Warning, "Another server has synchronized since this database was used"
		f.Consequence = "Another active server is at work, or the database is an older copy of the one that server used."
		f.Fix = "Find the active server in the Entra admin center (Connect Sync, Connect Health). Leave staging mode here only once it is in staging mode or off."
		if _, staged := t.set.ADSync.Setting(facts.SettingStagingMode); staged && t.set.ADSync.On(facts.SettingStagingMode) {
			f.Severity = Note
			f.Consequence = "The database comes from a staging server, so this is to be expected: the active server goes on."
		}
	}
	return []Finding{f}
}

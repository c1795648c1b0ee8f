package preflight

import (
	"slices"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/product"
)

// JudgeSuffixes compares the UPN suffixes of a forest with the verified domains
// of the tenant, as the original's page Azure AD sign-in configuration does. A
// subdomain counts only when the tenant lists it. tenant is nil before the
// sign-in: then it is unknown.
func JudgeSuffixes(tenant *facts.Tenant, acc facts.ForestAccount) []Finding {
	const id = "forest.suffixes"
	name := acc.Forest.Name
	f := Finding{
		ID: id, Area: AreaDirectory, Severity: Pass, Link: product.LinkSignInNames,
		Title: name + ": every UPN suffix is a verified domain of the tenant",
	}
	fail := func(why string) []Finding {
		return []Finding{unknown(id, AreaDirectory, name+": whether the UPN suffixes are verified domains", why,
			"Compare the UPN suffixes (Active Directory Domains and Trusts) with the custom domain names of the tenant.", f.Link, f.Evidence...)}
	}
	if tenant == nil {
		return fail("nobody is signed in to the tenant")
	}
	suffixes, why := suffixesOf(acc.Forest)
	f.Evidence = append(f.Evidence, Evidence{Value: "UPN suffixes: " + text(strings.Join(suffixes, ", ")), Source: acc.Forest.Suffixes.Source, At: acc.Forest.Suffixes.At})
	if why != "" {
		return fail(why)
	}
	verified, known := tenant.Domains.Get()
	if !known {
		return fail("the domains of the tenant could not be read: " + tenant.Domains.Reason())
	}
	f.Evidence = append(f.Evidence, evidence(tenant.Domains, func(d []string) string { return "verified: " + strings.Join(d, ", ") }))
	var open []string
	for _, s := range suffixes {
		if !slices.ContainsFunc(verified, func(d string) bool { return strings.EqualFold(d, s) }) {
			open = append(open, s)
		}
	}
	if len(open) == 0 {
		return []Finding{f}
	}
	f.Severity, f.Title = Note, name+": not every UPN suffix is a verified domain of the tenant"
	f.Summary = "Not verified: " + list(open, 5)
	f.Consequence = "Users whose sign-in name ends in one of these get a name under " + text(tenant.InitialDomain) + " in the cloud, unless the recovered rules take another attribute. It was so with the previous server too, if the tenant's domains are still the same."
	f.Fix = "Where users of these suffixes sign in to the cloud, verify the domain in the tenant or give them another suffix, before you leave staging mode."
	if len(open) == len(suffixes) {
		f.Severity, f.Title = Warning, name+": no UPN suffix is a verified domain of the tenant"
	}
	return []Finding{f}
}

// suffixesOf gives all UPN suffixes of a forest, each once: the names of its
// domains and the alternative ones; or why they are not known.
func suffixesOf(f facts.Forest) (all []string, why string) {
	domains, known := f.Domains.Get()
	more, also := f.Suffixes.Get()
	for _, d := range domains {
		all = append(all, strings.ToLower(d.DNS))
	}
	for _, s := range more {
		all = append(all, strings.ToLower(s))
	}
	slices.Sort(all)
	all = slices.Compact(all)
	switch {
	case !known:
		return all, f.Domains.Reason()
	case !also:
		return all, f.Suffixes.Reason()
	case len(all) == 0:
		return nil, "the forest names neither domains nor suffixes"
	}
	return all, ""
}

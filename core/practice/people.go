package practice

import (
	"maps"
	"slices"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// newDirectory makes the pretend forests of a recipe.
func newDirectory(r recipe, o Options) *directory {
	d := &directory{forests: map[string]*forest{}, now: o.Now, pause: o.Pause}
	for _, spec := range r.sample.Forests {
		f := &forest{dns: spec.Name, netbios: spec.NetBIOS, accounts: map[string]*account{}, unreachable: spec.Name == r.unreachable}
		for _, domain := range spec.Domains {
			f.domains = append(f.domains, facts.Domain{DNS: domain.Name, NetBIOS: domain.NetBIOS, Root: strings.EqualFold(domain.Name, spec.Name)})
		}
		for _, a := range accounts(f.domains, func(sam string) string { return r.password(spec.NetBIOS + `\` + sam) }) {
			f.accounts[strings.ToLower(a.sam)] = a
		}
		d.forests[strings.ToLower(spec.Name)] = f
		if d.home == nil {
			d.home = f
		}
	}
	return d
}

// accounts are those of every pretend forest, with their passwords. The last one is what the previous
// server left.
func accounts(domains []facts.Domain, password func(sam string) string) []*account {
	all := everywhere(domains, slices.Collect(maps.Keys(grants))...)
	return []*account{
		{sam: "ea", password: password("ea"), enterpriseAdmin: true, domainAdmin: true},
		{sam: "admin", password: password("admin"), domainAdmin: true},
		{sam: "svc-adsync", password: password("svc-adsync"), rights: all},
		{sam: "svc-poor", password: password("svc-poor"), rights: everywhere(domains, facts.FeatureBasicRead)},
		{sam: "locked", password: password("locked"), bad: lockout},
		{sam: "disabled", password: password("disabled"), disabled: true},
		{sam: "newhire", password: password("newhire"), mustChange: true},
		{
			sam: "MSOL_4f1c09ab77d2", password: "not known to anybody",
			description: "Account created by Microsoft Azure Active Directory Connect with installation identifier '4f1c09ab77d24c0ab1f7c0d2a9e85511' running on computer '" +
				sitePrevious + "' configured to synchronize to tenant '" + siteTenant + "'.",
		},
	}
}

package preflight_test

import (
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	ft "github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
)

func TestJudgeSuffixes(t *testing.T) {
	type bend func(*facts.Tenant, *facts.Forest)
	only := func(domains []string, dns string, suffixes ...string) bend {
		return func(x *facts.Tenant, f *facts.Forest) {
			x.Domains, f.Domains, f.Suffixes = ft.Known(domains), ft.Known([]facts.Domain{{DNS: dns, Root: true}}), ft.Known(suffixes)
		}
	}
	for _, c := range []struct {
		name  string
		bend  bend
		want  preflight.Severity
		texts []string
	}{
		{"all verified", only([]string{"contoso.com", "Corp.Contoso.com"}, "corp.contoso.com", "CONTOSO.com"), preflight.Pass, nil},
		{"the domain's own is not", only([]string{"contoso.com"}, "contoso.local", "contoso.com"), preflight.Note, []string{"contoso.local", "contoso.onmicrosoft.com"}},
		{"a subdomain counts when it is listed only", only([]string{"contoso.com"}, "corp.contoso.com", "contoso.com"), preflight.Note, []string{"corp.contoso.com"}},
		{"none is", only([]string{"contoso.onmicrosoft.com"}, "contoso.local"), preflight.Warning, []string{"contoso.local"}},
		{"suffixes unread", func(_ *facts.Tenant, f *facts.Forest) { f.Suffixes = ft.Unknown[[]string]() }, preflight.Unknown, nil},
		{"domains unread", func(_ *facts.Tenant, f *facts.Forest) { f.Domains = ft.Unknown[[]facts.Domain]() }, preflight.Unknown, nil},
		{"tenant's domains unread", func(x *facts.Tenant, _ *facts.Forest) { x.Domains = ft.Unknown[[]string]() }, preflight.Unknown, []string{"tenant"}},
		{"neither domains nor suffixes", func(_ *facts.Tenant, f *facts.Forest) {
			f.Domains, f.Suffixes = ft.Known([]facts.Domain(nil)), ft.Known([]string(nil))
		}, preflight.Unknown, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			x, acc := ft.Tenant(), ft.ForestAccount("contoso.local", "CONTOSO")
			c.bend(&x, &acc.Forest)
			list := preflight.JudgeSuffixes(&x, acc)
			if len(list) != 1 || list[0].ID != "forest.suffixes" {
				t.Fatalf("got %+v", list)
			}
			check(t, list[0], c.want, append(c.texts, "contoso.local"))
		})
	}
	if list := preflight.JudgeSuffixes(nil, ft.ForestAccount("contoso.local", "CONTOSO")); len(list) != 1 || list[0].Severity != preflight.Unknown {
		t.Errorf("before the sign-in: %+v", list)
	}
}

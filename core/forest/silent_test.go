//go:build linux

package forest

import (
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/forest/sambatest"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// TestSilentInEveryOperation lets the domain controller fall silent after each
// number of answers, in each thing that is asked of it: an end within seconds, in
// words for a person, and nothing changed by what only looks.
func TestSilentInEveryOperation(t *testing.T) {
	d := directory(t)
	before := head(t, d)
	account := plan.Account{Forest: dc.Domain, User: "MSOL_silent", Comment: "silent", SID: "S-1-5-21-1-2-3-4", Grants: []facts.Right{
		{Feature: facts.FeaturePasswordHash, Domain: dc.Domain, State: facts.RightGranted},
	}}
	for name, do := range map[string]func(*Directory) error{
		"prove a new account": func(d *Directory) error {
			_, err := d.Verify(t.Context(), request(answers.CreateAccount, `CONTOSO\Administrator`, sambatest.AdminPassword, facts.FeaturePasswordHash), nil)
			return err
		},
		"prove granting": func(d *Directory) error {
			_, err := d.Verify(t.Context(), lacking("svc-plain", facts.FeaturePasswordHash), nil)
			return err
		},
		"look for the account": func(d *Directory) error { _, err := d.HasAccount(t.Context(), account, grantor); return err },
		"look for entries":     func(d *Directory) error { _, err := d.Ungranted(t.Context(), account, grantor); return err },
		"sign in by Kerberos": func(d *Directory) error {
			s, err := d.sealed(t.Context(), controller{host: dc.Host, root: rootDSE{domain: dc.Base, host: dc.Host}}, admin(t, "Administrator@contoso.test", sambatest.AdminPassword))
			if err == nil {
				s, err = d.signedIn(t.Context(), s)
			}
			if err == nil {
				s.close()
			}
			if err != nil {
				return problem.From(err)
			}
			return nil
		},
	} {
		worked := false
		for n := int64(0); n < 64 && !worked; n += 7 {
			start := time.Now()
			err := do(silentAfter(t, n))
			if took := time.Since(start); took > 15*time.Second {
				t.Errorf("%s: silent after %d answers it took %v", name, n, took)
			}
			if worked = err == nil; worked {
				continue
			}
			if p := problem.As(err); p == nil || p.What == "" || p.Fix == "" {
				t.Errorf("%s: silent after %d answers: %#v", name, n, err)
			}
		}
		if !worked {
			if err := do(d); err != nil {
				t.Errorf("%s does not work at all: %v", name, err)
			}
		}
	}
	if head(t, d) != before {
		t.Error("looking changed the domain's descriptor")
	}
	if there, err := d.HasAccount(t.Context(), account, grantor); there || err != nil {
		t.Errorf("looking made an account: %v %v", there, err)
	}
}

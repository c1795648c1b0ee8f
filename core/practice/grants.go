package practice

import (
	"context"
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

var _ apply.Granter = (*directory)(nil)

// proveGrant lets an Enterprise Admin promise the rights that an account lacks.
// The caller holds the lock.
func (d *directory) proveGrant(f *forest, out *facts.ForestAccount, r setup.ForestRequest) error {
	if len(out.Lacking()) == 0 || !r.Answer.Grant.Given() {
		return nil
	}
	a, err := d.enter(f, apply.Credential{User: r.Answer.Grant.User, Password: r.GrantPassword, Current: r.Answer.Grant.AsCurrent()})
	if err == nil {
		err = f.fits(a, answers.CreateAccount)
	}
	if p := problem.As(err); p != nil {
		if p.Field == answers.FieldForestPass {
			return p.On(answers.FieldGrantPass)
		}
		if p.Field == "" {
			return p
		}
		return p.On(answers.FieldGrantUser)
	}
	for i := range out.Rights {
		if out.Rights[i].State == facts.RightLacks {
			out.Rights[i].State = facts.RightGranted
		}
	}
	out.Grantor = f.netbios + `\` + a.sam
	return nil
}

// missing lists what a feature lacks, as facts.Right.Missing.
func missing(feature facts.Feature, domain string) []facts.Entry {
	g := grants[feature]
	var out []facts.Entry
	for _, ace := range g.aces {
		out = append(out, facts.Entry{Object: dn(domain), Text: g.text, ACE: strings.TrimPrefix(ace, "%s:")})
	}
	return out
}

// granting does something with an existing account, signed in as an Enterprise Admin.
func (d *directory) granting(ctx context.Context, p plan.Account, admin apply.Credential, do func(*account)) error {
	return d.administer(ctx, p, admin, func(f *forest, key string) error {
		a := f.accounts[key]
		if a == nil {
			return &problem.Problem{
				Code: "ad.user.unknown", What: fmt.Sprintf("There is no account %s\\%s any more.", f.netbios, p.User),
				Fix: "Go back to Connect your directories and give another account.",
			}
		}
		do(a)
		return nil
	})
}

// Ungranted gives the planned rights that the account lacks, as apply.Granter describes.
func (d *directory) Ungranted(ctx context.Context, p plan.Account, admin apply.Credential) ([]apply.Entry, error) {
	var out []apply.Entry
	err := d.granting(ctx, p, admin, func(a *account) {
		for _, g := range p.Grants {
			if !a.rights[rightOn(g.Feature, g.Domain)] {
				out = append(out, apply.Entry{Domain: g.Domain, Object: dn(g.Domain), ACE: []byte(g.Feature), Text: g.Text})
			}
		}
	})
	return out, err
}

// Grant gives the account rights, as apply.Granter describes.
func (d *directory) Grant(ctx context.Context, p plan.Account, admin apply.Credential, entries []apply.Entry) error {
	return d.granting(ctx, p, admin, func(a *account) {
		if a.rights == nil {
			a.rights = map[held]bool{}
		}
		for _, e := range entries {
			a.rights[rightOn(facts.Feature(e.ACE), e.Domain)] = true
		}
	})
}

// Revoke takes rights away again, as apply.Granter describes.
func (d *directory) Revoke(ctx context.Context, p plan.Account, admin apply.Credential, entries []apply.Entry) error {
	return d.granting(ctx, p, admin, func(a *account) {
		for _, e := range entries {
			delete(a.rights, rightOn(facts.Feature(e.ACE), e.Domain))
		}
	})
}

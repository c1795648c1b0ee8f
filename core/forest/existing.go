package forest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/forest/descriptor"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

var _ apply.Granter = (*Directory)(nil)

// proveGrant proves that what an existing account lacks can be granted by who the
// answer names: signed in, and allowed to change the list of every object that
// an entry is missing on. The rights then count as granted by Install.
func (d *Directory) proveGrant(ctx context.Context, r setup.ForestRequest, out *facts.ForestAccount, say func(string)) error {
	if len(out.Lacking()) == 0 || !r.Answer.Grant.Given() {
		return nil // nobody signs in for nothing
	}
	if out.SID == "" {
		return &problem.Problem{
			Code: CodeMayNotGrant, Field: answers.FieldGrantUser, What: "The object of " + out.User + " was not found, so that nothing can be granted to it.",
			Fix: "Write the account as DOMAIN\\user, or let a domain admin run the dsacls commands.",
		}
	}
	forest := trimDot(r.Answer.Forest)
	cred, err := d.admin(r.Answer.Grant.AsCurrent(), r.Answer.Grant.User, r.GrantPassword, forest)
	if err != nil {
		return aboutGrantor(err)
	}
	say("Signing in as " + cred.typed)
	w := wanted{domain: forest, forest: forest, typed: r.Answer.DC, known: append([]string{out.Controller}, lastUsed(r.Connector)...)}
	v, err := d.enter(ctx, w, cred, func(string) {})
	if err != nil {
		return aboutGrantor(err)
	}
	defer v.close()
	self := v.self(ctx)
	for _, right := range out.Lacking() {
		if err := v.mayChange(ctx, right, self.name); err != nil {
			return aboutGrantor(err)
		}
	}
	for i := range out.Rights {
		if out.Rights[i].State == facts.RightLacks {
			out.Rights[i].State = facts.RightGranted
		}
	}
	out.Grantor = self.name
	return nil
}

// mayChange makes sure that who signed in may write the lists that a right is
// missing on.
func (v *visit) mayChange(ctx context.Context, right facts.Right, who string) error {
	dom, ok := v.domainNamed(right.Domain)
	if !ok {
		return v.allKnown([]facts.Right{right})
	}
	s, err := v.in(ctx, dom)
	if err != nil {
		return v.domainProblem(dom, err)
	}
	look := &survey{s: s, dom: dom, lists: map[string]list{}}
	for _, e := range right.Missing {
		switch l := look.list(ctx, e.Object); {
		case l.err != nil:
			return ldapProblem(l.err, "read the rights on "+e.Object)
		case !l.mayACL:
			return &problem.Problem{
				Code: CodeMayNotGrant, Field: answers.FieldForestUser, What: who + " may not change the rights on " + e.Object + ".",
				Why: "Domain Admins of that domain and Enterprise Admins may, unless it was taken from them.",
				Fix: "Sign in with an Enterprise Admin, or let a domain admin run the dsacls commands.",
			}
		}
	}
	return nil
}

func (v *visit) domainNamed(dns string) (domain, bool) {
	i := slices.IndexFunc(v.domains, func(d domain) bool { return strings.EqualFold(d.DNS, dns) })
	if i < 0 {
		return domain{}, false
	}
	return v.domains[i], true
}

// aboutGrantor puts a problem with the sign-in beside the fields of who grants.
func aboutGrantor(err error) error {
	p := problem.From(err)
	switch p.Field {
	case answers.FieldForestUser:
		return p.On(answers.FieldGrantUser)
	case answers.FieldForestPass:
		return p.On(answers.FieldGrantPass)
	}
	return p
}

// Ungranted gives the planned entries that are not on their objects yet, as
// apply.Granter describes.
func (d *Directory) Ungranted(ctx context.Context, a plan.Account, admin apply.Credential) ([]apply.Entry, error) {
	sid, err := descriptor.ParseSID(a.SID)
	if err != nil {
		return nil, &problem.Problem{
			Code: CodeMayNotGrant, What: "The plan does not hold the security identifier of " + a.User + ".",
			Fix: "Go back to Connect your directories, give the account again, and check the plan.", Cause: err,
		}
	}
	var out []apply.Entry
	err = d.asGrantor(ctx, a, admin, func(v *visit) error {
		if err := v.allKnown(a.Grants); err != nil {
			return err
		}
		known, err := v.main.readSchema(ctx)
		if err != nil {
			return ldapProblem(err, "read the schema")
		}
		for _, dom := range v.domains {
			more, err := v.ungranted(ctx, a.Grants, dom, known, sid)
			if err != nil {
				return err
			}
			out = append(out, more...)
		}
		return nil
	})
	return out, err
}

// ungranted looks at the objects of one domain.
func (v *visit) ungranted(ctx context.Context, grants []facts.Right, dom domain, known schema, sid descriptor.SID) ([]apply.Entry, error) {
	all, err := planned(grants, dom, known, sid)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	s, err := v.in(ctx, dom)
	if err != nil {
		return nil, v.domainProblem(dom, err)
	}
	var out []apply.Entry
	for _, object := range []string{dom.base, devices + dom.base} {
		if len(all[object]) == 0 {
			continue
		}
		sd, err := s.readDACL(ctx, object)
		if err == nil && (sd == nil || sd.DACL == nil) {
			err = errors.New(object + " has no access control list, or is not there")
		}
		if err != nil {
			return nil, ldapProblem(err, "read the rights on "+object)
		}
		for _, e := range all[object] {
			if sd.DACL.Has(e) {
				continue
			}
			sd.DACL.Add(e) // two features may want the same entry: it is listed once
			out = append(out, apply.Entry{Domain: dom.DNS, Object: object, ACE: e.Bytes(), Text: textOf(grants, dom, e, known, sid)})
		}
	}
	return out, nil
}

// textOf gives an entry's words.
func textOf(grants []facts.Right, dom domain, e descriptor.ACE, known schema, sid descriptor.SID) string {
	for _, g := range grants {
		for _, w := range chosen(g) {
			if made, err := w.entry(known, sid); err == nil && made.Same(e) {
				return w.text + " on " + dom.DNS
			}
		}
	}
	return e.SID.String()
}

// Grant adds entries, as apply.Granter describes.
func (d *Directory) Grant(ctx context.Context, a plan.Account, admin apply.Credential, entries []apply.Entry) error {
	return d.edit(ctx, a, admin, entries, grant)
}

// Revoke takes entries away, as apply.Granter describes.
func (d *Directory) Revoke(ctx context.Context, a plan.Account, admin apply.Credential, entries []apply.Entry) error {
	return d.edit(ctx, a, admin, entries, revoke)
}

// edit changes entries on their objects, in one write for each object.
func (d *Directory) edit(ctx context.Context, a plan.Account, admin apply.Credential, entries []apply.Entry, how edit) error {
	if len(entries) == 0 {
		return nil
	}
	return d.asGrantor(ctx, a, admin, func(v *visit) error {
		for _, group := range byObject(entries) {
			dom, ok := v.domainNamed(group[0].Domain)
			if !ok && how.absentOK {
				continue
			}
			if !ok {
				return v.allKnown([]facts.Right{{Domain: group[0].Domain}})
			}
			s, err := v.in(ctx, dom)
			if err != nil {
				return v.domainProblem(dom, err)
			}
			aces := make([]descriptor.ACE, len(group))
			for i, e := range group {
				if aces[i], err = descriptor.ParseACE(e.ACE); err != nil {
					return problem.From(fmt.Errorf("an entry of the journal: %w", err))
				}
			}
			if err := s.changeOne(ctx, group[0].Object, aces, how); err != nil {
				return err
			}
		}
		return nil
	})
}

// byObject parts entries by the object that carries them, in their order.
func byObject(entries []apply.Entry) [][]apply.Entry {
	var out [][]apply.Entry
	for _, e := range entries {
		i := slices.IndexFunc(out, func(g []apply.Entry) bool { return strings.EqualFold(g[0].Object, e.Object) })
		if i < 0 {
			out = append(out, []apply.Entry{e})
		} else {
			out[i] = append(out[i], e)
		}
	}
	return out
}

// asGrantor signs in as who grants and does something in the forest.
func (d *Directory) asGrantor(ctx context.Context, a plan.Account, admin apply.Credential, do func(*visit) error) error {
	v, err := d.visitAs(ctx, a, admin)
	if err != nil {
		return aboutGrantor(err)
	}
	defer v.close()
	if err := do(v); err != nil {
		return problem.From(err)
	}
	return nil
}

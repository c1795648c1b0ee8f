package forest

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/forest/descriptor"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// change carries grant or revoke out on every object that the plan's rights are about.
func (v *visit) change(ctx context.Context, a plan.Account, sid descriptor.SID, how edit) error {
	if err := v.allKnown(a.Grants); err != nil && !how.absentOK {
		return err
	}
	known, err := v.main.readSchema(ctx)
	if err != nil {
		return ldapProblem(err, "read the schema")
	}
	for _, dom := range v.domains {
		entries, err := planned(a.Grants, dom, known, sid)
		if err != nil {
			return err
		}
		if len(entries) == 0 {
			continue
		}
		s, err := v.in(ctx, dom)
		if err != nil {
			return v.domainProblem(dom, err)
		}
		for _, object := range []string{dom.base, devices + dom.base} {
			if err := s.changeOne(ctx, object, entries[object], how); err != nil {
				return err
			}
		}
	}
	return nil
}

// allKnown makes sure that no right of the plan was left out for want of its domain.
func (v *visit) allKnown(grants []facts.Right) error {
	for _, g := range grants {
		found := false
		for _, dom := range v.domains {
			found = found || strings.EqualFold(dom.DNS, g.Domain)
		}
		if !found {
			return &problem.Problem{
				Code: CodeDomain, What: "The forest has no domain " + g.Domain + " any more, on which the plan grants rights.",
				Fix: "Go back to Connect your directories, give the account again, and check the plan.",
			}
		}
	}
	return nil
}

// planned gives the entries of the plan in one domain, by the object that carries them.
func planned(grants []facts.Right, dom domain, known schema, sid descriptor.SID) (map[string][]descriptor.ACE, error) {
	out := map[string][]descriptor.ACE{}
	for _, g := range grants {
		if !strings.EqualFold(g.Domain, dom.DNS) {
			continue
		}
		for _, w := range chosen(g) {
			entry, err := w.entry(known, sid)
			if err != nil {
				return nil, &problem.Problem{
					Code: CodeGrantMissing, What: w.text + " can't be granted: " + err.Error() + ".",
					Fix: "Check again, so that the plan is made anew.", Cause: err,
				}
			}
			object := w.object(dom.base)
			out[object] = append(out[object], entry)
		}
	}
	return out, nil
}

// chosen gives the entries that a planned right stands for: all that its feature
// needs for a new account, those that are missing for an existing one.
func chosen(g facts.Right) []want {
	if len(g.Missing) == 0 {
		return wants[g.Feature]
	}
	return slices.DeleteFunc(slices.Clone(wants[g.Feature]), func(w want) bool {
		return !slices.ContainsFunc(g.Missing, func(e facts.Entry) bool { return e.ACE == w.ace })
	})
}

// edit is a way to change one entry of a list; do tells whether that changed it.
type edit struct {
	do       func(*descriptor.ACL, descriptor.ACE) bool
	absentOK bool // an object or a domain that is gone needs nothing done
}

var (
	grant  = edit{do: (*descriptor.ACL).Add}
	revoke = edit{do: (*descriptor.ACL).Remove, absentOK: true}
)

// changeOne changes the entries of one object in one write, and none when nothing
// is to be changed. It reads back what it wrote.
func (s *session) changeOne(ctx context.Context, object string, entries []descriptor.ACE, how edit) error {
	if len(entries) == 0 {
		return nil
	}
	const what = "change the rights on "
	if changed, err := s.changeDACL(ctx, object, entries, how, true); err != nil || !changed {
		return asProblem(err, what+object)
	}
	changed, err := s.changeDACL(ctx, object, entries, how, false)
	if err == nil && changed {
		return &problem.Problem{
			Code: CodeNotKept, What: "The rights on " + object + " read back otherwise than they were written.",
			Why: "Something else changed them at the same moment, or the domain controller did not keep them.", Fix: "Try again; only what is missing is written.",
		}
	}
	return asProblem(err, what+object)
}

func asProblem(err error, what string) error {
	if err == nil {
		return nil
	}
	return ldapProblem(err, what)
}

// changeDACL changes entries in an object's list, writes it if wanted, and tells
// whether there was anything to change.
func (s *session) changeDACL(ctx context.Context, object string, entries []descriptor.ACE, how edit, write bool) (bool, error) {
	d, err := s.readDACL(ctx, object)
	if err != nil {
		return false, err
	}
	if d == nil && how.absentOK {
		return false, nil
	}
	if d == nil || d.DACL == nil {
		return false, errors.New(object + " has no access control list, or is not there")
	}
	changed := false
	for _, e := range entries {
		if how.do(d.DACL, e) {
			changed = true
		}
	}
	if !changed || !write {
		return changed, nil
	}
	return true, s.writeDACL(ctx, object, d)
}

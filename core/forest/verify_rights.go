package forest

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/go-ldap/ldap/v3"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/forest/descriptor"
)

// proof is what an exercise of a right showed.
type proof int

const (
	notTried proof = iota
	works
	refused
)

// survey reads what the rights of one domain are judged by, each thing once.
type survey struct {
	s       *session
	schema  schema
	dom     domain
	lists   map[string]list
	dirSync proof
	sample  *sample // what may be written on one user; nil when not known
}

// list is the DACL of an object, or why there is none.
type list struct {
	acl    *descriptor.ACL
	absent bool // the object is not there
	mayACL bool // who signed in may change it
	err    error
}

// rights tells for every feature and domain whether the account has what it
// needs, or, for a new one, whether it can be granted.
func (v *visit) rights(ctx context.Context, features []facts.Feature, existing bool, name string) ([]facts.Right, error) {
	known, err := v.main.readSchema(ctx)
	if err != nil {
		return nil, ldapProblem(err, "read the schema")
	}
	surveys := make([]*survey, len(v.domains))
	failed := make([]error, len(v.domains))
	for i, dom := range v.domains {
		s, err := v.in(ctx, dom)
		if err != nil {
			failed[i] = err
			continue
		}
		surveys[i] = &survey{s: s, schema: known, dom: dom, lists: map[string]list{}}
		if existing {
			surveys[i].tryDirSync(ctx)
			surveys[i].sample = s.readSample(ctx, dom)
		}
	}
	var out []facts.Right
	for _, f := range features {
		var of []facts.Right
		absent := 0
		for i, dom := range v.domains {
			r := facts.Right{Feature: f, Domain: dom.DNS, State: facts.RightUnknown, Text: title(wants[f]) + " on " + dom.DNS}
			if failed[i] != nil {
				r.Why = "the domain can't be asked: " + reason(failed[i])
				of = append(of, r)
				continue
			}
			if surveys[i].absent(ctx, f) {
				absent++
				continue
			}
			of = append(of, surveys[i].sample.confirm(surveys[i].judge(ctx, r, existing, name)))
		}
		if len(of) == 0 && absent > 0 {
			of = []facts.Right{{
				Feature: f, Domain: v.root().DNS, State: facts.RightUnknown, Text: title(wants[f]),
				Why: "the container RegisteredDevices, which device writeback was set up with, is in no domain of the forest",
			}}
		}
		out = append(out, of...)
	}
	return out, ctx.Err()
}

// absent tells whether a feature's object is not in this domain at all.
func (v *survey) absent(ctx context.Context, f facts.Feature) bool {
	return slices.ContainsFunc(wants[f], func(w want) bool {
		return w.at != onHead && v.list(ctx, w.object(v.dom.base)).absent
	})
}

// list reads the DACL of an object once.
func (v *survey) list(ctx context.Context, dn string) list {
	if l, ok := v.lists[dn]; ok {
		return l
	}
	l := v.read(ctx, dn)
	v.lists[dn] = l
	return l
}

func (v *survey) read(ctx context.Context, dn string) list {
	e, err := v.s.one(ctx, dn, []string{"nTSecurityDescriptor", "sDRightsEffective"}, sdFlags())
	switch {
	case err != nil:
		return list{err: err}
	case e == nil:
		return list{absent: true, err: errors.New(dn + " is not there")}
	}
	var l list
	// Bit 4: the DACL may be written (MS-ADTS 3.1.1.4.5.4).
	if may, err := strconv.Atoi(e.GetEqualFoldAttributeValue("sDRightsEffective")); err == nil {
		l.mayACL = may&4 != 0
	}
	raw := e.GetEqualFoldRawAttributeValue("nTSecurityDescriptor")
	if len(raw) == 0 {
		l.err = errors.New("the security descriptor of " + dn + " may not be read by this account")
		return l
	}
	d, err := descriptor.Parse(raw)
	if err != nil {
		l.err = err
		return l
	}
	l.acl = d.DACL
	return l
}

// judge fills in the state of one right.
func (v *survey) judge(ctx context.Context, r facts.Right, existing bool, name string) facts.Right {
	needed, ok := wants[r.Feature]
	if !ok {
		r.Text, r.Why = string(r.Feature)+" on "+v.dom.DNS, "the feature is not known here"
		return r
	}
	var missing []want
	for _, w := range needed {
		l := v.list(ctx, w.object(v.dom.base))
		if _, err := w.question(v.schema); err != nil {
			r.Why = err.Error()
			return r
		}
		if !existing {
			if !l.mayACL {
				r.Why = "it is not certain that the account may change the security descriptor of " + w.object(v.dom.base)
				return r
			}
			continue
		}
		if l.err != nil {
			r.Why = reason(l.err)
			return r
		}
		had, err := v.had(w, l)
		if err != nil {
			r.Why = err.Error()
			return r
		}
		if !had {
			missing = append(missing, w)
		}
	}
	switch {
	case !existing:
		r.State = facts.RightGranted
	case len(missing) == 0:
		r.State = facts.RightHas
	case !slices.ContainsFunc(missing, func(w want) bool { return !w.extra }):
		r.State = facts.RightHas
		r.Text = title(slices.DeleteFunc(slices.Clone(needed), func(w want) bool { return w.extra })) + " on " + v.dom.DNS
	default:
		r.State, r.Text = facts.RightLacks, title(missing)+" on "+v.dom.DNS
		for _, w := range missing {
			object := w.object(v.dom.base)
			r.Command = append(r.Command, w.dsacls(object, name))
			r.Missing = append(r.Missing, facts.Entry{Object: object, Text: w.text, ACE: w.ace})
		}
	}
	return r
}

// had judges one want by the list, and by the exercise where there was one.
func (v *survey) had(w want, l list) (bool, error) {
	had, err := w.had(v.schema, l.acl, v.s.token)
	if err != nil || w.right != rightChanges {
		return had, err
	}
	switch {
	case v.dirSync == works:
		return true, nil
	case v.dirSync == refused && had:
		return false, errors.New("the security descriptor grants Replicating Directory Changes, but the domain controller refused to replicate")
	}
	return had, nil
}

// tryDirSync asks for the domain's head by DirSync, which needs Replicating
// Directory Changes and changes nothing. Only a yes and a clear no count.
func (v *survey) tryDirSync(ctx context.Context) {
	req := ldap.NewSearchRequest(v.dom.base, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 5, false,
		"(objectClass="+domainClass+")", []string{"objectGUID"}, nil)
	err := v.s.do(ctx, func() error {
		_, err := v.s.conn.DirSync(req, 0, 1, nil)
		return err
	})
	switch {
	case err == nil:
		v.dirSync = works
	case ldap.IsErrorWithCode(err, ldap.LDAPResultInsufficientAccessRights):
		v.dirSync = refused
	}
}

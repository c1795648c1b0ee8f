package forest

import (
	"context"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/forest/descriptor"
)

// exceptionsLimit is how many objects of each kind are looked at in a domain: one
// page, however large the forest is.
const exceptionsLimit = pageSize

// maxExamples is how many objects are named.
const maxExamples = 3

// exceptions looks for objects that do not inherit the rights given on the head of
// their domain: accounts under AdminSDHolder (adminCount, MS-ADTS 3.1.1.6.1) and
// organizational units whose list is protected against inheritance.
//
// A domain that can't be asked is named; the others count all the same.
func (v *visit) exceptions(ctx context.Context) facts.Read[facts.Exceptions] {
	var out facts.Exceptions
	for _, dom := range v.domains {
		s, err := v.in(ctx, dom)
		if err == nil {
			err = s.exceptions(ctx, dom, &out)
		}
		if err != nil {
			out.Unread = append(out.Unread, facts.Unread{Domain: dom.DNS, Why: reason(err)})
		}
	}
	return facts.Known(out, v.root().DNS, v.d.now())
}

// exceptions adds those of one domain, or nothing when they can't all be read.
func (s *session) exceptions(ctx context.Context, dom domain, out *facts.Exceptions) error {
	admins, err := s.search(ctx, query{
		base: dom.base, scope: ldap.ScopeWholeSubtree, filter: "(&(objectCategory=person)(objectClass=user)(adminCount=1))",
		attrs: []string{"1.1"}, limit: exceptionsLimit,
	})
	if err != nil {
		return err
	}
	units, err := s.search(ctx, query{
		base: dom.base, scope: ldap.ScopeWholeSubtree, filter: "(objectCategory=organizationalUnit)",
		attrs: []string{"nTSecurityDescriptor"}, limit: exceptionsLimit, controls: []ldap.Control{sdFlags()},
	})
	if err != nil {
		return err
	}
	for _, e := range admins {
		out.Admins.Add(e.DN, maxExamples)
	}
	for _, e := range units {
		raw := e.GetEqualFoldRawAttributeValue("nTSecurityDescriptor")
		d, err := descriptor.Parse(raw)
		if err != nil || d.Control&descriptor.DACLProtected == 0 {
			continue // one that may not be read says nothing
		}
		out.Units.Add(e.DN, maxExamples)
	}
	out.More = out.More || len(admins) >= exceptionsLimit || len(units) >= exceptionsLimit
	return nil
}

// sample is one user that inherits, with the attributes that who signed in may write.
type sample struct {
	dn     string
	writes map[string]bool // by name in lower case
}

// readSample asks a domain controller what may be written on one user: it works
// that out itself, and nothing is changed (allowedAttributesEffective, MS-ADTS
// 3.1.1.4.5.19). nil when there is none, or it can't be told.
func (s *session) readSample(ctx context.Context, dom domain) *sample {
	found, err := s.search(ctx, query{
		base: dom.base, scope: ldap.ScopeWholeSubtree, limit: 1, attrs: []string{"allowedAttributesEffective"},
		filter: "(&(objectCategory=person)(objectClass=user)(!(adminCount=1))(!(isCriticalSystemObject=TRUE)))",
	})
	if err != nil || len(found) == 0 {
		return nil
	}
	out := &sample{dn: found[0].DN, writes: map[string]bool{}}
	for _, name := range found[0].GetEqualFoldAttributeValues("allowedAttributesEffective") {
		out.writes[strings.ToLower(name)] = true
	}
	return out
}

// confirm adds what the sample shows to a right that was judged by the list of the
// domain's head: rights may be given further down, or taken away there.
func (x *sample) confirm(r facts.Right) facts.Right {
	if x == nil {
		return r
	}
	asked, can := 0, 0
	for _, w := range wants[r.Feature] {
		if w.about == "" || w.class != "user" || w.mask&descriptor.WriteProperty == 0 {
			continue
		}
		asked++
		if x.writes[strings.ToLower(w.about)] {
			can++
		}
	}
	switch {
	case asked == 0 || r.Why != "":
	case r.State == facts.RightLacks && can == asked:
		r.Why = "the domain controller allows writing it on " + x.dn + ": perhaps it was given further down"
	case r.State == facts.RightHas && can < asked:
		r.Why = "but the domain controller does not allow writing it on " + x.dn
	}
	return r
}

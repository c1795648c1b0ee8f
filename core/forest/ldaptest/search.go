package ldaptest

import (
	"errors"
	"iter"
	"slices"
	"strconv"
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// search is one question.
type search struct {
	base   string
	scope  int64
	limit  int
	filter *ber.Packet
	text   string // of the filter
	attrs  []string
	paged  bool
	size   int // of a page
	from   int // where the page begins
	sync   bool
}

var errRequest = errors.New("the request can't be understood")

func parseSearch(op *ber.Packet, controls []*ber.Packet) (search, error) {
	if len(op.Children) < 8 {
		return search{}, errRequest
	}
	var q search
	var ok [3]bool
	var limit int64
	q.base, ok[0] = op.Children[0].Value.(string)
	q.scope, ok[1] = op.Children[1].Value.(int64)
	limit, ok[2] = op.Children[3].Value.(int64)
	if slices.Contains(ok[:], false) {
		return search{}, errRequest
	}
	q.limit, q.filter = int(limit), op.Children[6]
	var err error
	if q.text, err = ldap.DecompileFilter(q.filter); err != nil {
		return search{}, err
	}
	for _, a := range op.Children[7].Children {
		name, _ := a.Value.(string)
		q.attrs = append(q.attrs, name)
	}
	for _, x := range controls {
		decoded, err := ldap.DecodeControl(x)
		if err != nil {
			return search{}, err
		}
		switch x := decoded.(type) {
		case *ldap.ControlPaging:
			q.paged, q.size = true, int(x.PagingSize)
			if q.from, err = strconv.Atoi("0" + string(x.Cookie)); err != nil {
				return search{}, err
			}
		case *ldap.ControlDirSync:
			q.sync = true
		}
	}
	return q, nil
}

// search answers as a domain controller does: the head of a domain that it does not
// hold is a referral, what is not there is an error, and no answer is longer than
// MaxPageSize.
func (c *client) search(id int64, q search) error {
	if q.base == "" && q.scope == ldap.ScopeBaseObject {
		return c.rootDSE(id, q)
	}
	if c.who == nil {
		return c.send(id, ldap.ApplicationSearchResultDone, Result{Code: ldap.LDAPResultOperationsError, Text: "000004DC: LdapErr: DSID-0C090CF4, comment: In order to perform this operation a successful bind must be completed on the connection., data 0, v4563"})
	}
	all, result := c.scope(q)
	if result.Code != 0 {
		return c.send(id, ldap.ApplicationSearchResultDone, result)
	}
	if q.sync && !c.mayReplicate() {
		return c.send(id, ldap.ApplicationSearchResultDone, Result{Code: ldap.LDAPResultInsufficientAccessRights, Text: "00002105: LdapErr: DSID-0C090D2A, comment: Error processing control, data 0, v4563"})
	}
	sent, more, err := c.entries(id, all, q)
	if err != nil {
		return err
	}
	if q.scope == ldap.ScopeWholeSubtree {
		if err := c.references(id, q.base); err != nil {
			return err
		}
	}
	return c.done(id, q, sent, more)
}

// done says how a search ended, and where its next page begins.
func (c *client) done(id int64, q search, sent int, more bool) error {
	switch {
	case more && (!q.paged || q.limit > 0 && sent == q.limit):
		return c.send(id, ldap.ApplicationSearchResultDone, Result{Code: ldap.LDAPResultSizeLimitExceeded, Text: "size limit exceeded"})
	case q.paged:
		page := ldap.NewControlPaging(0)
		if more {
			page.SetCookie([]byte(strconv.Itoa(q.from + sent)))
		}
		return c.send(id, ldap.ApplicationSearchResultDone, Result{}, page.Encode())
	}
	return c.send(id, ldap.ApplicationSearchResultDone, Result{})
}

// entries sends those found, as many as one answer holds, and tells whether there are more.
func (c *client) entries(id int64, all iter.Seq[Entry], q search) (sent int, more bool, err error) {
	most := c.dc.MaxPageSize
	if q.paged {
		most = min(most, q.size)
	}
	if q.limit > 0 {
		most = min(most, q.limit)
	}
	seen := 0
	for e := range all {
		if !matches(q.filter, e) {
			continue
		}
		if seen++; seen <= q.from {
			continue
		}
		if sent == most {
			return sent, true, nil
		}
		sent++
		if err := c.entry(id, e, q.attrs); err != nil {
			return sent, false, err
		}
	}
	return sent, false, nil
}

// references leads to the partitions below a head, as every search of a whole domain does.
func (c *client) references(id int64, base string) error {
	if !strings.EqualFold(base, c.dc.domain.Base()) {
		return nil
	}
	for _, below := range []string{"DomainDnsZones", "ForestDnsZones"} {
		body := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationSearchResultReference, nil, "")
		body.AppendChild(octets("ldap://" + below + "." + c.dc.domain.DNS + "/DC=" + below + "," + base))
		if err := c.write(id, body); err != nil {
			return err
		}
	}
	return nil
}

// entry sends one entry with the attributes that were asked for.
func (c *client) entry(id int64, e Entry, wanted []string) error {
	body := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationSearchResultEntry, nil, "")
	body.AppendChild(octets(e.DN))
	attrs := ber.NewSequence("")
	for _, name := range wanted {
		values := e.Attrs[strings.ToLower(name)]
		if len(values) == 0 {
			continue
		}
		one := ber.NewSequence("")
		one.AppendChild(octets(name))
		set := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSet, nil, "")
		for _, v := range values {
			set.AppendChild(octets(v))
		}
		one.AppendChild(set)
		attrs.AppendChild(one)
	}
	body.AppendChild(attrs)
	return c.write(id, body)
}

// matches evaluates a filter (RFC 4511 4.5.1.7) as far as tests need: and, or, not,
// equality, beginnings and presence, without regard to case.
func matches(f *ber.Packet, e Entry) bool {
	switch f.Tag {
	case ldap.FilterAnd:
		return !slices.ContainsFunc(f.Children, func(x *ber.Packet) bool { return !matches(x, e) })
	case ldap.FilterOr:
		return slices.ContainsFunc(f.Children, func(x *ber.Packet) bool { return matches(x, e) })
	case ldap.FilterNot:
		return !matches(f.Children[0], e)
	case ldap.FilterPresent:
		return len(e.Attrs[strings.ToLower(f.Data.String())]) > 0
	case ldap.FilterEqualityMatch:
		return has(e, f, func(v string) bool { return strings.EqualFold(v, f.Children[1].Data.String()) })
	case ldap.FilterSubstrings:
		first := f.Children[1].Children[0]
		return first.Tag == ldap.FilterSubstringsInitial && has(e, f, func(v string) bool {
			prefix := first.Data.String()
			return len(v) >= len(prefix) && strings.EqualFold(v[:len(prefix)], prefix)
		})
	default:
		return false
	}
}

func has(e Entry, f *ber.Packet, is func(string) bool) bool {
	return slices.ContainsFunc(e.Attrs[strings.ToLower(f.Children[0].Data.String())], is)
}

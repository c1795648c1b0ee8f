package forest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/adsync-reconnect/adsync-reconnect/core/forest/descriptor"
)

// pageSize is how many entries one answer holds at most; domain controllers give
// no more than 1000 (MaxPageSize) without paging.
const pageSize = 500

// session is one connection to one domain controller. Every question has a
// deadline; when it passes, or the context ends, the connection is closed and
// the session is of no more use.
type session struct {
	conn       *ldap.Conn
	raw        net.Conn
	timeout    time.Duration
	host       string // as it was dialled
	protection string // "LDAPS", "StartTLS", "Kerberos sealing"; empty for none
	release    func() // ends what the protection rests on; may be nil
	root       rootDSE
	token      descriptor.Token
}

// newSession starts LDAP on a connection. raw is the network's own connection
// beneath conn, which is closed to end a question early.
func newSession(conn, raw net.Conn, isTLS bool, host string, timeout time.Duration) *session {
	s := &session{conn: ldap.NewConn(conn, isTLS), raw: raw, host: host, timeout: timeout}
	s.conn.Start()
	return s
}

// close ends the connection. A silent domain controller does not hold it up.
func (s *session) close() {
	if s == nil {
		return
	}
	_ = s.raw.SetDeadline(time.Now().Add(time.Second)) // the goodbye may fail, the connection ends in any case
	_ = s.conn.Close()
	if s.release != nil {
		s.release()
	}
}

// do runs one question under its deadline.
func (s *session) do(ctx context.Context, ask func() error) error {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	if err := ctx.Err(); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = s.raw.Close() }) // so that ask comes back
	defer stop()
	err := ask()
	if ended := ctx.Err(); ended != nil && err != nil {
		return errors.Join(ended, err)
	}
	return err
}

// query is one search. Scope is one of ldap.Scope…; limit 0 means all.
type query struct {
	base     string
	scope    int
	filter   string
	attrs    []string
	limit    int
	controls []ldap.Control
}

// search gives the entries found, page by page unless one is the most.
// Referrals to other domains are left alone.
func (s *session) search(ctx context.Context, q query) ([]*ldap.Entry, error) {
	if q.filter == "" {
		q.filter = "(objectClass=*)"
	}
	req := ldap.NewSearchRequest(q.base, q.scope, ldap.NeverDerefAliases, q.limit, int(s.timeout/time.Second), false, q.filter, q.attrs, q.controls)
	if q.scope == ldap.ScopeBaseObject {
		var out []*ldap.Entry
		err := s.do(ctx, func() error {
			r, err := s.conn.Search(req)
			if err == nil {
				out = r.Entries
			}
			return err
		})
		return out, err
	}
	var out []*ldap.Entry
	paging := ldap.NewControlPaging(pageSize)
	req.Controls = append([]ldap.Control{paging}, q.controls...)
	for {
		var r *ldap.SearchResult
		err := s.do(ctx, func() (err error) {
			r, err = s.conn.Search(req)
			return err
		})
		if r != nil {
			out = append(out, r.Entries...)
		}
		if q.limit > 0 && len(out) > 0 && ldap.IsErrorWithCode(err, ldap.LDAPResultSizeLimitExceeded) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		next, ok := ldap.FindControl(r.Controls, ldap.ControlTypePaging).(*ldap.ControlPaging)
		if !ok || len(next.Cookie) == 0 || (q.limit > 0 && len(out) >= q.limit) {
			return out, nil
		}
		paging.SetCookie(next.Cookie)
	}
}

// one gives the one entry at a DN, or nil when there is none.
func (s *session) one(ctx context.Context, dn string, attrs []string, controls ...ldap.Control) (*ldap.Entry, error) {
	found, err := s.search(ctx, query{base: dn, scope: ldap.ScopeBaseObject, attrs: attrs, controls: controls})
	switch {
	case ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject):
		return nil, nil //nolint:nilnil // nil is the answer: there is no such entry
	case err != nil:
		return nil, err
	case len(found) == 0:
		return nil, nil //nolint:nilnil // as above: there, but not to be seen
	}
	return found[0], nil
}

// sdFlags asks for, or writes, the DACL alone.
func sdFlags() ldap.Control {
	return &ldap.ControlMicrosoftSDFlags{Criticality: true, ControlValue: 4}
}

// readDACL gives the descriptor of an object with its DACL alone, and nil when
// the object is not there.
func (s *session) readDACL(ctx context.Context, dn string) (*descriptor.Descriptor, error) {
	e, err := s.one(ctx, dn, []string{"nTSecurityDescriptor"}, sdFlags())
	if err != nil || e == nil {
		return nil, err
	}
	raw := e.GetEqualFoldRawAttributeValue("nTSecurityDescriptor")
	if len(raw) == 0 {
		return nil, fmt.Errorf("the security descriptor of %s may not be read by this account", dn)
	}
	d, err := descriptor.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("the security descriptor of %s: %w", dn, err)
	}
	return d, nil
}

// writeDACL replaces the DACL of an object.
func (s *session) writeDACL(ctx context.Context, dn string, d *descriptor.Descriptor) error {
	b, err := d.Bytes()
	if err != nil {
		return err
	}
	req := ldap.NewModifyRequest(dn, []ldap.Control{sdFlags()})
	req.Replace("nTSecurityDescriptor", []string{string(b)})
	return s.do(ctx, func() error { return s.conn.Modify(req) })
}

package ldaptest

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// Resolver answers from the forest's own DNS: the domain controllers of each domain
// (SRV) and their addresses, which Route understands.
func (f *Forest) Resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go f.serveDNS(theirs)
		return ours, nil
	}}
}

// serveDNS answers questions as they come over a stream: two bytes of length before each.
func (f *Forest) serveDNS(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	for {
		_ = conn.SetDeadline(time.Now().Add(time.Minute)) // reading or writing fails then
		var size [2]byte
		if _, err := io.ReadFull(conn, size[:]); err != nil {
			return
		}
		question := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(conn, question); err != nil {
			return
		}
		answer, err := f.resolve(question)
		if err != nil {
			return
		}
		if _, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...)); err != nil {
			return
		}
	}
}

func (f *Forest) resolve(question []byte) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(question); err != nil {
		return nil, err
	}
	if len(m.Questions) != 1 {
		return nil, errors.New("not one question")
	}
	q := m.Questions[0]
	name := strings.ToLower(strings.TrimSuffix(q.Name.String(), "."))
	m.Response, m.Authoritative, m.RecursionAvailable, m.Additionals = true, true, true, nil
	known := false
	for _, d := range f.Domains {
		for _, dc := range d.DCs {
			var body dnsmessage.ResourceBody
			switch {
			case strings.EqualFold(name, "_ldap._tcp.dc._msdcs."+d.DNS) && q.Type == dnsmessage.TypeSRV:
				target, err := dnsmessage.NewName(dc.Host + ".")
				if err != nil {
					return nil, err
				}
				body = &dnsmessage.SRVResource{Weight: 100, Port: 389, Target: target}
			case strings.EqualFold(name, dc.Host):
				known = true
				if q.Type == dnsmessage.TypeA {
					body = &dnsmessage.AResource{A: netip.MustParseAddr(dc.ip).As4()}
				}
			}
			if body != nil {
				known = true
				m.Answers = append(m.Answers, dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 60}, Body: body})
			}
		}
	}
	if !known {
		m.RCode = dnsmessage.RCodeNameError
	}
	return m.Pack()
}

//go:build linux

package forest

import (
	"net"
	"sync/atomic"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
)

// TestRoundTripsDoNotGrow counts the requests on the wire for an empty forest, then
// for one with a thousand organizational units, each with a descriptor to look at,
// and a thousand users, more than a page of them protected ones.
func TestRoundTripsDoNotGrow(t *testing.T) {
	dc2 := other(t, 0)
	d := both(t, dc2)
	var n atomic.Int64
	d.wrap = func(c net.Conn) net.Conn { return counting{c, &n} }
	count := func() int64 {
		n.Store(0)
		r := creating(dc2.Domain, `FABRIKAM\Administrator`)
		r.Features = allFeatures
		a, err := d.Verify(t.Context(), r, nil)
		if err != nil {
			t.Fatal(err)
		}
		x, known := a.Forest.Exceptions.Get()
		t.Log(n.Load(), "requests;", x.Admins.Count, "protected accounts, more:", x.More)
		if !known {
			t.Error(a.Forest.Exceptions.Reason())
		}
		return n.Load()
	}
	empty := count()
	if _, err := dc2.Python(t.Context(), `
samdb.transaction_start()
for i in range(1000):
    samdb.add({'dn': 'OU=Unit%04d,%s' % (i, base), 'objectClass': 'organizationalUnit'})
    samdb.add({'dn': 'CN=user%04d,OU=Unit%04d,%s' % (i, i, base), 'objectClass': 'user', 'sAMAccountName': 'user%04d' % i, 'adminCount': '1' if i % 2 == 0 or i < 200 else '0'})
samdb.transaction_commit()`); err != nil {
		t.Fatal(err)
	}
	if full := count(); full != empty || full >= 40 {
		t.Errorf("%d requests for a large forest, %d for an empty one", full, empty)
	}
	r := creating(dc2.Domain, `FABRIKAM\Administrator`)
	a, err := d.Verify(t.Context(), r, nil)
	if x := a.Forest.Exceptions.Value; err != nil || x.Admins.Count != exceptionsLimit || !x.More || len(x.Admins.Named) != maxExamples {
		t.Errorf("found %+v, %v", x, err)
	}
}

// BenchmarkVerify measures the proof of an account that is there.
func BenchmarkVerify(b *testing.B) {
	if dc == nil {
		b.Skip(without)
	}
	roots, err := dc.Roots()
	if err != nil {
		b.Fatal(err)
	}
	d := &Directory{Resolver: dc.Resolver(), Roots: roots}
	for b.Loop() {
		if _, err := d.Verify(b.Context(), request(answers.ExistingAccount, `CONTOSO\svc-plain`, userPassword, allFeatures...), nil); err != nil {
			b.Fatal(err)
		}
	}
}

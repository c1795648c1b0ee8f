//go:build linux

package forest

import (
	"context"
	"crypto/x509"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/forest/sambatest"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// other starts a second forest, whose DNS name has nothing in common with the first.
func other(t *testing.T, seconds int) *sambatest.DC {
	t.Helper()
	needDC(t)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	dc2, err := sambatest.StartAt(ctx, "FABRIKAM.EXAMPLE", sambatest.AddressOtherForest, seconds)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(dc2.Stop)
	return dc2
}

// both gives a Directory whose DNS leads to two forests, and which trusts both authorities.
func both(t *testing.T, dc2 *sambatest.DC) *Directory {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(dc.CA(t))
	roots.AppendCertsFromPEM(dc2.CA(t))
	return &Directory{Resolver: sambatest.Resolver(dc, dc2), Roots: roots, Timeout: 10 * time.Second}
}

func creating(forest, user string) setup.ForestRequest {
	return setup.ForestRequest{
		Answer:   answers.Forest{Forest: forest, Option: answers.CreateAccount, User: user},
		Password: secret.New(sambatest.AdminPassword), Features: []facts.Feature{facts.FeaturePasswordHash},
	}
}

// TestTwoForests proves both at once with one Directory, then one alone when the
// other is gone.
func TestTwoForests(t *testing.T) {
	needDC(t)
	dc2 := other(t, 0)
	d := both(t, dc2)
	verifyBoth := func() (a [2]facts.ForestAccount, err [2]error) {
		var wait sync.WaitGroup
		for i, r := range []setup.ForestRequest{creating(dc.Domain, `CONTOSO\Administrator`), creating(dc2.Domain, `fabrikam.example\Administrator`)} {
			wait.Go(func() { a[i], err[i] = d.Verify(t.Context(), r, nil) })
		}
		wait.Wait()
		return a, err
	}
	a, err := verifyBoth()
	for i, want := range []*sambatest.DC{dc, dc2} {
		if err[i] != nil {
			t.Fatalf("%s: %v", want.Domain, err[i])
		}
		domains := a[i].Forest.Domains.Or(nil)
		if a[i].User != want.NetBIOS+`\Administrator` || !strings.EqualFold(a[i].Controller, want.Host) || a[i].Forest.Name != want.Domain ||
			len(domains) != 1 || domains[0].DNS != want.Domain || states(a[i].Rights)[facts.FeaturePasswordHash] != facts.RightGranted {
			t.Errorf("%s: %+v", want.Domain, a[i])
		}
	}
	// An administrator of one is nobody in the other.
	_, e := d.Verify(t.Context(), creating(dc2.Domain, `CONTOSO\Administrator`), nil)
	if p := problem.As(e); p == nil || p.Code != CodeWrong {
		t.Errorf("credentials of the other forest: %v", e)
	}
	// A domain controller of one forest typed for the other.
	r := creating(dc.Domain, `CONTOSO\Administrator`)
	r.Answer.DC = dc2.IP
	if _, e = d.Verify(t.Context(), r, nil); problem.As(e) == nil || problem.As(e).Code != CodeOtherForest {
		t.Errorf("a domain controller of the other forest: %v", e)
	}
	dc2.Stop()
	a, err = verifyBoth()
	if err[0] != nil || a[0].User == "" {
		t.Errorf("the first forest suffers from the other: %v", err[0])
	}
	if p := problem.As(err[1]); p == nil || p.Code != CodeUnreachable || p.Fix == "" || !strings.Contains(p.What, dc2.Domain) {
		t.Errorf("the forest that is gone: %v", err[1])
	}
}

// TestClockSkew lets the domain controller be ten minutes ahead: Kerberos refuses
// the right password, in our words, and a wrong one is still called wrong.
func TestClockSkew(t *testing.T) {
	needDC(t)
	if sambatest.Clock() == "" {
		if sambatest.Required() {
			t.Fatal("libfaketime is missing; scripts/setup-samba installs it")
		}
		t.Skip("libfaketime is missing; scripts/setup-samba installs it")
	}
	dc2 := other(t, 600)
	d := both(t, dc2)
	d.Roots = x509.NewCertPool() // only Kerberos is left
	_, err := d.Verify(t.Context(), creating(dc2.Domain, "Administrator@fabrikam.example"), nil)
	if p := problem.As(err); p == nil || p.Code != CodeClock || !strings.Contains(p.Fix, "w32tm") || strings.Contains(p.Text(), sambatest.AdminPassword) {
		t.Errorf("ten minutes ahead: %v", err)
	}
	d = both(t, dc2)
	if _, err := d.Verify(t.Context(), creating(dc2.Domain, "Administrator@fabrikam.example"), nil); err != nil {
		t.Errorf("over TLS the clock does not matter: %v", err)
	}
}

// TestClockIsMeasured reads the difference from the domain controller's own time
// before anybody signs in, and says it before Kerberos breaks.
func TestClockIsMeasured(t *testing.T) {
	d := directory(t)
	for by, warns := range map[time.Duration]bool{0: false, 12 * time.Minute: true, -12 * time.Minute: true} {
		d.Now = func() time.Time { return time.Now().Add(-by) }
		c := found(t, d)
		if diff := (c.root.clock - by).Abs(); !c.root.clockKnown || diff > 2*time.Second {
			t.Errorf("%v was measured as %v", by, c.root.clock)
		}
		a := facts.ForestAccount{Forest: facts.Forest{Name: dc.Domain, Clock: facts.Known(c.root.clock, "x", time.Now())}}
		warned := slices.ContainsFunc(preflight.JudgeForest(facts.Set{}, facts.Connector{}, a), func(f preflight.Finding) bool {
			return f.ID == "forest.clock" && f.Severity == preflight.Warning
		})
		if warned != warns {
			t.Errorf("%v: warned %v", by, warned)
		}
	}
	skewed := controller{host: "dc9", root: rootDSE{clock: -12 * time.Minute, clockKnown: true}}
	if p := skewed.withClock(&problem.Problem{Code: CodeClock}); !strings.Contains(p.What, "12m0s ahead") {
		t.Errorf("it says %q", p.What)
	}
}

// TestClosedPorts opens one port at a time, on an address of its own.
func TestClosedPorts(t *testing.T) {
	needDC(t) // ports below 1024 need root, as it does
	d := &Directory{PortWait: 300 * time.Millisecond}
	for _, open := range wantedPorts {
		stop := listen(t, "127.0.0.34", open)
		want := slices.DeleteFunc(slices.Clone(wantedPorts), func(p int) bool { return p == open })
		if got := d.closedPorts(t.Context(), "127.0.0.34"); !slices.Equal(got, want) {
			t.Errorf("with %d open %v are said to be closed", open, got)
		}
		stop()
	}
}

func listen(t *testing.T, host string, port int) (stop func()) {
	t.Helper()
	var c net.ListenConfig
	l, err := c.Listen(t.Context(), "tcp", hostPort(host, port))
	if err != nil {
		t.Fatal(err)
	}
	return func() { _ = l.Close() }
}

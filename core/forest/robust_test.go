//go:build linux

package forest

import (
	"context"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/forest/descriptor"
	"github.com/adsync-reconnect/adsync-reconnect/core/forest/sambatest"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// TestEveryDescriptorOfTheDirectory reads all descriptors of the forest and
// writes them as they were.
func TestEveryDescriptorOfTheDirectory(t *testing.T) {
	d := directory(t)
	s, err := d.signIn(t.Context(), found(t, d), admin(t, `CONTOSO\Administrator`, sambatest.AdminPassword))
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	seen := 0
	for _, base := range []string{s.root.domain, s.root.config, s.root.schema} {
		all, err := s.search(t.Context(), query{base: base, scope: 2, attrs: []string{"nTSecurityDescriptor"}})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range all {
			raw := e.GetRawAttributeValue("nTSecurityDescriptor")
			sd, err := descriptor.Parse(raw)
			if err != nil {
				t.Fatalf("%s: %v", e.DN, err)
			}
			if out, err := sd.Bytes(); err != nil || !slices.Equal(raw, out) {
				t.Fatalf("%s comes out otherwise: %v", e.DN, err)
			}
			seen++
		}
	}
	if seen < 3000 {
		t.Errorf("only %d descriptors were seen", seen)
	}
}

// counting counts what is sent.
type counting struct {
	net.Conn
	n *atomic.Int64
}

func (c counting) Write(p []byte) (int, error) {
	c.n.Add(1)
	return c.Conn.Write(p)
}

func TestRoundTrips(t *testing.T) {
	d := directory(t)
	var n atomic.Int64
	d.wrap = func(c net.Conn) net.Conn { return counting{c, &n} }
	if _, err := d.Verify(t.Context(), request(answers.ExistingAccount, `CONTOSO\svc-plain`, userPassword, allFeatures...), nil); err != nil {
		t.Fatal(err)
	}
	t.Log(n.Load(), "messages sent")
	if n.Load() >= 40 {
		t.Errorf("%d messages were sent", n.Load())
	}
}

// falling is a domain controller that answers some times and then no more: what
// it would have said never comes.
type falling struct {
	net.Conn
	left   *atomic.Int64
	closed chan struct{}
	once   sync.Once
}

func (c *falling) Read(p []byte) (int, error) {
	if c.left.Add(-1) < 0 {
		<-c.closed
		return 0, net.ErrClosed
	}
	return c.Conn.Read(p)
}

func (c *falling) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}

func silentAfter(t *testing.T, answers int64) *Directory {
	t.Helper()
	d := directory(t)
	d.Timeout, d.PortWait = 300*time.Millisecond, 300*time.Millisecond
	left := &atomic.Int64{}
	left.Store(answers)
	d.wrap = func(c net.Conn) net.Conn { return &falling{Conn: c, left: left, closed: make(chan struct{})} }
	return d
}

func TestSilentDomainController(t *testing.T) {
	needDC(t)
	for n := int64(0); n < 60; n += 4 {
		d := silentAfter(t, n)
		start := time.Now()
		a, err := d.Verify(t.Context(), request(answers.ExistingAccount, `CONTOSO\svc-plain`, userPassword, facts.FeatureBasicRead), nil)
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("after %d answers it took %v", n, took)
		}
		if err != nil {
			if p := problem.As(err); p == nil || p.Code == problem.CodeUnknown || p.Fix == "" {
				t.Errorf("after %d answers: %#v", n, err)
			}
			continue
		}
		for _, r := range a.Rights {
			if r.State == facts.RightHas || (r.State == facts.RightUnknown && r.Why == "") {
				t.Errorf("after %d answers: %+v", n, r)
			}
		}
	}
}

// TestInterruptedCreation breaks the creation off at every stage, then lets it go
// on: the account is taken over, and removing leaves nothing.
func TestInterruptedCreation(t *testing.T) {
	d := directory(t)
	ea := apply.Credential{User: `CONTOSO\Administrator`, Password: secret.New(sambatest.AdminPassword)}
	a := plan.Account{
		Forest: dc.Domain, User: "MSOL_aaaaaaaaaaaa", Comment: "interrupted", Container: "CN=Users," + dc.Base,
		Grants: []facts.Right{{Feature: facts.FeaturePasswordHash, Domain: dc.Domain, State: facts.RightGranted}},
	}
	before := head(t, d)
	for n := int64(16); n < 64; n += 6 {
		if _, err := silentAfter(t, n).CreateAccount(t.Context(), a, ea); err != nil && problem.As(err) == nil {
			t.Errorf("after %d answers: %v", n, err)
		}
	}
	password, err := d.CreateAccount(t.Context(), a, ea)
	if err != nil {
		t.Fatal(err)
	}
	v, err := d.Verify(t.Context(), request(answers.ExistingAccount, `CONTOSO\`+a.User, password.Reveal(), facts.FeaturePasswordHash), nil)
	if err != nil || v.Rights[0].State != facts.RightHas {
		t.Errorf("taken over: %+v %v", v.Rights, err)
	}
	for n := int64(16); n < 50; n += 6 {
		if err := silentAfter(t, n).RemoveAccount(t.Context(), a, ea); err != nil && problem.As(err) == nil {
			t.Errorf("after %d answers: %v", n, err)
		}
	}
	if err := d.RemoveAccount(t.Context(), a, ea); err != nil {
		t.Fatal(err)
	}
	if head(t, d) != before {
		t.Error("the domain's descriptor is not as it was before")
	}
}

func TestCancel(t *testing.T) {
	d := silentAfter(t, 14)
	d.Timeout = time.Minute
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(200*time.Millisecond, cancel)
	start := time.Now()
	_, err := d.Verify(ctx, request(answers.ExistingAccount, `CONTOSO\svc-plain`, userPassword, allFeatures...), nil)
	if p := problem.As(err); p == nil || p.Code != problem.CodeCancelled {
		t.Errorf("cancelled: %v", err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}

// TestDomainThatDoesNotAnswer adds a domain to the forest's list that nobody serves.
func TestDomainThatDoesNotAnswer(t *testing.T) {
	d := directory(t)
	const dn = "dn = 'CN=EUROPE,CN=Partitions,CN=Configuration,' + base\n"
	if _, err := dc.Python(t.Context(), dn+`samdb.add({'dn': dn, 'objectClass': 'crossRef', 'nCName': 'DC=europe,' + base,
 'dnsRoot': 'europe.contoso.test', 'nETBIOSName': 'EUROPE', 'systemFlags': '3', 'trustParent': 'CN=CONTOSO,CN=Partitions,CN=Configuration,' + base}, ['relax:0'])`); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if _, err := dc.Python(context.Background(), dn+"samdb.delete(dn, ['relax:0'])"); err != nil {
			t.Error(err)
		}
	}()
	a, err := d.Verify(t.Context(), request(answers.CreateAccount, `CONTOSO\Administrator`, sambatest.AdminPassword, facts.FeaturePasswordHash), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Rights) != 2 || a.Rights[0].State != facts.RightGranted || a.Rights[1].State != facts.RightUnknown || a.Rights[1].Domain != "europe.contoso.test" || a.Rights[1].Why == "" {
		t.Errorf("rights %+v", a.Rights)
	}
	if got := a.Forest.Domains.Or(nil); len(got) != 2 || !got[0].Root || got[1].NetBIOS != "EUROPE" {
		t.Errorf("domains %+v", got)
	}
	x, known := a.Forest.Exceptions.Get()
	if !known || x.Admins.Count == 0 || len(x.Unread) != 1 || x.Unread[0].Domain != "europe.contoso.test" || x.Unread[0].Why == "" {
		t.Errorf("exceptions %+v %s", x, a.Forest.Exceptions.Reason())
	}
}

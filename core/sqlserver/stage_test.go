package sqlserver_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/sqlserver"
)

const password = "S3cret-ä€"

// doorman is a backend that knows logins only: any statement succeeds with nothing.
type doorman struct {
	mu     sync.Mutex
	seen   []tds.LoginRequest
	refuse func(tds.LoginRequest) *tds.ServerError
	hold   bool // never answers a login
	batch  func(ctx context.Context, text string, w tds.ResultWriter) error
}

func (d *doorman) Login(ctx context.Context, l tds.LoginRequest) (tds.Session, error) {
	d.mu.Lock()
	d.seen = append(d.seen, l)
	d.mu.Unlock()
	if d.hold {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if d.refuse != nil {
		if e := d.refuse(l); e != nil {
			return nil, e
		}
	}
	return &visitor{d: d, db: l.Database}, nil
}

func (d *doorman) logins() []tds.LoginRequest {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]tds.LoginRequest(nil), d.seen...)
}

// visitor is a session of a doorman.
type visitor struct {
	d  *doorman
	db string
}

func (v *visitor) Batch(ctx context.Context, text string, w tds.ResultWriter) error {
	if v.d.batch != nil {
		return v.d.batch(ctx, text, w)
	}
	return w.Done(0, false)
}

func (v *visitor) ExecuteSQL(ctx context.Context, text string, _ []tds.Param, w tds.ResultWriter) error {
	return v.Batch(ctx, text, w)
}

func (v *visitor) Call(context.Context, string, []tds.Param, tds.ResultWriter) (int32, error) {
	return 0, nil
}
func (v *visitor) Begin(context.Context) error    { return nil }
func (v *visitor) Commit(context.Context) error   { return nil }
func (v *visitor) Rollback(context.Context) error { return nil }
func (v *visitor) Reset(context.Context) error    { return nil }
func (v *visitor) InTransaction() (uint64, bool)  { return 0, false }
func (v *visitor) Database() string               { return v.db }
func (v *visitor) Close() error                   { return nil }
func (v *visitor) BulkLoad(context.Context, []tds.Column, func() ([]any, bool, error)) (int64, error) {
	return 0, nil
}

// paper says how to make a certificate.
type paper struct {
	names       []string
	from, until time.Duration // from now
	usage       x509.ExtKeyUsage
	ca          *tls.Certificate // nil: self-signed
	isCA        bool
}

// issue makes a certificate.
func issue(t *testing.T, p paper) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<60))
	if err != nil {
		t.Fatal(err)
	}
	if p.until == 0 {
		p.from, p.until = -time.Hour, 24*time.Hour
	}
	if p.usage == 0 {
		p.usage = x509.ExtKeyUsageServerAuth
	}
	c := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "test " + strings.Join(p.names, " ")}, DNSNames: p.names,
		NotBefore: time.Now().Add(p.from), NotAfter: time.Now().Add(p.until),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{p.usage},
		BasicConstraintsValid: true, IsCA: p.isCA,
	}
	if p.isCA {
		c.KeyUsage |= x509.KeyUsageCertSign
		c.ExtKeyUsage = nil
	}
	parent, signer := c, any(key)
	if p.ca != nil {
		parent, signer = p.ca.Leaf, p.ca.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// fingerprint is the SHA-256 of a certificate.
func fingerprint(c tls.Certificate) string {
	sum := sha256.Sum256(c.Certificate[0])
	return hex.EncodeToString(sum[:])
}

// file writes a certificate in PEM or DER and gives the path.
func file(t *testing.T, name string, c tls.Certificate) string {
	t.Helper()
	b := c.Certificate[0]
	if !strings.HasSuffix(name, ".der") {
		b = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: b})
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// stage is a pretend network with one SQL Server, SQL01 with the instance HYBRID
// on port 50123 and the default instance on 1433.
type stage struct {
	net  *tds.Network
	door *doorman
	cert tls.Certificate
}

func newStage(t *testing.T, cfg tds.Config) *stage {
	t.Helper()
	s := &stage{net: tds.NewNetwork(), door: &doorman{}}
	if cfg.Backend == nil {
		cfg.Backend = s.door
	}
	if len(cfg.Certificate.Certificate) == 0 {
		cfg.Certificate = issue(t, paper{names: []string{"sql01", "sql01.contoso.com"}})
	}
	s.cert = cfg.Certificate
	server, err := tds.NewServer(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	s.net.AddHost("SQL01")
	s.net.Alias("sql01.contoso.com", "SQL01")
	s.net.Listen("SQL01", 1433, server.Handle)
	s.net.Listen("SQL01", 50123, server.Handle)
	s.net.AddInstance("SQL01", tds.Instance{Name: "MSSQLSERVER", Port: 1433})
	s.net.AddInstance("SQL01", tds.Instance{Name: "HYBRID", Port: 50123})
	s.net.AddInstance("SQL01", tds.Instance{Name: "PIPESONLY"})
	return s
}

// config is a good configuration for the stage.
func (s *stage) config() sqlserver.Config {
	return sqlserver.Config{
		Answers: answers.SQL{
			Server: "SQL01", SignIn: answers.SignInSQL, User: "sa", Timeout: 3, PinSHA256: fingerprint(s.cert),
		},
		Password: secret.New(password), Dialer: s.net,
	}
}

// outcome is what came out of Connect.
type outcome struct {
	f    facts.SQLServer
	err  error
	took time.Duration
}

// connect connects and closes what it got.
func connect(ctx context.Context, c sqlserver.Config) outcome {
	start := time.Now()
	db, f, err := sqlserver.Connect(ctx, c)
	o := outcome{f, err, time.Since(start)}
	if db != nil {
		o.err = errors.Join(err, db.Close())
	}
	return o
}

// connectAll connects with all configurations at the same time.
func connectAll(ctx context.Context, all []sqlserver.Config) []outcome {
	out := make([]outcome, len(all))
	var wg sync.WaitGroup
	for i, c := range all {
		wg.Go(func() { out[i] = connect(ctx, c) })
	}
	wg.Wait()
	return out
}

// reach connects and gives what came out, checked.
func reach(t *testing.T, c sqlserver.Config) (facts.SQLServer, *problem.Problem) {
	t.Helper()
	return checked(t, connect(t.Context(), c))
}

// checked sees to it that a failure is a problem that helps and keeps the secret.
func checked(t *testing.T, o outcome) (facts.SQLServer, *problem.Problem) {
	t.Helper()
	if o.err == nil {
		return o.f, nil
	}
	p := problem.As(o.err)
	if p == nil {
		t.Fatalf("got %v", o.err)
	}
	if p.What == "" || p.Fix == "" || p.Field == "" {
		t.Errorf("a problem without help or field: %s", p.Text())
	}
	if strings.Contains(p.Text(), password) {
		t.Errorf("the password is shown: %s", p.Text())
	}
	return o.f, p
}

// failedAt checks that exactly the layers before name passed and those behind
// were not tried.
func failedAt(t *testing.T, f facts.SQLServer, name facts.LayerName, code problem.Code) {
	t.Helper()
	before := true
	for _, l := range f.Layers {
		switch {
		case l.Name == name:
			before = false
			if l.Outcome != facts.Failed || l.Problem == nil || l.Problem.Code != code {
				t.Errorf("layer %s: %s %v, want failed with %s", l.Name, l.Outcome, l.Problem, code)
			}
		case before && l.Outcome != facts.Passed && l.Outcome != facts.Skipped:
			t.Errorf("layer %s before the failed one: %q", l.Name, l.Outcome)
		case !before && l.Outcome != facts.NotTried:
			t.Errorf("layer %s behind the failed one: %q", l.Name, l.Outcome)
		}
	}
	if before {
		t.Errorf("layer %s is not there", name)
	}
}

// listen starts a real TCP server whose connections go to serve, and gives its port.
func listen(t *testing.T, serve func(net.Conn)) int {
	t.Helper()
	var cfg net.ListenConfig
	l, err := cfg.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var open []net.Conn
	t.Cleanup(func() {
		_ = l.Close()
		mu.Lock()
		defer mu.Unlock()
		for _, c := range open {
			_ = c.Close()
		}
	})
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open = append(open, c)
			mu.Unlock()
			go serve(c)
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

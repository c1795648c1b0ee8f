//go:build unix

package install_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/cli"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/install"
	"github.com/adsync-reconnect/adsync-reconnect/core/logbook"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/standin"
	"github.com/adsync-reconnect/adsync-reconnect/core/probe"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// envWizard makes the test binary a wizard of its own, which works on the site
// of the test that started it: the SQL Server over a loopback port, directory and
// tenant over HTTP. It can be killed without harm to the site.
const envWizard = "RECONNECT_TEST_WIZARD"

func TestMain(m *testing.M) {
	text := os.Getenv(envWizard)
	if text == "" {
		os.Exit(m.Run())
	}
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		panic(err)
	}
	os.Exit(o.run())
}

// order is what a wizard process is to do.
type order struct {
	Command     string // of the command line: install, resume or undo
	Answers     answers.Answers
	Computer    facts.Computer
	Certificate []byte // of the SQL Server, DER
	URL         string // of directory and tenant
	Now         time.Time
	DataDir     string
	Windows     string // file of the pretend computer
	Kill        moment
	Seed        byte   // of what the wizard makes up
	Support     string // file for the support bundle, empty for none
	// Hold makes the wizard say so and wait when a step of that kind is about to
	// be written down as begun.
	Hold plan.Kind
	// Setup is where Microsoft's setup is reached that the wizard hands over to, and
	// KillLook at which look at it the wizard kills itself.
	Setup    string
	KillLook int
}

// moment is when a wizard kills itself, as from outside: at the record of the
// journal with that number, before it is written or when it is on disk; or at a
// call of the directory or the tenant, before it is made or when it took effect.
type moment struct {
	Record int
	Call   int
	After  bool
}

func (m moment) String() string {
	when := "before"
	if m.After {
		when = "after"
	}
	if m.Call > 0 {
		return fmt.Sprintf("%s call %d", when, m.Call)
	}
	return fmt.Sprintf("%s record %d", when, m.Record)
}

func die() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {} // until the signal arrives
}

// run is the whole wizard process. The secrets come in its standard input.
func (o order) run() int {
	var typed map[string]string
	if err := json.NewDecoder(os.Stdin).Decode(&typed); err != nil {
		panic(err)
	}
	secrets := map[string]secret.Value{}
	for k, v := range typed {
		secrets[k] = secret.New(v)
	}
	certificate, err := x509.ParseCertificate(o.Certificate)
	if err != nil {
		panic(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(certificate)
	p := &probe.Probe{
		Roots: roots, Now: func() time.Time { return o.Now }, Wait: 20 * time.Millisecond,
		Computer: func(context.Context, time.Time) facts.Computer { return o.Computer },
	}
	far := &remote{url: o.URL, kill: o.Kill}
	i := install.New(install.Params{
		Probe: p, Directory: far, Granter: far, Cloud: far, DataDir: o.DataDir, Practice: true, Watch: o.watch,
		Local: standin.Open(o.Windows).Local(), Setup: o.setup(),
	})
	name, _ := o.Computer.Name.Get()
	params := setup.Params{
		Site: setup.Site{
			Prober: p, Directory: far, Cloud: far, Installer: i, Finder: i, Answers: o.Answers, Computer: name, Secrets: secrets,
		},
		Clock: p.Now, Program: "1.0", DataDir: o.DataDir, Random: rand.NewChaCha8([32]byte{1, o.Seed}),
		Book: logbook.New(filepath.Join(o.DataDir, "logs"), time.Now()),
	}
	if o.Command == unswitch {
		return takeSwitchBack(i, o, secrets)
	}
	if o.Command == switchLeave || o.Command == switchEnter {
		err = cli.RunStaging(context.Background(), params, cli.Options{Staging: o.Command, JSON: true}, os.Stdout, os.Stderr)
		return exitCode(err)
	}
	options := cli.Options{Install: o.Command == cli.CommandInstall, Resume: o.Command == cli.CommandResume, Undo: o.Command == cli.CommandUndo, JSON: true, Support: o.Support}
	err = cli.Run(context.Background(), params, options, os.Stdout, os.Stderr)
	return exitCode(err)
}

func exitCode(err error) int {
	var code cli.Exit
	if errors.As(err, &code) {
		return int(code)
	}
	if err != nil {
		panic(err)
	}
	return 0
}

// watch kills the process at its record, or holds it.
func (o order) watch(r apply.Record, onDisk bool) {
	if r.N == o.Kill.Record && onDisk == o.Kill.After {
		die()
	}
	if o.Hold != "" && r.Kind == apply.RecordIntent && kindOf(r.Step) == string(o.Hold) && !onDisk {
		_, _ = os.Stderr.WriteString("holding\n")
		select {}
	}
}

// message is a call of directory or tenant with its answer, on the wire.
type message struct {
	Method   string
	Answer   answers.Forest
	Entra    answers.Entra
	Tenant   string
	Conn     facts.Connector
	Features []facts.Feature
	Account  plan.Account
	Identity plan.Identity
	User     string
	Secret   []byte
	Granter  []byte // the password of who grants rights
	Entries  []apply.Entry

	Problem *problem.Problem
	There   bool
	Login   string
	Thumb   string
	Proof   facts.ForestAccount
	Facts   facts.Tenant
}

// remote is directory and tenant of a site in another process. Who is signed in
// to the tenant is this process's own business.
type remote struct {
	url      string
	kill     moment
	calls    atomic.Int32
	signedIn atomic.Bool
}

func (r *remote) call(ctx context.Context, m message) (message, error) {
	n := int(r.calls.Add(1))
	if n == r.kill.Call && !r.kill.After {
		die()
	}
	var out message
	err := r.send(ctx, m, &out)
	if n == r.kill.Call {
		die()
	}
	if err == nil && out.Problem != nil {
		err = out.Problem
	}
	return out, err
}

// send puts a message on the wire and reads the answer.
func (r *remote) send(ctx context.Context, m, answer any) error {
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	return json.NewDecoder(response.Body).Decode(answer)
}

func (r *remote) Verify(ctx context.Context, q setup.ForestRequest, _ func(string)) (facts.ForestAccount, error) {
	m, err := r.call(ctx, message{Method: "verify", Answer: q.Answer, Conn: q.Connector, Features: q.Features, Secret: q.Password.Bytes(), Granter: q.GrantPassword.Bytes()})
	return m.Proof, err
}

func (r *remote) CreateAccount(ctx context.Context, a plan.Account, c apply.Credential) (secret.Value, error) {
	m, err := r.call(ctx, message{Method: "create account", Account: a, User: c.User, Secret: c.Password.Bytes()})
	return secret.FromBytes(m.Secret), err
}

func (r *remote) RemoveAccount(ctx context.Context, a plan.Account, c apply.Credential) error {
	_, err := r.call(ctx, message{Method: "remove account", Account: a, User: c.User, Secret: c.Password.Bytes()})
	return err
}

func (r *remote) HasAccount(ctx context.Context, a plan.Account, c apply.Credential) (bool, error) {
	m, err := r.call(ctx, message{Method: "has account", Account: a, User: c.User, Secret: c.Password.Bytes()})
	return m.There, err
}

func (r *remote) Ungranted(ctx context.Context, a plan.Account, c apply.Credential) ([]apply.Entry, error) {
	m, err := r.call(ctx, message{Method: "ungranted", Account: a, User: c.User, Secret: c.Password.Bytes()})
	return m.Entries, err
}

func (r *remote) Grant(ctx context.Context, a plan.Account, c apply.Credential, entries []apply.Entry) error {
	_, err := r.call(ctx, message{Method: "grant", Account: a, User: c.User, Secret: c.Password.Bytes(), Entries: entries})
	return err
}

func (r *remote) Revoke(ctx context.Context, a plan.Account, c apply.Credential, entries []apply.Entry) error {
	_, err := r.call(ctx, message{Method: "revoke", Account: a, User: c.User, Secret: c.Password.Bytes(), Entries: entries})
	return err
}

func (r *remote) SignIn(ctx context.Context, q setup.CloudRequest, _ func(setup.Prompt)) (facts.Tenant, error) {
	m, err := r.call(ctx, message{Method: "sign in", Entra: q.Answer, Tenant: q.Tenant})
	r.signedIn.Store(err == nil)
	return m.Facts, err
}

func (r *remote) SignOut() { r.signedIn.Store(false) }

func (r *remote) identity(ctx context.Context, method string, i plan.Identity) (message, error) {
	if !r.signedIn.Load() {
		return message{}, &problem.Problem{Code: "entra.signed-out", What: "Nobody is signed in."}
	}
	return r.call(ctx, message{Method: method, Identity: i})
}

func (r *remote) CreateIdentity(ctx context.Context, i plan.Identity, _ func(string)) (apply.IdentityCredential, error) {
	m, err := r.identity(ctx, "create identity", i)
	return apply.IdentityCredential{Login: m.Login, Thumbprint: m.Thumb, Secret: secret.FromBytes(m.Secret)}, err
}

func (r *remote) RemoveIdentity(ctx context.Context, i plan.Identity) error {
	_, err := r.identity(ctx, "remove identity", i)
	return err
}

func (r *remote) HasIdentity(ctx context.Context, i plan.Identity) (bool, error) {
	m, err := r.identity(ctx, "has identity", i)
	return m.There, err
}

// serve makes the directory and the tenant of a site reachable for wizards in
// other processes, and counts the calls and the connections that are open.
func serve(t *testing.T, site setup.Site, calls, open *atomic.Int32) string {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		var m message
		data, err := io.ReadAll(r.Body)
		if err == nil {
			err = json.Unmarshal(data, &m)
		}
		if err == nil {
			// What was sent takes effect, whatever becomes of the sender.
			m, err = answer(context.WithoutCancel(r.Context()), site, m)
		}
		m.Problem = problem.From(err)
		if err := json.NewEncoder(w).Encode(m); err != nil {
			t.Log(err) // the sender was killed
		}
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			open.Add(1)
		case http.StateClosed, http.StateHijacked:
			open.Add(-1)
		default: // it is still open
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	return server.URL
}

// answer carries a message out.
func answer(ctx context.Context, site setup.Site, m message) (message, error) {
	directory, cloud := site.Directory.(apply.Directory), site.Cloud.(apply.Cloud)
	granter := site.Directory.(apply.Granter)
	c := apply.Credential{User: m.User, Password: secret.FromBytes(m.Secret)}
	out := message{}
	var err error
	switch m.Method {
	case "verify":
		out.Proof, err = site.Directory.Verify(ctx, setup.ForestRequest{
			Answer: m.Answer, Password: c.Password, Connector: m.Conn, Features: m.Features, GrantPassword: secret.FromBytes(m.Granter),
		}, func(string) {})
	case "create account":
		var password secret.Value
		password, err = directory.CreateAccount(ctx, m.Account, c)
		out.Secret = password.Bytes()
	case "remove account":
		err = directory.RemoveAccount(ctx, m.Account, c)
	case "has account":
		out.There, err = directory.HasAccount(ctx, m.Account, c)
	case "ungranted":
		out.Entries, err = granter.Ungranted(ctx, m.Account, c)
	case "grant":
		err = granter.Grant(ctx, m.Account, c, m.Entries)
	case "revoke":
		err = granter.Revoke(ctx, m.Account, c, m.Entries)
	case "sign in":
		out.Facts, err = site.Cloud.SignIn(ctx, setup.CloudRequest{Answer: m.Entra, Tenant: m.Tenant}, func(setup.Prompt) {})
	case "create identity":
		var i apply.IdentityCredential
		i, err = cloud.CreateIdentity(ctx, m.Identity, func(string) {})
		out.Login, out.Thumb, out.Secret = i.Login, i.Thumbprint, i.Secret.Bytes()
	case "remove identity":
		err = cloud.RemoveIdentity(ctx, m.Identity)
	case "has identity":
		out.There, err = cloud.HasIdentity(ctx, m.Identity)
	default:
		err = fmt.Errorf("no method %q", m.Method)
	}
	return out, err
}

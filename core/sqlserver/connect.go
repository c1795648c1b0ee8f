package sqlserver

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// Connect goes to the database layer by layer and gives a pool of guarded
// connections, which the caller closes. The facts hold what was seen in any
// case: the layers up to the first that failed (later ones NotTried), the
// certificate even when it is not trusted, and, once the login was accepted,
// what the server says of itself and which databases there are, even when the
// wanted one could not be opened. The error is a *problem.Problem. An
// untrusted certificate ends the way before the login: no password is sent.
func Connect(ctx context.Context, c Config) (*sql.DB, facts.SQLServer, error) {
	w, p := newWay(c)
	if p != nil {
		return nil, w.out, p
	}
	if p = w.reach(ctx); p != nil {
		return nil, w.out, p
	}
	db, p := w.signIn(ctx)
	if p != nil {
		return nil, w.out, p
	}
	w.readServer(ctx, db)
	return db, w.out, nil
}

// List goes to the server and lists its databases, without opening any but
// master. The facts are as in Connect, with the layer of the database not tried.
func List(ctx context.Context, c Config) ([]facts.DatabaseInfo, facts.SQLServer, error) {
	w, p := newWay(c)
	if p != nil {
		return nil, w.out, p
	}
	if p = w.reach(ctx); p != nil {
		return nil, w.out, p
	}
	started := w.t.now()
	db, err := w.open(ctx, "master")
	if err != nil {
		p = w.loginProblem(ctx, err)
		w.layer(facts.LayerLogin, facts.Failed, "", started, p)
		return nil, w.out, p
	}
	defer func() { _ = db.Close() }()
	w.layer(facts.LayerLogin, facts.Passed, w.loginDetail(), started, nil)
	w.readServer(ctx, db)
	if _, ok := w.out.Databases.Get(); !ok {
		return nil, w.out, &problem.Problem{
			Code: CodeSQLUnknown, Field: answers.FieldDatabase, What: "The databases of this server could not be listed.",
			Why: w.out.Databases.Reason(), Fix: "Enter the database's name.",
		}
	}
	return w.out.Databases.Value, w.out, nil
}

// way is one walk through the layers.
type way struct {
	t    target
	out  facts.SQLServer
	ips  []string
	port int
	spn  string
	// channel binds a Windows account's proof to the TLS channel (Extended Protection).
	channel bool
}

// newWay checks the answers. Nothing has been tried yet when it gives a problem.
func newWay(c Config) (*way, *problem.Problem) {
	t, p := c.check()
	w := &way{t: t, port: t.addr.PortOrDefault()}
	w.out.Typed, w.out.Host, w.out.Port, w.out.Instance = t.addr.Typed, t.addr.Host, t.addr.Port, t.addr.Instance
	for _, n := range layerNames {
		w.out.Layers = append(w.out.Layers, facts.Layer{Name: n})
	}
	if w.out.Typed == "" {
		w.out.Typed = strings.TrimSpace(c.Answers.Server)
	}
	return w, p
}

var layerNames = []facts.LayerName{
	facts.LayerHost, facts.LayerBrowser, facts.LayerPort, facts.LayerAnswer, facts.LayerTLS, facts.LayerLogin, facts.LayerDB,
}

// layer writes the result of a layer down and tells whoever listens.
func (w *way) layer(name facts.LayerName, o facts.Outcome, detail string, since time.Time, p *problem.Problem) {
	l := facts.Layer{Name: name, Outcome: o, Detail: detail, Problem: p}
	if !since.IsZero() {
		l.Took = max(w.t.now().Sub(since), 0)
	}
	for i := range w.out.Layers {
		if w.out.Layers[i].Name == name {
			w.out.Layers[i] = l
		}
	}
	if w.t.onLayer != nil {
		w.t.onLayer(l)
	}
}

// fail writes a failed layer down and gives its problem back.
func (w *way) fail(name facts.LayerName, since time.Time, p *problem.Problem) *problem.Problem {
	w.layer(name, facts.Failed, "", since, p)
	return p
}

// reach walks the layers up to encryption.
func (w *way) reach(ctx context.Context) *problem.Problem {
	for _, step := range []func(context.Context) *problem.Problem{w.findHost, w.askBrowser} {
		if p := w.timed(ctx, step); p != nil {
			return p
		}
	}
	conn, p := w.dial(ctx)
	if p != nil {
		return p
	}
	defer func() { _ = conn.Close() }()
	if w.t.enc == answers.EncryptStrict {
		return w.strict(ctx, conn)
	}
	said, p := w.answer(ctx, conn)
	if p != nil {
		return p
	}
	return w.encrypt(ctx, conn, said)
}

// timed gives a step its own deadline.
func (w *way) timed(ctx context.Context, step func(context.Context) *problem.Problem) *problem.Problem {
	ctx, cancel := context.WithTimeout(ctx, w.t.timeout)
	defer cancel()
	return step(ctx)
}

// findHost is the layer of the name.
func (w *way) findHost(ctx context.Context) *problem.Problem {
	start := w.t.now()
	if ip, ok := w.t.addr.IP(); ok {
		w.ips = []string{ip.String()}
		w.layer(facts.LayerHost, facts.Skipped, "an address was given", start, nil)
		return nil
	}
	ips, err := w.t.net.lookup(ctx, w.t.addr.Host)
	if err != nil && w.t.addr.Host == "localhost" && ctx.Err() == nil {
		ips, err = []string{"127.0.0.1", "::1"}, nil // true on every computer (RFC 6761), whatever DNS says
	}
	if err != nil {
		return w.fail(facts.LayerHost, start, nameProblem(w.t.addr.Host, err))
	}
	w.ips = ips
	w.layer(facts.LayerHost, facts.Passed, strings.Join(ips, ", "), start, nil)
	return nil
}

// askBrowser is the layer of SQL Server Browser.
func (w *way) askBrowser(ctx context.Context) *problem.Problem {
	start, a := w.t.now(), w.t.addr
	if !a.NeedsBrowser() {
		detail := "not needed for the default instance"
		if a.Port != 0 {
			detail = "not needed, a port was given"
		}
		w.layer(facts.LayerBrowser, facts.Skipped, detail, start, nil)
		return nil
	}
	found, err := w.t.net.browse(ctx, w.ips)
	if err != nil {
		return w.fail(facts.LayerBrowser, start, browserProblem(a.Host, err))
	}
	instance, p := pick(found, a.Host, a.Instance)
	if p != nil {
		return w.fail(facts.LayerBrowser, start, p)
	}
	w.port = instance.Port
	w.layer(facts.LayerBrowser, facts.Passed, fmt.Sprintf("%s listens on port %d", instance.Name, instance.Port), start, nil)
	return nil
}

// dial is the layer of the port.
func (w *way) dial(ctx context.Context) (net.Conn, *problem.Problem) {
	ctx, cancel := context.WithTimeout(ctx, w.t.timeout)
	defer cancel()
	start := w.t.now()
	conn, err := w.t.net.first(ctx, w.ips, w.port)
	if err != nil {
		return nil, w.fail(facts.LayerPort, start, portProblem(w.t.addr, w.port, err))
	}
	w.out.Port = w.port
	w.layer(facts.LayerPort, facts.Passed, w.where(), start, nil)
	return conn, nil
}

// where names the server and port for a person.
func (w *way) where() string { return w.t.addr.Host + ", port " + strconv.Itoa(w.port) }

// answer is the layer of TDS: prelogin and what comes back.
func (w *way) answer(ctx context.Context, conn net.Conn) (hello, *problem.Problem) {
	ctx, cancel := context.WithTimeout(ctx, w.t.timeout)
	defer cancel()
	defer bind(ctx, conn)()
	start := w.t.now()
	want := byte(encryptOn)
	if w.t.enc == answers.EncryptOff {
		want = encryptNot
	}
	said, err := askPrelogin(conn, want)
	if err != nil {
		return hello{}, w.fail(facts.LayerAnswer, start, answerProblem(w.where(), foreignOr(ctx, err)))
	}
	w.layer(facts.LayerAnswer, facts.Passed, "SQL Server "+said.version, start, nil)
	return said, nil
}

// foreignOr keeps the finding that a server is foreign even when it took until
// the deadline, but not over a cancel.
func foreignOr(ctx context.Context, err error) error {
	var f *foreign
	if errors.As(err, &f) && !errors.Is(context.Cause(ctx), context.Canceled) {
		return err
	}
	return ended(ctx, err)
}

// encrypt is the layer of TLS inside prelogin packets.
func (w *way) encrypt(ctx context.Context, conn net.Conn, said hello) *problem.Problem {
	ctx, cancel := context.WithTimeout(ctx, w.t.timeout)
	defer cancel()
	defer bind(ctx, conn)()
	start := w.t.now()
	switch {
	case w.t.enc == answers.EncryptOff && said.encryption == encryptReq:
		return w.fail(facts.LayerTLS, start, forcedTLSProblem())
	case w.t.enc == answers.EncryptOff:
		w.layer(facts.LayerTLS, facts.Skipped, "encryption is off by choice", start, nil)
		return nil
	case said.encryption == encryptNot || said.encryption == encryptOff:
		return w.fail(facts.LayerTLS, start, noTLSProblem())
	}
	inner := &wrapped{Conn: conn}
	c, err := tlsOver(ctx, inner, w.t.trust.clientTLS(false, w.saw))
	if err == nil {
		err = inner.flush() // the last flight, so that the server is not left in the middle
	}
	if err != nil {
		return w.fail(facts.LayerTLS, start, handshakeProblem(w.where(), ended(ctx, err)))
	}
	w.layer(facts.LayerTLS, facts.Passed, tlsDetail(c.ConnectionState()), start, nil)
	return nil
}

// saw keeps the certificate for showing.
func (w *way) saw(c facts.Certificate, _ *problem.Problem) { w.out.Certificate = &c }

// strict is both layers of TDS 8.0: TLS comes first, prelogin inside it.
func (w *way) strict(ctx context.Context, conn net.Conn) *problem.Problem {
	limited, cancel := context.WithTimeout(ctx, w.t.timeout)
	defer cancel()
	defer bind(limited, conn)()
	start := w.t.now()
	c, err := tlsOver(limited, conn, w.t.trust.clientTLS(true, w.saw))
	var u *untrusted
	if err != nil && !errors.As(err, &u) {
		return w.notStrict(ctx, start, err)
	}
	if err != nil {
		w.layer(facts.LayerAnswer, facts.Passed, "TDS 8.0", start, nil)
		return w.fail(facts.LayerTLS, start, u.p)
	}
	said, err := askPrelogin(c, encryptOn)
	if err != nil {
		return w.fail(facts.LayerAnswer, start, answerProblem(w.where(), foreignOr(limited, err)))
	}
	w.layer(facts.LayerAnswer, facts.Passed, "SQL Server "+said.version+", TDS 8.0", start, nil)
	w.layer(facts.LayerTLS, facts.Passed, tlsDetail(c.ConnectionState()), start, nil)
	return nil
}

// notStrict finds out why a strict handshake failed: with an ordinary prelogin
// on a new connection a SQL Server that is too old or not set up for it answers.
func (w *way) notStrict(ctx context.Context, start time.Time, err error) *problem.Problem {
	if p := problem.From(err); p.Code == problem.CodeCancelled {
		return w.fail(facts.LayerAnswer, start, p)
	}
	limited, cancel := context.WithTimeout(ctx, w.t.timeout)
	defer cancel()
	conn, dialErr := w.t.net.first(limited, w.ips, w.port)
	if dialErr != nil {
		return w.fail(facts.LayerAnswer, start, answerProblem(w.where(), ended(ctx, err)))
	}
	defer func() { _ = conn.Close() }()
	defer bind(limited, conn)()
	said, second := askPrelogin(conn, encryptOn)
	if second == nil {
		w.layer(facts.LayerAnswer, facts.Passed, "SQL Server "+said.version, start, nil)
		return w.fail(facts.LayerTLS, start, strictProblem(said.version, err))
	}
	var f *foreign
	if errors.As(second, &f) && f.looks != looksTLS {
		return w.fail(facts.LayerAnswer, start, answerProblem(w.where(), foreignOr(limited, second)))
	}
	if ctx.Err() != nil {
		return w.fail(facts.LayerAnswer, start, answerProblem(w.where(), context.Cause(ctx)))
	}
	return w.fail(facts.LayerTLS, start, handshakeProblem(w.where(), err))
}

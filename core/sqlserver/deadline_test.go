package sqlserver_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/sqlserver"
)

// strangers are servers that accept a TCP connection and are no use.
func strangers() []struct {
	name   string
	serve  func(net.Conn)
	code   problem.Code // with mandatory encryption
	looks  string       // a part of the text
	silent bool         // only the deadline ends it
} {
	say := func(text string) func(net.Conn) {
		return func(c net.Conn) { _, _ = io.WriteString(c, text) }
	}
	return []struct {
		name   string
		serve  func(net.Conn)
		code   problem.Code
		looks  string
		silent bool
	}{
		{"silent", func(net.Conn) {}, sqlserver.CodeAnswerSilent, "silent", true},
		{"swallows", func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, sqlserver.CodeAnswerSilent, "silent", true},
		{"half a header", say("\x04\x01\x00"), sqlserver.CodeAnswerForeign, "not SQL Server", true},
		{"stalls in its answer", say("\x04\x01\x00\x30\x00\x00\x01\x00abc"), sqlserver.CodeAnswerSilent, "silent", true},
		{"closes", func(c net.Conn) { _ = c.Close() }, sqlserver.CodeAnswerClosed, "closed", false},
		{"closes when asked", func(c net.Conn) {
			_, _ = c.Read(make([]byte, 64))
			_ = c.Close()
		}, sqlserver.CodeAnswerClosed, "closed", false},
		{"web server", func(c net.Conn) {
			_, _ = c.Read(make([]byte, 64))
			_, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
			_ = c.Close()
		}, sqlserver.CodeAnswerForeign, "web server", false},
		{"SSH server", say("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"), sqlserver.CodeAnswerForeign, "SSH", false},
		{"mail server", say("220 mail.contoso.com ESMTP\r\n"), sqlserver.CodeAnswerForeign, "mail", false},
		{"MySQL server", say("\x4a\x00\x00\x00\x0a8.0.36\x00........................"), sqlserver.CodeAnswerForeign, "MySQL", false},
		{"TLS server", say("\x15\x03\x01\x00\x02\x02\x32\x00\x00"), sqlserver.CodeAnswerForeign, "TLS", false},
		{"echo server", func(c net.Conn) { _, _ = io.Copy(c, c) }, sqlserver.CodeAnswerForeign, "sends back", false},
		{"junk", say(strings.Repeat("\x04\xff\xff\xff", 4096)), sqlserver.CodeAnswerForeign, "not SQL Server", false},
		{"empty packets for ever", func(c net.Conn) {
			for {
				if _, err := io.WriteString(c, "\x04\x00\x00\x08\x00\x00\x01\x00"); err != nil {
					return
				}
			}
		}, sqlserver.CodeAnswerForeign, "not SQL Server", false},
	}
}

// onPort is a configuration for a TCP port of this computer.
func onPort(port int) sqlserver.Config {
	return sqlserver.Config{
		Answers: answers.SQL{
			Server: "127.0.0.1", Instance: "," + itoa(port), SignIn: answers.SignInSQL, User: "sa", Timeout: 1,
		},
		Password: secret.New(password),
	}
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}

func TestStrangersEndInTime(t *testing.T) {
	all := strangers()
	modes := []answers.Encryption{answers.EncryptMandatory, answers.EncryptStrict, answers.EncryptOff}
	var configs []sqlserver.Config
	for _, s := range all {
		port := listen(t, s.serve)
		for _, mode := range modes {
			cfg := onPort(port)
			cfg.Answers.Encryption = mode
			configs = append(configs, cfg)
		}
	}
	for i, o := range connectAll(t.Context(), configs) {
		s, mode := all[i/len(modes)], modes[i%len(modes)]
		t.Run(s.name+" "+string(mode), func(t *testing.T) {
			f, p := checked(t, o)
			if p == nil {
				t.Fatal("connected")
			}
			// The deadline of one layer, or of two for strict, which looks once more.
			if o.took > 6*time.Second {
				t.Errorf("took %v", o.took)
			}
			if f.Layer(facts.LayerPort).Outcome != facts.Passed {
				t.Errorf("the port: %+v", f.Layer(facts.LayerPort))
			}
			if mode == answers.EncryptStrict {
				return // which layer fails depends on how far TLS comes
			}
			failedAt(t, f, facts.LayerAnswer, s.code)
			if !strings.Contains(p.Text(), s.looks) {
				t.Errorf("%q is not said: %s", s.looks, p.Text())
			}
		})
	}
}

// cancelSoon runs Connect, cancels it once stuck has fired, and checks that it
// comes back within a second as cancelled.
func cancelSoon(t *testing.T, cfg sqlserver.Config, stuck <-chan struct{}) facts.SQLServer {
	t.Helper()
	cfg.Answers.Timeout = 60
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	type result struct {
		f   facts.SQLServer
		err error
	}
	done := make(chan result, 1)
	go func() {
		db, f, err := sqlserver.Connect(ctx, cfg)
		if db != nil {
			_ = db.Close()
		}
		done <- result{f, err}
	}()
	select {
	case <-stuck:
	case r := <-done:
		t.Fatalf("it ended by itself: %v", r.err)
	case <-time.After(20 * time.Second):
		t.Fatal("it never came to the place where it hangs")
	}
	time.Sleep(50 * time.Millisecond) // let it come to rest in its read
	start := time.Now()
	cancel()
	select {
	case r := <-done:
		if took := time.Since(start); took > time.Second {
			t.Errorf("cancel took %v", took)
		}
		if p := problem.As(r.err); p == nil || p.Code != problem.CodeCancelled {
			t.Errorf("got %v", r.err)
		}
		return r.f
	case <-time.After(10 * time.Second):
		t.Fatal("cancel does not work")
	}
	return facts.SQLServer{}
}

func TestCancelAtTheServer(t *testing.T) {
	t.Parallel()
	for _, s := range strangers() {
		if !s.silent {
			continue
		}
		for _, mode := range []answers.Encryption{answers.EncryptMandatory, answers.EncryptStrict} {
			t.Run(s.name+" "+string(mode), func(t *testing.T) {
				stuck := make(chan struct{}, 8)
				cfg := onPort(listen(t, func(c net.Conn) {
					stuck <- struct{}{}
					s.serve(c)
				}))
				cfg.Answers.Encryption = mode
				cancelSoon(t, cfg, stuck)
			})
		}
	}
}

// stuckAt is a Dialer that hangs where it is told to.
type stuckAt struct {
	*tds.Network
	where string // "name", "udp", "tcp"
	stuck chan struct{}
}

func (s stuckAt) LookupHost(ctx context.Context, name string) ([]string, error) {
	if s.where == "name" {
		s.stuck <- struct{}{}
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return s.Network.LookupHost(ctx, name)
}

func (s stuckAt) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	if s.where == network {
		s.stuck <- struct{}{}
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return s.Network.DialContext(ctx, network, addr)
}

func TestCancelOnTheWay(t *testing.T) {
	for where, layer := range map[string]facts.LayerName{"name": facts.LayerHost, "udp": facts.LayerBrowser, "tcp": facts.LayerPort} {
		t.Run(where, func(t *testing.T) {
			s := newStage(t, tds.Config{})
			cfg := s.config()
			cfg.Answers.Instance = "HYBRID"
			stuck := make(chan struct{}, 8)
			cfg.Dialer = stuckAt{s.net, where, stuck}
			failedAt(t, cancelSoon(t, cfg, stuck), layer, problem.CodeCancelled)
		})
	}
}

// cutter passes bytes on between a client and a server and stops for good once
// the server has sent limit bytes.
func cutter(s *tds.Server, limit int64) func(net.Conn) {
	return func(client net.Conn) {
		inner, outer := net.Pipe()
		go s.Handle(inner)
		go func() { _, _ = io.Copy(outer, client) }()
		_, _ = io.CopyN(client, outer, limit)
		_, _ = io.Copy(io.Discard, outer)
	}
}

// A server that stalls at any byte of prelogin, TLS or login holds nobody.
func TestStallAnywhere(t *testing.T) {
	door := &doorman{hold: true}
	cert := issue(t, paper{names: []string{"sql01"}})
	server, err := tds.NewServer(tds.Config{Backend: door, Certificate: cert, AllowStrict: true, LoginTimeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	var configs []sqlserver.Config
	limits := []int64{1, 7, 8, 20, 60, 120, 400, 700, 1000}
	for _, limit := range limits {
		cfg := onPort(listen(t, cutter(server, limit)))
		cfg.Answers.PinSHA256 = fingerprint(cert)
		configs = append(configs, cfg)
	}
	for i, o := range connectAll(t.Context(), configs) {
		_, p := checked(t, o)
		if p == nil || o.took > 6*time.Second {
			t.Errorf("after %d bytes: %v in %v", limits[i], p, o.took)
			continue
		}
		switch p.Code {
		case sqlserver.CodeAnswerSilent, sqlserver.CodeAnswerForeign, sqlserver.CodeTLSSilent, sqlserver.CodeLoginSilent:
		default:
			t.Errorf("after %d bytes: %s", limits[i], p.Text())
		}
	}
}

func TestCancelDuringLogin(t *testing.T) {
	t.Parallel()
	for _, mode := range []answers.Encryption{answers.EncryptMandatory, answers.EncryptStrict, answers.EncryptOff} {
		t.Run(string(mode), func(t *testing.T) {
			s := newStage(t, tds.Config{AllowStrict: true, LoginTimeout: time.Minute})
			s.door.hold = true
			cfg := s.config()
			cfg.Answers.Encryption = mode
			stuck := make(chan struct{})
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			go func() {
				for len(s.door.logins()) == 0 && ctx.Err() == nil {
					time.Sleep(5 * time.Millisecond)
				}
				close(stuck)
			}()
			failedAt(t, cancelSoon(t, cfg, stuck), facts.LayerLogin, problem.CodeCancelled)
		})
	}
}

func TestSilentLoginEndsAtTheDeadline(t *testing.T) {
	t.Parallel()
	s := newStage(t, tds.Config{LoginTimeout: time.Minute})
	s.door.hold = true
	cfg := s.config()
	cfg.Answers.Timeout = 1
	start := time.Now()
	f, p := reach(t, cfg)
	if p == nil || p.Code != sqlserver.CodeLoginSilent || time.Since(start) > 4*time.Second {
		t.Fatalf("%v after %v", p, time.Since(start))
	}
	failedAt(t, f, facts.LayerLogin, sqlserver.CodeLoginSilent)
}

// The pool that Connect gives stays guarded: a later connection to a server that
// has gone silent ends with its caller.
func TestPoolStaysGuarded(t *testing.T) {
	t.Parallel()
	s := newStage(t, tds.Config{LoginTimeout: time.Minute})
	db, _, err := sqlserver.Connect(t.Context(), s.config())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	db.SetMaxIdleConns(0) // so that the next one is new
	s.net.Listen("SQL01", 1433, func(net.Conn) {})
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	start := time.Now()
	err = db.PingContext(ctx)
	if took := time.Since(start); err == nil || took > time.Second {
		t.Errorf("%v after %v", err, took)
	}
	if p := sqlserver.Problem(ctx, err); p == nil || p.Code != problem.CodeTimeout {
		t.Errorf("got %v", p)
	}
	start = time.Now()
	err = db.PingContext(context.WithoutCancel(t.Context())) // nobody's deadline: the guard's own
	if took := time.Since(start); err == nil || took > 6*time.Second {
		t.Errorf("%v after %v", err, took)
	}
}

// A server may say anything in the middle of a login, also what upsets the driver.
func TestOddAnswersDuringLogin(t *testing.T) {
	for _, odd := range []string{
		"\x04\x01\x00\x0c\x00\x00\x01\x00\xed\x01\x00\x41",                                          // an SSPI challenge that nobody asked for
		"\x04\x01\x00\x09\x00\x00\x01\x00\xfd",                                                      // DONE, cut off
		"\x04\x01\x00\x0d\x00\x00\x01\x00\xff\xff\xff\xff\xff",                                      // no token
		"\x04\x01\x00\x15\x00\x00\x01\x00\xfd\x00\x00\x00\x00" + "\x00\x00\x00\x00\x00\x00\x00\x00", // DONE without LOGINACK
		"HTTP/1.1 400 Bad Request\r\n\r\n",
	} {
		cfg := onPort(listen(t, func(c net.Conn) {
			r := bufio.NewReader(c)
			if _, err := r.Peek(8); err != nil {
				return
			}
			_, _ = io.WriteString(c, plainPrelogin)
			head := make([]byte, 8)
			for range 2 { // prelogin, then LOGIN7
				if _, err := io.ReadFull(r, head); err != nil {
					return
				}
				if _, err := io.CopyN(io.Discard, r, int64(head[2])<<8+int64(head[3])-8); err != nil {
					return
				}
			}
			_, _ = io.WriteString(c, odd)
			_ = c.Close()
		}))
		cfg.Answers.Encryption = answers.EncryptOff
		f, p := reach(t, cfg)
		if p == nil {
			t.Errorf("%q: connected", odd)
			continue
		}
		if f.Layer(facts.LayerLogin).Outcome != facts.Failed {
			t.Errorf("%q: %s", odd, p.Text())
		}
	}
}

// A TLS server that speaks no TDS inside must not pass for a strict SQL Server.
func TestStrictNeedsMoreThanTLS(t *testing.T) {
	cert := issue(t, paper{names: []string{"web"}})
	cfg := onPort(listen(t, func(c net.Conn) {
		s := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12})
		_, _ = s.Read(make([]byte, 64))
		_, _ = io.WriteString(s, "HTTP/1.1 400 Bad Request\r\n\r\n")
		_ = s.Close()
	}))
	cfg.Answers.Encryption, cfg.Answers.PinSHA256 = answers.EncryptStrict, fingerprint(cert)
	f, p := reach(t, cfg)
	if p == nil || p.Code != sqlserver.CodeAnswerForeign {
		t.Fatalf("got %v", p)
	}
	failedAt(t, f, facts.LayerAnswer, sqlserver.CodeAnswerForeign)
}

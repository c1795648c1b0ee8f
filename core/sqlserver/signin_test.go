package sqlserver_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/sqlserver"
)

// plainPrelogin is an answer to prelogin from a server that does not encrypt.
const plainPrelogin = "\x04\x01\x00\x1a\x00\x00\x01\x00" + "\x00\x00\x0b\x00\x06\x01\x00\x11\x00\x01\xff" + "\x10\x00\x03\xe8\x00\x00\x02"

// nextMessage reads one TDS packet's type and payload.
func nextMessage(r io.Reader) (kind byte, body []byte, err error) {
	head := make([]byte, 8)
	if _, err := io.ReadFull(r, head); err != nil {
		return 0, nil, err
	}
	body = make([]byte, int(head[2])<<8+int(head[3])-8)
	_, err = io.ReadFull(r, body)
	return head[0], body, err
}

// reply wraps tokens in a TDS reply packet.
func reply(tokens string) string {
	size := len(tokens) + 8
	return "\x04\x01" + string([]byte{byte(size >> 8), byte(size)}) + "\x00\x00\x01\x00" + tokens
}

func wide(s string) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return out
}

// A Windows account with a password signs in with NTLM where there is no SSPI:
// the password itself never goes over the wire, and it is no SQL login.
func TestAccountSignsInWithNTLM(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("on Windows the system signs in")
	}
	type said struct{ login, proof []byte }
	got := make(chan said, 4)
	cfg := onPort(listen(t, func(c net.Conn) {
		if _, _, err := nextMessage(c); err != nil {
			return
		}
		_, _ = io.WriteString(c, plainPrelogin)
		_, login, err := nextMessage(c)
		if err != nil {
			return
		}
		challenge := "NTLMSSP\x00\x02\x00\x00\x00" + strings.Repeat("\x00", 8) + "\x01\x02\x00\x00" + "01234567" + strings.Repeat("\x00", 16)
		_, _ = io.WriteString(c, reply("\xed"+string([]byte{byte(len(challenge)), 0})+challenge))
		kind, proof, err := nextMessage(c)
		if err != nil || kind != 0x11 {
			return
		}
		got <- said{login, proof}
		text := string(wide("Login failed."))
		body := "\x18\x48\x00\x00\x01\x0e\x0d\x00" + text + "\x00\x00\x01\x00\x00\x00" // 18456, state 1, class 14
		_, _ = io.WriteString(c, reply("\xaa"+string([]byte{byte(len(body)), 0})+body+"\xfd\x02\x00\x00\x00"+strings.Repeat("\x00", 8)))
	}))
	cfg.Answers.Encryption, cfg.Answers.SignIn, cfg.Answers.User = answers.EncryptOff, answers.SignInAccount, "CONTOSO/ann"
	f, p := reach(t, cfg)
	if p == nil || p.Code != sqlserver.CodeLoginRefused {
		t.Fatalf("got %v", p)
	}
	failedAt(t, f, facts.LayerLogin, sqlserver.CodeLoginRefused)
	s := <-got
	if !bytes.Contains(s.login, []byte("NTLMSSP\x00")) || !bytes.Contains(s.proof, wide("ann")) || !bytes.Contains(bytes.ToUpper(s.proof), wide("CONTOSO")) {
		t.Errorf("login %q\nproof %q", s.login, s.proof)
	}
	for _, b := range [][]byte{s.login, s.proof} {
		if bytes.Contains(b, wide(password)) {
			t.Error("the password went over the wire")
		}
	}
}

// A server that does not know the domain says so, and nothing falls back to
// another way of signing in.
func TestAccountIsRefusedByForeignDomain(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("on Windows the system signs in")
	}
	s := newStage(t, tds.Config{})
	cfg := s.config()
	cfg.Answers.SignIn, cfg.Answers.User = answers.SignInAccount, `CONTOSO\ann`
	tries := 0
	cfg.Dialer = counting{s.net, &tries}
	f, p := reach(t, cfg)
	if p == nil || p.Code != sqlserver.CodeLoginUntrusted || p.Field != answers.FieldSQLUser {
		t.Fatalf("got %v", p)
	}
	failedAt(t, f, facts.LayerLogin, sqlserver.CodeLoginUntrusted)
	if n := len(s.door.logins()); n != 0 {
		t.Errorf("%d SQL logins were tried", n)
	}
	if tries != 3 { // the probe, and the account without and with Extended Protection
		t.Errorf("%d connections", tries)
	}
}

// counting counts the connections that are made one after the other.
type counting struct {
	*tds.Network
	n *int
}

func (c counting) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	*c.n++
	return c.Network.DialContext(ctx, network, addr)
}

func TestCurrentUserOnlyOnWindows(t *testing.T) {
	s := newStage(t, tds.Config{})
	cfg := s.config()
	cfg.Answers.SignIn, cfg.Answers.User = answers.SignInWindows, ""
	_, _, err := sqlserver.Connect(t.Context(), cfg)
	p := problem.As(err)
	if runtime.GOOS == "windows" {
		if p != nil && p.Code == sqlserver.CodeSignInWindows {
			t.Errorf("refused: %s", p.Text())
		}
		return
	}
	if p == nil || p.Code != sqlserver.CodeSignInWindows || !strings.Contains(p.Fix, "SQL Server login") {
		t.Errorf("got %v", err)
	}
}

package tds

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
	"github.com/microsoft/go-mssqldb/msdsn"
)

var _ mssql.HostDialer = (*Network)(nil)

func TestLookupHost(t *testing.T) {
	n := NewNetwork()
	n.AddHost("SQL1.contoso.test", "10.1.2.3", "10.1.2.4")
	n.AddHost("sql2")
	n.Alias("sql1", "sql1.contoso.test")
	for name, want := range map[string][]string{
		"sql1.CONTOSO.test": {"10.1.2.3", "10.1.2.4"}, "SQL1": {"10.1.2.3", "10.1.2.4"}, "10.9.9.9": {"10.9.9.9"}, "::1": {"::1"},
	} {
		if got, err := n.LookupHost(t.Context(), name); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %v, %v, want %v", name, got, err, want)
		}
	}
	if got, err := n.LookupHost(t.Context(), "sql2"); err != nil || len(got) != 1 || !strings.HasPrefix(got[0], "192.0.2.") {
		t.Errorf("got %v, %v", got, err)
	}
	var dns *net.DNSError
	if _, err := n.LookupHost(t.Context(), "nowhere"); !errors.As(err, &dns) || !dns.IsNotFound || dns.Name != "nowhere" {
		t.Errorf("got %v", err)
	}
}

func TestDialFailures(t *testing.T) {
	n := NewNetwork()
	n.AddHost("sql1", "10.1.2.3")
	n.Silence("sql1", 1444)
	dial := func(network, address string) error {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		c, err := n.DialContext(ctx, network, address)
		if err == nil {
			_ = c.Close()
		}
		var op *net.OpError
		if err != nil && !errors.As(err, &op) {
			t.Errorf("%s: %T is no *net.OpError", address, err)
		}
		return err
	}
	var dns *net.DNSError
	if err := dial("tcp", "nowhere:1433"); !errors.As(err, &dns) || !dns.IsNotFound {
		t.Errorf("unknown name: %v", err)
	}
	for _, address := range []string{"sql1:1433", "10.1.2.3:1433"} {
		if err := dial("tcp", address); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("%s: %v", address, err)
		}
	}
	for _, address := range []string{"sql1:1444", "10.1.2.3:1444", "10.99.99.99:1433"} {
		if err := dial("tcp", address); !os.IsTimeout(errors.Unwrap(err)) {
			t.Errorf("%s: %v", address, err)
		}
	}
	if err := dial("tcp", "no port"); err == nil {
		t.Error("an address without a port was dialled")
	}
}

// TestForeignService: any function can answer on a port, here an HTTP server's error.
func TestForeignService(t *testing.T) {
	s := newSite(t, nil)
	s.network.Listen(testHost, 80, func(c net.Conn) {
		_, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
		_ = c.Close()
	})
	db := s.open(t, true, func(c *msdsn.Config) { c.Port = 80 })
	if err := db.PingContext(t.Context()); err == nil || errorNumber(err) != 0 {
		t.Errorf("got %v", err)
	}
}

// TestInstanceWithoutPort goes through the browser, as HOST\INSTANCE does.
func TestInstanceWithoutPort(t *testing.T) {
	s := newSite(t, nil)
	s.network.Listen(testHost, 50123, s.server.Handle)
	s.network.AddInstance(testHost, Instance{Name: "MSSQLSERVER", Port: 1433})
	s.network.AddInstance(testHost, Instance{Name: "ADSYNC", Port: 50123, Version: "15.0.2000.5"})
	s.network.AddInstance(testHost, Instance{Name: "NOTCP", Pipe: `\\SQL1\pipe\sql\query`})
	ask := func(instance string) error {
		return s.open(t, true, func(c *msdsn.Config) {
			c.Instance, c.Port, c.BrowserMessage, c.DialTimeout = instance, 0, msdsn.BrowserAllInstances, 200*time.Millisecond
		}).PingContext(t.Context())
	}
	if err := ask("adsync"); err != nil {
		t.Fatal(err)
	}
	if got := s.lastLogin().Server; got != testHost+`\ADSYNC` {
		t.Errorf("the login named the server %q", got)
	}
	for _, instance := range []string{"other", "notcp"} {
		if err := ask(instance); err == nil || !strings.Contains(err.Error(), "no instance matching") {
			t.Errorf("%s: %v", instance, err)
		}
	}
	for _, browser := range []Browser{BrowserSilent, BrowserRefuses} {
		s.network.SetBrowser(testHost, browser)
		if err := ask("adsync"); err == nil || !strings.Contains(err.Error(), "no instance matching") {
			t.Errorf("browser %d: %v", browser, err)
		}
	}
}

func TestAnswerBrowser(t *testing.T) {
	instances := []Instance{
		{Name: "MSSQLSERVER", Port: 1433},
		{Name: "B", Port: 5000, Version: "13.0.1601.5", Clustered: true, Pipe: `\\S\pipe\x`},
	}
	one := "ServerName;S;InstanceName;MSSQLSERVER;IsClustered;No;Version;16.0.1000.6;tcp;1433;;"
	two := `ServerName;S;InstanceName;B;IsClustered;Yes;Version;13.0.1601.5;tcp;5000;np;\\S\pipe\x;;`
	tests := []struct {
		request string
		want    string
	}{
		{"\x02", one + two},
		{"\x03", one + two},
		{"\x04b\x00", two},
		{"\x04mssqlserver", one},
		{"\x04c\x00", ""},
		{"\x0f\x01B\x00", ""},
		{"", ""},
		{"\xff", ""},
	}
	for _, test := range tests {
		got := AnswerBrowser("s", instances, []byte(test.request))
		if test.want == "" {
			if got != nil {
				t.Errorf("%q: got %q", test.request, got)
			}
			continue
		}
		if len(got) < 3 || got[0] != 5 || int(got[1])|int(got[2])<<8 != len(test.want) || string(got[3:]) != test.want {
			t.Errorf("%q: got %q, want %q", test.request, got, test.want)
		}
	}
	if got := AnswerBrowser("s", nil, []byte{3}); got != nil {
		t.Errorf("a host without instances answered %q", got)
	}
}

// TestPipe: what a socket does that net.Pipe does not, and its errors.
func TestPipe(t *testing.T) {
	a, b := newPipe("client:1", "server:2")
	if a.RemoteAddr().String() != "server:2" || b.RemoteAddr().String() != "client:1" || a.LocalAddr().Network() != "tcp" {
		t.Errorf("addresses %v %v", a.RemoteAddr(), b.RemoteAddr())
	}
	// Both write before either reads.
	for _, c := range []net.Conn{a, b} {
		if n, err := c.Write(make([]byte, 100_000)); n != 100_000 || err != nil {
			t.Fatal(n, err)
		}
	}
	// A full buffer waits until the deadline.
	if err := a.SetWriteDeadline(time.Now().Add(20 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	n, err := a.Write(make([]byte, 100_000))
	if n != pipeBuffer-100_000 || !os.IsTimeout(errors.Unwrap(err)) {
		t.Errorf("got %d, %v", n, err)
	}
	// Closing keeps what was sent; then comes the end.
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if data, err := io.ReadAll(b); len(data) != pipeBuffer || err != nil {
		t.Errorf("got %d bytes, %v", len(data), err)
	}
	if _, err := b.Write([]byte{1}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("write to a closed peer: %v", err)
	}
	if _, err := a.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("read after close: %v", err)
	}
	if _, err := a.Write([]byte{1}); !errors.Is(err, net.ErrClosed) {
		t.Errorf("write after close: %v", err)
	}
}

// TestPipeDeadlines: a deadline in the future, one that moves while somebody
// waits, and none.
func TestPipeDeadlines(t *testing.T) {
	a, b := newPipe("client:1", "server:2")
	defer func() { _ = errors.Join(a.Close(), b.Close()) }()
	if err := a.SetDeadline(time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	got := make(chan error)
	go func() {
		_, err := a.Read(make([]byte, 1))
		got <- err
	}()
	if err := a.SetReadDeadline(time.Now().Add(10 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if err := <-got; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if err := a.SetDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, err := b.Write([]byte{7}); err != nil {
			t.Error(err)
		}
	})
	one := make([]byte, 1)
	if n, err := a.Read(one); n != 1 || err != nil || one[0] != 7 {
		t.Errorf("got %d %v %v", n, one, err)
	}
	wg.Wait()
}

// TestDatagrams: deadlines and closing of the connection to a browser.
func TestDatagrams(t *testing.T) {
	n := NewNetwork()
	n.AddHost("sql1")
	c, err := n.DialContext(t.Context(), "udp", "sql1:1434")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Write([]byte{browserAll}); err != nil { // no instances: silence
		t.Fatal(err)
	}
	if err := c.SetDeadline(time.Now().Add(20 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 10)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 10)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v", err)
	}
	c, err = n.DialContext(t.Context(), "udp", "sql1:9999")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if _, err := c.Read(make([]byte, 10)); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("got %v", err)
	}
}

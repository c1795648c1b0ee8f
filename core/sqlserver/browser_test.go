package sqlserver

import (
	"context"
	"encoding/binary"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// svrResp makes an answer of SQL Server Browser.
func svrResp(text string) []byte {
	b := []byte{browserAnswer, 0, 0}
	binary.LittleEndian.PutUint16(b[1:], uint16(len(text)))
	return append(b, text...)
}

func TestParseBrowser(t *testing.T) {
	const one = "ServerName;SQL01;InstanceName;MSSQLSERVER;IsClustered;No;Version;16.0.1000.6;tcp;1433;;"
	const two = "ServerName;SQL01;InstanceName;HYBRID;IsClustered;Yes;Version;15.0.2000.5;np;\\\\SQL01\\pipe\\MSSQL$HYBRID\\sql\\query;tcp;50123;;"
	cases := []struct {
		name string
		b    []byte
		want string // name:port, in order
	}{
		{"two", svrResp(one + two), "HYBRID:50123 MSSQLSERVER:1433"},
		{"no TCP", svrResp("ServerName;S;InstanceName;A;IsClustered;No;Version;1;np;x;;"), "A:0"},
		{"cut end", svrResp(one + two)[:len(one)+40], "HYBRID:0 MSSQLSERVER:1433"},
		{"length too long", append([]byte{5, 0xff, 0xff}, one...), "MSSQLSERVER:1433"},
		{"length zero", append([]byte{5, 0, 0}, one...), "MSSQLSERVER:1433"},
		{"other case and order", svrResp("TCP;1500;INSTANCENAME;B;servername;S;;"), "B:1500"},
		{"twice", svrResp(one + one), "MSSQLSERVER:1433"},
		{"port out of range", svrResp("InstanceName;B;tcp;70000;;"), "B:0"},
		{"port no number", svrResp("InstanceName;B;tcp;x;;"), "B:0"},
		{"Latin-1", svrResp("InstanceName;TJUTV\xc5;tcp;1;;"), "TJUTVÅ:1"},
		{"UTF-8", svrResp("InstanceName;TJUTVÅ;tcp;1;;"), "TJUTVÅ:1"},
		{"control characters", svrResp("InstanceName;A\r\nB\x00;tcp;1;;"), "AB:1"},
		{"empty", svrResp(""), ""},
		{"nothing", nil, ""},
		{"another protocol", []byte("HTTP/1.1 400"), ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			found, err := parseBrowser(c.b)
			var got []string
			for _, i := range found {
				got = append(got, i.Name+":"+text10(i.Port))
			}
			if strings.Join(got, " ") != c.want || (err == nil) != (c.want != "") {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
	found, err := parseBrowser(svrResp(two))
	if err != nil || !found[0].Cluster || found[0].Server != "SQL01" || found[0].Version != "15.0.2000.5" {
		t.Errorf("%+v, %v", found, err)
	}
}

func text10(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return text10(n/10) + string(rune('0'+n%10))
}

func FuzzParseBrowser(f *testing.F) {
	f.Add(svrResp("ServerName;S;InstanceName;A;IsClustered;No;Version;1;tcp;1433;;"))
	f.Add([]byte{5, 1, 0, ';'})
	f.Fuzz(func(t *testing.T, b []byte) {
		found, err := parseBrowser(b)
		if (err == nil) != (len(found) > 0) {
			t.Fatalf("%v, %v", found, err)
		}
		for _, i := range found {
			if i.Name == "" || i.Port < 0 || i.Port > 65535 || strings.ContainsAny(i.Name, "\r\n\x00") {
				t.Fatalf("%+v", i)
			}
		}
	})
}

func FuzzParsePrelogin(f *testing.F) {
	f.Add([]byte("\x00\x00\x0b\x00\x06\x01\x00\x11\x00\x01\xff\x10\x00\x03\xe8\x00\x00\x02"))
	f.Add(preloginPacket(encryptOn)[headerSize:])
	f.Fuzz(func(t *testing.T, b []byte) {
		said, err := parsePrelogin(b)
		if err == nil && len(b) < 7 {
			t.Fatalf("%d bytes gave %+v", len(b), said)
		}
		if got := guess(b); strings.Contains(got, "SQL Server") {
			t.Fatal(got)
		}
	})
}

// deaf is a dialer whose first answers get lost, as datagrams do.
type deaf struct {
	lose  int
	reply []byte
}

func (d *deaf) LookupHost(context.Context, string) ([]string, error) {
	return []string{"192.0.2.1"}, nil
}

func (d *deaf) DialContext(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	go func() {
		defer func() { _ = server.Close() }()
		buf := make([]byte, 16)
		for {
			n, err := server.Read(buf)
			if err != nil || n != 1 || buf[0] != browserAskAll {
				return
			}
			if d.lose--; d.lose >= 0 {
				continue
			}
			if _, err := server.Write(d.reply); err != nil {
				return
			}
		}
	}()
	return client, nil
}

func TestInstancesAsksAgain(t *testing.T) {
	d := &deaf{lose: 2, reply: svrResp("ServerName;SQL01;InstanceName;HYBRID;tcp;50123;;")}
	found, err := Instances(t.Context(), d, "SQL01")
	if err != nil || len(found) != 1 || found[0].Port != 50123 {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestInstancesProblems(t *testing.T) {
	_, err := Instances(t.Context(), &deaf{reply: svrResp("")}, "SQL01")
	if p := problem.As(err); p == nil || p.Code != CodeBrowserAnswer {
		t.Errorf("an empty answer gave %v", err)
	}
	_, err = Instances(t.Context(), &deaf{reply: []byte("HTTP")}, "SQL01")
	if p := problem.As(err); p == nil || p.Code != CodeBrowserSilent {
		t.Errorf("a foreign answer gave %v", err)
	}
	if _, err = Instances(t.Context(), &deaf{}, `(localdb)\x`); problem.As(err) == nil || problem.As(err).Code != CodeAddressLocalDB {
		t.Errorf("LocalDB gave %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	start := time.Now()
	_, err = Instances(ctx, &deaf{lose: 1000}, "SQL01")
	if p := problem.As(err); p == nil || p.Code != problem.CodeCancelled || time.Since(start) > time.Second {
		t.Errorf("cancel gave %v after %v", err, time.Since(start))
	}
}

// A real UDP socket of this computer.
func TestInstancesOverUDP(t *testing.T) {
	var lc net.ListenConfig
	l, err := lc.ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	go func() {
		buf := make([]byte, 16)
		n, from, err := l.ReadFrom(buf)
		if err == nil && n == 1 {
			_, _ = l.WriteTo(svrResp("ServerName;SQL01;InstanceName;HYBRID;tcp;50123;;"), from)
		}
	}()
	found, err := Instances(t.Context(), redirect(l.LocalAddr().String()), "localhost")
	if err != nil || len(found) != 1 || found[0].Name != "HYBRID" {
		t.Errorf("%+v, %v", found, err)
	}
}

// redirect sends everything to one address.
type redirect string

func (r redirect) DialContext(ctx context.Context, network, _ string) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, network, string(r))
}

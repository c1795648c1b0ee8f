package tds

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
	"github.com/microsoft/go-mssqldb/msdsn"
)

// bothWays runs a test over a loopback port and over the network in memory.
func bothWays(t *testing.T, test func(t *testing.T, inMemory bool)) {
	t.Helper()
	t.Run("tcp", func(t *testing.T) { test(t, false) })
	t.Run("memory", func(t *testing.T) { test(t, true) })
}

func TestLoginTellsTheBackendEverything(t *testing.T) {
	s := newSite(t, nil)
	bothWays(t, func(t *testing.T, inMemory bool) {
		db := s.open(t, inMemory, func(c *msdsn.Config) {
			c.Workstation = "NEWSERVER"
			c.ReadOnlyIntent = true
		})
		if err := db.PingContext(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := s.lastLogin()
		want := LoginRequest{
			Host: "NEWSERVER", User: "sa", Password: testPassword, App: "test", Library: "go-mssqldb", Database: "ADSync",
			PID: os.Getpid(), Server: got.Server, ReadOnlyIntent: true, Transport: "TCP",
		}
		if got != want {
			t.Errorf("got %+v\nwant %+v", got, want)
		}
	})
}

// connectionString builds a go-mssqldb connection string for the loopback port.
func (s *site) connectionString(extra string) string {
	return fmt.Sprintf("server=localhost,%d;user id=sa;password=%s;database=ADSync;dial timeout=5;%s", s.port, testPassword, extra)
}

// TestEncryption covers every way a client may ask for encryption.
func TestEncryption(t *testing.T) {
	ca := func(t *testing.T, s *site) string { return s.certificateFile(t) }
	other := func(t *testing.T, _ *site) string {
		cert, err := NewCertificate("localhost")
		if err != nil {
			t.Fatal(err)
		}
		return writePEM(t, cert.Certificate[0])
	}
	none := func(*testing.T, *site) string { return "" }
	tests := []struct {
		name      string
		server    Encryption
		dsn       string
		file      func(*testing.T, *site) string
		encrypted bool
		fails     string
	}{
		{"disable", EncryptionOptional, "encrypt=disable", none, false, ""},
		{"not given", EncryptionOptional, "", none, false, ""},
		{"false, untrusted", EncryptionOptional, "encrypt=false;TrustServerCertificate=false", none, false, "certificate signed by unknown authority"},
		{"false, trusted", EncryptionOptional, "encrypt=false;TrustServerCertificate=true", none, false, ""},
		{"true, untrusted", EncryptionOptional, "encrypt=true", none, false, "certificate signed by unknown authority"},
		{"true, trusted", EncryptionOptional, "encrypt=true;TrustServerCertificate=true", none, true, ""},
		{"true, CA file", EncryptionOptional, "encrypt=true;certificate=", ca, true, ""},
		{"true, wrong CA file", EncryptionOptional, "encrypt=true;certificate=", other, false, "certificate signed by unknown authority"},
		{"true, wrong name", EncryptionOptional, "encrypt=true;hostNameInCertificate=other.test;certificate=", ca, false, "not other.test"},
		{"true, pinned", EncryptionOptional, "encrypt=true;serverCertificate=", ca, true, ""},
		{"true, wrong pin", EncryptionOptional, "encrypt=true;serverCertificate=", other, false, "certificate"},
		{"strict, CA file", EncryptionOptional, "encrypt=strict;certificate=", ca, true, ""},
		{"strict, pinned", EncryptionOptional, "encrypt=strict;serverCertificate=", ca, true, ""},
		{"strict, untrusted", EncryptionOptional, "encrypt=strict;TrustServerCertificate=true", none, false, "certificate signed by unknown authority"},
		{"forced, not given", EncryptionRequired, "", none, true, ""},
		{"forced, disable", EncryptionRequired, "encrypt=disable", none, false, "EOF"},
		{"unsupported, not given", EncryptionUnsupported, "", none, false, ""},
		{"unsupported, true", EncryptionUnsupported, "encrypt=true;TrustServerCertificate=true", none, false, "server does not support encryption"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newSite(t, func(c *Config) { c.Encryption = test.server })
			config, err := msdsn.Parse(s.connectionString(test.dsn + test.file(t, s)))
			if err != nil {
				t.Fatal(err)
			}
			db := s.open(t, false, func(c *msdsn.Config) { *c = config })
			var n int
			err = db.QueryRowContext(t.Context(), "select 1").Scan(&n)
			switch {
			case test.fails == "" && (err != nil || n != 1):
				t.Fatalf("got %d, %v", n, err)
			case test.fails != "" && (err == nil || !strings.Contains(err.Error(), test.fails)):
				t.Fatalf("got error %v, want one with %q", err, test.fails)
			case test.fails == "" && s.lastLogin().Encrypted != test.encrypted:
				t.Errorf("Encrypted is %t, want %t", !test.encrypted, test.encrypted)
			}
		})
	}
}

// TestPinInCallback is how the wizard pins: by the callback that sees the chain.
func TestPinInCallback(t *testing.T) {
	s := newSite(t, nil)
	bothWays(t, func(t *testing.T, inMemory bool) {
		for _, encryption := range []msdsn.Encryption{msdsn.EncryptionRequired, msdsn.EncryptionStrict} {
			seen := ""
			db := s.open(t, inMemory, func(c *msdsn.Config) {
				c.Encryption = encryption
				c.TLSConfig = &tls.Config{
					MinVersion:         tls.VersionTLS12,
					InsecureSkipVerify: true,
					VerifyConnection: func(state tls.ConnectionState) error {
						seen = fmt.Sprintf("%x", sha256.Sum256(state.PeerCertificates[0].Raw))
						return nil
					},
				}
			})
			if err := db.PingContext(t.Context()); err != nil {
				t.Fatal(err)
			}
			if want := fmt.Sprintf("%x", sha256.Sum256(s.server.Certificate().Certificate[0])); seen != want {
				t.Errorf("saw %s, want %s", seen, want)
			}
		}
	})
}

// TestStrictOff refuses TDS 8.0 as servers before 2022 do.
func TestStrictOff(t *testing.T) {
	s := newSite(t, func(c *Config) { c.AllowStrict = false })
	config, err := msdsn.Parse(s.connectionString("encrypt=strict;certificate=" + s.certificateFile(t)))
	if err != nil {
		t.Fatal(err)
	}
	db := s.open(t, false, func(c *msdsn.Config) { *c = config })
	if err := db.PingContext(t.Context()); err == nil {
		t.Fatal("a strict client came in")
	}
}

func (s *site) certificateFile(t *testing.T) string {
	t.Helper()
	return writePEM(t, s.server.Certificate().Certificate[0])
}

func writePEM(t *testing.T, der []byte) string {
	t.Helper()
	if _, err := x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "cert.pem")
	if err := os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestLoginRefused checks number, class and state as the driver shows them.
func TestLoginRefused(t *testing.T) {
	s := newSite(t, nil)
	tests := []struct {
		name       string
		change     func(*msdsn.Config)
		number     int32
		class      uint8
		encryption msdsn.Encryption
	}{
		{"password", func(c *msdsn.Config) { c.Password = "wrong" }, 18456, 14, msdsn.EncryptionDisabled},
		{"password, login encrypted", func(c *msdsn.Config) { c.Password = "wrong" }, 18456, 14, msdsn.EncryptionOff},
		{"user", func(c *msdsn.Config) { c.User = "nobody" }, 18456, 14, msdsn.EncryptionRequired},
		{"database", func(c *msdsn.Config) { c.Database = "missing" }, 4060, 11, msdsn.EncryptionRequired},
		{"new password", func(c *msdsn.Config) { c.ChangePassword = "other" }, 50000, 14, msdsn.EncryptionRequired},
		{"windows", func(c *msdsn.Config) {
			c.User = `CONTOSO\admin`
			c.Parameters = map[string]string{"authenticator": "ntlm"}
		}, 18452, 14, msdsn.EncryptionDisabled},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bothWays(t, func(t *testing.T, inMemory bool) {
				db := s.open(t, inMemory, func(c *msdsn.Config) {
					c.Encryption = test.encryption
					c.TLSConfig = &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}
					test.change(c)
				})
				var e mssql.Error
				if err := db.PingContext(t.Context()); !errors.As(err, &e) {
					t.Fatalf("got %v", err)
				}
				if e.Number != test.number || e.Class != test.class || e.State != 1 || e.ServerName != "SQL1" {
					t.Errorf("got %d class %d state %d from %q: %s", e.Number, e.Class, e.State, e.ServerName, e.Message)
				}
			})
		})
	}
}

// TestLongLogin: with only the login encrypted and small packets, the client sends
// the first packet of the login over TLS and the rest in the clear right behind it.
func TestLongLogin(t *testing.T) {
	s := newSite(t, nil)
	bothWays(t, func(t *testing.T, inMemory bool) {
		for _, encryption := range []msdsn.Encryption{msdsn.EncryptionOff, msdsn.EncryptionRequired, msdsn.EncryptionDisabled} {
			for range 20 {
				db := s.open(t, inMemory, func(c *msdsn.Config) {
					c.Encryption, c.PacketSize = encryption, 512
					c.TLSConfig = &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}
					c.AppName, c.Workstation = strings.Repeat("a", 128), strings.Repeat("w", 128)
				})
				if err := db.PingContext(t.Context()); err != nil {
					t.Fatalf("encryption %d: %v", encryption, err)
				}
			}
			if got := s.lastLogin(); len(got.App) != 128 || got.Encrypted != (encryption == msdsn.EncryptionRequired) {
				t.Errorf("login %+v", got)
			}
		}
	})
}

// TestSilentClient is let go after the login's time is up.
func TestSilentClient(t *testing.T) {
	s := newSite(t, func(c *Config) { c.LoginTimeout = 50 * time.Millisecond })
	c, err := s.network.DialContext(t.Context(), "tcp", testHost+":1433")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 1)); err == nil || os.IsTimeout(err) {
		t.Errorf("the server did not hang up: %v", err)
	}
}

// TestCloseEndsConnections with one idle and one in the middle of a request.
func TestCloseEndsConnections(t *testing.T) {
	s := newSite(t, nil)
	started := make(chan struct{})
	s.on("wait", func(ctx context.Context, _ *fakeSession, _ []Param, _ ResultWriter) (int32, error) {
		close(started)
		<-ctx.Done()
		return 0, ctx.Err()
	})
	db := s.open(t, true, nil)
	idle, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = idle.Close() }()
	failed := make(chan error, 1)
	go func() {
		_, err := db.ExecContext(context.Background(), "wait ")
		failed <- err
	}()
	<-started
	if err := s.server.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-failed; err == nil {
		t.Error("the running request came to a good end")
	}
	if err := idle.PingContext(t.Context()); err == nil {
		t.Error("the idle connection is still alive")
	}
	if _, err := s.network.DialContext(t.Context(), "tcp", testHost+":1433"); err != nil {
		t.Fatal(err)
	}
}

package tds

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// missing skips a test whose client is not installed, or fails it where the
// environment says that the clients must be there.
func missing(t *testing.T, what string) {
	t.Helper()
	if strings.Contains(os.Getenv("RECONNECT_TEST_REQUIRE"), "clients") {
		t.Fatalf("%s is not installed; run scripts/setup-clients", what)
	}
	t.Skipf("%s is not installed; run scripts/setup-clients", what)
}

// clientSite is a site for clients that say more than they are told to.
func clientSite(t *testing.T) *site {
	t.Helper()
	s := newSite(t, nil)
	var columns []Column
	var values, nulls []any
	for i, test := range columnTests {
		if test.typ.Kind == KindNull {
			continue
		}
		columns = append(columns, Column{Name: "c" + strconv.Itoa(i), Type: test.typ, Nullable: true})
		values = append(values, test.value)
		nulls = append(nulls, nil)
	}
	s.on("select everything", rows(columns, values, nulls))
	s.on("select name from sys.databases", rows(
		[]Column{{Name: "name", Type: Type{Kind: NVarChar, Length: 128}}, {Name: "id", Type: Type{Kind: Int}, Nullable: true}},
		[]any{"master", int64(1)}, []any{"Müller", nil}))
	s.fallback = func(_ context.Context, _ *fakeSession, text string, w ResultWriter) error {
		if strings.HasPrefix(strings.ToLower(strings.TrimSpace(text)), "set ") {
			return w.Done(0, false)
		}
		return &ServerError{Number: 208, Class: 16, State: 1, Line: 1, Message: "Invalid object name '" + strings.TrimSpace(text) + "'."}
	}
	return s
}

// TestFreeTDS logs in with FreeTDS's tsql and asks. By default it encrypts the
// login alone.
func TestFreeTDS(t *testing.T) {
	tsql, err := exec.LookPath("tsql")
	if err != nil {
		missing(t, "tsql (FreeTDS)")
	}
	s := clientSite(t)
	for _, version := range []string{"7.4", "7.3", "7.2", "auto"} {
		t.Run(version, func(t *testing.T) {
			out := s.tsql(t, tsql, version, testPassword, "select name from sys.databases\ngo\nselect 1\ngo\nselect everything\ngo\nselect * from nowhere\ngo\n")
			for _, want := range []string{"master\t1", "Müller\tNULL", "(2 rows affected)", "(1 row affected)", "Msg 208", "Invalid object name 'select * from nowhere'."} {
				if !strings.Contains(out, want) {
					t.Errorf("no %q in:\n%.3000s", want, out)
				}
			}
			if got := s.lastLogin(); got.Password != testPassword || got.Database != "ADSync" || got.Encrypted {
				t.Errorf("login %+v", got)
			}
		})
	}
	if out := s.tsql(t, tsql, "7.4", "wrong", "select 1\ngo\n"); !strings.Contains(out, "Msg 18456") {
		t.Errorf("a wrong password gave:\n%s", out)
	}
}

// TestFreeTDSEncrypted has FreeTDS insist on encryption, with the certificate checked.
func TestFreeTDSEncrypted(t *testing.T) {
	tsql, err := exec.LookPath("tsql")
	if err != nil {
		missing(t, "tsql (FreeTDS)")
	}
	s := clientSite(t)
	config := filepath.Join(t.TempDir(), "freetds.conf")
	text := "[practice]\n\thost = localhost\n\tport = " + strconv.Itoa(s.port) +
		"\n\ttds version = 7.4\n\tencryption = require\n\tca file = " + s.certificateFile(t) + "\n\tcheck certificate hostname = yes\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, tsql, "-S", "practice", "-U", "sa", "-P", testPassword, "-D", "ADSync", "-J", "UTF-8")
	c.Env = append(os.Environ(), "FREETDSCONF="+config, "FREETDS="+config, "LC_ALL=C.UTF-8")
	c.Stdin = strings.NewReader("select name from sys.databases\ngo\n")
	out, err := c.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "Müller\tNULL") {
		t.Fatalf("%v\n%s", err, out)
	}
	if !s.lastLogin().Encrypted {
		t.Error("the connection was not encrypted")
	}
}

// tsql runs a script and gives everything that the client says.
func (s *site) tsql(t *testing.T, tsql, version, password, script string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, tsql, "-H", "127.0.0.1", "-p", strconv.Itoa(s.port), "-U", "sa", "-P", password, "-D", "ADSync", "-J", "UTF-8")
	c.Env = append(os.Environ(), "TDSVER="+version, "LC_ALL=C.UTF-8")
	c.Stdin = strings.NewReader(script)
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	var exit *exec.ExitError
	if err := c.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatalf("tsql: %v\n%s", err, out.String())
	}
	return out.String()
}

// tediousFolder is where scripts/setup-clients puts tedious.
func tediousFolder(t *testing.T) (node, folder string) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		missing(t, "node")
	}
	cache := os.Getenv("XDG_CACHE_HOME")
	if cache == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			t.Fatal(err)
		}
		cache = filepath.Join(home, ".cache")
	}
	folder = filepath.Join(cache, "adsync-reconnect-test", "tedious")
	if _, err := os.Stat(filepath.Join(folder, "node_modules", "tedious", "package.json")); err != nil {
		missing(t, "tedious")
	}
	return node, folder
}

// TestTedious logs in with Microsoft's driver for Node.js, in the clear, encrypted
// and strict; it runs a batch, a call with parameters, a prepared statement, a
// procedure with output, a transaction, a bulk load and a cancel.
func TestTedious(t *testing.T) {
	node, folder := tediousFolder(t)
	program, err := filepath.Abs(filepath.Join("testdata", "tedious.js"))
	if err != nil {
		t.Fatal(err)
	}
	s := clientSite(t)
	stopped := make(chan error, 10)
	s.on("endless rows", endless(stopped))
	s.on("select @a, @b, @c", func(_ context.Context, _ *fakeSession, params []Param, w ResultWriter) (int32, error) {
		var columns []Column
		var values []any
		for _, p := range params {
			columns = append(columns, Column{Name: p.Name, Type: p.Type, Nullable: true})
			values = append(values, p.Value)
		}
		return 0, sendRows(w, columns, values)
	})
	s.on("dbo.twice", func(_ context.Context, _ *fakeSession, params []Param, _ ResultWriter) (int32, error) {
		params[1].Value = 2 * params[0].Value.(int64)
		return 3, nil
	})
	inner := s.fallback
	var loaded *fakeSession
	s.fallback = func(ctx context.Context, f *fakeSession, text string, w ResultWriter) error {
		if strings.HasPrefix(strings.ToLower(text), "insert bulk") {
			loaded = f
			return w.Done(0, false)
		}
		return inner(ctx, f, text, w)
	}
	for _, encrypt := range []string{"false", "true", "strict"} {
		t.Run(encrypt, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
			defer cancel()
			c := exec.CommandContext(ctx, node, program, strconv.Itoa(s.port), testPassword, encrypt)
			c.Env = append(os.Environ(), "NODE_PATH="+filepath.Join(folder, "node_modules"), "NODE_EXTRA_CA_CERTS="+s.certificateFile(t))
			out, err := c.CombinedOutput()
			want := strings.Join([]string{
				"connected", "batch master 1", "batch Müller null", "rows 2", "error 208",
				"call 5 ł😀 null", "prepared 6 x null", "prepared 7 y null", "twice 42 status 3",
				"transaction done", "bulk 2", "cancelled", "again 1", "refused ELOGIN 18456", "",
			}, "\n")
			if err != nil || string(out) != want {
				t.Fatalf("%v\ngot:\n%s\nwant:\n%s", err, out, want)
			}
			if got := s.noted(); !strings.Contains(got, "begin; commit") {
				t.Errorf("the backend saw %s", got)
			}
			if len(loaded.bulk) != 2 || loaded.bulk[1][1] != "ł" || loaded.bulk[0][1] != nil {
				t.Errorf("bulk rows %v", loaded.bulk)
			}
		})
	}
}

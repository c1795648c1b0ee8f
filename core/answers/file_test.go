package answers

import (
	"errors"
	"os"
	"strings"
	"testing"
)

const full = `{
  "situation": "server-died",
  "sql": {"server": "SQL01\\HYBRID", "database": "ADSync", "signIn": "sql", "user": "sa", "password": {"env": "SQL_PASSWORD"}},
  "components": {"installedVersion": "2.6.92.0", "serviceAccount": {"kind": "managed", "name": "CONTOSO\\svc$"}},
  "entra": {"user": "admin@contoso.onmicrosoft.com", "flow": "device", "cloud": "global"},
  "forests": [{"forest": "contoso.local", "option": "existing", "user": "CONTOSO\\svc", "password": {"file": "pw.txt"}}],
  "options": {"startSync": true},
  "acknowledge": {"licence": true}
}`

func TestParse_complete(t *testing.T) {
	a, err := Parse([]byte("\xef\xbb\xbf" + full))
	if err != nil {
		t.Fatal(err)
	}
	if a.SQL.Server != `SQL01\HYBRID` || a.SQL.Password.Env != "SQL_PASSWORD" || a.Forests[0].Option != ExistingAccount || !a.Options.StartSync {
		t.Errorf("got %+v", a)
	}
}

func TestParse_mistakes(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"not JSON":          {"{\n\"sql\": {", "not valid JSON"},
		"line is named":     {"{\n\"sql\": x}", "line 2"},
		"empty":             {"\ufeff\r\n", "the file is empty"},
		"twice":             {`{"sql": {"server": "a", "user": "u", "server": "b"}}`, "sql.server: it stands here twice"},
		"twice in a list":   {`{"forests": [{"forest": "a"}, {"forest": "a", "forest": "b"}]}`, "forests[1].forest: it stands here twice"},
		"two objects":       {`{} {}`, "just one"},
		"unknown field":     {`{"sql": {"sever": "x"}}`, `sql.sever: there is no such field; did you mean "server"?`},
		"unknown, far":      {`{"zzzzzz": 1}`, "valid here: acknowledge"},
		"wrong case":        {`{"SQL": {}}`, `did you mean "sql"?`},
		"literal password":  {`{"sql": {"password": "geheim123"}}`, "sql.password: a secret must not stand in the file"},
		"two references":    {`{"sql": {"password": {"env": "A", "file": "b"}}}`, "exactly one"},
		"reference to none": {`{"sql": {"password": {"env": ""}}}`, "sql.password.env: give a name"},
		"reference unknown": {`{"sql": {"password": {"enf": "A"}}}`, `did you mean "env"?`},
		"choice":            {`{"sql": {"encryption": "mandatry"}}`, `did you mean "mandatory"?`},
		"forest choice":     {`{"forests": [{"forest": "a.b", "option": "new"}]}`, "forests[0].option"},
		"forest nameless":   {`{"forests": [{"option": "create"}]}`, "forests[0].forest"},
		"type text":         {`{"sql": {"server": 5}}`, "must be text, not a number"},
		"type bool":         {`{"options": {"startSync": "yes"}}`, "must be true or false, not text"},
		"type list":         {`{"forests": {}}`, "must be a list, not an object"},
		"type object":       {`{"sql": []}`, "must be an object in braces, not a list"},
		"type number":       {`{"sql": {"timeoutSecs": 1.5}}`, "a whole number"},
		"timeout":           {`{"sql": {"timeoutSecs": 9999}}`, "1 to 600"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse([]byte(c.in))
			var fe *FileError
			if !errors.As(err, &fe) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "geheim") {
				t.Errorf("the secret is in the error: %v", err)
			}
		})
	}
}

// TestParse_currentUser takes the current user where a password may be missing.
func TestParse_currentUser(t *testing.T) {
	for text, want := range map[string]string{
		`{"forests":[{"forest":"a","signIn":"windows"}]}`:                                                "",
		`{"forests":[{"forest":"a","option":"existing","user":"A\\svc","grant":{"signIn":"windows"}}]}`:  "",
		`{"forests":[{"forest":"a","signIn":"password","user":"A\\ea"}]}`:                                "",
		`{"forests":[{"forest":"a","option":"existing","signIn":"windows"}]}`:                            "forests[0].signIn: the connector needs the password",
		`{"forests":[{"forest":"a","signIn":"window"}]}`:                                                 `forests[0].signIn: "window" is not one of password, windows; did you mean "windows"?`,
		`{"forests":[{"forest":"a","option":"existing","user":"A\\svc","grant":{"signIn":"kerberos"}}]}`: `forests[0].grant.signIn: "kerberos" is not one of`,
	} {
		a, err := Parse([]byte(text))
		switch {
		case want != "":
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v", text, err)
			}
		case err != nil:
			t.Errorf("%s: %v", text, err)
		case !a.Forests[0].Given() && !a.Forests[0].Grant.Given():
			t.Errorf("%s names nobody", text)
		}
	}
}

func TestSecrets(t *testing.T) {
	a, err := Parse([]byte(full))
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"SQL_PASSWORD": "one"}
	s := Source{
		LookupEnv: func(n string) (string, bool) { v, ok := env[n]; return v, ok },
		ReadFile: func(p string) ([]byte, error) {
			if p == "pw.txt" {
				return []byte("two \r\n"), nil
			}
			return nil, os.ErrNotExist
		},
	}
	got, err := s.Secrets(a)
	if err != nil {
		t.Fatal(err)
	}
	if got[SecretSQL].Reveal() != "one" || got[SecretForest("CONTOSO.local")].Reveal() != "two " {
		t.Errorf("secrets are wrong")
	}
	env = nil
	if _, err := s.Secrets(a); err == nil || !strings.Contains(err.Error(), "sql.password: there is no environment variable SQL_PASSWORD") {
		t.Errorf("got %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(full))
	f.Add([]byte(`{"sql":{"password":"x"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := Parse(data)
		if err != nil {
			var fe *FileError
			if !errors.As(err, &fe) {
				t.Fatalf("%T is no FileError", err)
			}
			return
		}
		if a.SQL.Timeout < 0 {
			t.Fatal("negative time-out accepted")
		}
	})
}

// A file that is no text keeps every byte: a PKCS #12 file may end in a line feed.
func TestSecrets_binaryFile(t *testing.T) {
	for _, x := range []struct{ file, want string }{
		{"\ufeffsecret\r\n", "secret"},
		{"\x30\x82\x01\xff\x0a", "\x30\x82\x01\xff\x0a"},
	} {
		source := Source{ReadFile: func(string) ([]byte, error) { return []byte(x.file), nil }}
		got, err := source.Secrets(Answers{Entra: Entra{Secret: SecretRef{File: "f"}}})
		if err != nil || got[SecretEntra].Reveal() != x.want {
			t.Errorf("%q gives %q, %v", x.file, got[SecretEntra].Reveal(), err)
		}
	}
}

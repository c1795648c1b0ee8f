package forest

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/forest/descriptor"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

func TestParseLogin(t *testing.T) {
	for typed, want := range map[string]string{
		`CONTOSO\svc`: `CONTOSO\svc`, `contoso.com\ svc`: "svc@contoso.com", "svc@contoso.com": "svc@contoso.com",
		"CN=svc,OU=Service,DC=contoso,DC=com": "CN=svc,OU=Service,DC=contoso,DC=com", `CONTOSO\svc.a-b_1`: `CONTOSO\svc.a-b_1`,
	} {
		l, err := parseLogin(typed, "contoso.com")
		if err != nil || l.bindName() != want {
			t.Errorf("%q becomes %q, %v", typed, l.bindName(), err)
		}
	}
	for typed, code := range map[string]problem.Code{
		"svc": CodeUserForm, "": CodeUserForm, `\svc`: CodeUserForm, `CONTOSO\`: CodeUserForm, "CONTOSO/svc": CodeUserForm, `.\svc`: CodeUserForm,
		`CONTOSO\gmsa$`: CodeManaged, `NT SERVICE\ADSync`: CodeManaged, "@contoso.com": CodeUserForm, `A\b\c`: CodeUserForm,
	} {
		if _, err := parseLogin(typed, "contoso.com"); problem.As(err) == nil || problem.As(err).Code != code {
			t.Errorf("%q: %v", typed, err)
		}
	}
	if _, err := newCredentials(`CONTOSO\svc`, secret.Value{}, "contoso.com"); problem.As(err) == nil || problem.As(err).Code != CodeNoPassword {
		t.Errorf("an empty password: %v", err)
	}
}

func TestEveryFeatureHasItsEntries(t *testing.T) {
	known := schema{}
	for i, n := range names() {
		known[strings.ToLower(n)] = definition{id: descriptor.GUID{byte(i + 1)}}
	}
	me := descriptor.LocalSystem
	for _, f := range []facts.Feature{
		facts.FeatureBasicRead, facts.FeaturePasswordHash, facts.FeatureConsistencyGUID, facts.FeatureWriteback,
		facts.FeatureHybridExchange, facts.FeaturePublicFolders, facts.FeatureGroupWriteback, facts.FeatureDeviceWriteback,
	} {
		if len(wants[f]) == 0 {
			t.Errorf("%s needs nothing", f)
		}
		for _, w := range wants[f] {
			entry, err := w.entry(known, me)
			if err != nil {
				t.Fatal(err)
			}
			d := descriptor.New(0)
			if had, err := w.had(known, d.DACL, descriptor.Token{me: true}); err != nil || had {
				t.Errorf("%s: %s is had without an entry, %v", f, w.text, err)
			}
			d.DACL.Add(entry)
			if had, err := w.had(known, d.DACL, descriptor.Token{me: true}); err != nil || !had {
				t.Errorf("%s: %s is not had with its own entry, %v", f, w.text, err)
			}
			if line := w.dsacls("DC=x", `X\y`); !strings.HasPrefix(line, `dsacls "DC=x" /G "X\y:`) {
				t.Errorf("%s: %s", w.text, line)
			}
			if _, err := w.entry(schema{}, me); err == nil {
				t.Errorf("%s: made without a schema", w.text)
			}
		}
	}
}

func TestNewPassword(t *testing.T) {
	for _, minimum := range []int{0, 14, 127} {
		p, err := newPassword(minimum)
		if err != nil || len(p.Reveal()) < max(43, minimum) || !complexEnough(p.Reveal()) {
			t.Errorf("minimum %d gives %d characters, %v", minimum, len(p.Reveal()), err)
		}
	}
	if got := hex.EncodeToString([]byte(unicodePwd(secret.New("aß")))); got != "22006100df002200" {
		t.Errorf("unicodePwd is %s", got)
	}
}

func TestLevels(t *testing.T) {
	for value, want := range map[string]string{"0": "2000", "2": "2003", "4": "2008 R2", "7": "2016", "10": "2025", "11": "2025 or later"} {
		if got, ok := levelName(value); !ok || got != want {
			t.Errorf("%s is %q", value, got)
		}
	}
	for _, bad := range []string{"", "x", "-1", "8"} {
		if got, ok := levelName(bad); ok {
			t.Errorf("%q was taken for %s", bad, got)
		}
	}
}

func TestQuoted(t *testing.T) {
	const text = "Account created with installation identifier '1' running on computer 'SYNC01' configured to synchronize to tenant 'x.onmicrosoft.com'."
	if quoted(text, "running on ") != "SYNC01" || quoted(text, "to tenant ") != "x.onmicrosoft.com" || quoted("running on 'x", "running on ") != "" || quoted("", "a") != "" {
		t.Error("the description was not understood")
	}
}

func FuzzPing(f *testing.F) {
	f.Add([]byte("\x17\x00\x00\x00\xfd\x03\x00\x000123456789abcdef\x07contoso\x04test\x00\xc0\x18\x03dc1\xc0\x18\x07CONTOSO\x00\x03DC1\x00\x00\x04Site\x00\xc0\x30"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := parsePing(b)
		if err == nil && len(b) < pingNames {
			t.Errorf("%d bytes became %+v", len(b), p)
		}
	})
}

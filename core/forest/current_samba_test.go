//go:build linux

package forest

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/forest/sambatest"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// current gives a Directory on whose computer a user is signed in to Windows: the
// tickets come from Samba, by a password that the Directory never sees. open counts
// the contexts that are open.
func current(t *testing.T, user, password string, open *atomic.Int32) *Directory {
	t.Helper()
	d := directory(t)
	c := found(t, d)
	d.currentName = `CONTOSO\` + user
	d.current = func(spn string, _ []byte) (securityContext, func(), error) {
		if spn != "ldap/"+dc.Host {
			t.Errorf("a ticket is asked for to %s", spn)
		}
		_, addresses, err := d.provenName(t.Context(), c)
		if err != nil {
			return nil, nil, err
		}
		got, err := d.ticket(t.Context(), c, admin(t, `CONTOSO\`+user, password), strings.ToUpper(dc.Domain), dc.Host, addresses)
		if err != nil {
			return nil, nil, err
		}
		open.Add(1)
		return &ticketContext{ticket: got}, func() { got.client.Destroy(); open.Add(-1) }, nil
	}
	return d
}

// TestCurrentUserAtSamba makes and removes an account, and grants to another one,
// without a password: sealed, and over TLS where port 389 is closed.
func TestCurrentUserAtSamba(t *testing.T) {
	for protection, closed := range map[string]int{bySealing: 0, byLDAPS: portLDAP} {
		t.Run(protection, func(t *testing.T) {
			var open atomic.Int32
			d := current(t, "Administrator", sambatest.AdminPassword, &open)
			d.route = func(host string, port int) string {
				if port == closed {
					port = 1 // nothing listens there
				}
				return hostPort(host, port)
			}
			before := head(t, directory(t))
			r := request(answers.CreateAccount, "", "", facts.FeaturePasswordHash)
			r.Answer.SignIn = answers.ForestWindows
			proof, err := d.Verify(t.Context(), r, nil)
			if err != nil {
				t.Fatalf("%v: %s", err, problem.From(err).Detail)
			}
			if proof.User != `CONTOSO\Administrator` || proof.Protection != protection {
				t.Errorf("signed in as %s by %s", proof.User, proof.Protection)
			}
			a := plan.Account{Forest: dc.Domain, User: "MSOL_current", Comment: "current", Container: proof.Container, Controller: dc.Host, Grants: proof.Rights}
			who := apply.Credential{Current: true}
			if _, err := d.CreateAccount(t.Context(), a, who); err != nil {
				t.Fatal(err)
			}
			if there, err := d.HasAccount(t.Context(), a, who); !there || err != nil {
				t.Errorf("made and not there: %v", err)
			}
			if err := d.RemoveAccount(t.Context(), a, who); err != nil {
				t.Error(err)
			}
			if head(t, directory(t)) != before {
				t.Error("the domain's descriptor is not as before")
			}
			if n := open.Load(); n != 0 {
				t.Errorf("%d contexts stay open", n)
			}
		})
	}
}

func TestCurrentUserGrants(t *testing.T) {
	var open atomic.Int32
	d := current(t, "Administrator", sambatest.AdminPassword, &open)
	r := lacking("svc-current", facts.FeaturePasswordHash)
	r.Answer.Grant, r.GrantPassword = answers.Grant{SignIn: answers.ForestWindows}, secret.Value{}
	proof, err := d.Verify(t.Context(), r, nil)
	if err != nil {
		t.Fatal(err)
	}
	if proof.Grantor != `CONTOSO\Administrator` || len(proof.Lacking()) != 0 {
		t.Fatalf("the proof says %+v", proof)
	}
	a := planOf(proof)
	who := apply.Credential{Current: true}
	entries, err := d.Ungranted(t.Context(), a, who)
	if err != nil || len(entries) == 0 {
		t.Fatalf("%d entries: %v", len(entries), err)
	}
	if err := d.Grant(t.Context(), a, who, entries); err != nil {
		t.Fatal(err)
	}
	replicates(t, "svc-current", userPassword, true)
	if err := d.Revoke(t.Context(), a, who, entries); err != nil {
		t.Error(err)
	}
	if n := open.Load(); n != 0 {
		t.Errorf("%d contexts stay open", n)
	}
}

// TestCurrentUserRefused has other current users than an Enterprise Admin.
func TestCurrentUserRefused(t *testing.T) {
	for name, c := range map[string]struct {
		user, password string
		code           problem.Code
	}{
		"a plain user":            {"svc-plain", userPassword, CodeNotAdmin},
		"no ticket":               {"Administrator", "wrong", CodeCurrentUser},
		"an account of this host": {`.\root`, "", CodeUserForm},
		"nobody":                  {"", "", CodeCurrentUser},
	} {
		t.Run(name, func(t *testing.T) {
			var open atomic.Int32
			d := current(t, c.user, c.password, &open)
			switch {
			case c.user == "":
				d.currentName = ""
			case strings.Contains(c.user, `\`):
				d.currentName = c.user
			}
			r := request(answers.CreateAccount, "", "")
			r.Answer.SignIn = answers.ForestWindows
			_, err := d.Verify(t.Context(), r, nil)
			if p := problem.As(err); p == nil || p.Code != c.code || p.Fix == "" {
				t.Errorf("%#v", err)
			}
			if n := open.Load(); n != 0 {
				t.Errorf("%d contexts stay open", n)
			}
		})
	}
}

// TestCurrentUserUnderWine runs TestCurrentUserOfWindows as a Windows program under
// Wine, whose Kerberos uses this computer's, with a ticket of the domain controller.
// RECONNECT_TEST_WINE names the folder with the pretended Windows (scripts/wine-test).
func TestCurrentUserUnderWine(t *testing.T) {
	prefix := os.Getenv("RECONNECT_TEST_WINE")
	if prefix == "" {
		t.Skip("RECONNECT_TEST_WINE names no folder for Wine")
	}
	needDC(t)
	dir := t.TempDir()
	exe, cache, ca := filepath.Join(dir, "forest.exe"), filepath.Join(dir, "tickets"), filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(ca, dc.CA(t), 0o600); err != nil {
		t.Fatal(err)
	}
	kerberos := []string{"KRB5_CONFIG=" + dc.KerberosConf(), "KRB5CCNAME=FILE:" + cache}
	run := func(stdin string, env []string, name string, args ...string) string {
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Env, cmd.Stdin = slices.Concat(os.Environ(), env), strings.NewReader(stdin)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		return string(out)
	}
	run("", []string{"GOOS=windows", "CGO_ENABLED=0"}, "go", "test", "-c", "-tags", "ci,migrated_fynedo", "-o", exe, ".")
	run(sambatest.AdminPassword+"\n", kerberos, "kinit", "Administrator@"+strings.ToUpper(dc.Domain))
	out := run("", append(kerberos, "WINEPREFIX="+prefix, "WINEDEBUG=-all", "DISPLAY=",
		"RECONNECT_TEST_CURRENT="+strings.Join([]string{dc.Domain, dc.IP, `Z:` + strings.ReplaceAll(ca, "/", `\`), `CONTOSO\Administrator`}, ",")),
		"wine", exe, "-test.v", "-test.run", "^TestCurrentUserOfWindows$")
	for _, want := range []string{"--- PASS: TestCurrentUserOfWindows/Kerberos_sealing", "--- PASS: TestCurrentUserOfWindows/LDAPS"} {
		if !strings.Contains(out, want) {
			t.Errorf("%s is missing in\n%s", want, out)
		}
	}
}

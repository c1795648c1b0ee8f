//go:build linux

package forest

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/forest/sambatest"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

func TestEveryRefusalHasItsOwnWords(t *testing.T) {
	d := directory(t)
	c := found(t, d)
	for range 3 { // the threshold of the scene
		_, err := d.signIn(t.Context(), c, admin(t, `CONTOSO\svc-locked`, "wrong"))
		if p := problem.As(err); p == nil || p.Code != CodeWrong {
			t.Fatalf("a wrong password: %v", err)
		}
	}
	for _, one := range []struct {
		user, password string
		ldap, kerberos problem.Code // "" for a sign-in that works
	}{
		{"svc-good", userPassword, "", ""},
		{"svc-good", "wrong", CodeWrong, CodeWrong},
		{"nobody", userPassword, CodeWrong, CodeUserUnknown},
		{"svc-disabled", userPassword, CodeDisabled, CodeRevoked},
		{"svc-over", userPassword, CodeAccountOver, CodeRevoked},
		{"svc-change", userPassword, CodeMustChange, CodeKeyExpired},
		{"svc-expired", userPassword, CodeExpired, CodeKeyExpired},
		{"svc-hours", userPassword, CodeHours, CodeRevoked},
		{"svc-workstation", userPassword, CodeWorkstation, ""},
		{"svc-locked", userPassword, CodeLocked, CodeRevoked},
	} {
		cred := admin(t, one.user+"@contoso.test", one.password)
		s, err := d.signIn(t.Context(), c, cred)
		refusedAs(t, "LDAP "+one.user, s, err, one.ldap)
		s, err = d.sealed(t.Context(), c, cred)
		refusedAs(t, "Kerberos "+one.user, s, err, one.kerberos)
	}
}

func refusedAs(t *testing.T, name string, s *session, err error, want problem.Code) {
	t.Helper()
	if err == nil {
		s.close()
	}
	p := problem.As(err)
	switch {
	case want == "" && err == nil:
	case want == "" || p == nil || p.Code != want:
		t.Errorf("%s: %v, not %s", name, err, want)
	case p.Fix == "" || p.Detail == "" || p.Field == "":
		t.Errorf("%s says too little: %+v", name, p)
	case strings.Contains(p.Text(), userPassword):
		t.Errorf("%s tells the password", name)
	}
}

// TestWrongPasswordIsTriedOnce reads from the directory how often it was tried.
func TestWrongPasswordIsTriedOnce(t *testing.T) {
	d := directory(t)
	for i, user := range []string{`CONTOSO\svc-counted`, `contoso.test\svc-sealed`} {
		var err error
		if i == 0 {
			_, err = d.Verify(t.Context(), request(answers.ExistingAccount, user, "wrong"), nil)
		} else {
			_, err = d.sealed(t.Context(), found(t, d), admin(t, user, "wrong"))
		}
		if p := problem.As(err); p == nil || p.Code != CodeWrong || p.Field != answers.FieldForestPass {
			t.Fatalf("%s: %v", user, err)
		}
		s, err := d.signIn(t.Context(), found(t, d), admin(t, `CONTOSO\Administrator`, sambatest.AdminPassword))
		if err != nil {
			t.Fatal(err)
		}
		_, name, _ := strings.Cut(user, `\`)
		e, err := s.one(t.Context(), "CN="+name+",CN=Users,"+dc.Base, []string{"badPwdCount"})
		s.close()
		if err != nil || e.GetAttributeValue("badPwdCount") != "1" {
			t.Errorf("%s: tried %q times, %v", user, e.GetAttributeValue("badPwdCount"), err)
		}
	}
}

// TestSubCodes checks each sub-code's words, 525 among them, which Samba never gives.
func TestSubCodes(t *testing.T) {
	seen := map[problem.Code]string{}
	for code := range refusals {
		err := ldap.NewError(ldap.LDAPResultInvalidCredentials, errors.New("80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data "+code+", v1db1\x00"))
		p := signInProblem(err, `CONTOSO\svc`)
		if other, ok := seen[p.Code]; ok {
			t.Errorf("%s and %s say the same", code, other)
		}
		seen[p.Code] = code
		if !strings.Contains(p.What, `CONTOSO\svc`) || p.Fix == "" || !strings.Contains(p.Detail, code) {
			t.Errorf("%s: %+v", code, p)
		}
	}
	for err, want := range map[error]problem.Code{
		ldap.NewError(ldap.LDAPResultInvalidCredentials, errors.New("data 999")):                      CodeSignIn,
		ldap.NewError(ldap.LDAPResultInvalidCredentials, errors.New("no number")):                     CodeWrong,
		ldap.NewError(ldap.LDAPResultStrongAuthRequired, errors.New("transport encryption required")): CodeSignIn,
		ldap.NewError(ldap.LDAPResultBusy, errors.New("busy")):                                        CodeBusy,
		ldap.NewError(ldap.LDAPResultUnavailable, errors.New("starting")):                             CodeBusy,
	} {
		if p := signInProblem(err, "x"); p.Code != want {
			t.Errorf("%v: %s", err, p.Code)
		}
	}
}

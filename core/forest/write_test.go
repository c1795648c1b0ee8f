//go:build linux

package forest

import (
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
)

// writesAnchor writes mS-DS-ConsistencyGuid of a user as an account, and tells
// when the outcome is not as wanted.
func writesAnchor(t *testing.T, d *Directory, user, password string, want bool) {
	t.Helper()
	s, err := d.signIn(t.Context(), found(t, d), admin(t, `CONTOSO\`+user, password))
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	req := ldap.NewModifyRequest("CN=Guest,CN=Users,"+dc.Base, nil)
	req.Replace("mS-DS-ConsistencyGuid", []string{"0123456789abcdef"})
	err = s.do(t.Context(), func() error { return s.conn.Modify(req) })
	if (err == nil) != want {
		t.Errorf("%s writing mS-DS-ConsistencyGuid: %v", user, err)
	}
}

// replicates asks for secrets by DRSUAPI as an account, which python3-samba does.
func replicates(t *testing.T, user, password string, want bool) {
	t.Helper()
	out, err := dc.Python(t.Context(), replicate, user, password)
	if err != nil || (strings.TrimSpace(out) == "secrets") != want {
		t.Errorf("%s replicating secrets: %q %v", user, out, err)
	}
}

// dirSyncs reads the domain by DirSync as an account, as every import does.
func dirSyncs(t *testing.T, d *Directory, user, password string, want bool) {
	t.Helper()
	s, err := d.signIn(t.Context(), found(t, d), admin(t, `CONTOSO\`+user, password))
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	v := &survey{s: s, dom: domain{base: dc.Base}}
	v.tryDirSync(t.Context())
	if (v.dirSync == works) != want || v.dirSync == notTried {
		t.Errorf("%s by DirSync: %d", user, v.dirSync)
	}
}

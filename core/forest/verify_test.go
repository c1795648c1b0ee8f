//go:build linux

package forest

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/forest/sambatest"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

const userPassword = "C0nnector!Pass"

func request(option answers.AccountOption, user, password string, features ...facts.Feature) setup.ForestRequest {
	return setup.ForestRequest{
		Answer: answers.Forest{Forest: dc.Domain, Option: option, User: user}, Password: secret.New(password), Features: features,
	}
}

func states(rights []facts.Right) map[facts.Feature]facts.RightState {
	out := map[facts.Feature]facts.RightState{}
	for _, r := range rights {
		out[r.Feature] = r.State
	}
	return out
}

var allFeatures = []facts.Feature{
	facts.FeatureBasicRead, facts.FeaturePasswordHash, facts.FeatureConsistencyGUID, facts.FeatureWriteback,
	facts.FeatureHybridExchange, facts.FeaturePublicFolders, facts.FeatureGroupWriteback, facts.FeatureDeviceWriteback,
}

func TestVerifyCreate(t *testing.T) {
	d := directory(t)
	var said []string
	a, err := d.Verify(t.Context(), request(answers.CreateAccount, `CONTOSO\Administrator`, sambatest.AdminPassword, allFeatures...), func(s string) { said = append(said, s) })
	if err != nil {
		t.Fatal(err)
	}
	if a.User != `CONTOSO\Administrator` || a.Protection != byLDAPS || a.Container != "CN=Users,"+dc.Base || !strings.EqualFold(a.Controller, dc.Host) || len(said) < 4 {
		t.Errorf("%+v %q", a, said)
	}
	want := map[facts.Feature]facts.RightState{}
	for _, f := range allFeatures {
		want[f] = facts.RightGranted
	}
	want[facts.FeaturePublicFolders] = facts.RightUnknown   // no Exchange in this schema
	want[facts.FeatureDeviceWriteback] = facts.RightUnknown // no container of devices
	for f, s := range states(a.Rights) {
		if s != want[f] {
			t.Errorf("%s is %s", f, s)
		}
	}
	if level, _ := a.Forest.Level.Get(); level != "2008 R2" {
		t.Errorf("level %q", level)
	}
	if domains := a.Forest.Domains.Or(nil); len(domains) != 1 || domains[0] != (facts.Domain{DNS: dc.Domain, NetBIOS: "CONTOSO", Root: true}) {
		t.Errorf("domains %+v", domains)
	}
	if suffixes := a.Forest.Suffixes.Or(nil); !slices.Equal(suffixes, []string{"contoso.com", "contoso.example"}) {
		t.Errorf("UPN suffixes %+v", a.Forest.Suffixes)
	}
	old := a.Forest.OldAccounts.Or(nil)
	if len(old) != 1 || old[0].Name != `CONTOSO\MSOL_0123456789ab` || old[0].Server != "SYNC01" || old[0].Tenant != "contoso.onmicrosoft.com" || old[0].Created.IsZero() {
		t.Errorf("old accounts %+v", old)
	}
	for _, f := range preflight.JudgeForest(facts.Set{}, facts.Connector{}, a) {
		if f.Severity == preflight.Blocked {
			t.Errorf("blocked: %s %s", f.Title, f.Summary)
		}
	}
}

func TestVerifyExisting(t *testing.T) {
	d := directory(t)
	a, err := d.Verify(t.Context(), request(answers.ExistingAccount, "svc-plain@contoso.test", userPassword, allFeatures...), nil)
	if err != nil {
		t.Fatal(err)
	}
	if a.User != `CONTOSO\svc-plain` {
		t.Errorf("the user is %s", a.User)
	}
	for f, want := range map[facts.Feature]facts.RightState{
		facts.FeatureBasicRead: facts.RightLacks, facts.FeaturePasswordHash: facts.RightLacks, facts.FeatureConsistencyGUID: facts.RightLacks,
		facts.FeatureWriteback: facts.RightLacks, facts.FeatureHybridExchange: facts.RightLacks, facts.FeaturePublicFolders: facts.RightUnknown,
		facts.FeatureGroupWriteback: facts.RightLacks, facts.FeatureDeviceWriteback: facts.RightUnknown,
	} {
		if got := states(a.Rights)[f]; got != want {
			t.Errorf("%s is %s", f, got)
		}
	}
	for _, r := range a.Rights {
		if r.Feature == facts.FeatureBasicRead && !slices.Equal(r.Command, []string{
			`dsacls "DC=contoso,DC=test" /G "CONTOSO\svc-plain:CA;Replicating Directory Changes"`,
			`dsacls "DC=contoso,DC=test" /G "CONTOSO\svc-plain:RP;;foreignSecurityPrincipal" /I:S`,
		}) {
			t.Errorf("users, groups and contacts can be read by default, so that it is replication that lacks: %q", r.Command)
		}
	}
	for user, code := range map[string]problem.Code{
		`CONTOSO\Administrator`: CodePrivileged, `CONTOSO\svc-da`: CodePrivileged, "svc-nested@contoso.test": CodePrivileged,
	} {
		password := userPassword
		if strings.Contains(user, "Admin") {
			password = sambatest.AdminPassword
		}
		_, err := d.Verify(t.Context(), request(answers.ExistingAccount, user, password), nil)
		if p := problem.As(err); p == nil || p.Code != code {
			t.Errorf("%s: %v", user, err)
		}
	}
	_, err = d.Verify(t.Context(), request(answers.CreateAccount, `CONTOSO\svc-da`, userPassword), nil)
	if p := problem.As(err); p == nil || p.Code != CodeNotAdmin {
		t.Errorf("a Domain Admin who is no Enterprise Admin: %v", err)
	}
}

// replicate asks for one user's secrets over DRSUAPI: python3-samba judges
// independently of what our code reads.
const replicate = `
from samba import drs_utils
from samba.credentials import Credentials
from samba.dcerpc import drsuapi, misc
c = Credentials(); c.guess(lp); c.set_username(args[0]); c.set_password(args[1]); c.set_domain('CONTOSO'); c.set_realm(realm.upper())
d = drsuapi.drsuapi('ncacn_ip_tcp:' + dc_ip + '[seal]', lp, c)
handle, _ = drs_utils.drs_DsBind(d)
r = drsuapi.DsGetNCChangesRequest8()
nc = drsuapi.DsReplicaObjectIdentifier(); nc.dn = 'CN=Administrator,CN=Users,' + base
r.naming_context = nc
r.destination_dsa_guid = misc.GUID('9c637462-5b8c-4467-aef2-bdb1f57bc4ef')
r.source_dsa_invocation_id = misc.GUID(samdb.get_invocation_id())
r.replica_flags = drsuapi.DRSUAPI_DRS_INIT_SYNC | drsuapi.DRSUAPI_DRS_PER_SYNC | drsuapi.DRSUAPI_DRS_NEVER_SYNCED
r.max_object_count = 1
r.extended_op = drsuapi.DRSUAPI_EXOP_REPL_OBJ
h = drsuapi.DsReplicaHighWaterMark(); h.tmp_highest_usn = h.reserved_usn = h.highest_usn = 0
r.highwatermark = h
try:
    level, ctr = d.DsGetNCChanges(handle, 8, r)
    ids = [a.attid for a in ctr.first_object.object.attribute_ctr.attributes]
    print('secrets' if drsuapi.DRSUAPI_ATTID_unicodePwd in ids else 'no secrets')
except Exception as e:
    print('refused', e)
`

func TestCreateAndRemoveAccount(t *testing.T) {
	d := directory(t)
	ea := apply.Credential{User: `CONTOSO\Administrator`, Password: secret.New(sambatest.AdminPassword)}
	proof, err := d.Verify(t.Context(), request(answers.CreateAccount, ea.User, sambatest.AdminPassword, facts.FeatureBasicRead, facts.FeaturePasswordHash, facts.FeatureConsistencyGUID, facts.FeatureWriteback, facts.FeatureHybridExchange, facts.FeatureGroupWriteback), nil)
	if err != nil {
		t.Fatal(err)
	}
	a := plan.Account{
		Forest: dc.Domain, Option: answers.CreateAccount, Domain: dc.Domain, User: "MSOL_4f1c09ab77d2", Admin: proof.User,
		Container: proof.Container, Controller: proof.Controller, Grants: proof.Rights,
		Comment: "Account created by ADSync Reconnect with installation identifier 'x1' running on computer 'SYNC02' configured to synchronize to tenant 'contoso.onmicrosoft.com'.",
	}
	before := head(t, d)
	if has, err := d.HasAccount(t.Context(), a, ea); has || err != nil {
		t.Fatalf("before: %v %v", has, err)
	}
	first, err := d.CreateAccount(t.Context(), a, ea)
	if err != nil {
		t.Fatal(err)
	}
	password, err := d.CreateAccount(t.Context(), a, ea) // taken over
	if err != nil {
		t.Fatal(err)
	}
	if password.Same(first) || len(password.Reveal()) < 43 {
		t.Error("the second password is to be new and long")
	}
	if has, err := d.HasAccount(t.Context(), a, ea); !has || err != nil {
		t.Fatalf("after: %v %v", has, err)
	}
	other := a
	other.Comment = "another installation"
	if _, err := d.CreateAccount(t.Context(), other, ea); problem.As(err) == nil || problem.As(err).Code != CodeExists {
		t.Errorf("somebody else's account: %v", err)
	}
	if err := d.RemoveAccount(t.Context(), other, ea); err != nil {
		t.Error(err)
	}
	v, err := d.Verify(t.Context(), request(answers.ExistingAccount, `CONTOSO\`+a.User, password.Reveal(), facts.FeatureBasicRead, facts.FeaturePasswordHash, facts.FeatureConsistencyGUID, facts.FeatureWriteback, facts.FeatureHybridExchange, facts.FeatureGroupWriteback), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range v.Rights {
		if r.State != facts.RightHas {
			t.Errorf("%s: %s %s", r.State, r.Text, r.Why)
		}
	}
	if out, err := dc.Python(t.Context(), replicate, a.User, password.Reveal()); err != nil || strings.TrimSpace(out) != "secrets" {
		t.Errorf("replication of secrets: %q %v", out, err)
	}
	writesAnchor(t, d, a.User, password.Reveal(), true)
	if err := d.RemoveAccount(t.Context(), a, ea); err != nil {
		t.Fatal(err)
	}
	if err := d.RemoveAccount(t.Context(), a, ea); err != nil {
		t.Errorf("removing twice: %v", err)
	}
	if after := head(t, d); after != before {
		t.Error("the domain's descriptor is not as it was before")
	}
	if has, err := d.HasAccount(t.Context(), a, ea); has || err != nil {
		t.Errorf("after removing: %v %v", has, err)
	}
}

func TestPlainUserMayNot(t *testing.T) {
	d := directory(t)
	if out, err := dc.Python(t.Context(), replicate, "svc-none", userPassword); err != nil || !strings.HasPrefix(out, "refused") {
		t.Errorf("replication of secrets: %q %v", out, err)
	}
	writesAnchor(t, d, "svc-none", userPassword, false)
	_, err := d.CreateAccount(t.Context(), plan.Account{Forest: dc.Domain, User: "MSOL_x"}, apply.Credential{User: `CONTOSO\svc-none`, Password: secret.New(userPassword)})
	if p := problem.As(err); p == nil || p.Code != CodeNotAdmin {
		t.Errorf("creating: %v", err)
	}
}

// head gives the domain head's descriptor as it lies in the directory.
func head(t *testing.T, d *Directory) string {
	t.Helper()
	s, err := d.signIn(t.Context(), found(t, d), admin(t, `CONTOSO\Administrator`, sambatest.AdminPassword))
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	sd, err := s.readDACL(t.Context(), dc.Base)
	if err != nil {
		t.Fatal(err)
	}
	b, err := sd.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(b)
}

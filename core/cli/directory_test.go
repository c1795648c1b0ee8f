//go:build linux

package cli

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/forest"
	"github.com/adsync-reconnect/adsync-reconnect/core/forest/sambatest"
	"github.com/adsync-reconnect/adsync-reconnect/core/install"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/sample"
	"github.com/adsync-reconnect/adsync-reconnect/core/probe"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// program is the whole program with a practice SQL Server, a practice tenant and a
// real domain controller.
type program struct {
	dc   *sambatest.DC
	dir  string
	site setup.Site
}

const connectorPassword = "C0nnector!Pass"

func newProgram(t *testing.T) *program {
	t.Helper()
	if without := sambatest.Missing(); without != "" {
		if sambatest.Required() {
			t.Fatal(without)
		}
		t.Skip(without)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	p := &program{dir: t.TempDir()}
	var err error
	if p.dc, err = sambatest.Start(ctx, "CONTOSO.LOCAL", sambatest.AddressProgram); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.dc.Stop)
	if _, err := p.dc.Python(ctx, "samdb.newuser('svc-sync', args[0])\nsamdb.newuser('anna', args[0])", connectorPassword); err != nil {
		t.Fatal(err)
	}
	s, err := practice.New(ctx, "healthy", practice.Options{DataDir: p.dir, Change: func(o *sample.Options) { o.Objects = 30 }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	p.site = s.Setup()
	roots, err := p.dc.Roots()
	if err != nil {
		t.Fatal(err)
	}
	read, isProbe := p.site.Prober.(*probe.Probe)
	cloud, isCloud := p.site.Cloud.(apply.Cloud)
	if !isProbe || !isCloud {
		t.Fatalf("the practice site is made of %T and %T", p.site.Prober, p.site.Cloud)
	}
	directory := &forest.Directory{Resolver: p.dc.Resolver(), Roots: roots}
	i := install.New(install.Params{Probe: read, Directory: directory, Granter: directory, Cloud: cloud, DataDir: p.dir, Practice: true, Local: s.Windows.Local()})
	p.site.Directory, p.site.Installer, p.site.Finder, p.site.Close = directory, i, i, nil
	return p
}

// run is one start of the program with an answers file.
func (p *program) run(t *testing.T, o Options, forestAnswer map[string]any) Result {
	t.Helper()
	file, err := json.Marshal(map[string]any{"forests": []any{forestAnswer}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "answers.json")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"EA_PASSWORD": sambatest.AdminPassword, "SYNC_PASSWORD": connectorPassword}
	site, err := FillIn(p.site, path, answers.Source{
		ReadFile:  os.ReadFile,
		LookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
	})
	if err != nil {
		t.Fatal(err)
	}
	o.JSON = true
	var out bytes.Buffer
	err = Run(t.Context(), setup.Params{Site: site, Program: "1.0"}, o, &out, &bytes.Buffer{})
	var code Exit
	if err != nil && !errors.As(err, &code) {
		t.Fatal(err)
	}
	var r Result
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatalf("%v: %.400s", err, out.String())
	}
	for name, password := range env {
		if strings.Contains(out.String(), password) {
			t.Errorf("%s stands in the output", name)
		}
	}
	return r
}

// dump gives every object of the directory with its attributes, but for those that
// a mere sign-in or the counting of changes alters.
const dump = `
volatile = set(['usnchanged', 'whenchanged', 'replpropertymetadata', 'lastlogon', 'lastlogontimestamp', 'logoncount', 'badpasswordtime',
 'badpwdcount', 'dscorepropagationdata', 'ridnextrid', 'ridallocationpool', 'ridpreviousallocationpool', 'highestcommittedusn', 'msds-cached-membership',
 'msds-cached-membership-time-stamp', 'repluptodatevector', 'serverstate', 'creationtime', 'modifiedcount', 'modifiedcountatlastprom', 'uascompat'])
for nc in [base, 'CN=Configuration,' + base]:
    for m in sorted(samdb.search(nc, ldb.SCOPE_SUBTREE, '(objectClass=*)', ['*', 'nTSecurityDescriptor'], controls=['search_options:1:1']), key=lambda m: str(m.dn)):
        for name in sorted(m.keys()):
            if name != 'dn' and name.lower() not in volatile:
                print(m.dn, name, sorted([bytes(v).hex() for v in m[name]]))
`

func (p *program) dump(t *testing.T) string {
	t.Helper()
	out, err := p.dc.Python(t.Context(), dump)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(out, "\n") < 5000 {
		t.Fatalf("the directory has only %d values", strings.Count(out, "\n"))
	}
	return out
}

// replicate asks for a user's secrets by DRSUAPI: python3-samba judges on its own.
const replicate = `
from samba import drs_utils
from samba.credentials import Credentials
from samba.dcerpc import drsuapi, misc
c = Credentials(); c.guess(lp); c.set_username(args[0]); c.set_password(args[1]); c.set_domain('CONTOSO'); c.set_realm(realm.upper())
d = drsuapi.drsuapi('ncacn_ip_tcp:' + dc_ip + '[seal]', lp, c)
handle, _ = drs_utils.drs_DsBind(d)
r = drsuapi.DsGetNCChangesRequest8()
nc = drsuapi.DsReplicaObjectIdentifier(); nc.dn = 'CN=anna,CN=Users,' + base
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

// may does as an account what synchronization does: reading by DirSync, replicating
// secrets, writing the source anchor.
func (p *program) may(t *testing.T, user, password string) (can [3]bool) {
	t.Helper()
	roots, err := p.dc.Roots()
	if err != nil {
		t.Fatal(err)
	}
	conn, err := ldap.DialURL("ldaps://"+p.dc.Host,
		ldap.DialWithTLSConfig(&tls.Config{RootCAs: roots, ServerName: p.dc.Host, MinVersion: tls.VersionTLS12}), ldap.DialWithDialer(&net.Dialer{Resolver: p.dc.Resolver()}))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.Bind(user+"@"+p.dc.Domain, password); err != nil {
		t.Fatalf("%s signing in: %v", user, err)
	}
	req := ldap.NewSearchRequest(p.dc.Base, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 30, false, "(objectClass=user)", []string{"sAMAccountName"}, nil)
	res, err := conn.DirSync(req, 0, 1<<20, nil)
	can[0] = err == nil && len(res.Entries) > 3
	out, err := p.dc.Python(t.Context(), replicate, user, password)
	if err != nil {
		t.Fatal(err)
	}
	can[1] = strings.TrimSpace(out) == "secrets"
	write := ldap.NewModifyRequest("CN=anna,CN=Users,"+p.dc.Base, nil)
	write.Replace("mS-DS-ConsistencyGuid", []string{"0123456789abcdef"})
	if can[2] = conn.Modify(write) == nil; can[2] { // leaves no trace for the comparison
		write = ldap.NewModifyRequest("CN=anna,CN=Users,"+p.dc.Base, nil)
		write.Replace("mS-DS-ConsistencyGuid", nil)
		if err := conn.Modify(write); err != nil {
			t.Error(err)
		}
	}
	return can
}

// TestProgramAgainstADirectory runs /check, /install and /undo as a whole against a
// real directory, with each kind of account.
func TestProgramAgainstADirectory(t *testing.T) {
	p := newProgram(t)
	if none := p.may(t, "svc-sync", connectorPassword); none != [3]bool{} {
		t.Fatalf("a plain account may %v from the start", none)
	}
	ea := map[string]any{"user": `CONTOSO\Administrator`, "password": map[string]string{"env": "EA_PASSWORD"}}
	existing := map[string]any{
		"forest": "contoso.local", "option": "existing", "user": "svc-sync@contoso.local", "password": map[string]string{"env": "SYNC_PASSWORD"},
	}
	if r := p.run(t, Options{Check: true}, existing); r.ExitCode != ExitBlocked || len(r.Problems) != 0 || len(r.Record.Forests) != 1 || r.Record.Forests[0].Account == nil || len(r.Record.Forests[0].Account.Lacking()) == 0 {
		t.Fatalf("the check of an account that may read nothing: %d %+v %+v", r.ExitCode, r.Problems, r.Record.Forests)
	}
	r := p.run(t, Options{Install: true}, existing)
	if r.Result == ResultDone || len(r.Problems) == 0 || !strings.Contains(r.Problems[0].What, "lacks") {
		t.Errorf("an account that may read nothing was taken: %s %+v", r.Result, r.Problems)
	}
	before := p.dump(t)
	for name, answer := range map[string]map[string]any{
		"create": {"forest": "contoso.local", "option": "create", "user": ea["user"], "password": ea["password"]},
		"grant":  {"forest": "contoso.local", "option": "existing", "user": existing["user"], "password": existing["password"], "grant": ea},
	} {
		r := p.run(t, Options{Install: true}, answer)
		if r.ExitCode > ExitWarnings {
			t.Fatalf("%s: %d %+v", name, r.ExitCode, r.Problems)
		}
		user, password := "svc-sync", connectorPassword
		if name == "create" {
			user, password = p.created(t, r)
		}
		if all := p.may(t, user, password); all != [3]bool{true, true, true} {
			t.Errorf("%s: DirSync, secrets, source anchor: %v", name, all)
		}
		if r = p.run(t, Options{Undo: true}, answer); r.ExitCode > ExitWarnings {
			t.Fatalf("%s, undo: %d %+v", name, r.ExitCode, r.Problems)
		}
		if after := p.dump(t); after != before {
			t.Errorf("%s: undo leaves another directory: %s", name, difference(before, after))
		}
	}
	if none := p.may(t, "svc-sync", connectorPassword); none != [3]bool{} {
		t.Errorf("after undo the account still may %v", none)
	}
}

// created gives the account that Install made, with its password from the vault.
func (p *program) created(t *testing.T, r Result) (user, password string) {
	t.Helper()
	vault, err := secret.OpenVault(install.VaultDir(p.dir), nil)
	if err != nil {
		t.Fatal(err)
	}
	a := r.Record.Plan.Accounts[0]
	v, err := vault.Get(install.VaultConnector(a.Connector))
	if err != nil {
		t.Fatal(err)
	}
	return a.User, v.Reveal()
}

// difference gives the first lines that only one of two dumps has.
func difference(before, after string) string {
	was, is := strings.Split(before, "\n"), strings.Split(after, "\n")
	seen := map[string]int{}
	for _, l := range was {
		seen[l]++
	}
	for _, l := range is {
		seen[l]--
	}
	var out []string
	for l, n := range seen {
		if n != 0 && len(out) < 6 {
			out = append(out, fmt.Sprintf("%+d %.200s", -n, l))
		}
	}
	return strings.Join(out, "\n")
}

//go:build linux

package forest

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/forest/sambatest"
)

// dc is the domain controller of these tests; nil where none can be started.
var (
	dc      *sambatest.DC
	without string // why there is none
)

func TestMain(m *testing.M) { os.Exit(withDC(m)) }

func fuzzing() bool {
	return slices.ContainsFunc(os.Args, func(a string) bool {
		return strings.HasPrefix(a, "-test.fuzz=") || strings.HasPrefix(a, "-test.fuzzworker")
	})
}

func withDC(m *testing.M) int {
	if fuzzing() { // each of its workers would start one of the same address
		without = "no domain controller is needed for fuzzing"
		return m.Run()
	}
	if without = sambatest.Missing(); without != "" {
		if sambatest.Required() {
			fmt.Fprintln(os.Stderr, without)
			return 1
		}
		return m.Run()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	var err error
	if dc, err = sambatest.Start(ctx, "CONTOSO.TEST", sambatest.AddressForest); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer dc.Stop()
	if _, err = dc.Python(ctx, scene, userPassword); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// scene makes the accounts of the tests, past all sign-ins, in one go.
const scene = `
import time
def nt(t): return str(int((t + 11644473600) * 10000000))
def user(name, description=None):
    samdb.newuser(name, args[0], description=description)
    return ldb.Message(ldb.Dn(samdb, 'CN=%s,CN=Users,%s' % (name, base)))
def put(name, attribute, value, controls=[]):
    m = user(name)
    m[attribute] = ldb.MessageElement(value, ldb.FLAG_MOD_REPLACE, attribute)
    samdb.modify(m, controls)
for name in ['svc-plain', 'svc-da', 'svc-nested', 'svc-none', 'svc-good', 'svc-locked', 'svc-counted', 'svc-sealed',
             'svc-granted', 'svc-cut', 'svc-current', 'svc-half', 'svc-asked', 'svc-broken']:
    user(name)
user('MSOL_0123456789ab', "Account created by Microsoft Azure Active Directory Connect with installation identifier '0123' running on computer 'SYNC01' configured to synchronize to tenant 'contoso.onmicrosoft.com'. This account must")
samdb.newgroup('Nest')
samdb.add_remove_group_members('Nest', ['svc-nested'])
samdb.add_remove_group_members('Enterprise Admins', ['Nest'])
samdb.add_remove_group_members('Domain Admins', ['svc-da'])
put('svc-disabled', 'userAccountControl', '514')
put('svc-over', 'accountExpires', nt(time.time() - 86400))
put('svc-change', 'pwdLastSet', '0')
put('svc-expired', 'pwdLastSet', nt(1577836800), ['local_oid:1.3.6.1.4.1.7165.4.3.12:0'])
put('svc-hours', 'logonHours', bytes(21))
put('svc-workstation', 'userWorkstations', 'OTHERPC')
m = ldb.Message(ldb.Dn(samdb, base))
m['lockoutThreshold'] = ldb.MessageElement('3', ldb.FLAG_MOD_REPLACE, 'lockoutThreshold')
samdb.modify(m)
m = ldb.Message(ldb.Dn(samdb, 'CN=Partitions,CN=Configuration,' + base))
m['uPNSuffixes'] = ldb.MessageElement(['contoso.com', 'Contoso.example'], ldb.FLAG_MOD_REPLACE, 'uPNSuffixes')
samdb.modify(m)
`

// needDC skips a test where there is no domain controller.
func needDC(t *testing.T) *sambatest.DC {
	t.Helper()
	if dc == nil {
		t.Skip(without)
	}
	return dc
}

// directory gives a Directory that asks the test's DNS and trusts its authority.
func directory(t *testing.T) *Directory {
	t.Helper()
	needDC(t)
	roots, err := dc.Roots()
	if err != nil {
		t.Fatal(err)
	}
	return &Directory{Resolver: dc.Resolver(), Roots: roots}
}

//go:build linux

// Package sambatest gives tests a real Active Directory domain controller: Samba,
// started for one test package on a loopback address of its own and ended with
// it. A forest is provisioned once per machine and Samba version, into the cache
// folder of the tests; after that a domain controller is there in about 2 s.
// Nothing but tests imports it. It needs root and what scripts/setup-samba
// installs; without them tests skip, unless RECONNECT_TEST_REQUIRE names samba.
package sambatest

import (
	"context"
	"crypto/x509"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

//go:embed start-dc.sh
var script string

// Addresses of the domain controllers. Test packages run side by side, so each
// takes its own.
const (
	AddressForest      = "127.0.0.31" // core/forest, CONTOSO.TEST
	AddressOtherForest = "127.0.0.32" // core/forest, FABRIKAM.TEST
	AddressProgram     = "127.0.0.33" // the program as a whole
)

// The built-in administrator of every test forest, an Enterprise Admin.
const (
	AdminUser     = "Administrator"
	AdminPassword = "P@ssw0rd-Lab1"
)

// DC is a running domain controller.
type DC struct {
	IP      string
	Domain  string // DNS name of the forest and its one domain
	NetBIOS string
	Host    string // full DNS name
	Base    string // DN of the domain
	dir     string
	life    *os.File
}

// Missing says what keeps a domain controller from being started here, or nothing.
func Missing() string {
	if os.Getuid() != 0 {
		return "a domain controller for tests needs root"
	}
	for _, c := range []string{"samba", "samba-tool", "openssl", "bash"} {
		if _, err := exec.LookPath(c); err != nil {
			return c + " is missing; scripts/setup-samba installs it"
		}
	}
	if _, err := os.Stat("/usr/share/samba/setup/provision.ldif"); err != nil {
		return "samba-ad-provision is missing; scripts/setup-samba installs it"
	}
	return ""
}

// Required tells whether the absence of a domain controller is a failure.
func Required() bool { return strings.Contains(os.Getenv("RECONNECT_TEST_REQUIRE"), "samba") }

// Start starts a domain controller of a forest of its own. realm is its DNS name,
// ip one of the addresses above. It ends when Stop is called, or with the process.
func Start(ctx context.Context, realm, ip string) (*DC, error) {
	return start(ctx, realm, ip)
}

// Clock is libfaketime, by which a domain controller gets another time than this
// computer; empty where it is not installed (scripts/setup-samba does).
func Clock() string {
	found, err := filepath.Glob("/usr/lib/*/faketime/libfaketime.so.1")
	if err != nil || len(found) == 0 {
		return ""
	}
	return found[0]
}

// StartAt is Start for a domain controller whose clock differs by some seconds.
func StartAt(ctx context.Context, realm, ip string, seconds int) (*DC, error) {
	return start(ctx, realm, ip, fmt.Sprintf("SAMBA_ENV=LD_PRELOAD=%s FAKETIME=%+d", Clock(), seconds))
}

// start is Start with more of an environment for Samba.
func start(ctx context.Context, realm, ip string, env ...string) (*DC, error) {
	template, err := provisioned(ctx, strings.ToLower(realm), ip)
	if err != nil {
		return nil, err
	}
	// Not below a long temporary folder: Samba's sockets allow 78 characters.
	dir, err := os.MkdirTemp("/tmp", "reconnect-dc")
	if err != nil {
		return nil, err
	}
	if out, err := exec.CommandContext(ctx, "cp", "-a", template+"/.", dir).CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("copy the forest: %w: %s", err, out), os.RemoveAll(dir))
	}
	end, life, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	defer func() { _ = end.Close() }() // the child has its own
	if err := run(ctx, dir, realm, ip, end, env...); err != nil {
		return nil, errors.Join(err, life.Close(), os.RemoveAll(dir))
	}
	domain := strings.ToLower(realm)
	netbios, _, _ := strings.Cut(strings.ToUpper(realm), ".")
	return &DC{
		IP: ip, Domain: domain, NetBIOS: netbios, Host: "dc1." + domain,
		Base: "DC=" + strings.ReplaceAll(domain, ".", ",DC="), dir: dir, life: life,
	}, nil
}

// Stop ends the domain controller and removes its files.
func (dc *DC) Stop() {
	if dc == nil {
		return
	}
	_ = dc.life.Close() // Samba ends when it sees that
	// Wait for it by the script, whose own checks know which process it is.
	_ = exec.CommandContext(context.Background(), "bash", "-c", script, "start-dc", "--stop", dc.dir).Run()
	_ = os.RemoveAll(dc.dir) // below /tmp, which is cleaned in any case
}

// run starts Samba from a folder. With end, it lives as long as the pipe does.
func run(ctx context.Context, dir, realm, ip string, end *os.File, env ...string) error {
	cmd := exec.CommandContext(ctx, "bash", "-c", script, "start-dc", dir, realm, ip)
	cmd.Env = append(append(os.Environ(), "ADMIN_PASSWORD="+AdminPassword, "LC_ALL=C.UTF-8"), env...)
	if end != nil {
		cmd.Stdin = end
		cmd.Env = append(cmd.Env, "LIFELINE=1")
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("start a domain controller: %w: %s", err, out)
	}
	return nil
}

// provisioned gives the folder of a stopped forest, which is made at first.
func provisioned(ctx context.Context, realm, ip string) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	out, err := exec.CommandContext(ctx, "samba", "--version").Output()
	if err != nil {
		return "", fmt.Errorf("ask Samba for its version: %w", err)
	}
	version := strings.Fields(strings.TrimPrefix(string(out), "Version "))
	if len(version) == 0 {
		return "", errors.New("samba tells no version")
	}
	folder := filepath.Join(cache, "adsync-reconnect-test", "samba-"+version[0])
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	lock, err := os.OpenFile(filepath.Join(folder, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", err
	}
	defer func() { _ = lock.Close() }() // that unlocks
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", err
	}
	ready := filepath.Join(folder, realm+"-"+ip)
	if _, err := os.Stat(ready); err == nil {
		return ready, nil
	}
	return ready, provision(ctx, realm, ip, ready)
}

// provision makes a forest in a short folder and moves it to its place when it is whole.
func provision(ctx context.Context, realm, ip, ready string) error {
	dir, err := os.MkdirTemp("/tmp", "reconnect-dc")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := run(ctx, dir, realm, ip, nil); err != nil {
		return err
	}
	for _, c := range [][]string{
		{"bash", "-c", script, "start-dc", "--stop", dir},
		{"rm", "-rf", ready + ".new"},
		{"cp", "-a", dir, ready + ".new"},
	} {
		if out, err := exec.CommandContext(ctx, c[0], c[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", c[0], err, out)
		}
	}
	return os.Rename(ready+".new", ready)
}

// Resolver asks the domain controller's own DNS.
func (dc *DC) Resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, dc.IP+":53")
	}}
}

// Roots trusts the authority that made the domain controller's certificate.
func (dc *DC) Roots() (*x509.CertPool, error) {
	pool := x509.NewCertPool()
	b, err := os.ReadFile(dc.caFile())
	if err != nil {
		return nil, err
	}
	if !pool.AppendCertsFromPEM(b) {
		return nil, errors.New("no certificate in ca.pem")
	}
	return pool, nil
}

func (dc *DC) caFile() string { return filepath.Join(dc.dir, "ca", "ca.pem") }

// CA gives the certificate of that authority as PEM.
func (dc *DC) CA(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile(dc.caFile())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Tool runs samba-tool on the domain controller's files, past all sign-ins.
func (dc *DC) Tool(ctx context.Context, args ...string) (string, error) {
	args = append(args, "-H", dc.SAM(), "-s", dc.Conf())
	out, err := exec.CommandContext(ctx, "samba-tool", args...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("samba-tool %s: %w: %s", args[0], err, out)
	}
	return string(out), nil
}

// Python runs a Python program with samba's modules. lp, samdb, dc_ip, realm and
// base are set in it.
func (dc *DC) Python(ctx context.Context, program string, args ...string) (string, error) {
	const prelude = `
import sys, ldb
from samba.param import LoadParm
from samba.samdb import SamDB
from samba.auth import system_session
lp = LoadParm(); lp.load(sys.argv[1])
samdb = SamDB(url=sys.argv[2], session_info=system_session(), lp=lp)
dc_ip, realm, base = sys.argv[3], sys.argv[4], sys.argv[5]
args = sys.argv[6:]
`
	all := append([]string{"-c", prelude + program, dc.Conf(), dc.SAM(), dc.IP, dc.Domain, dc.Base}, args...)
	out, err := exec.CommandContext(ctx, "/usr/bin/python3", all...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("python3: %w: %s", err, out)
	}
	return string(out), nil
}

// SAM is the path of the directory's database.
func (dc *DC) SAM() string { return filepath.Join(dc.dir, "private", "sam.ldb") }

// Conf is the path of smb.conf.
func (dc *DC) Conf() string { return filepath.Join(dc.dir, "smb.conf") }

// KerberosConf gives the path of a krb5.conf for programs that use the system's Kerberos.
func (dc *DC) KerberosConf() string { return filepath.Join(dc.dir, "krb5.conf") }

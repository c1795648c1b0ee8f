package forest

import (
	"context"
	"crypto/x509"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/alexbrainman/sspi"
	"golang.org/x/sys/windows"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// TestCurrentUserOfWindows signs in by Windows' own Kerberos and proves an answer.
// RECONNECT_TEST_CURRENT says where: domain, address of its one domain controller, a
// file with the authority of its certificate, and who the current user is.
func TestCurrentUserOfWindows(t *testing.T) {
	where := strings.Split(os.Getenv("RECONNECT_TEST_CURRENT"), ",")
	if len(where) != 4 {
		t.Skip("RECONNECT_TEST_CURRENT names no domain controller")
	}
	domain, address, user := where[0], where[1], where[3]
	pem, err := os.ReadFile(where[2])
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		t.Fatal("no certificate in the file")
	}
	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "tcp", address+":53") // Wine 8 lacks what Go wants of UDP
	}}
	request := setup.ForestRequest{
		Answer:   answers.Forest{Forest: domain, Option: answers.CreateAccount, SignIn: answers.ForestWindows},
		Features: []facts.Feature{facts.FeatureBasicRead, facts.FeaturePasswordHash},
	}
	for name, closed := range map[string]int{bySealing: 0, byLDAPS: portLDAP} {
		t.Run(name, func(t *testing.T) {
			d := &Directory{Resolver: resolver, Roots: roots, currentName: user}
			d.route = func(host string, port int) string {
				if port == closed {
					port = 1 // nothing listens there
				}
				return hostPort(host, port)
			}
			if underWine() {
				d.current = openUnderWine
			}
			proof, err := d.Verify(t.Context(), request, nil)
			if err != nil {
				t.Fatalf("%v\n%s", err, problem.From(err).Detail)
			}
			if proof.Protection != name || !strings.EqualFold(proof.User, user) {
				t.Errorf("signed in as %s by %s", proof.User, proof.Protection)
			}
			a := plan.Account{Forest: domain, User: "MSOL_windows", Comment: "windows", Container: proof.Container, Controller: proof.Controller, Grants: proof.Rights}
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
		})
	}
}

// underWine tells whether this is Wine and no Windows.
func underWine() bool {
	return windows.NewLazySystemDLL("ntdll.dll").NewProc("wine_get_version").Find() == nil
}

// wineContext cuts tokens as Wine 8 does: it puts a token's first bytes into the
// buffer of the message and the rest into that of the trailer, while Windows has the
// trailer in front; and it knows no buffer of the kind stream.
type wineContext struct{ *sspiContext }

func openUnderWine(spn string, bindings []byte) (securityContext, func(), error) {
	c, release, err := openSSPI(spn, bindings)
	if err != nil {
		return nil, nil, err
	}
	return wineContext{c.(*sspiContext)}, release, nil
}

// Bytes that a token of RFC 4121 with AES has beside the message (RFC 3962).
const (
	besideSigned = 16 + 12
	besideSealed = 16 + 16 + 16 + 12
)

func (c wineContext) wrap(message []byte, sealed bool) ([]byte, error) {
	quality, beside := uint32(wrapOnlySign), besideSigned
	if sealed {
		quality, beside = 0, besideSealed
	}
	parts := []sspi.SecBuffer{buffer(sspi.SECBUFFER_DATA, slices.Clone(message)), buffer(sspi.SECBUFFER_TOKEN, make([]byte, beside))}
	if ret := sspi.EncryptMessage(c.ctx.Handle, quality, sspi.NewSecBufferDesc(parts), 0); ret != sspi.SEC_E_OK {
		return nil, sspiProblem("EncryptMessage", ret)
	}
	return slices.Concat(parts[0].Bytes(), parts[1].Bytes()), nil
}

func (c wineContext) unwrap(token []byte, sealed bool) ([]byte, error) {
	beside := besideSigned
	if sealed {
		beside = besideSealed
	}
	if len(token) < beside {
		return nil, errSeal
	}
	message, rest := slices.Clone(token[:len(token)-beside]), slices.Clone(token[len(token)-beside:])
	parts := []sspi.SecBuffer{buffer(sspi.SECBUFFER_DATA, message), buffer(sspi.SECBUFFER_TOKEN, rest)}
	var quality uint32
	if ret := sspi.DecryptMessage(c.ctx.Handle, sspi.NewSecBufferDesc(parts), 0, &quality); ret != sspi.SEC_E_OK {
		return nil, sspiProblem("DecryptMessage", ret)
	}
	if sealed != (quality&wrapOnlySign != wrapOnlySign) {
		return nil, errSeal
	}
	return message, nil
}

// TestSSPIErrors gives words and number of Windows' errors.
func TestSSPIErrors(t *testing.T) {
	_, release, err := openSSPI("ldap/\x00", nil)
	if err == nil {
		release()
		t.Error("a name with a zero byte was taken")
	}
	got := sspiProblem("InitializeSecurityContext", syscall.Errno(0x8009030E)).Error()
	if !strings.HasPrefix(got, "InitializeSecurityContext: there are no credentials") || !strings.HasSuffix(got, "(0x8009030E)") {
		t.Error(got)
	}
	if got := sspiProblem("EncryptMessage", syscall.Errno(0x80090302)).Error(); !strings.HasSuffix(got, "(0x80090302)") {
		t.Error(got)
	}
}

package forest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	osuser "os/user"
	"strings"
	"sync"
	"syscall"

	"github.com/alexbrainman/sspi"
	"golang.org/x/sys/windows"
)

// wrapOnlySign is KERB_WRAP_NO_ENCRYPT, the quality of protection of a message that
// is signed and not encrypted
// (https://learn.microsoft.com/windows/win32/secauthn/sspi-kerberos-interoperability-with-gssapi).
const wrapOnlySign = 0x80000001

// contextFlags are what a context has to offer; one that lacks any of them is refused.
const contextFlags = sspi.ISC_REQ_MUTUAL_AUTH | sspi.ISC_REQ_CONFIDENTIALITY | sspi.ISC_REQ_INTEGRITY |
	sspi.ISC_REQ_REPLAY_DETECT | sspi.ISC_REQ_SEQUENCE_DETECT

// CurrentUser names the Windows user who can sign in to forests without a password,
// as DOMAIN\user; empty for accounts of this computer and for services.
func CurrentUser() string {
	u, err := osuser.Current()
	if err != nil {
		return "" // then it is not offered
	}
	domain, _, ok := strings.Cut(u.Username, `\`)
	computer, err := os.Hostname()
	if !ok || err != nil || strings.EqualFold(domain, computer) || strings.EqualFold(domain, "NT AUTHORITY") || strings.EqualFold(domain, "NT SERVICE") {
		return ""
	}
	return u.Username
}

// windowsContext is Windows' own Kerberos.
var windowsContext currentContext = openSSPI

// sspiContext is a context of Windows' security package Kerberos.
type sspiContext struct {
	target   *uint16
	bindings []byte
	longest  uint32 // bytes of a token at most

	mu   sync.Mutex // the session's reader and writer share the context
	cred *sspi.Credentials
	ctx  *sspi.Context // nil once released
}

func openSSPI(spn string, bindings []byte) (securityContext, func(), error) {
	target, err := windows.UTF16PtrFromString(spn)
	if err != nil {
		return nil, nil, err
	}
	about, err := sspi.QueryPackageInfo(sspi.MICROSOFT_KERBEROS_NAME)
	if err != nil {
		return nil, nil, sspiProblem("QuerySecurityPackageInfo", err)
	}
	cred, err := sspi.AcquireCredentials("", sspi.MICROSOFT_KERBEROS_NAME, sspi.SECPKG_CRED_OUTBOUND, nil)
	if err != nil {
		return nil, nil, sspiProblem("AcquireCredentialsHandle", err)
	}
	c := &sspiContext{target: target, bindings: bindings, longest: about.MaxToken, cred: cred, ctx: sspi.NewClientContext(cred, contextFlags)}
	return c, c.release, nil
}

// release ends the context. Windows' own complaints about that help nobody.
func (c *sspiContext) release() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ctx == nil {
		return
	}
	if c.ctx.Handle != nil {
		_ = c.ctx.Release()
	}
	_ = c.cred.Release()
	c.ctx = nil
}

func (c *sspiContext) next(token []byte) ([]byte, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ctx == nil {
		return nil, false, errReleased
	}
	in := make([]sspi.SecBuffer, 0, 2)
	if len(token) > 0 {
		in = append(in, buffer(sspi.SECBUFFER_TOKEN, token))
	}
	if len(c.bindings) > 0 {
		in = append(in, buffer(sspi.SECBUFFER_CHANNEL_BINDINGS, c.bindings))
	}
	var given *sspi.SecBufferDesc
	if len(in) > 0 {
		given = sspi.NewSecBufferDesc(in)
	}
	out := []sspi.SecBuffer{buffer(sspi.SECBUFFER_TOKEN, make([]byte, c.longest))}
	switch ret := c.ctx.Update(c.target, sspi.NewSecBufferDesc(out), given); ret {
	case sspi.SEC_E_OK:
		if err := c.ctx.VerifyFlags(); err != nil {
			return nil, false, fmt.Errorf("the context lacks protection: %w", err)
		}
		return bytes.Clone(out[0].Bytes()), true, nil
	case sspi.SEC_I_CONTINUE_NEEDED:
		return bytes.Clone(out[0].Bytes()), false, nil
	default:
		return nil, false, sspiProblem("InitializeSecurityContext", ret)
	}
}

// wrap puts trailer, message and padding together, which is GSSAPI's wrap token.
func (c *sspiContext) wrap(message []byte, sealed bool) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ctx == nil {
		return nil, errReleased
	}
	_, _, block, trailer, err := c.ctx.Sizes()
	if err != nil {
		return nil, sspiProblem("QueryContextAttributes", err)
	}
	parts := []sspi.SecBuffer{
		buffer(sspi.SECBUFFER_TOKEN, make([]byte, trailer)),
		buffer(sspi.SECBUFFER_DATA, bytes.Clone(message)), // Windows encrypts it in place
		buffer(sspi.SECBUFFER_PADDING, make([]byte, block)),
	}
	quality := uint32(wrapOnlySign)
	if sealed {
		quality = 0
	}
	if ret := sspi.EncryptMessage(c.ctx.Handle, quality, sspi.NewSecBufferDesc(parts), 0); ret != sspi.SEC_E_OK {
		return nil, sspiProblem("EncryptMessage", ret)
	}
	var token []byte
	for i := range parts {
		token = append(token, parts[i].Bytes()...)
	}
	return token, nil
}

func (c *sspiContext) unwrap(token []byte, sealed bool) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ctx == nil {
		return nil, errReleased
	}
	parts := []sspi.SecBuffer{
		buffer(sspi.SECBUFFER_STREAM, bytes.Clone(token)), // Windows decrypts it in place
		buffer(sspi.SECBUFFER_DATA, nil),
	}
	var quality uint32
	if ret := sspi.DecryptMessage(c.ctx.Handle, sspi.NewSecBufferDesc(parts), 0, &quality); ret != sspi.SEC_E_OK {
		return nil, fmt.Errorf("%w: %w", errSeal, sspiProblem("DecryptMessage", ret))
	}
	if sealed != (quality&wrapOnlySign != wrapOnlySign) {
		return nil, errSeal
	}
	return bytes.Clone(parts[1].Bytes()), nil
}

func buffer(kind uint32, data []byte) (b sspi.SecBuffer) {
	b.Set(kind, data)
	return b
}

// sspiProblem gives a call's error with its meaning, where it is known.
func sspiProblem(call string, err error) error {
	number, ok := err.(syscall.Errno) //nolint:errorlint // the package gives it bare
	if !ok {
		return fmt.Errorf("%s: %w", call, err)
	}
	code := uint32(number)
	text := sspiMeanings[code]
	if text == "" {
		text = number.Error()
	}
	return &sspiError{call: call, code: code, text: text}
}

// errReleased is what a context gives that was ended already.
var errReleased = errors.New("the connection is closed")

// sspiError names an error of Windows' security packages.
type sspiError struct {
	call string
	code uint32
	text string
}

func (e *sspiError) Error() string { return fmt.Sprintf("%s: %s (0x%08X)", e.call, e.text, e.code) }

// sspiMeanings are errors (winerror.h) that an admin can do something about.
var sspiMeanings = map[uint32]string{
	0x80090303: "the domain knows no such service: the domain controller's name is another one, or its service principal name is missing",
	0x80090304: "the local security authority can't be reached",
	0x8009030C: "the sign-in was refused",
	0x8009030E: "there are no credentials: this user is signed in with an account of this computer, or offline",
	0x80090311: "no domain controller can be reached for a ticket",
	0x80090322: "the domain controller is another computer than its name says",
	0x80090324: "the clocks of this computer and of the domain controller differ too much",
	0x80090346: "the channel bindings don't fit: something on the way replaces the certificate",
}

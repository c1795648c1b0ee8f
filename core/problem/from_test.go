package problem_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

func TestFrom(t *testing.T) {
	op := func(err error) error {
		return fmt.Errorf("outer: %w", &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", err)})
	}
	cases := []struct {
		name string
		err  error
		want problem.Code
	}{
		{"cancelled", fmt.Errorf("x: %w", context.Canceled), problem.CodeCancelled},
		{"deadline", context.DeadlineExceeded, problem.CodeTimeout},
		{"no such name", &net.DNSError{Err: "no such host", Name: "sql9", IsNotFound: true}, problem.CodeNameUnknown},
		{"dns timeout", &net.DNSError{Err: "i/o timeout", Name: "sql9", IsTimeout: true}, problem.CodeNameServer},
		{"refused", op(syscall.ECONNREFUSED), problem.CodeRefused},
		{"refused on Windows", op(syscall.Errno(10061)), problem.CodeRefused},
		{"timed out on Windows", op(syscall.Errno(10060)), problem.CodeNetTimeout},
		{"denied on Windows", op(syscall.Errno(10013)), problem.CodeNetDenied},
		{"reset on Windows", op(syscall.Errno(10054)), problem.CodeReset},
		{"unreachable on Windows", op(syscall.Errno(10065)), problem.CodeUnreachable},
		{"unreachable", op(syscall.EHOSTUNREACH), problem.CodeUnreachable},
		{"reset", op(syscall.ECONNRESET), problem.CodeReset},
		{"i/o deadline", op(os.ErrDeadlineExceeded), problem.CodeNetTimeout},
		{"closed", fmt.Errorf("read: %w", io.ErrUnexpectedEOF), problem.CodeClosed},
		{"wrong name", x509.HostnameError{Certificate: &x509.Certificate{}, Host: "sql9"}, problem.CodeWrongName},
		{"authority", fmt.Errorf("tls: %w", x509.UnknownAuthorityError{}), problem.CodeAuthority},
		{"expired", x509.CertificateInvalidError{Cert: &x509.Certificate{}, Reason: x509.Expired}, problem.CodeExpired},
		{"usage", x509.CertificateInvalidError{Cert: &x509.Certificate{}, Reason: x509.IncompatibleUsage}, problem.CodeCertificate},
		{"not TLS", tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, problem.CodeNoTLS},
		{"alert", tls.AlertError(40), problem.CodeTLS},
		{"alert from the server", &net.OpError{Op: "remote error", Err: errors.New("tls: handshake failure")}, problem.CodeTLS},
		{"missing", &fs.PathError{Op: "open", Path: "a.pem", Err: fs.ErrNotExist}, problem.CodeFileMissing},
		{"denied", &fs.PathError{Op: "open", Path: "a.pem", Err: fs.ErrPermission}, problem.CodeFileDenied},
		{"exists", &fs.PathError{Op: "open", Path: "a.pem", Err: fs.ErrExist}, problem.CodeFileExists},
		{"read-only disk", &fs.PathError{Op: "open", Path: "a", Err: syscall.EROFS}, problem.CodeReadOnly},
		{"disk full", &fs.PathError{Op: "write", Path: "a", Err: syscall.ENOSPC}, problem.CodeDiskFull},
		{"anything", errors.New("strange"), problem.CodeUnknown},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := problem.From(c.err)
			if p.Code != c.want {
				t.Fatalf("code %q, want %q (%s)", p.Code, c.want, p.Text())
			}
			if p.What == "" || p.Fix == "" {
				t.Errorf("a problem needs What and Fix: %s", p.Text())
			}
			if !errors.Is(p, c.err) && !strings.Contains(p.Detail, c.err.Error()) {
				t.Errorf("the error underneath is lost: %s", p.Text())
			}
		})
	}
}

func TestFromKeepsProblems(t *testing.T) {
	mine := &problem.Problem{Code: "a.b", What: "w"}
	if got := problem.From(fmt.Errorf("outer: %w", mine)); got != mine {
		t.Errorf("got %v, want the problem itself", got)
	}
	if got := problem.From(nil); got != nil {
		t.Errorf("From(nil) = %v, want nil", got)
	}
}

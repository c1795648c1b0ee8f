package problem

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
)

// From turns any error into a problem: one that is a problem already stays as it
// is, and what context, net, crypto/tls, crypto/x509 and the file system say is
// put into words. Everything else becomes CodeUnknown with the error's text as
// Detail. From of nil is nil. The caller sees to it that err's text holds no
// secret, and puts the field on the result with On.
func From(err error) *Problem {
	if err == nil {
		return nil
	}
	if p := As(err); p != nil {
		return p
	}
	for _, translate := range []func(error) *Problem{fromContext, fromCertificate, fromTLS, fromDNS, fromNet, fromFile} {
		if p := translate(err); p != nil {
			p.Detail, p.Cause = err.Error(), err
			return p
		}
	}
	return &Problem{
		Code: CodeUnknown, What: "Something went wrong that this program does not know.",
		Why:    "The details below are the words of the component that failed.",
		Fix:    "Try again. If it happens again, keep the details: they are what support will ask for.",
		Detail: err.Error(), Cause: err,
	}
}

// fromContext translates the end of a context. It stands first: a driver gives
// all kinds of errors when its caller's time is up.
func fromContext(err error) *Problem {
	switch {
	case errors.Is(err, context.Canceled):
		return &Problem{Code: CodeCancelled, What: "It was cancelled.", Fix: "Start again when you are ready."}
	case errors.Is(err, context.DeadlineExceeded):
		return &Problem{
			Code: CodeTimeout, What: "There was no answer in time.",
			Why: "The other side is slow, overloaded or silent, or a firewall drops the traffic.",
			Fix: "Try again. If it stays so, check the server and the firewalls between.",
		}
	}
	return nil
}

// fromCertificate translates what is wrong with a certificate.
func fromCertificate(err error) *Problem {
	var (
		host     x509.HostnameError
		unknown  x509.UnknownAuthorityError
		invalid  x509.CertificateInvalidError
		critical x509.UnhandledCriticalExtension
		roots    x509.SystemRootsError
	)
	switch {
	case errors.As(err, &host):
		return &Problem{
			Code: CodeWrongName, What: "The certificate is made out to another name.",
			Why: "Somebody else may be answering in the server's place.",
			Fix: "Use the name that stands in the certificate.",
		}
	case errors.As(err, &unknown):
		return &Problem{
			Code: CodeAuthority, What: "The certificate was issued by an authority that this computer does not trust.",
			Why: "Without a trusted issuer nobody vouches for who is answering.",
			Fix: "Install the issuing authority's root certificate on this computer.",
		}
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return &Problem{
			Code: CodeExpired, What: "The certificate is not valid at this time.",
			Why: "It has expired, or is not valid yet, or this computer's clock is wrong.",
			Fix: "Renew the certificate, or set this computer's clock.",
		}
	case errors.As(err, &invalid), errors.As(err, &critical), errors.As(err, &roots):
		return &Problem{
			Code: CodeCertificate, What: "The certificate can't be accepted.",
			Fix: "Give the server a certificate that is made for server authentication.",
		}
	}
	return nil
}

// fromTLS translates a failed agreement on TLS.
func fromTLS(err error) *Problem {
	var (
		record tls.RecordHeaderError
		alert  tls.AlertError
		verify *tls.CertificateVerificationError
		op     *net.OpError // "remote error" is how crypto/tls wraps an alert
	)
	switch {
	case errors.As(err, &record):
		return &Problem{
			Code: CodeNoTLS, What: "What answers there does not speak TLS.",
			Why: "It is another kind of server, or one that has encryption switched off.",
			Fix: "Check the name and the port.",
		}
	case errors.As(err, &verify):
		return &Problem{
			Code: CodeCertificate, What: "The certificate can't be accepted.",
			Fix: "Give the server a certificate that is made for server authentication.",
		}
	case errors.As(err, &alert), errors.As(err, &op) && op.Op == "remote error":
		return &Problem{
			Code: CodeTLS, What: "The two sides could not agree on how to protect the connection.",
			Why: "The server may offer only TLS versions or ciphers that are no longer safe.",
			Fix: "Switch TLS 1.2 or later on at the server.",
		}
	}
	return nil
}

// fromDNS translates a name that can't be found.
func fromDNS(err error) *Problem {
	var dns *net.DNSError
	if !errors.As(err, &dns) {
		return nil
	}
	if dns.IsNotFound {
		return &Problem{
			Code: CodeNameUnknown, What: "There is no computer called " + dns.Name + ".",
			Why: "DNS does not know the name: a slip of the pen, a missing domain suffix, or a name that was removed with the old server.",
			Fix: "Check the spelling, try the full name (host.domain), or use the address.",
		}
	}
	return &Problem{
		Code: CodeNameServer, What: "The name " + dns.Name + " could not be looked up.",
		Why: "The DNS server of this computer did not answer as it should.",
		Fix: "Check this computer's DNS settings, or use the address instead of the name.",
	}
}

// fromNet translates a connection that could not be made or kept.
func fromNet(err error) *Problem {
	switch n := errno(err); {
	case n == wsaRefused || isRefused(err):
		return &Problem{
			Code: CodeRefused, What: "The computer is there, but nothing answers on that port.",
			Why: "The service is stopped, listens on another port, or a firewall refuses the connection.",
			Fix: "Check that the service runs and which port it listens on.",
		}
	case n == wsaReset || n == wsaAborted || isReset(err):
		return &Problem{
			Code: CodeReset, What: "The connection was broken by the other side.",
			Why: "The service or a device between broke it off.",
			Fix: "Try again. If it stays so, look into the server's log and the firewalls between.",
		}
	case n == wsaNetUnreachable || n == wsaHostUnreachable || isUnreachable(err):
		return &Problem{
			Code: CodeUnreachable, What: "There is no way to that computer from here.",
			Why: "This computer has no route to the address: another network, a VPN that is off, a wrong address.",
			Fix: "Check the network connection and the address.",
		}
	case n == wsaDenied:
		return &Problem{
			Code: CodeNetDenied, What: "This computer does not allow the connection.",
			Why: "A local firewall or protection software blocks the program.",
			Fix: "Allow the program to connect out, then try again.",
		}
	case n == wsaTimedOut || isTimeout(err):
		return &Problem{
			Code: CodeNetTimeout, What: "The computer did not answer.",
			Why: "It is switched off, the address is wrong, or a firewall drops the traffic silently.",
			Fix: "Check that the computer is up and that firewalls between let the port through.",
		}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed), errors.Is(err, io.ErrClosedPipe):
		return &Problem{
			Code: CodeClosed, What: "The other side closed the connection in the middle.",
			Fix: "Try again. If it stays so, look into the server's log.",
		}
	}
	return nil
}

// isTimeout tells whether a deadline on a connection passed.
func isTimeout(err error) bool {
	var n net.Error
	return errors.Is(err, os.ErrDeadlineExceeded) || (errors.As(err, &n) && n.Timeout())
}

// fromFile translates what the file system says.
func fromFile(err error) *Problem {
	var path *fs.PathError
	name := "The file"
	if errors.As(err, &path) {
		name = path.Path
	}
	switch {
	case isDiskFull(err):
		return &Problem{Code: CodeDiskFull, What: "The disk is full.", Fix: "Make room on the disk, then try again."}
	case isReadOnly(err):
		return &Problem{Code: CodeReadOnly, What: "The disk is read-only.", Fix: "Make it writable, then try again."}
	case errors.Is(err, fs.ErrNotExist):
		return &Problem{Code: CodeFileMissing, What: name + " is not there.", Fix: "Check the path."}
	case errors.Is(err, fs.ErrPermission):
		return &Problem{Code: CodeFileDenied, What: name + " can't be used by this account.", Fix: "Start the program with an account that may use it, or choose another place."}
	case errors.Is(err, fs.ErrExist):
		return &Problem{Code: CodeFileExists, What: name + " is there already.", Fix: "Choose another name, or remove it first."}
	}
	return nil
}

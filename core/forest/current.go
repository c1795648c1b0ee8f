package forest

import (
	"context"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"net"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// currentContext opens a Kerberos context for whoever runs this program, without a
// password. spn names the service, bindings what it is bound to, see channelBindings.
// release ends the context; what comes after it fails.
type currentContext func(spn string, bindings []byte) (c securityContext, release func(), err error)

// currentUser signs in as whoever runs this program, by Kerberos: sealed on port 389,
// which needs no certificate, or bound to the connection where only LDAPS is open.
// No password is asked for, and none is sent.
func (d *Directory) currentUser(ctx context.Context, c controller) (*session, error) {
	open := d.current
	if open == nil {
		open = windowsContext
	}
	if open == nil {
		return nil, errNoCurrentUser
	}
	host, addresses, err := d.provenName(ctx, c)
	if err != nil {
		return nil, c.noCurrentUser([]string{bySealing + ": " + reason(err)})
	}
	spn := "ldap/" + strings.ToLower(host)
	s, err := d.currentSealed(ctx, c, open, spn, addresses[0])
	if err == nil {
		return d.signedIn(ctx, s)
	}
	failed := []string{bySealing + ": " + reason(err)}
	if ended := ctx.Err(); ended != nil {
		return nil, problem.From(ended)
	}
	if s, err = d.currentOverTLS(ctx, c, open, spn); err == nil {
		return d.signedIn(ctx, s)
	}
	if ended := ctx.Err(); ended != nil {
		return nil, problem.From(ended)
	}
	return nil, c.noCurrentUser(append(failed, byLDAPS+": "+tlsReason(err)))
}

// currentSealed signs in on port 389 and seals everything after.
func (d *Directory) currentSealed(ctx context.Context, c controller, open currentContext, spn, address string) (*session, error) {
	conn, err := d.dial(ctx, address, portLDAP)
	if err != nil {
		return nil, err
	}
	bound, release, err := d.bindCurrent(ctx, conn, conn, open, spn, nil)
	if err != nil {
		_ = conn.Close() // the bind failed, nothing else was sent
		return nil, err
	}
	s := newSession(bound, conn, false, c.host, d.timeout())
	s.protection, s.release = bySealing, release
	return s, nil
}

// currentOverTLS signs in on port 636. The context is bound to the certificate, as
// domain controllers may insist on (LdapEnforceChannelBinding, KB4034879).
func (d *Directory) currentOverTLS(ctx context.Context, c controller, open currentContext, spn string) (*session, error) {
	raw, err := d.dial(ctx, c.host, portLDAPS)
	if err != nil {
		return nil, err
	}
	conn, err := d.handshake(ctx, raw, d.tlsConfig(c))
	if err != nil {
		return nil, err
	}
	bindings := channelBindings(conn.ConnectionState().PeerCertificates[0])
	_, release, err := d.bindCurrent(ctx, conn, raw, open, spn, bindings)
	if err != nil {
		_ = raw.Close() // as above
		return nil, err
	}
	s := newSession(conn, raw, true, c.host, d.timeout())
	s.protection, s.release = byLDAPS, release
	return s, nil
}

// bindCurrent opens the context and does the bind. Bindings mean that TLS protects
// the connection already.
func (d *Directory) bindCurrent(ctx context.Context, conn, raw net.Conn, open currentContext, spn string, bindings []byte) (net.Conn, func(), error) {
	sec, release, err := open(spn, bindings)
	if err != nil {
		return nil, nil, err
	}
	bound, err := d.saslBind(ctx, conn, raw, sec, bindings != nil)
	if err != nil {
		release()
		return nil, nil, err
	}
	return bound, release, nil
}

// handshake makes TLS of a connection, which it closes if that fails.
func (d *Directory) handshake(ctx context.Context, raw net.Conn, config *tls.Config) (*tls.Conn, error) {
	conn := tls.Client(raw, config)
	ctx, cancel := context.WithTimeout(ctx, d.timeout())
	defer cancel()
	if err := conn.HandshakeContext(ctx); err != nil {
		_ = raw.Close() // nothing was sent
		return nil, err
	}
	return conn, nil
}

// channelBindings gives Windows' structure SEC_CHANNEL_BINDINGS for a server's
// certificate: 32 bytes of header, then RFC 5929's tls-server-end-point
// (https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-sec_channel_bindings).
func channelBindings(leaf *x509.Certificate) []byte {
	const header = 32
	hash := bindingHash(leaf.SignatureAlgorithm).New()
	hash.Write(leaf.Raw)
	data := append([]byte("tls-server-end-point:"), hash.Sum(nil)...)
	out := make([]byte, header, header+len(data))
	binary.LittleEndian.PutUint32(out[24:], uint32(len(data)))
	binary.LittleEndian.PutUint32(out[28:], header)
	return append(out, data...)
}

// bindingHash is the hash of the certificate's own signature, but never a weaker one
// than SHA-256 (RFC 5929 4.1).
func bindingHash(a x509.SignatureAlgorithm) crypto.Hash {
	switch a {
	case x509.SHA384WithRSA, x509.SHA384WithRSAPSS, x509.ECDSAWithSHA384:
		return crypto.SHA384
	case x509.SHA512WithRSA, x509.SHA512WithRSAPSS, x509.ECDSAWithSHA512:
		return crypto.SHA512
	default:
		return crypto.SHA256
	}
}

var errNoCurrentUser = &problem.Problem{
	Code: CodeCurrentUser, What: "Nobody is signed in here whom a forest could know.",
	Why: "Only on Windows, and with an account of a domain, the current user can sign in without a password.",
	Fix: "Give a user name and a password.",
}

// currentCredentials stand for whoever runs this program.
func (d *Directory) currentCredentials(forest string) (credentials, error) {
	name := d.currentName
	if name == "" {
		name = CurrentUser()
	}
	if name == "" {
		return credentials{}, errNoCurrentUser
	}
	l, err := parseLogin(name, forest)
	return credentials{login: l, typed: name, current: true}, err
}

// admin understands who signs in: the current user, or a name with a password.
func (d *Directory) admin(current bool, user string, password secret.Value, forest string) (credentials, error) {
	if current {
		return d.currentCredentials(forest)
	}
	return newCredentials(user, password, forest)
}

// noCurrentUser says that the sign-in without a password did not work.
func (c controller) noCurrentUser(failed []string) *problem.Problem {
	return c.withClock(&problem.Problem{
		Code:   CodeCurrentUser,
		What:   "Signing in to " + c.name() + " as the current Windows user did not work.",
		Why:    "Whoever runs this program needs to be signed in to Windows with an account of this forest, or of one that it trusts, and to have a Kerberos ticket.",
		Fix:    "Sign in to Windows again with such an account, or give a user name and a password here. The details say what stopped each way.",
		Detail: strings.Join(failed, "\n"),
	})
}

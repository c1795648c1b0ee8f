package forest

import (
	"context"
	"errors"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// credentials are a user name, understood, with its password.
type credentials struct {
	login    login
	password secret.Value
	typed    string
	current  bool // whoever runs this program; there is no password then
}

// newCredentials understands the user name and refuses an empty password: servers
// take a bind without one as anonymous and call it a success.
func newCredentials(user string, password secret.Value, forest string) (credentials, error) {
	l, err := parseLogin(user, forest)
	if err != nil {
		return credentials{}, err
	}
	if password.IsEmpty() {
		return credentials{}, &problem.Problem{
			Code: CodeNoPassword, Field: answers.FieldForestPass, What: "There is no password.", Fix: "Type the password of " + user + ".",
		}
	}
	return credentials{login: l, password: password, typed: strings.TrimSpace(user)}, nil
}

// Names of the protections, as facts.ForestAccount shows them.
const (
	byLDAPS    = "LDAPS"
	byStartTLS = "StartTLS"
	bySealing  = "Kerberos sealing"
)

// signIn signs in at a domain controller over the first protected connection that
// can be made: TLS from the start, TLS on port 389, or Kerberos with sealing,
// which needs no certificate. What fails before the password is sent leads to the
// next; a refused password ends it.
func (d *Directory) signIn(ctx context.Context, c controller, cred credentials) (*session, error) {
	if cred.current {
		return d.currentUser(ctx, c)
	}
	var failed []string
	for _, way := range []struct {
		name string
		open func(context.Context, controller) (*session, error)
	}{{byLDAPS, d.ldaps}, {byStartTLS, d.startTLS}} {
		s, err := way.open(ctx, c)
		if err == nil {
			s.protection = way.name
			return d.bind(ctx, s, cred)
		}
		if ended := ctx.Err(); ended != nil {
			return nil, problem.From(ended)
		}
		failed = append(failed, way.name+": "+tlsReason(err))
	}
	s, err := d.sealed(ctx, c, cred)
	if err == nil {
		return d.signedIn(ctx, s)
	}
	if p := problem.As(err); p != nil {
		p = c.withClock(p)
		p.Detail = strings.Join(append(failed, p.Detail), "\n")
		return nil, p
	}
	if ended := ctx.Err(); ended != nil {
		return nil, problem.From(ended)
	}
	failed = append(failed, bySealing+": "+reason(err))
	otherwise := ""
	var name *nameProblem
	if errors.As(err, &name) {
		otherwise = name.fix
	}
	return nil, &problem.Problem{
		Code: CodeProtection, What: "No protected connection to " + c.name() + " can be made, so the password was not sent.",
		Why:    "Its certificate can't be accepted or is missing, and Kerberos did not work either.",
		Fix:    otherwise + "Install the root certificate of the authority that issued the domain controller's certificate on this computer, accept exactly this certificate after comparing its SHA-256, or open ports 88 and 389 for Kerberos. The details say what stopped each way.",
		Detail: strings.Join(failed, "\n"),
	}
}

// bind sends name and password over a connection that is protected.
func (d *Directory) bind(ctx context.Context, s *session, cred credentials) (*session, error) {
	err := s.do(ctx, func() error { return s.conn.Bind(cred.login.bindName(), cred.password.Reveal()) })
	if err != nil {
		s.close()
		return nil, signInProblem(err, cred.typed)
	}
	return d.signedIn(ctx, s)
}

// signedIn reads what every session needs: who answers, and who signed in.
func (d *Directory) signedIn(ctx context.Context, s *session) (_ *session, err error) {
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if s.root, err = s.readRoot(ctx, d.now); err != nil {
		return nil, ldapProblem(err, "read about the domain controller")
	}
	if s.token, err = s.readToken(ctx); err != nil {
		return nil, ldapProblem(err, "read the groups of the account")
	}
	return s, nil
}

// ldaps opens port 636 with a checked certificate.
func (d *Directory) ldaps(ctx context.Context, c controller) (*session, error) {
	return d.overTLS(ctx, c.host, d.tlsConfig(c))
}

// startTLS opens port 389 and turns it into TLS, with a checked certificate.
func (d *Directory) startTLS(ctx context.Context, c controller) (*session, error) {
	s, err := d.plain(ctx, c.host)
	if err != nil {
		return nil, err
	}
	if err := s.do(ctx, func() error { return s.conn.StartTLS(d.tlsConfig(c)) }); err != nil {
		s.close()
		return nil, err
	}
	if _, ok := s.conn.TLSConnectionState(); !ok {
		s.close()
		return nil, errors.New("the connection is not protected by TLS")
	}
	return s, nil
}

// tlsReason says what is wrong with a certificate, with the names and dates in it.
func tlsReason(err error) string {
	p := problem.From(err)
	if p.Detail != "" && strings.HasPrefix(string(p.Code), "tls.") {
		return p.What + " (" + p.Detail + ")"
	}
	return reason(err)
}

package entra

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// Codes of the problems of this package. Those of the sign-in service stand in sts.go.
const (
	CodeSignedOut      problem.Code = "entra.signed-out"        // nobody is signed in
	CodeUserForm       problem.Code = "entra.user.form"         // a user name of another form
	CodeUserTenant     problem.Code = "entra.user.other-tenant" // an account of another tenant
	CodeTenantUnknown  problem.Code = "entra.tenant.unknown"
	CodeTenantMissing  problem.Code = "entra.tenant.missing" // neither database nor user name one
	CodeTenantOther    problem.Code = "entra.tenant.other"   // the token is another tenant's
	CodeCloudUnknown   problem.Code = "entra.cloud.unknown"
	CodeClient         problem.Code = "entra.client" // the client id
	CodeServiceSecret  problem.Code = "entra.service.secret"
	CodeSignInTime     problem.Code = "entra.signin.time" // nobody signed in in time
	CodeProxyAuth      problem.Code = "entra.proxy.authentication"
	CodeProxyRefused   problem.Code = "entra.proxy.refused"
	CodeInspection     problem.Code = "entra.tls.inspection"
	CodeAnswer         problem.Code = "entra.answer"     // an answer that is no answer
	CodeThrottled      problem.Code = "entra.throttled"  // too many requests
	CodeService        problem.Code = "entra.service"    // the service fails
	CodePermission     problem.Code = "entra.permission" // consent or role is missing
	CodeIdentityLimit  problem.Code = "entra.identity.limit"
	CodeIdentityTaken  problem.Code = "entra.identity.taken"  // somebody else's of that name
	CodeIdentityTenant problem.Code = "entra.identity.tenant" // planned for another tenant
	CodeIdentityWait   problem.Code = "entra.identity.wait"   // not known everywhere in time
	CodeIdentityRole   problem.Code = "entra.identity.role"   // the service offers no such role
)

func signedOut() *problem.Problem {
	return &problem.Problem{
		Code: CodeSignedOut, What: "Nobody is signed in to Microsoft Entra ID any more.",
		Why: "The sign-in is kept in memory only, and dropped after the installation.",
		Fix: "Go back to Connect to Microsoft Entra ID and sign in again.",
	}
}

func unknownTenant(tenant, detail string) *problem.Problem {
	return &problem.Problem{
		Code: CodeTenantUnknown, What: fmt.Sprintf("There is no tenant %q in Microsoft's clouds.", tenant),
		Why: "The tenant was deleted, the domain was removed from it, or it lives in a cloud that was not asked.",
		Fix: "Check the name of the tenant in the database, and choose the cloud by hand if it is a national one.", Detail: detail,
	}
}

func unknownCloud(name string) *problem.Problem {
	return &problem.Problem{
		Code: CodeCloudUnknown, What: fmt.Sprintf("The tenant lives in the cloud %q, which this program does not know.", name),
		Why: "Only the global cloud, US Government L4 and L5 and China have published addresses.",
		Fix: "Choose the cloud by hand if the tenant moved, else use Microsoft's own wizard.",
	}
}

func badAnswer(host, detail string) *problem.Problem {
	return &problem.Problem{
		Code: CodeAnswer, What: host + " did not answer as Microsoft Entra ID does.",
		Why: "A proxy, a captive portal or a filter may answer in its place.",
		Fix: "Open https://" + host + " in a browser on this computer. What it shows tells who answers.", Detail: detail,
	}
}

func proxyWantsAuthentication(proxy, kinds string) *problem.Problem {
	return &problem.Problem{
		Code: CodeProxyAuth, What: "The proxy " + proxy + " wants to know who you are.",
		Why: "It answers 407 Proxy Authentication Required. The sync service would be stopped by it as well.",
		Fix: "Let the proxy pass this computer without authentication to the addresses of Microsoft Entra ID, or set HTTPS_PROXY with a user.", Detail: "Proxy-Authenticate: " + kinds,
	}
}

func proxyRefuses(proxy, status string) *problem.Problem {
	return &problem.Problem{
		Code: CodeProxyRefused, What: "The proxy " + proxy + " refuses the connection to Microsoft Entra ID.",
		Fix: "Allow this computer the addresses of Microsoft Entra ID on the proxy.", Detail: status,
	}
}

// unverified gives the certificate that was refused, or nil.
func unverified(err error) *x509.Certificate {
	var verify *tls.CertificateVerificationError
	if errors.As(err, &verify) {
		return certificate(verify.UnverifiedCertificates)
	}
	var unknown x509.UnknownAuthorityError
	if errors.As(err, &unknown) {
		return unknown.Cert
	}
	return nil
}

// fromWire translates a request that got no answer from host.
func fromWire(host string, err error) *problem.Problem {
	if p := problem.As(err); p != nil {
		return p
	}
	var unknown x509.UnknownAuthorityError
	if errors.As(err, &unknown) {
		name, _ := issuer(err)
		return &problem.Problem{
			Code: CodeInspection, What: "The certificate of " + host + " was issued by " + name + ", which this computer does not trust.",
			Why: "A proxy or firewall between opens the encrypted connection (TLS inspection). Microsoft does not support that for synchronization.",
			Fix: "Except the addresses of Microsoft Entra ID from TLS inspection.", Detail: err.Error(), Cause: err,
		}
	}
	p := *problem.From(err)
	if p.Code == problem.CodeCancelled {
		return &p
	}
	p.What = "Microsoft Entra ID (" + host + ") can't be reached. " + p.What
	return &p
}

// translate turns an error of any of the libraries into a problem.
func (c *Client) translate(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil && errors.Is(ctx.Err(), context.Canceled) {
		return problem.From(ctx.Err())
	}
	if p := problem.As(err); p != nil {
		return p
	}
	if p := fromSTS(err.Error()); p != nil {
		if p.Code == CodeClock {
			p.Detail += fmt.Sprintf(" (the service's clock minus this computer's: %s)", time.Duration(c.wire.skew.Load()).Round(time.Minute))
		}
		p.Cause = err
		return p
	}
	if p := c.wire.fault.Load(); p != nil {
		return p
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &problem.Problem{
			Code: CodeSignInTime, What: "Nobody signed in in time.",
			Fix: "Sign in again, and finish it within the time that is shown.", Detail: err.Error(), Cause: err,
		}
	}
	return problem.From(err)
}

// graphError is an error as Graph gives it (docs: graph/errors).
type graphError struct {
	status int
	code   string
	text   string
	id     string // request id, for Microsoft's support
	call   call
}

// Error gives the answer's own words.
func (e *graphError) Error() string {
	return fmt.Sprintf("%s %s: %d %s: %s (request-id %s)", e.call.method, e.call.path, e.status, e.code, e.text, e.id)
}

// problem puts Graph's answer into words, with the permission that the request needs.
func (e *graphError) problem() *problem.Problem {
	p := &problem.Problem{Detail: e.Error(), Cause: e}
	switch {
	case e.code == "Directory_QuotaExceeded":
		p.Code, p.What = CodeIdentityLimit, "The tenant, or the account that signed in, may not have more objects."
		p.Why = "A tenant may have 20 sync identities, and an account that is no administrator 250 objects of its own."
		p.Fix = "Remove the sync identities of servers that are gone, then try again."
	case e.status == http.StatusForbidden:
		p.Code, p.What = CodePermission, "The tenant does not allow the account to "+e.call.purpose+"."
		p.Why = "It needs the permission " + e.call.need + ", consented to the application that signs in, and a role that includes it."
		p.Fix = "Sign in as " + e.call.role() + ", or let an administrator consent to " + e.call.need + "."
	case e.status == http.StatusUnauthorized && strings.Contains(strings.ToLower(e.text), "lifetime"):
		p.Code, p.What = CodeClock, "The tenant takes the sign-in for expired, or for not yet valid."
		p.Why, p.Fix = "This computer's clock may be wrong.", "Set this computer's clock, then sign in again."
	case e.status == http.StatusUnauthorized:
		p.Code, p.What = CodeSignedOut, "The tenant does not accept the sign-in any more."
		p.Fix = "Sign in again on the page Connect to Microsoft Entra ID."
	case e.status == http.StatusTooManyRequests:
		p.Code, p.What = CodeThrottled, "Microsoft Entra ID answers no more for a while: there were too many requests."
		p.Fix = "Wait some minutes, then try again."
	case e.status >= http.StatusInternalServerError:
		p.Code, p.What = CodeService, "Microsoft Entra ID has a fault at this time."
		p.Fix = "Try again later. The service's state is shown at https://status.cloud.microsoft."
	default:
		p.Code, p.What = CodeAnswer, "The tenant refused to "+e.call.purpose+"."
		p.Fix = "Try again. If it happens again, keep the details: they are what support will ask for."
	}
	return p
}

// otherTenant says that an account belongs to another tenant.
func otherTenant(user, tenant string) *problem.Problem {
	return &problem.Problem{
		Code: CodeUserTenant, Field: answers.FieldEntraUser,
		What: user + " is an account of another tenant than " + tenant + ".",
		Why:  "The database belongs to " + tenant + ".",
		Fix:  "Sign in with an account of " + tenant + ".",
	}
}

package entra

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// Services whose app roles the sync application gets (docs: authenticate-application-id).
const (
	syncService       = "6bf85cfa-ac8a-4be5-b5de-425a0d0dc016"
	passwordService   = "93625bc8-bfe2-437a-97e0-3d0060024faa"
	passwordServiceUS = "2e5ecfc8-ea79-48bd-8140-c19324acb278" // US Government
)

// grant is a service with the app roles to get from it, by value.
type grant struct {
	service  string // application id
	title    string
	roles    []string
	optional bool // a cloud may lack the service
}

// grants are what the product consents to, password writeback included even
// where the feature is off.
func grants(at cloud) []grant {
	password := passwordService
	if at.name == answers.CloudUSGovL4 || at.name == answers.CloudUSGovL5 {
		password = passwordServiceUS
	}
	return []grant{
		{syncService, "synchronization", []string{"ADSynchronization.ReadWrite.All"}, false},
		{password, "password writeback", []string{"PasswordWriteback.OffboardClient.All", "PasswordWriteback.RefreshClient.All", "PasswordWriteback.RegisterClientVersion.All"}, true},
	}
}

// keyCredential is the public part of a certificate at an application (docs: graph/api/resources/keycredential).
type keyCredential struct {
	Type  string    `json:"type"`
	Usage string    `json:"usage"`
	Key   string    `json:"key"` // DER in base64
	Name  string    `json:"displayName"`
	From  time.Time `json:"startDateTime"`
	Until time.Time `json:"endDateTime"`
}

func (k keyPair) credential() []keyCredential {
	return []keyCredential{{
		Type: "AsymmetricX509Cert", Usage: "Verify", Key: base64.StdEncoding.EncodeToString(k.cert.Raw),
		Name: "CN=" + certificateName, From: k.cert.NotBefore, Until: k.cert.NotAfter,
	}}
}

type newApplication struct {
	Name     string          `json:"displayName"`
	Audience string          `json:"signInAudience"`
	Notes    string          `json:"notes"`
	Keys     []keyCredential `json:"keyCredentials"`
}

type newKeys struct {
	Keys []keyCredential `json:"keyCredentials"`
}

type newServicePrincipal struct {
	AppID string `json:"appId"`
}

type assignment struct {
	ID        string `json:"id,omitempty"`
	Principal string `json:"principalId"`
	Resource  string `json:"resourceId"`
	Role      string `json:"appRoleId"`
}

const writeApplications = "Application.ReadWrite.All"

func removeApplication(id string) call {
	return call{method: http.MethodDelete, path: "/applications/" + id, need: writeApplications, purpose: "remove the application"}
}

// application makes the application, its service principal and its app roles,
// and waits until it can sign in.
func (m *maker) application(ctx context.Context) (apply.IdentityCredential, error) {
	keys, err := newKeyPair(m.c.wire.clock())
	if err != nil {
		return apply.IdentityCredential{}, fmt.Errorf("make a certificate: %w", err)
	}
	app, err := m.register(ctx, keys)
	if err != nil {
		return apply.IdentityCredential{}, err
	}
	principal, err := m.principal(ctx, app.AppID, m.plan.Name, unknownYet)
	if err != nil {
		return apply.IdentityCredential{}, err
	}
	for _, g := range grants(m.s.cloud) {
		if err := m.grant(ctx, principal, g); err != nil {
			return apply.IdentityCredential{}, err
		}
	}
	if err := m.signsIn(ctx, app, keys); err != nil {
		return apply.IdentityCredential{}, err
	}
	bundle, err := keys.bundle()
	return apply.IdentityCredential{Login: app.AppID, Thumbprint: keys.thumbprint(), Secret: bundle}, err
}

func (m *maker) findApplications(ctx context.Context) ([]application, error) {
	return list[application](ctx, m.s.graph, call{
		method: http.MethodGet, path: "/applications", query: selecting(filter("displayName", m.plan.Name), "id,appId,displayName,notes"),
		need: "Application.Read.All", purpose: "look for the application",
	})
}

// register makes the application, or gives the one that an earlier try left a new key.
func (m *maker) register(ctx context.Context, keys keyPair) (application, error) {
	found, err := m.findApplications(ctx)
	if err != nil {
		return application{}, err
	}
	for _, a := range found {
		if a.Notes != m.mark() {
			return application{}, &problem.Problem{
				Code: CodeIdentityTaken, What: "The tenant has an application " + m.plan.Name + " that this program did not make.",
				Fix: "Remove it in the Entra admin center (App registrations) if nobody needs it, or check again; the plan then gets another name.", Detail: "appId " + a.AppID,
			}
		}
	}
	if len(found) > 0 {
		m.say("Taking over " + m.plan.Name + " from an earlier try, with a new certificate")
		return found[0], m.s.graph.do(ctx, call{
			method: http.MethodPatch, path: "/applications/" + found[0].ID, body: newKeys{Keys: keys.credential()},
			need: writeApplications, purpose: "give the application a new certificate",
			who: "an owner of the application, an Application Administrator or a Global Administrator",
		}, nil)
	}
	m.say("Creating the application " + m.plan.Name)
	var a application
	err = m.s.graph.do(ctx, call{
		method: http.MethodPost, path: "/applications",
		body: newApplication{Name: m.plan.Name, Audience: "AzureADMyOrg", Notes: m.mark(), Keys: keys.credential()},
		need: writeApplications, purpose: "create the application",
	}, &a)
	if err != nil {
		return a, err
	}
	m.made = append(m.made, removeApplication(a.ID))
	if a.ID == "" || a.AppID == "" {
		return a, badAnswer(m.s.cloud.graph, "the new application has no id")
	}
	return a, nil
}

// never is for what was not just made: an error is an error.
func never(error) bool { return false }

// principal gives the service principal of an application, and makes it when the
// tenant has none. early tells whether an error may pass with time.
func (m *maker) principal(ctx context.Context, appID, title string, early func(error) bool) (servicePrincipal, error) {
	found, err := list[servicePrincipal](ctx, m.s.graph, call{
		method: http.MethodGet, path: "/servicePrincipals", query: selecting(filter("appId", appID), "id,appId,displayName,appRoles"),
		need: "Application.Read.All", purpose: "look for the service principal",
	})
	if err != nil {
		return servicePrincipal{}, err
	}
	if len(found) > 0 {
		return found[0], nil
	}
	var sp servicePrincipal
	err = m.until(ctx, title, early, func() error {
		return m.s.graph.do(ctx, call{
			method: http.MethodPost, path: "/servicePrincipals", body: newServicePrincipal{AppID: appID},
			need: writeApplications, purpose: "create the service principal of " + title,
		}, &sp)
	})
	return sp, err
}

// grant gives the principal the app roles of one service that it has not got yet.
func (m *maker) grant(ctx context.Context, principal servicePrincipal, g grant) error {
	m.say("Allowing " + m.plan.Name + " the " + g.title)
	service, err := m.principal(ctx, g.service, "the service of "+g.title, never)
	if g.optional && unknownYet(err) {
		m.say("This cloud has no service of " + g.title + ": it will not work with this sync identity")
		return nil
	}
	if err != nil {
		return err
	}
	var has []assignment
	err = m.until(ctx, m.plan.Name, unknownYet, func() error {
		has, err = list[assignment](ctx, m.s.graph, call{
			method: http.MethodGet, path: "/servicePrincipals/" + principal.ID + "/appRoleAssignments",
			need: "Application.Read.All", purpose: "read the permissions of the application",
		})
		return err
	})
	if err != nil {
		return err
	}
	for _, value := range g.roles {
		at := slices.IndexFunc(service.Roles, func(r appRole) bool { return r.Value == value && r.Enabled })
		if at < 0 {
			return &problem.Problem{
				Code: CodeIdentityRole, What: "The service of " + g.title + " offers no permission " + value + " in this tenant.",
				Why: "The service was changed or is not there in this cloud.", Fix: "Use Microsoft's own wizard, and report this.",
				Detail: "appId " + g.service, Cause: errNoRole,
			}
		}
		role := assignment{Principal: principal.ID, Resource: service.ID, Role: service.Roles[at].ID}
		if slices.ContainsFunc(has, func(a assignment) bool { return a.Resource == role.Resource && a.Role == role.Role }) {
			continue
		}
		err := m.until(ctx, m.plan.Name, unknownYet, func() error {
			return m.s.graph.do(ctx, call{
				method: http.MethodPost, path: "/servicePrincipals/" + service.ID + "/appRoleAssignedTo", body: role,
				need: "AppRoleAssignment.ReadWrite.All", purpose: "allow the application " + value,
			}, nil)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// signsIn waits until the application can sign in to the synchronization service
// with its certificate: the proof that the server will be able to.
func (m *maker) signsIn(ctx context.Context, app application, keys keyPair) error {
	err := m.until(ctx, "the certificate of "+m.plan.Name, notArrived, func() error {
		credential, err := certificateCredential(m.s.place, app.AppID, []*x509.Certificate{keys.cert}, keys.key, m.c.options(m.s.place))
		if err != nil {
			return err
		}
		_, err = credential.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{syncService + "/.default"}})
		return err
	})
	if p := fromSTSOf(err); p != nil && (p.Code == CodeCA || p.Code == CodeDevice || p.Code == CodeMFA) {
		p.What = "A Conditional Access policy blocks the new sync identity " + m.plan.Name + "."
		p.Why = "The sync identity has to sign in without a person and from this server."
		p.Fix = "Except the workload identity " + m.plan.Name + " from the policy (Conditional Access, Users or workload identities, Exclude), then try again."
		return p
	}
	return err
}

// notArrived tells whether the sign-in service's refusal can come from an
// application or a certificate that has not arrived.
func notArrived(err error) bool {
	p := fromSTSOf(err)
	return p != nil && (strings.HasPrefix(p.Detail, "AADSTS700016") || strings.HasPrefix(p.Detail, "AADSTS700027") || strings.HasPrefix(p.Detail, "AADSTS7000229"))
}

func fromSTSOf(err error) *problem.Problem {
	if err == nil {
		return nil
	}
	return fromSTS(err.Error())
}

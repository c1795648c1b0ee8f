package entra

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// microsoftAccounts is the tenant that all Microsoft accounts come from (docs:
// identity-platform/id-token-claims-reference, tid).
const microsoftAccounts = "9188040d-6c67-4c5b-b112-36a304b66dad"

// organization is GET /organization, in as far as it is used.
type organization struct {
	ID       string `json:"id"`
	Name     string `json:"displayName"`
	Sync     *bool  `json:"onPremisesSyncEnabled"`
	LastSync string `json:"onPremisesLastSyncDateTime"`
	Domains  []struct {
		Name      string `json:"name"`
		IsInitial bool   `json:"isInitial"`
	} `json:"verifiedDomains"`
}

func fields(names string) url.Values { return url.Values{"$select": {names}} }

// read reads the tenant. Only what everything else hangs on (which tenant, which
// account) is an error when it can't be read; the rest is then unknown.
func (c *Client) read(ctx context.Context, s *session) (facts.Tenant, error) {
	t := facts.Tenant{Cloud: string(s.name), At: c.now().UTC()}
	const source = "GET /organization"
	orgs, err := list[organization](ctx, s.graph, call{
		method: http.MethodGet, path: "/organization",
		query: fields("id,displayName,onPremisesSyncEnabled,onPremisesLastSyncDateTime,verifiedDomains"),
		need:  "Organization.Read.All", purpose: "read the tenant",
	})
	if err != nil {
		return t, c.fatal(err)
	}
	if len(orgs) != 1 || !strings.EqualFold(orgs[0].ID, s.id) {
		return t, badAnswer(s.cloud.graph, "it names another tenant than the sign-in")
	}
	o := orgs[0]
	t.ID, t.Name = strings.ToLower(o.ID), o.Name
	var domains []string
	for _, d := range o.Domains {
		domains = append(domains, d.Name)
		if d.IsInitial {
			t.InitialDomain = d.Name
		}
	}
	t.Domains = facts.Known(domains, source, t.At)
	if len(domains) == 0 {
		t.Domains, t.InitialDomain = c.domains(ctx, s, t.At)
	}
	t.SyncEnabled, t.LastSync = syncState(o, s.graph.tokens, t.At)
	if err := c.whoIs(ctx, s, &t); err != nil {
		return t, err
	}
	t.Roles = c.roles(ctx, s, t.At)
	t.Identities = c.identities(ctx, s, t.At)
	c.settings(ctx, s, &t)
	t.Challenged, t.Throttled = c.wire.challenged.Load() > 0, int(c.wire.throttled.Load())
	return t, ctx.Err()
}

// fatal turns what Graph said into a problem.
func (c *Client) fatal(err error) error {
	if e := refusal(err); e != nil && problem.As(err) == nil {
		return e.problem()
	}
	return err
}

// why says why something could not be read, with the permission it needs.
func why(err error) string {
	e := refusal(err)
	switch {
	case e == nil:
		return "it could not be read: " + err.Error()
	case e.status == http.StatusForbidden || e.status == http.StatusUnauthorized:
		return "the sign-in may not " + e.call.purpose + "; it needs the permission " + e.call.need
	default:
		return "Microsoft Graph refused to " + e.call.purpose + ": " + e.text
	}
}

// syncState gives whether synchronization is on, and when it ran last. Graph
// gives null both for "never" and for "you may not see it" (with User.Read
// alone), so null is taken for never only when a permission that shows it was granted.
func syncState(o organization, from tokens, at time.Time) (facts.Read[bool], facts.Read[time.Time]) {
	const source, hidden = "GET /organization", "the sign-in may not see it; it needs the permission Organization.Read.All"
	on, last := facts.Unknown[bool](source, hidden, at), facts.Unknown[time.Time](source, hidden, at)
	if o.Sync != nil {
		on = facts.Known(*o.Sync, source, at)
	} else if seesOrganization(from) {
		on = facts.Known(false, source, at)
	}
	when, err := time.Parse(time.RFC3339Nano, o.LastSync)
	switch {
	case err == nil:
		last = facts.Known(when.UTC(), source, at)
	case o.LastSync != "":
		last = facts.Unknown[time.Time](source, "the tenant gives a time of another form: "+o.LastSync, at)
	case o.Sync != nil || seesOrganization(from):
		last = facts.Absent[time.Time](source, "the tenant was never synchronized", at)
	}
	return on, last
}

func seesOrganization(from tokens) bool {
	p, ok := from.(*person)
	if !ok {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.ContainsFunc(p.granted, func(scope string) bool {
		name := strings.ToLower(scope[strings.LastIndex(scope, "/")+1:])
		return slices.Contains([]string{
			"organization.read.all", "organization.readwrite.all", "directory.read.all", "directory.readwrite.all", "directory.accessasuser.all",
		}, name)
	})
}

// domains reads the verified domains where the organization did not give them.
func (c *Client) domains(ctx context.Context, s *session, at time.Time) (facts.Read[[]string], string) {
	const source = "GET /domains"
	found, err := list[struct {
		ID        string `json:"id"`
		IsInitial bool   `json:"isInitial"`
		Verified  bool   `json:"isVerified"`
	}](ctx, s.graph, call{
		method: http.MethodGet, path: "/domains", query: fields("id,isInitial,isVerified"),
		need: "Domain.Read.All", purpose: "read the domains of the tenant",
	})
	if err != nil {
		return facts.Unknown[[]string](source, why(err), at), ""
	}
	var names []string
	initial := ""
	for _, d := range found {
		if d.Verified {
			names = append(names, d.ID)
		}
		if d.IsInitial {
			initial = d.ID
		}
	}
	return facts.Known(names, source, at), initial
}

// whoIs tells who signed in, and what kind of account that is.
func (c *Client) whoIs(ctx context.Context, s *session, t *facts.Tenant) error {
	if p, ok := s.graph.tokens.(*principal); ok {
		var sp servicePrincipal
		err := s.graph.do(ctx, call{
			method: http.MethodGet, path: "/servicePrincipals(appId='" + p.client + "')", query: fields("id,appId,displayName"),
			need: "Application.Read.All", purpose: "read the service principal",
		}, &sp)
		t.User, t.UserKind = sp.Name, facts.UserService
		if err != nil || sp.Name == "" {
			t.User = p.client
		}
		return nil
	}
	var me struct {
		UPN  string `json:"userPrincipalName"`
		Type string `json:"userType"`
	}
	err := s.graph.do(ctx, call{
		method: http.MethodGet, path: "/me", query: fields("id,displayName,userPrincipalName,userType"),
		need: "User.Read", purpose: "read the account that signed in",
	}, &me)
	if err != nil {
		return c.fatal(err)
	}
	p, ok := s.graph.tokens.(*person)
	if !ok {
		return nil
	}
	p.mu.Lock()
	home, name := p.home, p.name
	p.mu.Unlock()
	t.User = me.UPN
	if t.User == "" {
		t.User = name
	}
	switch {
	case home == microsoftAccounts:
		t.UserKind = facts.UserMicrosoft
	case strings.EqualFold(me.Type, "Guest"), home != "" && home != s.id:
		t.UserKind = facts.UserGuest
	case strings.EqualFold(me.Type, "Member"), home == s.id:
		t.UserKind = facts.UserMember
	}
	return nil
}

// Forms of the names that the product gives to sync identities.
var (
	syncUser        = regexp.MustCompile(`(?i)^Sync_(.+)_[0-9a-f]{12}(@|$)`)
	syncApplication = regexp.MustCompile(`(?i)^ConnectSyncProvisioning_(.+)_[0-9a-f]{12}$`)
)

func server(form *regexp.Regexp, name string) string {
	if m := form.FindStringSubmatch(name); m != nil {
		return m[1]
	}
	return ""
}

// identities reads the sync identities that the tenant has.
func (c *Client) identities(ctx context.Context, s *session, at time.Time) facts.Read[[]facts.SyncIdentity] {
	const source = "GET /users and /applications, by their names"
	users, err := list[user](ctx, s.graph, call{
		method: http.MethodGet, path: "/users",
		query: url.Values{"$filter": {"startswith(userPrincipalName,'Sync_')"}, "$select": {"id,displayName,userPrincipalName"}, "$top": {"999"}},
		need:  "User.ReadBasic.All", purpose: "list the sync users",
	})
	if err != nil {
		return facts.Unknown[[]facts.SyncIdentity](source, why(err), at)
	}
	apps, err := list[application](ctx, s.graph, call{
		method: http.MethodGet, path: "/applications",
		query: url.Values{"$filter": {"startswith(displayName,'ConnectSyncProvisioning_')"}, "$select": {"id,appId,displayName"}, "$top": {"999"}},
		need:  "Application.Read.All", purpose: "list the sync applications",
	})
	if err != nil {
		return facts.Unknown[[]facts.SyncIdentity](source, why(err), at)
	}
	out := []facts.SyncIdentity{}
	for _, u := range users {
		out = append(out, facts.SyncIdentity{Name: u.UPN, Kind: "user", Server: server(syncUser, u.UPN)})
	}
	for _, a := range apps {
		out = append(out, facts.SyncIdentity{Name: a.Name, Kind: "application", Server: server(syncApplication, a.Name)})
	}
	return facts.Known(out, source, at)
}

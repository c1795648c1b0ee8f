package entra

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// wantedRoles are the roles that allow what Install does in the tenant.
func wantedRoles() []facts.Role {
	return []facts.Role{
		{Name: "Hybrid Identity Administrator", ID: facts.RoleHybridAdmin, State: facts.RoleUnknown},
		{Name: "Global Administrator", ID: facts.RoleGlobalAdmin, State: facts.RoleUnknown},
	}
}

// roles tells for each role whether the account has it now, could activate it,
// or has not got it. Eligible roles show in Privileged Identity Management only;
// where that can't be read, a role that is not active is unknown, not missing.
func (c *Client) roles(ctx context.Context, s *session, at time.Time) facts.Read[[]facts.Role] {
	base := "/me"
	if p, ok := s.graph.tokens.(*principal); ok {
		base = "/servicePrincipals(appId='" + p.client + "')"
	}
	source := "GET " + base + "/transitiveMemberOf/microsoft.graph.directoryRole"
	active, err := list[struct {
		Template string `json:"roleTemplateId"`
	}](ctx, s.graph, call{
		method: http.MethodGet, path: base + "/transitiveMemberOf/microsoft.graph.directoryRole",
		query: fields("id,displayName,roleTemplateId"), count: true,
		need: "Directory.Read.All", purpose: "read the roles of the account",
	})
	if err != nil {
		return facts.Unknown[[]facts.Role](source, why(err), at)
	}
	state := map[string]facts.RoleState{}
	for _, r := range active {
		if r.Template == "" {
			return facts.Unknown[[]facts.Role](source, "the sign-in may not see which roles they are; it needs the permission Directory.Read.All", at)
		}
		state[strings.ToLower(r.Template)] = facts.RoleActive
	}
	rest := facts.RoleMissing
	eligible, err := c.eligible(ctx, s)
	if err != nil {
		rest = facts.RoleUnknown
	} else {
		source += " and roleEligibilityScheduleInstances"
	}
	for _, id := range eligible {
		if state[id] == "" {
			state[id] = facts.RoleEligible
		}
	}
	out := wantedRoles()
	for i := range out {
		out[i].State = rest
		if known := state[out[i].ID]; known != "" {
			out[i].State = known
		}
	}
	return facts.Known(out, source, at)
}

// eligible gives the template ids of the roles that the account could activate.
// A tenant without the licence for Privileged Identity Management has none.
func (c *Client) eligible(ctx context.Context, s *session) ([]string, error) {
	found, err := list[struct {
		Role string `json:"roleDefinitionId"`
	}](ctx, s.graph, call{
		method: http.MethodGet, path: "/roleManagement/directory/roleEligibilityScheduleInstances/filterByCurrentUser(on='principal')",
		need: "RoleEligibilitySchedule.Read.Directory", purpose: "read the roles that the account could activate",
	})
	if e := refusal(err); e != nil && e.code == "AadPremiumLicenseRequired" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range found {
		out = append(out, strings.ToLower(r.Role))
	}
	return out, nil
}

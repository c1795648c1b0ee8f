package entra

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// cloud is one of Microsoft's clouds: where to sign in and where Graph is
// (docs: reference-connect-instances, graph/deployments).
type cloud struct {
	name  answers.CloudName
	login string // host of the sign-in
	graph string // host of Microsoft Graph
}

func clouds() []cloud {
	return []cloud{
		{answers.CloudGlobal, "login.microsoftonline.com", "graph.microsoft.com"},
		{answers.CloudUSGovL4, "login.microsoftonline.us", "graph.microsoft.us"},
		{answers.CloudUSGovL5, "login.microsoftonline.us", "dod-graph.microsoft.us"},
		{answers.CloudChina, "login.partner.microsoftonline.cn", "microsoftgraph.chinacloudapi.cn"},
	}
}

func cloudNamed(name answers.CloudName) (cloud, bool) {
	for _, c := range clouds() {
		if c.name == name {
			return c, true
		}
	}
	return cloud{}, false
}

// place is a tenant and the cloud that it lives in.
type place struct {
	cloud
	id string // the tenant's GUID, in lower case
}

// authority is the address that signs in to this tenant alone.
func (p place) authority() string { return "https://" + p.login + "/" + p.id }

// discovery is what is read of a tenant's OpenID Connect discovery document.
// Nothing in it is used as an address: it only chooses a row of the table above.
type discovery struct {
	Issuer   string `json:"issuer"`
	Instance string `json:"cloud_instance_name"`
	SubScope string `json:"tenant_region_sub_scope"`
	Graph    string `json:"msgraph_host"`
}

var guid = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// tenant gives the tenant's GUID from the issuer, https://host/GUID/v2.0.
func (d discovery) tenant() string {
	u, err := url.Parse(d.Issuer)
	if err != nil {
		return ""
	}
	id, _, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	if id = strings.ToLower(id); guid.MatchString(id) {
		return id
	}
	return ""
}

// cloud gives the cloud that the document names.
func (d discovery) cloud() (cloud, bool) {
	switch strings.ToLower(d.Instance) {
	case "microsoftonline.com":
		return cloudNamed(answers.CloudGlobal)
	case "microsoftonline.us":
		if strings.EqualFold(d.SubScope, "DOD") || strings.EqualFold(d.Graph, "dod-graph.microsoft.us") {
			return cloudNamed(answers.CloudUSGovL5)
		}
		return cloudNamed(answers.CloudUSGovL4)
	case "partner.microsoftonline.cn", "chinacloudapi.cn":
		return cloudNamed(answers.CloudChina)
	}
	return cloud{}, false
}

var domainName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$`)

// discover finds the tenant of a domain (or a tenant's GUID). A cloud chosen by
// hand is asked alone and taken at its word; else the clouds are asked in turn,
// the global one first, and the document says which cloud it is.
func (c *Client) discover(ctx context.Context, tenant string, wanted answers.CloudName) (place, error) {
	tenant = strings.TrimSpace(tenant)
	if !domainName.MatchString(tenant) {
		return place{}, unknownTenant(tenant, "the name has another form than a domain")
	}
	if wanted != answers.CloudFromTenant {
		chosen, ok := cloudNamed(wanted)
		if !ok {
			return place{}, unknownCloud(string(wanted))
		}
		d, err := c.document(ctx, chosen.login, tenant)
		if err != nil {
			return place{}, err
		}
		return place{cloud: chosen, id: d.tenant()}, nil
	}
	asked, err := "", error(nil)
	for _, at := range clouds() {
		if at.login == asked {
			continue // L4 and L5 sign in at the same host
		}
		asked = at.login
		var d discovery
		if d, err = c.document(ctx, at.login, tenant); err == nil {
			found, ok := d.cloud()
			if !ok {
				return place{}, unknownCloud(d.Instance)
			}
			return place{cloud: found, id: d.tenant()}, nil
		}
		if p := problem.As(err); p == nil || p.Code != CodeTenantUnknown {
			return place{}, err
		}
	}
	return place{}, err
}

// document reads a tenant's discovery document from one sign-in host.
func (c *Client) document(ctx context.Context, login, tenant string) (discovery, error) {
	var d discovery
	address := "https://" + login + "/" + url.PathEscape(tenant) + "/v2.0/.well-known/openid-configuration"
	resp, err := c.wire.get(ctx, address)
	if err != nil {
		return d, c.translate(ctx, err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := readAll(resp)
	if err != nil {
		return d, c.translate(ctx, err)
	}
	if resp.StatusCode != http.StatusOK {
		if p := fromSTS(string(body)); p != nil {
			if p.Code == CodeTenantUnknown {
				return d, unknownTenant(tenant, p.Detail)
			}
			return d, p
		}
		return d, badAnswer(login, resp.Status)
	}
	if err := decode(body, &d); err != nil || d.tenant() == "" {
		return d, badAnswer(login, "the discovery document names no tenant")
	}
	return d, nil
}

package adsync

import (
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// Names of elements and parameters in the private configuration of connectors.
const (
	nameForest       = "forest-name"
	nameLoginUser    = "forest-login-user"
	nameLoginDomain  = "forest-login-domain"
	nameUserName     = "UserName"
	useConnectivity  = "connectivity"
	attributeAD      = "password" // of the sealed credentials
	attributeEntra   = "Password"
	entraListname    = "Windows Azure Active Directory (Microsoft)"
	entraNameSuffix  = " - AAD"
	connectorTypeAD  = "AD"
	useGlobalSetting = "SynchronizationGlobal"
)

// private is what the private configuration of a connector says.
type private struct {
	forest, tenant  string
	account         facts.Account
	assemblyVersion string
	passwordHash    *bool // nil when it says nothing
	writeback       *bool
	parameters      []parameter
}

// parsePrivate reads private_configuration_xml by name: order and further
// elements differ between versions.
func parsePrivate(text string, kind facts.ConnectorKind) (private, error) {
	root, err := parseXML(text)
	if err != nil {
		return private{}, err
	}
	p := private{parameters: parametersOf(root)}
	switch kind {
	case facts.KindAD:
		p.forest = firstOf(root.find(nameForest).value(), p.parameter(nameForest), p.parameter("Forest.FQDN"))
		p.account = facts.Account{
			Domain: firstOf(root.find(nameLoginDomain).value(), p.parameter(nameLoginDomain)),
			User:   firstOf(root.find(nameLoginUser).value(), p.parameter(nameLoginUser)),
		}
		p.passwordHash = anyEnabled(root.all("password-hash-sync-config"))
	case facts.KindEntra:
		p.account.User = p.parameter(nameUserName)
		if _, domain, ok := strings.Cut(p.account.User, "@"); ok {
			p.tenant = domain
		}
		p.assemblyVersion = root.find("extension-config").find("assembly-version").value()
		p.writeback = anyEnabled(root.all("aad-password-reset-config"))
	case facts.KindOther:
	}
	return p, nil
}

// parameter gives a parameter's value, or "".
func (p private) parameter(name string) string {
	v, _ := parameterNamed(p.parameters, name)
	return v
}

// anyEnabled tells whether one of the elements has <enabled> on; nil when none
// of them says anything that can be understood.
func anyEnabled(nodes []*node) *bool {
	var out *bool
	for _, n := range nodes {
		e := n.find("enabled")
		if e == nil {
			continue
		}
		if on, ok := truth(e.value()); ok && (out == nil || on) {
			out = &on
		}
	}
	return out
}

// firstOf gives the first text that is not empty.
func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// kindOf tells what a connector connects.
func kindOf(id, maType, subtype, listname string) facts.ConnectorKind {
	switch {
	case id == facts.EntraConnectorID,
		strings.EqualFold(subtype, entraListname), strings.EqualFold(listname, entraListname):
		return facts.KindEntra
	case strings.EqualFold(maType, connectorTypeAD):
		return facts.KindAD
	default:
		return facts.KindOther
	}
}

// tenantFromName gives the tenant from a connector's name, as the product names it.
func tenantFromName(name string) string {
	t, ok := strings.CutSuffix(name, entraNameSuffix)
	if !ok {
		return ""
	}
	return t
}

// sealedAttribute gives the name under which a connector's password is sealed.
func sealedAttribute(kind facts.ConnectorKind) string {
	if kind == facts.KindEntra {
		return attributeEntra
	}
	return attributeAD
}

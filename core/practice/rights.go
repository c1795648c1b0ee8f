package practice

import (
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// grant is what a feature needs, for a person and as dsacls writes it (docs:
// how-to-connect-configure-ad-ds-connector-account).
type grant struct {
	text string
	aces []string // with %s for the account
	flag string   // /I:S, or empty for the domain head alone
}

// held is a feature on a domain: what is given on one head reaches no other domain.
type held struct {
	feature facts.Feature
	domain  string // DNS name in lower case
}

func rightOn(feature facts.Feature, domain string) held {
	return held{feature, strings.ToLower(domain)}
}

// everywhere gives features on all domains of a forest.
func everywhere(domains []facts.Domain, features ...facts.Feature) map[held]bool {
	out := map[held]bool{}
	for _, d := range domains {
		for _, f := range features {
			out[rightOn(f, d.DNS)] = true
		}
	}
	return out
}

var grants = map[facts.Feature]grant{
	facts.FeatureBasicRead: {"Read all properties of users, groups, contacts, computers and devices", []string{
		`%s:RP;;user`, `%s:RP;;group`, `%s:RP;;contact`, `%s:RP;;computer`, `%s:RP;;inetOrgPerson`, `%s:RP;;device`, `%s:RP;;foreignSecurityPrincipal`,
	}, "/I:S"},
	facts.FeaturePasswordHash:    {"Replicating Directory Changes and Replicating Directory Changes All", []string{`%s:CA;Replicating Directory Changes`, `%s:CA;Replicating Directory Changes All`}, ""},
	facts.FeatureConsistencyGUID: {"Write mS-DS-ConsistencyGuid of users", []string{`%s:RPWP;mS-DS-ConsistencyGuid;user`}, "/I:S"},
	facts.FeatureWriteback:       {"Reset Password, write lockoutTime and pwdLastSet of users", []string{`%s:CA;Reset Password;user`, `%s:WP;lockoutTime;user`, `%s:WP;pwdLastSet;user`}, "/I:S"},
	facts.FeatureHybridExchange:  {"Read and write all properties of users, groups and contacts", []string{`%s:RPWP;;user`, `%s:RPWP;;inetOrgPerson`, `%s:RPWP;;group`, `%s:RPWP;;contact`}, "/I:S"},
	facts.FeaturePublicFolders:   {"Read all properties of public folders", []string{`%s:RP;;publicFolder`}, "/I:S"},
	facts.FeatureGroupWriteback:  {"Create, change and delete groups in the writeback container", []string{`%s:GRGWCCDCSDDT;;group`}, "/I:T"},
	facts.FeatureDeviceWriteback: {"Full control of the container of registered devices", []string{`%s:GA`}, "/I:T"},
}

func rightText(f facts.Feature) string {
	if g, ok := grants[f]; ok {
		return g.text
	}
	return string(f)
}

// dsacls gives the lines that a domain admin can run to grant a feature's rights.
func dsacls(f facts.Feature, domain, user string) []string {
	g := grants[f]
	var out []string
	for _, ace := range g.aces {
		out = append(out, strings.TrimSpace(fmt.Sprintf(`dsacls "%s" /G "%s" %s`, dn(domain), fmt.Sprintf(ace, user), g.flag)))
	}
	return out
}

// dn gives the distinguished name of a domain: contoso.local is DC=contoso,DC=local.
func dn(dns string) string { return "DC=" + strings.Join(strings.Split(dns, "."), ",DC=") }

package forest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/adsync-reconnect/adsync-reconnect/core/forest/descriptor"
)

// rootDSE is what a domain controller tells everybody about itself.
type rootDSE struct {
	domain, forest, config, schema string // naming contexts
	host                           string
	domainLevel, forestLevel       string
	readOnly                       bool
	clock                          time.Duration // its clock minus ours
	clockKnown                     bool
}

// readOnlyCapability marks a read-only domain controller
// (LDAP_CAP_ACTIVE_DIRECTORY_PARTIAL_SECRETS_OID, MS-ADTS 3.1.1.3.4.3).
const readOnlyCapability = "1.2.840.113556.1.4.1920"

var rootAttributes = []string{
	"defaultNamingContext", "rootDomainNamingContext", "configurationNamingContext", "schemaNamingContext",
	"dnsHostName", "domainFunctionality", "forestFunctionality", "supportedCapabilities", "currentTime",
}

// readRoot asks a domain controller about itself; it needs no sign-in.
func (s *session) readRoot(ctx context.Context, now func() time.Time) (rootDSE, error) {
	before := now()
	e, err := s.one(ctx, "", rootAttributes)
	if err != nil {
		return rootDSE{}, err
	}
	if e == nil {
		return rootDSE{}, fmt.Errorf("%s gives no rootDSE", s.host)
	}
	after := now()
	r := rootDSE{
		domain: e.GetAttributeValue("defaultNamingContext"), forest: e.GetAttributeValue("rootDomainNamingContext"),
		config: e.GetAttributeValue("configurationNamingContext"), schema: e.GetAttributeValue("schemaNamingContext"),
		host:        e.GetAttributeValue("dnsHostName"),
		domainLevel: e.GetAttributeValue("domainFunctionality"), forestLevel: e.GetAttributeValue("forestFunctionality"),
		readOnly: slices.Contains(e.GetAttributeValues("supportedCapabilities"), readOnlyCapability),
	}
	if r.domain == "" || r.forest == "" {
		return rootDSE{}, fmt.Errorf("%s is an LDAP server, but not of Active Directory", s.host)
	}
	if t, err := parseTime(e.GetAttributeValue("currentTime")); err == nil {
		ours := before.Add(after.Sub(before) / 2)
		r.clock, r.clockKnown = t.Sub(ours).Truncate(time.Second), true // it tells whole seconds
	}
	return r, nil
}

// parseTime reads a GeneralizedTime: 20261122170718.0Z.
func parseTime(text string) (time.Time, error) {
	whole, _, _ := strings.Cut(strings.TrimSuffix(text, "Z"), ".")
	return time.ParseInLocation("20060102150405", whole, time.UTC)
}

// readPing asks the anonymous netlogon question about a domain. Old or foreign
// servers do not answer it; then ok is false.
func (s *session) readPing(ctx context.Context, domain string) (p ping, ok bool) {
	found, err := s.search(ctx, query{
		scope: ldap.ScopeBaseObject, attrs: []string{"netlogon"}, filter: fmt.Sprintf(pingFilter, ldap.EscapeFilter(domain)),
	})
	if err != nil || len(found) == 0 {
		return ping{}, false
	}
	p, err = parsePing(found[0].GetEqualFoldRawAttributeValue("netlogon"))
	return p, err == nil
}

// readToken gives the SIDs of whoever signed in, of nested groups too. Everybody
// who signed in is Everyone and one of the Authenticated Users.
func (s *session) readToken(ctx context.Context) (descriptor.Token, error) {
	e, err := s.one(ctx, "", []string{"tokenGroups"})
	if err != nil {
		return nil, err
	}
	t := descriptor.Token{descriptor.Everyone: true, descriptor.AuthenticatedUsers: true}
	if e == nil || len(e.GetEqualFoldRawAttributeValues("tokenGroups")) == 0 {
		return nil, fmt.Errorf("%s does not tell which groups the account is in", s.host)
	}
	for _, raw := range e.GetEqualFoldRawAttributeValues("tokenGroups") {
		sid, err := descriptor.SIDFromBytes(raw)
		if err != nil {
			return nil, err
		}
		t[sid] = true
	}
	return t, nil
}

// levels are the functional levels (MS-ADTS 6.1.4.3).
var levels = map[int]string{
	0: "2000", 1: "2003 interim", 2: "2003", 3: "2008", 4: "2008 R2", 5: "2012", 6: "2012 R2", 7: "2016", 10: "2025",
}

// levelName gives the year of a functional level; a newer one than is known here
// counts as the newest.
func levelName(value string) (string, bool) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 {
		return "", false
	}
	if name, ok := levels[n]; ok {
		return name, true
	}
	return "2025 or later", n > 10
}

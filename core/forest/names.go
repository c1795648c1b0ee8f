package forest

import (
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// login is a user name as it was typed, understood.
type login struct {
	domain string // NetBIOS or DNS name, or the suffix of a UPN; empty for a DN
	user   string // without its domain; empty for a DN
	upn    string // as typed, if it was a UPN
	dn     string // as typed, if it was a DN
}

// parseLogin understands DOMAIN\user, dns.domain\user, user@domain and a DN.
// Accounts whose passwords nobody knows are refused.
func parseLogin(typed, forest string) (login, error) {
	name := strings.TrimSpace(typed)
	if strings.Contains(name, "=") && !strings.ContainsAny(name, `@`) {
		if dn, err := ldap.ParseDN(name); err == nil && len(dn.RDNs) > 1 {
			return login{dn: name}, nil
		}
	}
	var l login
	if domain, user, ok := strings.Cut(name, `\`); ok {
		l = login{domain: strings.TrimSpace(domain), user: strings.TrimSpace(user)}
	} else if at := strings.LastIndex(name, "@"); at >= 0 {
		l = login{domain: name[at+1:], user: name[:at], upn: name}
	}
	switch {
	case strings.EqualFold(l.domain, "NT SERVICE"), strings.EqualFold(l.domain, "NT AUTHORITY"), strings.HasSuffix(l.user, "$"):
		return login{}, managedProblem(name)
	case l.domain == ".":
		return login{}, &problem.Problem{
			Code: CodeUserForm, Field: answers.FieldForestUser,
			What: name + " is an account of this computer, not of the forest.",
			Fix:  "Give an account of the forest, as DOMAIN\\user or user@" + forest + ".",
		}
	case l.domain == "" || l.user == "" || strings.ContainsAny(l.user, `\/"[]:;|=,+*?<>`):
		return login{}, &problem.Problem{
			Code: CodeUserForm, Field: answers.FieldForestUser,
			What: "The user name lacks its domain, or has characters that no user name has.",
			Fix:  "Write it as DOMAIN\\user, or as user@" + forest + ".",
		}
	}
	return l, nil
}

func managedProblem(name string) *problem.Problem {
	return &problem.Problem{
		Code: CodeManaged, Field: answers.FieldForestUser,
		What: name + " is a managed or virtual account, which a connector account can't be.",
		Why:  "Nobody knows its password, and the connector needs a user name with a password.",
		Fix:  "Give a plain user account, or choose Create new AD account.",
	}
}

// bindName gives the name for a simple bind. Domain controllers take no
// dns.domain\user, so that it is turned into the UPN that every account has.
func (l login) bindName() string {
	switch {
	case l.dn != "":
		return l.dn
	case l.upn != "":
		return l.upn
	case strings.Contains(l.domain, "."):
		return l.user + "@" + l.domain
	default:
		return l.domain + `\` + l.user
	}
}

// filter finds the account's own object.
func (l login) filter() string {
	user := ldap.EscapeFilter(l.user)
	switch {
	case l.dn != "":
		return "(objectClass=*)"
	case l.upn != "":
		return fmt.Sprintf("(&(objectClass=user)(|(userPrincipalName=%s)(sAMAccountName=%s)))", ldap.EscapeFilter(l.upn), user)
	default:
		return fmt.Sprintf("(&(objectClass=user)(sAMAccountName=%s))", user)
	}
}

// domainDNS gives the DNS name of a distinguished name made of DC= parts, or
// nothing if there are others in it.
func domainDNS(name string) string {
	dn, err := ldap.ParseDN(name)
	if err != nil {
		return ""
	}
	var labels []string
	for _, r := range dn.RDNs {
		if len(r.Attributes) != 1 || !strings.EqualFold(r.Attributes[0].Type, "DC") {
			return ""
		}
		labels = append(labels, r.Attributes[0].Value)
	}
	return strings.Join(labels, ".")
}

// domainOf gives the DNS name of the domain that an object lies in.
func domainOf(dn string) string {
	parsed, err := ldap.ParseDN(dn)
	if err != nil {
		return ""
	}
	var labels []string
	for _, r := range parsed.RDNs {
		if len(r.Attributes) == 1 && strings.EqualFold(r.Attributes[0].Type, "DC") {
			labels = append(labels, r.Attributes[0].Value)
		}
	}
	return strings.Join(labels, ".")
}

func hostPort(host string, port int) string {
	return net.JoinHostPort(strings.Trim(host, "[]"), strconv.Itoa(port))
}

// trimDot takes the dot of a fully qualified name away.
func trimDot(host string) string { return strings.TrimSuffix(strings.TrimSpace(host), ".") }

// nameProblem says that Kerberos can't be tried with a name, and what to type.
type nameProblem struct{ text, fix string }

func (p *nameProblem) Error() string { return p.text + ". " + p.fix }

// nameHint makes one, with the name of the domain controller's domain.
func nameHint(text string, c controller, user string) error {
	domain := c.ping.netbios
	if domain == "" {
		domain = strings.ToUpper(firstLabel(domainDNS(c.root.domain)))
	}
	return &nameProblem{text: text, fix: `Write the user as ` + domain + `\` + user + ", which Kerberos understands. "}
}

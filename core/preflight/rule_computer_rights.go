package preflight

import (
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/product"
)

// judgeUserRights looks whether the service account may log on as a service, by itself,
// through a local group or as one of all accounts. Members of the domain's groups are
// not read: such a group is named.
func judgeUserRights(s site) Finding {
	show := func(list []facts.UserRight) string {
		var t []string
		for _, r := range list {
			t = append(t, r.Name+": "+or(strings.Join(holders(r), ", "), "nobody"))
		}
		return strings.Join(t, "; ")
	}
	return about("computer.rights", "User rights", product.LinkServiceAccount, s.set.Computer.Rights, show, func(list []facts.UserRight) Finding {
		account := `NT SERVICE\ADSync`
		svc := s.ans.Components.ServiceAccount
		virtual := svc.Kind == answers.AccountVirtual
		if !virtual {
			account = strings.TrimSpace(svc.Name)
		}
		called := or(account, "the service account")
		denied, refused := holds(list, facts.RightDenyService, account, virtual)
		granted, allowed := holds(list, facts.RightService, account, virtual)
		closed := unread(list, facts.RightDenyService, virtual)
		switch {
		case refused:
			return Finding{
				Severity: Blocked, Title: called + " may not log on as a service", Summary: "Deny log on as a service names " + or(denied, "it") + ".",
				Consequence: "The service cannot start (event 7038 or 7041), whatever else is right.",
				Fix:         "Take it out of that policy in secpol.msc, Local Policies, User Rights Assignment, or in the group policy that sets it; then: gpupdate /force",
			}
		case len(closed) > 0:
			return Finding{
				Severity: Warning, Title: called + " may log on as a service, unless a group takes that away",
				Summary:     "Deny log on as a service names " + strings.Join(closed, ", ") + ", whose members were not read.",
				Consequence: "If the account is in one of them the service cannot start (event 7041).",
				Fix:         "Look for the account there. In PowerShell with the Active Directory module: Get-ADGroupMember -Recursive 'GROUP'",
			}
		case allowed:
			return Finding{Severity: Pass, Title: called + " may log on as a service", Summary: through(granted)}
		case virtual:
			return Finding{
				Severity: Warning, Title: "NT SERVICE\\ALL SERVICES may not log on as a service",
				Summary:     "Windows gives it this right; a group policy has taken it away.",
				Consequence: "Install gives it to the service account, and the policy takes it away again at its next run: the service then no longer starts (event 7041).",
				Fix:         "Add NT SERVICE\\ALL SERVICES to Log on as a service in the group policy that sets it; then: gpupdate /force. To find it: gpresult /h report.html",
			}
		}
		f := Finding{
			Severity: Note, Title: "Install will let " + called + " log on as a service",
			Consequence: "If a group policy sets this right, add the account there too, or the policy takes it away again.",
		}
		if open := unread(list, facts.RightService, virtual); len(open) > 0 {
			f.Summary = "It may have the right through " + strings.Join(open, ", ") + ", whose members were not read."
		}
		return f
	})
}

func through(group string) string {
	if group == "" {
		return ""
	}
	return "Through " + group + "."
}

// unread gives the groups that hold a right and whose members are not known. A virtual
// account is in no group of a domain.
func unread(list []facts.UserRight, right string, virtual bool) []string {
	var out []string
	for _, r := range list {
		for _, p := range r.Holders {
			if r.Name == right && p.Unread && !virtual {
				out = append(out, or(p.Name, p.SID))
			}
		}
	}
	return out
}

// everybody tells whether a group holds every account.
func everybody(p facts.Principal) bool {
	return p.SID == facts.Everyone || p.SID == facts.AuthenticatedUsers
}

func holders(r facts.UserRight) []string {
	var out []string
	for _, p := range r.Holders {
		out = append(out, or(p.Name, p.SID))
	}
	return out
}

// holds tells whether an account holds a right, and through which group.
func holds(list []facts.UserRight, right, account string, virtual bool) (group string, ok bool) {
	for _, r := range list {
		if r.Name != right {
			continue
		}
		for _, p := range r.Holders {
			if through, ok := p.Holds(account); ok {
				return through, true
			}
			if everybody(p) || virtual && p.SID == facts.AllServices {
				return or(p.Name, p.SID), true
			}
		}
	}
	return "", false
}

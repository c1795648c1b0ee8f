package forest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// Codes of the problems that this package makes.
const (
	CodeUnreachable  problem.Code = "ad.forest.unreachable"    // no domain controller answers
	CodeOtherForest  problem.Code = "ad.forest.other"          // the domain controller belongs to another forest
	CodeReadOnly     problem.Code = "ad.controller.readonly"   // only read-only domain controllers answer
	CodeProtection   problem.Code = "ad.protection.none"       // no protected connection can be made
	CodeClock        problem.Code = "ad.clock"                 // the clocks differ too much for Kerberos
	CodeUserForm     problem.Code = "ad.user.form"             // the user name can't be understood
	CodeManaged      problem.Code = "ad.account.managed"       // gMSA, virtual account, computer
	CodeCurrentUser  problem.Code = "ad.current-user"          // the current Windows user can't sign in
	CodeNoPassword   problem.Code = "ad.password.missing"      // empty password
	CodeWrong        problem.Code = "ad.password.wrong"        // 52e
	CodeUserUnknown  problem.Code = "ad.user.unknown"          // 525
	CodeHours        problem.Code = "ad.account.hours"         // 530
	CodeWorkstation  problem.Code = "ad.account.workstation"   // 531
	CodeExpired      problem.Code = "ad.password.expired"      // 532
	CodeDisabled     problem.Code = "ad.account.disabled"      // 533
	CodeAccountOver  problem.Code = "ad.account.expired"       // 701
	CodeMustChange   problem.Code = "ad.password.must-change"  // 773
	CodeLocked       problem.Code = "ad.account.locked"        // 775
	CodeRevoked      problem.Code = "ad.account.revoked"       // Kerberos, which does not say which of these
	CodeKeyExpired   problem.Code = "ad.password.key-expired"  // Kerberos: expired or must change
	CodeSignIn       problem.Code = "ad.signin"                // refused for another reason
	CodePrivileged   problem.Code = "ad.account.privileged"    // Enterprise or Domain Admin as a connector account
	CodeNotAdmin     problem.Code = "ad.admin.missing"         // not an Enterprise Admin
	CodeMayNotMake   problem.Code = "ad.account.may-not-make"  // an Enterprise Admin who may not create there
	CodeMayNotGrant  problem.Code = "ad.rights.may-not-grant"  // may not change the descriptor of a domain
	CodeExists       problem.Code = "ad.account.exists"        // the planned name is taken by somebody else
	CodePolicy       problem.Code = "ad.password.policy"       // the domain's policy refused the password made here
	CodeDenied       problem.Code = "ad.denied"                // insufficient access rights
	CodeDirectory    problem.Code = "ad.directory"             // anything else that LDAP said
	CodeDomain       problem.Code = "ad.domain.unreachable"    // one domain of the forest does not answer
	CodeGrantMissing problem.Code = "ad.rights.not-grantable"  // what a right is about is not in this forest
	CodeNotKept      problem.Code = "ad.rights.not-kept"       // reading back shows that the entries are not there
	CodeBusy         problem.Code = "ad.directory.unavailable" // busy, unavailable or read-only for the moment
	CodePinBad       problem.Code = "ad.tls.pin-bad"           // a fingerprint that is none
	CodeTrustFile    problem.Code = "ad.tls.trust-file"        // the file of an authority can't be used
)

// signInProblem puts a refused simple bind into words.
func signInProblem(err error, user string) *problem.Problem {
	var e *ldap.Error
	if !errors.As(err, &e) || e.ResultCode == ldap.ErrorNetwork {
		return ldapProblem(err, "sign in")
	}
	text := ldapText(e)
	switch e.ResultCode {
	case ldap.LDAPResultBusy, ldap.LDAPResultUnavailable:
		return ldapProblem(err, "sign in") // the password was not looked at: another domain controller may be asked
	}
	if e.ResultCode == ldap.LDAPResultInvalidCredentials {
		code := "52e"
		if m := subCode.FindStringSubmatch(text); m != nil {
			code = strings.ToLower(m[1])
		}
		if r, ok := refusals[code]; ok {
			return r.problem(user, text)
		}
	}
	return &problem.Problem{
		Code: CodeSignIn, Field: answers.FieldForestUser, What: "The domain controller refused the sign-in of " + user + ".",
		Fix: "The details hold the domain controller's own words. It was tried once and is not tried again by itself.", Detail: text,
	}
}

// ldapText gives what a server said, with its result.
func ldapText(e *ldap.Error) string {
	said := ""
	if e.Err != nil {
		said = strings.TrimRight(e.Err.Error(), "\x00 ")
	}
	return fmt.Sprintf("LDAP result %d (%s): %s", e.ResultCode, ldap.LDAPResultCodeMap[e.ResultCode], said)
}

// ldapProblem puts a failed operation into words. what says what was tried, as in
// "read the domains".
func ldapProblem(err error, what string) *problem.Problem {
	if p := problem.As(err); p != nil {
		return p
	}
	var e *ldap.Error
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &e) || e.ResultCode >= ldap.ErrorNetwork {
		p := *problem.From(err)
		if p.Code == problem.CodeUnknown {
			p.Code, p.What, p.Why = CodeDirectory, "It was not possible to "+what+".", ""
			return &p
		}
		p.Why = strings.TrimSpace("This happened while trying to " + what + ". " + p.Why)
		return &p
	}
	p := &problem.Problem{Code: CodeDirectory, What: "The domain controller refused to " + what + ".", Detail: ldapText(e), Cause: err}
	switch e.ResultCode {
	case ldap.LDAPResultInsufficientAccessRights:
		p.Code, p.Why = CodeDenied, "The account that signed in does not have the right to."
		p.Fix = "Sign in with an account that has it."
	case ldap.LDAPResultBusy, ldap.LDAPResultUnavailable, ldap.LDAPResultAdminLimitExceeded, ldap.LDAPResultTimeLimitExceeded:
		p.Code, p.Why = CodeBusy, "It is overloaded, or just starting or stopping."
		p.Fix = "Try again in a minute, or name another domain controller."
	default:
		p.Fix = "The details hold the domain controller's own words. Try again, or name another domain controller."
	}
	return p
}

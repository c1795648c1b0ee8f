package forest

import (
	"fmt"
	"regexp"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// refusal is one reason why a sign-in is refused. %s in what is the account.
type refusal struct {
	code           problem.Code
	field          problem.Field
	what, why, fix string
}

func (r refusal) problem(user, detail string) *problem.Problem {
	return &problem.Problem{Code: r.code, Field: r.field, What: fmt.Sprintf(r.what, user), Why: r.why, Fix: r.fix, Detail: detail}
}

// because adds a reason to a refusal.
func (r refusal) because(why string) refusal {
	r.why = why
	return r
}

// user is a refusal that another account, or a change to this one, helps against.
func user(code problem.Code, what, fix string) refusal {
	return refusal{code: code, field: answers.FieldForestUser, what: what, fix: fix}
}

// pass is a refusal that another password helps against.
func pass(code problem.Code, what, fix string) refusal {
	return refusal{code: code, field: answers.FieldForestPass, what: what, fix: fix}
}

// subCode finds the number of the reason in what a domain controller says.
var subCode = regexp.MustCompile(`\bdata ([0-9a-fA-F]+)`)

// refusals are the sub-codes of LDAP's result 49, Windows error numbers in hexadecimal
// (learn.microsoft.com/windows/win32/debug/system-error-codes).
var refusals = map[string]refusal{
	// The name or the password.
	"525": user(CodeUserUnknown, "There is no account %s.", "Check the spelling of the user name and its domain."),
	"52e": pass(CodeWrong, "The user name or the password for %s is not correct.", "Type it again. It was tried once and is not tried again by itself.").
		because("Wrong attempts count towards locking the account."),
	"532": pass(CodeExpired, "The password of %s has expired.", "Change the password, then type the new one here. A connector account is best set to Password never expires."),
	"773": pass(CodeMustChange, "The password of %s must be changed before the first sign-in.", "Sign in once with this account and change its password, then type the new one here."),

	// The state of the account.
	"533": user(CodeDisabled, "The account %s is disabled.", "Enable it in Active Directory Users and Computers, or give another one."),
	"701": user(CodeAccountOver, "The account %s has expired.", "Set Account expires to Never in Active Directory Users and Computers (tab Account), or give another one."),
	"775": user(CodeLocked, "The account %s is locked out.", "Unlock it in Active Directory Users and Computers, or wait until the lockout ends; it was not tried again.").
		because("There were too many wrong passwords."),

	// Where and when it is used.
	"530": user(CodeHours, "The account %s may not sign in at this time of the day.", "Widen the logon hours in Active Directory Users and Computers (tab Account), or give another account.").
		because("Its logon hours are restricted."),
	"531": user(CodeWorkstation, "The account %s may not sign in from this computer.", "Add this computer at Log On To in Active Directory Users and Computers (tab Account), or give another account.").
		because("It is restricted to certain workstations."),
}

// krbRefusals are Kerberos's error numbers about an account (RFC 4120 7.5.9). It
// tells less than LDAP: several states of an account share one number.
var krbRefusals = map[string]refusal{
	// The name or the password.
	"6":  refusals["525"],
	"24": refusals["52e"],
	"23": pass(CodeKeyExpired, "The password of %s has expired or must be changed before the first sign-in.", "Sign in once with this account and change its password, then type the new one here."),

	// The state of the account, or where and when it is used.
	"18": user(CodeRevoked, "The account %s is disabled, expired, locked out, or may not sign in at this time.",
		"Look at the account in Active Directory Users and Computers (tab Account). It was tried once and is not tried again by itself.").
		because("Kerberos does not say which."),
	"12": user(CodeWorkstation, "The account %s may not sign in from this computer or at this time.",
		"Widen its logon hours and workstations in Active Directory Users and Computers (tab Account), or give another account."),
}

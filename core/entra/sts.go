package entra

import (
	"html"
	"regexp"
	"slices"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// Codes of what the sign-in service says (docs: entra/identity-platform/reference-error-codes).
const (
	CodeUserUnknown   problem.Code = "entra.user.unknown"
	CodeUserLocked    problem.Code = "entra.user.locked"
	CodeUserDisabled  problem.Code = "entra.user.disabled"
	CodePassword      problem.Code = "entra.user.password"
	CodeMFA           problem.Code = "entra.mfa.required"
	CodeMFAEnrol      problem.Code = "entra.mfa.enrol"
	CodeCA            problem.Code = "entra.conditional-access"
	CodeDevice        problem.Code = "entra.conditional-access.device"
	CodeConsent       problem.Code = "entra.consent"
	CodeDeclined      problem.Code = "entra.consent.declined"
	CodeUnassigned    problem.Code = "entra.client.unassigned"
	CodeRedirect      problem.Code = "entra.client.redirect"
	CodePublic        problem.Code = "entra.client.public"
	CodeSecretExpired problem.Code = "entra.service.secret.expired"
	CodeCertificate   problem.Code = "entra.service.certificate"
	CodeFederated     problem.Code = "entra.service.federation"
	CodeExpired       problem.Code = "entra.signin.expired"
	CodeInterrupted   problem.Code = "entra.signin.interrupted"
	CodePassThrough   problem.Code = "entra.user.pass-through"
	CodeDesktopSSO    problem.Code = "entra.user.desktop-sso"
	CodeRestricted    problem.Code = "entra.tenant.restricted"
	CodeClock         problem.Code = "entra.clock"
	CodeResource      problem.Code = "entra.resource"
)

var stsNumber = regexp.MustCompile(`AADSTS(\d{4,8})\b`)

// fromSTS finds the service's number in a text and puts it into words; nil when
// there is none. Where the service gives several, the later one is the narrower
// (70002 "validating credentials", then 50126 "wrong password"): the last that the
// table knows counts. The detail is the service's sentence, which holds no secret.
func fromSTS(text string) *problem.Problem {
	said := stsSentences(text)
	if len(said) == 0 {
		return nil
	}
	table := stsTable()
	for _, s := range slices.Backward(said) {
		for _, e := range table {
			if slices.Contains(e.numbers, s.number) {
				return &problem.Problem{Code: e.code, Field: e.field, What: e.what, Why: e.why, Fix: e.fix, Detail: s.text}
			}
		}
	}
	first := said[0]
	return &problem.Problem{
		Code: "entra.signin", What: "Microsoft Entra ID refused the sign-in.", Why: "It gives the number AADSTS" + first.number + ".",
		Fix: "Look the number up at https://login.microsoftonline.com/error?code=" + first.number + ".", Detail: first.text,
	}
}

// stsSentence is one thing that the service says: its number, and the text that
// begins with it.
type stsSentence struct{ number, text string }

// stsSentences takes an error's text apart. A sentence ends where the next number
// begins, at the end of its line (escaped or not), or of its JSON string.
func stsSentences(text string) []stsSentence {
	found := stsNumber.FindAllStringSubmatchIndex(text, -1)
	said := make([]stsSentence, 0, len(found))
	for i, at := range found {
		end := len(text)
		if i+1 < len(found) {
			end = found[i+1][0]
		}
		s, _, _ := strings.Cut(text[at[0]:end], `\r\n`)
		if cut := strings.IndexAny(s, "\r\n\""); cut >= 0 {
			s = s[:cut]
		}
		// MSAL escapes what came back with the browser.
		said = append(said, stsSentence{number: text[at[2]:at[3]], text: html.UnescapeString(strings.TrimSpace(s))})
	}
	return said
}

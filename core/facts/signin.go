package facts

import "strings"

// SignInMethod is how the users of the tenant sign in.
type SignInMethod string

// The sign-in methods. The zero value means that the database does not say.
const (
	MethodUnknown       SignInMethod = ""
	MethodPasswordHash  SignInMethod = "password-hash-sync"
	MethodPassThrough   SignInMethod = "pass-through"
	MethodFederation    SignInMethod = "federation" // AD FS
	MethodPingFederate  SignInMethod = "pingfederate"
	MethodNotConfigured SignInMethod = "not-configured" // "Do not configure"
)

// Title gives the method's name for a person.
func (m SignInMethod) Title() string {
	switch m {
	case MethodPasswordHash:
		return "Password hash synchronization"
	case MethodPassThrough:
		return "Pass-through authentication"
	case MethodFederation:
		return "Federation with AD FS"
	case MethodPingFederate:
		return "Federation with PingFederate"
	case MethodNotConfigured:
		return "Do not configure"
	default:
		return "Unknown"
	}
}

// SignIn gives the sign-in method that the global settings name, and the text
// they name it by (empty when there is no such setting). PasswordHashSync,
// Federation and NotConfigured are seen in public dumps and scripts; what stands
// there for pass-through authentication and for PingFederate is not public, so
// these two are recognised by the part of the word that any spelling must have.
func (a ADSync) SignIn() (method SignInMethod, text string) {
	text, ok := a.Setting(SettingSignOnMethod)
	text = strings.TrimSpace(text)
	word := strings.ToLower(strings.NewReplacer("-", "", " ", "", "_", "").Replace(text))
	switch {
	case !ok || word == "":
		return MethodUnknown, text
	case word == "notconfigured" || word == "donotconfigure" || word == "none":
		return MethodNotConfigured, text
	case strings.Contains(word, "ping"):
		return MethodPingFederate, text
	case strings.Contains(word, "passthrough") || word == "pta":
		return MethodPassThrough, text
	case strings.Contains(word, "hash") || word == "phs":
		return MethodPasswordHash, text
	case strings.Contains(word, "federat") || strings.Contains(word, "adfs"):
		return MethodFederation, text
	default:
		return MethodUnknown, text
	}
}

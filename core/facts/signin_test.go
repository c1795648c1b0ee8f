package facts_test

import (
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

func TestSignIn(t *testing.T) {
	for word, want := range map[string]facts.SignInMethod{
		"PasswordHashSync": facts.MethodPasswordHash, " passwordhashsync ": facts.MethodPasswordHash,
		"NotConfigured": facts.MethodNotConfigured, "Do not configure": facts.MethodNotConfigured,
		"PassThroughAuthentication": facts.MethodPassThrough, "Pass-through": facts.MethodPassThrough, "PTA": facts.MethodPassThrough,
		"Federation": facts.MethodFederation, "ADFS": facts.MethodFederation,
		"PingFederate": facts.MethodPingFederate, "FederationWithPing": facts.MethodPingFederate,
		"Telepathy": facts.MethodUnknown, "": facts.MethodUnknown, "  ": facts.MethodUnknown,
	} {
		a := facts.ADSync{}
		a.Settings.Value = []facts.Setting{{Name: "microsoft.usersignin.signonmethod", Value: word}}
		if got, _ := a.SignIn(); got != want {
			t.Errorf("%q is %q, want %q", word, got, want)
		}
		if want.Title() == "" {
			t.Errorf("%q has no title", want)
		}
	}
	if got, text := (facts.ADSync{}).SignIn(); got != facts.MethodUnknown || text != "" {
		t.Errorf("without settings: %q, %q", got, text)
	}
}

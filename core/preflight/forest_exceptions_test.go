package preflight_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
)

// TestExceptionsNameTheDomainsThatWereNotRead: one silent domain hides nothing of the
// others, and is never passed over.
func TestExceptionsNameTheDomainsThatWereNotRead(t *testing.T) {
	admins := facts.Examples{Count: 1, Named: []string{"CN=adm"}}
	unread := []facts.Unread{{Domain: "europe.contoso.test", Why: "no answer"}}
	for name, c := range map[string]struct {
		x        facts.Exceptions
		severity preflight.Severity
		says     string
	}{
		"none":           {facts.Exceptions{}, "", ""},
		"all read":       {facts.Exceptions{Admins: admins}, preflight.Note, "1 account under AdminSDHolder"},
		"one unread":     {facts.Exceptions{Admins: admins, Unread: unread}, preflight.Note, "1 account under AdminSDHolder; not looked at: europe.contoso.test (no answer)"},
		"nothing to say": {facts.Exceptions{Unread: unread}, preflight.Unknown, "Not looked at: europe.contoso.test (no answer)"},
	} {
		acc := facts.ForestAccount{Forest: facts.Forest{Name: "contoso.test", Exceptions: facts.Known(c.x, "dc1", time.Now())}}
		all := preflight.JudgeForest(facts.Set{}, facts.Connector{}, acc)
		i := slices.IndexFunc(all, func(f preflight.Finding) bool { return f.ID == "forest.exceptions" })
		switch {
		case i < 0 && c.severity != "", i >= 0 && c.severity == "":
			t.Errorf("%s: at %d of %+v", name, i, all)
		case i >= 0 && (all[i].Severity != c.severity || !strings.Contains(all[i].Summary, c.says)):
			t.Errorf("%s: %s %q", name, all[i].Severity, all[i].Summary)
		}
	}
}

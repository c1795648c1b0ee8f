package preflight

import "testing"

func TestSignInKept(t *testing.T) {
	method := func(s Severity) Finding { return Finding{ID: "signin.method", Severity: s} }
	for name, c := range map[string]struct {
		findings []Finding
		want     bool
	}{
		"not judged":             {nil, false},
		"password hash":          {[]Finding{method(Pass)}, true},
		"federation":             {[]Finding{method(Note)}, true},
		"pass-through":           {[]Finding{method(Warning)}, false},
		"not readable":           {[]Finding{method(Unknown)}, false},
		"too old to be kept":     {[]Finding{method(Pass), {ID: "signin.old", Severity: Warning}}, false},
		"too old, other order":   {[]Finding{{ID: "signin.old", Severity: Warning}, method(Pass)}, false},
		"another finding passes": {[]Finding{{ID: "sql.tls", Severity: Pass}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := SignInKept(c.findings); got != c.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

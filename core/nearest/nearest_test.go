package nearest

import "testing"

func TestName(t *testing.T) {
	candidates := []string{"check", "install", "answers", "useexistingdatabase", "json", "?"}
	for typed, want := range map[string]string{
		"chek":               "check",
		"CHECK":              "check",
		"intsall":            "install",
		"answer":             "answers",
		"useexisting":        "useexistingdatabase",
		"useexistngdatabase": "useexistingdatabase",
		"jsn":                "json",
		"useexistingdb":      "useexistingdatabase",
		"zebra":              "",
	} {
		if got := Name(typed, candidates); got != want {
			t.Errorf("Name(%q) = %q, want %q", typed, got, want)
		}
	}
}

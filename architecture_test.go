package main

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestArchitecture holds the fences a second time, beside the linters: what each
// room may know, seen from the imports of the whole program.
func TestArchitecture(t *testing.T) {
	const module = "github.com/adsync-reconnect/adsync-reconnect"
	type pkg struct {
		ImportPath string
		Imports    []string
		Deps       []string
	}
	cmd := exec.CommandContext(t.Context(), "go", "list", "-tags", "cli", "-json=ImportPath,Imports,Deps", "./...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	seen := 0
	for dec.More() {
		var p pkg
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		seen++
		room := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		forbid := func(list []string, what ...string) {
			for _, i := range list {
				if slices.ContainsFunc(what, func(w string) bool { return i == w || strings.HasPrefix(i, w+"/") }) {
					t.Errorf("%s must not know %s", p.ImportPath, i)
				}
			}
		}
		switch {
		case strings.HasPrefix(room, "core/"):
			forbid(p.Deps, "fyne.io", module+"/ui")
		case strings.HasPrefix(room, "ui"):
			forbid(p.Imports, "database/sql", "net/http", "os/exec", "fyne.io/fyne/v2/app", module+"/core/practice", module+"/core/sqlserver", module+"/core/adsync")
		case room == "":
			forbid(p.Deps, "fyne.io") // this is the program with the tag cli
		}
		if strings.HasPrefix(room, "core/") && !strings.HasPrefix(room, "core/practice") {
			forbid(p.Deps, module+"/core/practice")
		}
		if slices.Contains([]string{"core/facts", "core/preflight", "core/plan", "core/review"}, room) {
			forbid(p.Imports, "database/sql", "net", "net/http", "os", "os/exec")
		}
	}
	if seen < 15 {
		t.Errorf("only %d packages were looked at", seen)
	}
}

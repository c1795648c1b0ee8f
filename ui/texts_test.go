package ui

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/assets"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// inspect walks over the sources of this package.
func inspect(t *testing.T, visit func(ast.Node) bool) {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, visit)
	}
}

// usedKeys gives the keys that the sources name: in full, and the heads of those
// that are put together ("severity."+…).
func usedKeys(t *testing.T) (full, heads map[string]bool) {
	t.Helper()
	full, heads = map[string]bool{}, map[string]bool{}
	inspect(t, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		text, err := strconv.Unquote(lit.Value)
		if err == nil && strings.Contains(text, ".") && !strings.ContainsAny(text, ` \/@:`) {
			if strings.HasSuffix(text, ".") {
				heads[text] = true
			} else {
				full[text] = true
			}
		}
		return true
	})
	return full, heads
}

func TestEveryKeyHasItsText(t *testing.T) {
	texts := english()
	n := 0
	inspect(t, func(node ast.Node) bool {
		call, ok := node.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		name, ok := call.Fun.(*ast.Ident)
		if !ok || (name.Name != "tr" && name.Name != "count") {
			return true
		}
		lit, ok := call.Args[0].(*ast.BasicLit)
		if !ok {
			return true
		}
		key, _ := strconv.Unquote(lit.Value)
		n++
		keys := []string{key}
		if name.Name == "count" {
			keys = []string{key + ".one", key + ".many"}
		}
		for _, k := range keys {
			if texts[k] == "" {
				t.Errorf("there is no text %q", k)
			}
		}
		return true
	})
	if n < 100 {
		t.Errorf("only %d calls found: does this test still look at the right thing?", n)
	}
}

func TestNoTextIsLeftOver(t *testing.T) {
	full, heads := usedKeys(t)
	for key := range english() {
		base := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(key, ".one"), ".many"), ".hint")
		base = strings.TrimSuffix(base, ".done")
		if full[key] || full[base] {
			continue
		}
		found := false
		for h := range heads {
			found = found || strings.HasPrefix(key, h)
		}
		if !found {
			t.Errorf("the text %q is used nowhere", key)
		}
	}
}

func TestTranslationsHaveTheSameKeysAndVerbs(t *testing.T) {
	files, err := assets.Translations.ReadDir("translations")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := assets.Translations.ReadFile("translations/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		texts := map[string]string{}
		if err := json.Unmarshal(b, &texts); err != nil {
			t.Fatalf("%s: %v", f.Name(), err)
		}
		for key, text := range english() {
			if texts[key] == "" || strings.Count(texts[key], "%") != strings.Count(text, "%") {
				t.Errorf("%s: %q is missing or has other verbs: %q", f.Name(), key, texts[key])
			}
		}
	}
}

func TestEveryPageHasHelp(t *testing.T) {
	for _, p := range append(setup.Pages(), setup.AfterPages()...) {
		text, err := assets.Help(string(p))
		if err != nil || !strings.HasPrefix(text, "# ") || len(text) < 200 {
			t.Errorf("help of %s: %v, %d bytes", p, err, len(text))
		}
	}
}

func TestTextsOfKinds(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{count("tile.forests", 1), "1 forest"},
		{count("tile.forests", 3), "3 forests"},
		{count("tile.objects", 48211, thousands(48211)), "48,211 objects"},
		{thousands(999), "999"},
		{thousands(1234567), "1,234,567"},
		{size(512), "512 MB"},
		{size(3190), "3.1 GB"},
		{groups("3f9a0c41"), "3f9a 0c41"},
		{took(75e9), "1:15"},
		{took(-1), " "},
		{several([]string{"a", "b", "c", "d"}), "a, b and 2 more"},
		{several(nil), "none in the database"},
		{hostOnly(`SQL01\HYBRID`), "SQL01"},
		{hostOnly("SQL01,14330"), "SQL01"},
		{hostOnly(" sql01.contoso.local "), "sql01.contoso.local"},
		{hostOnly("[::1]:1433"), "[::1]:1433"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

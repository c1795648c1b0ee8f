package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEdit_wantsExactlyOneMatch(t *testing.T) {
	e := edit{"a/b.go", "old()", "new()"}
	for text, want := range map[string]string{
		"x\nold()\ny":   "x\nnew()\ny",
		"nothing":       "0 matches",
		"old()\nold()":  "2 matches",
		"":              "0 matches",
		"old ()":        "0 matches",
		"old()\n old()": "2 matches",
	} {
		got, err := e.in([]byte(text))
		if err != nil {
			if !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "a/b.go") {
				t.Errorf("%q: %v, want %s in the name of the file", text, err, want)
			}
			continue
		}
		if string(got) != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestApply_stopsAtTheFirstThatDoesNotFit(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f.go")
	if err := os.WriteFile(path, []byte("one two"), 0o644); err != nil {
		t.Fatal(err)
	}
	err := apply(dir, []edit{{"f.go", "one", "1"}, {"f.go", "three", "3"}, {"f.go", "two", "2"}})
	if err == nil || !strings.Contains(err.Error(), "f.go: 0 matches") {
		t.Errorf("got %v", err)
	}
	if err := apply(dir, []edit{{"none.go", "a", "b"}}); !os.IsNotExist(err) {
		t.Errorf("a file that is not there: %v", err)
	}
	if b, _ := os.ReadFile(path); string(b) != "1 two" {
		t.Errorf("the file says %q", b)
	}
}

// later edits see what earlier ones did: the same file is edited several times.
func TestApply_inOrder(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "sub", "f.go")
	if err := write(path, []byte("a")); err != nil {
		t.Fatal(err)
	}
	if err := apply(dir, []edit{{"sub/f.go", "a", "b"}, {"sub/f.go", "b", "c"}}); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(path); string(b) != "c" {
		t.Errorf("the file says %q", b)
	}
}

func TestAddPainter_refusesWhatFyneHasItself(t *testing.T) {
	soft, fyne := t.TempDir(), t.TempDir()
	for from := range places {
		if err := write(filepath.Join(soft, from, "soft_"+from+".go"), []byte("package x")); err != nil {
			t.Fatal(err)
		}
	}
	if err := write(filepath.Join(soft, "software", "soft_test.go"), []byte("package x")); err != nil {
		t.Fatal(err)
	}
	old := filepath.Join(fyne, "internal/painter/gl/gl_core.go")
	if err := write(old, []byte("package gl")); err != nil {
		t.Fatal(err)
	}
	if err := addPainter(soft, fyne, false); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); !os.IsNotExist(err) {
		t.Error("OpenGL is still there")
	}
	if _, err := os.Stat(filepath.Join(fyne, places["software"], "soft_test.go")); err == nil {
		t.Error("a test went into the program's source")
	}
	if err := addPainter(soft, fyne, false); err == nil || !strings.Contains(err.Error(), "already there") {
		t.Errorf("a second time: %v", err)
	}
	if err := addPainter(t.TempDir(), t.TempDir(), false); err == nil || !strings.Contains(err.Error(), "no painter") {
		t.Errorf("without a painter: %v", err)
	}
}

func TestCheckVersion(t *testing.T) {
	for version, fits := range map[string]bool{fyneVersion: true, "v2.8.1": false, fyneVersion + "-rc1": false} {
		dir := t.TempDir()
		if err := write(filepath.Join(dir, "vendor", "modules.txt"), []byte("# fyne.io/fyne/v2 "+version+"\n")); err != nil {
			t.Fatal(err)
		}
		if err := checkVersion(dir); (err == nil) != fits {
			t.Errorf("%s: %v", version, err)
		}
	}
}

func TestMirror_removesWhatIsNoLongerThere(t *testing.T) {
	root, out := t.TempDir(), t.TempDir()
	for path, text := range map[string]string{
		filepath.Join(root, "kept.go"): "new", filepath.Join(root, "other.go"): "not asked for",
		filepath.Join(out, "kept.go"): "old", filepath.Join(out, "gone.go"): "x", filepath.Join(out, "vendor", "v.go"): "v",
	} {
		if err := write(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := mirror(root, out, []string{"kept.go"}); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(filepath.Join(out, "kept.go")); string(b) != "new" {
		t.Errorf("kept.go says %q", b)
	}
	for name, there := range map[string]bool{"gone.go": false, "other.go": false, "vendor/v.go": true} {
		if _, err := os.Stat(filepath.Join(out, name)); (err == nil) != there {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The whole generator against the Fyne and the Go of this machine: every edit fits.
func TestGenerate(t *testing.T) {
	if testing.Short() {
		t.Skip("copies the program's source")
	}
	out := t.TempDir()
	if err := generate(t.Context(), "../..", out, "../_softpaint", true); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"vendor/fyne.io/fyne/v2/internal/driver/glfw/loop.go":   "w.present()",
		"vendor/fyne.io/fyne/v2/internal/painter/gl/painter.go": "this build has no OpenGL",
		"vendor/fyne.io/systray/systray_notifier_unix.go":       "//go:build !windows",
		overlayName:            "template-exec.go",
		"_go/template-exec.go": "_ = ptr",
		"vendor/fyne.io/fyne/v2/theme/bundled-fonts.go": "unpacked(notoSansRegularPacked)",
	} {
		b, err := os.ReadFile(filepath.Join(out, name))
		if err != nil || !strings.Contains(string(b), want) {
			t.Errorf("%s does not hold %q: %v", name, want, err)
		}
	}
	if _, err := os.Stat(filepath.Join(out, "vendor/fyne.io/fyne/v2/internal/painter/gl/shaders.go")); err == nil {
		t.Error("OpenGL is still there")
	}
}

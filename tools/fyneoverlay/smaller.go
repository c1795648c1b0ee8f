package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// smaller are spots of vendored modules, relative to vendor/, that put into the
// program what it never uses.
var smaller = []edit{
	// SVG in other alphabets than UTF-8: tables of every alphabet, and an HTML parser.
	{"github.com/srwiley/oksvg/public.go", "\t\"golang.org/x/net/html/charset\"\n", ""},
	{"github.com/srwiley/oksvg/public.go", "\tdecoder.CharsetReader = charset.NewReaderLabel\n", ""},
	{"github.com/fyne-io/oksvg/public.go", "\t\"golang.org/x/net/html/charset\"\n", ""},
	{"github.com/fyne-io/oksvg/public.go", "\tdecoder.CharsetReader = charset.NewReaderLabel\n", ""},
	// D-Bus on Windows: the file's name looks like a condition, but is none.
	{"fyne.io/systray/systray_notifier_unix.go", "package systray\n\nimport (\n", "//go:build !windows\n\npackage systray\n\nimport (\n"},
	// Fonts for slanted text, which the window does not have: the upright ones do.
	{fonts, "//go:embed font/NotoSans-Italic.ttf\nvar notoSansItalic []byte\n\n", ""},
	{fonts, "\tStaticContent: notoSansItalic,\n", "\tStaticContent: notoSansRegular,\n"},
	{fonts, "//go:embed font/NotoSans-BoldItalic.ttf\nvar notoSansBoldItalic []byte\n\n", ""},
	{fonts, "\tStaticContent: notoSansBoldItalic,\n", "\tStaticContent: notoSansBold,\n"},
	// Fonts of its own for charts, which ui/chart draws with the window's.
	{charts, "//go:embed fonts/*.ttf.gz\nvar fontFiles embed.FS\n", "var fontFiles embed.FS\n"},
}

// templates is a spot of Go itself: templates look methods up by name. Only for
// that the linker would have to keep every method of every type, 4 MB of them.
// Neither the report nor translations call methods; the report's tests run with
// this edit as well (scripts/painter-test).
var templates = edit{
	"src/text/template/exec.go",
	"\tif method := ptr.MethodByName(fieldName); method.IsValid() {\n\t\treturn s.evalCall(dot, method, false, node, fieldName, args, final)\n\t}\n",
	"\t_ = ptr // methods cannot be called in this build\n",
}

// overlayName is the file for go build's -overlay, below the copy.
const overlayName = "_go/overlay.json"

// overlayGo writes edited copies of files of the Go installation, and the list
// that go build takes them by.
func overlayGo(ctx context.Context, out string) error {
	b, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return fmt.Errorf("go env GOROOT: %w", err)
	}
	original := filepath.Join(strings.TrimSpace(string(b)), filepath.FromSlash(templates.file))
	text, err := os.ReadFile(original)
	if err != nil {
		return err
	}
	if text, err = templates.in(text); err != nil {
		return err
	}
	list := filepath.Join(out, filepath.FromSlash(overlayName))
	edited := filepath.Join(filepath.Dir(list), "template-exec.go")
	if err := write(edited, text); err != nil {
		return err
	}
	overlay, err := json.MarshalIndent(map[string]map[string]string{"Replace": {original: edited}}, "", "  ")
	if err != nil {
		return err
	}
	return write(list, overlay)
}

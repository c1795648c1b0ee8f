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
	// SQLite's full-text search, R-trees and page statistics, which the practice
	// site's SQL Server has no use for. Their places in the list of what starts with
	// a connection are taken by the entry that does nothing.
	{sqlite, "__ccgo_fp(_sqlite3Fts5Init)\n", "__ccgo_fp(_sqlite3TestExtInit)\n"},
	{sqlite, "__ccgo_fp(_sqlite3RtreeInit)\n", "__ccgo_fp(_sqlite3TestExtInit)\n"},
	{sqlite, "__ccgo_fp(_sqlite3DbstatRegister)\n", "__ccgo_fp(_sqlite3TestExtInit)\n"},
	// Another HTTP/2 beside that of net/http, for a client that core/entra replaces.
	{azure, "\t\"golang.org/x/net/http2\"\n", ""},
	{azure, azureHTTP2, ""},
	// Tables of the characters of China, Japan and Korea, in 12 bytes each where 4 do.
	{codepages + "charset.go", "db map[int]rune ", "db map[uint16]uint16 "},
	{codepages + "charset.go", "\t\t\t\tvar ok bool\n\t\t\t\tch, ok = cm.db[n]\n", "\t\t\t\tdb, ok := cm.db[uint16(n)]\n\t\t\t\tch = rune(db)\n"},
	{codepages + "cp932.go", "db: map[int]rune{", "db: map[uint16]uint16{"},
	{codepages + "cp936.go", "db: map[int]rune{", "db: map[uint16]uint16{"},
	{codepages + "cp949.go", "db: map[int]rune{", "db: map[uint16]uint16{"},
	{codepages + "cp950.go", "db: map[int]rune{", "db: map[uint16]uint16{"},
	// Another reader of SVG beside its fork that Fyne uses, and TIFF, for letters that
	// are pictures.
	{render + "svg.go", "\t\"github.com/srwiley/oksvg\"\n", "\t\"github.com/fyne-io/oksvg\"\n"},
	{render + "bitmap.go", "\t_ \"golang.org/x/image/tiff\" // load image formats for users of the API\n", ""},
	{glyphs, "\t\"golang.org/x/image/tiff\"\n", ""},
	{glyphs, "\tcase tagTIFF:\n\t\tformat = TIFF\n\t\tconfig, err = tiff.DecodeConfig(bytes.NewReader(b.Data))\n", ""},
	// A way to store identities that nothing here stores.
	{identity, "\t\"encoding/gob\"\n", "\t\"encoding/json\"\n"},
	{identity, "gob.NewEncoder(", "json.NewEncoder("},
	{identity, "gob.NewDecoder(", "json.NewDecoder("},
	{credentials, "\t\"encoding/gob\"\n", ""},
	{credentials, "Marshal() ([]byte, error) {\n" + registered, "Marshal() ([]byte, error) {\n"},
	{credentials, "Unmarshal(b []byte) error {\n" + registered, "Unmarshal(b []byte) error {\n"},
	{credentials, "gob.NewEncoder(", "json.NewEncoder("},
	{credentials, "gob.NewDecoder(", "json.NewDecoder("},
}

const (
	sqlite    = "modernc.org/sqlite/lib/sqlite_g_000000000003feab.go"
	azure     = "github.com/Azure/azure-sdk-for-go/sdk/internal/transport/transport.go"
	codepages = "github.com/microsoft/go-mssqldb/internal/cp/"

	render      = "github.com/go-text/render/"
	glyphs      = "github.com/go-text/typesetting/font/glyphs.go"
	identity    = "github.com/jcmturner/goidentity/v6/user.go"
	credentials = "github.com/jcmturner/gokrb5/v8/credentials/credentials.go"
	registered  = "\tgob.Register(map[string]interface{}{})\n\tgob.Register(ADCredentials{})\n"
)

// azureHTTP2 is the whole use of it.
const azureHTTP2 = "\tif http2Transport, err := http2.ConfigureTransports(defaultTransport); err == nil {\n" +
	"\t\t// if the connection has been idle for 10 seconds, send a ping frame for a health check\n" +
	"\t\thttp2Transport.ReadIdleTimeout = 10 * time.Second\n" +
	"\t\t// if there's no response to the ping within the timeout, the connection will be closed\n" +
	"\t\thttp2Transport.PingTimeout = 5 * time.Second\n\t}\n"

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

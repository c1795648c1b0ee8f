//go:build unix

package install_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/cli"
	"github.com/adsync-reconnect/adsync-reconnect/core/install"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// forms are the ways in which a secret could stand somewhere.
func forms(b []byte) map[string][]byte {
	var wide []byte
	for _, u := range utf16.Encode([]rune(string(b))) {
		wide = binary.LittleEndian.AppendUint16(wide, u)
	}
	return map[string][]byte{
		"as it is": b, "in UTF-16": wide,
		"in base64": []byte(base64.RawStdEncoding.EncodeToString(b)),
		"in hex":    []byte(hex.EncodeToString(b)), "in HEX": []byte(strings.ToUpper(hex.EncodeToString(b))),
	}
}

// canaries are all secrets of a site and of what was installed on it: typed ones,
// and those that Install made, from the vault.
func (w *world) canaries(t *testing.T) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for name, v := range w.site.Secrets {
		out["typed "+name] = v.Bytes()
	}
	vault, err := secret.OpenVault(install.VaultDir(w.dir), nil)
	if err != nil {
		t.Fatal(err)
	}
	names, err := vault.Names()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		v, err := vault.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		out["vault "+name] = v.Bytes()
		var parts map[string]any
		if json.Unmarshal(v.Bytes(), &parts) != nil {
			continue
		}
		for key, part := range parts {
			text, isText := part.(string)
			raw, err := base64.StdEncoding.DecodeString(text)
			if isText && err == nil && len(raw) >= 16 && strings.EqualFold(key, "secret") {
				out["vault "+name+" "+key] = raw
			}
		}
	}
	return out
}

// places are all that can be searched: outputs, files, statements, database cells.
func (w *world) places(t *testing.T, ends ...end) map[string][]byte {
	t.Helper()
	out := map[string][]byte{"statements": []byte(strings.Join(w.statements(), "\n"))}
	for i, e := range ends {
		name := string(rune('1' + i))
		out["output "+name], out["errors "+name] = []byte(e.stdout), []byte(e.stderr)
		out["arguments and environment "+name] = []byte(e.argv)
	}
	err := filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		out["file "+path], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range w.rows(t, "SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_TYPE = 'BASE TABLE'") {
		rows, err := w.db.QueryContext(t.Context(), "SELECT * FROM ["+row[0][1]+"]")
		if err != nil {
			t.Fatal(err)
		}
		out["table "+row[0][1]] = allCells(t, rows)
	}
	out["properties"] = []byte(strings.Join(w.claimTexts(t), "\n"))
	return out
}

// search gives the names of the places that hold a secret in any form.
func search(secrets, places map[string][]byte) []string {
	var found []string
	for _, name := range slices.Sorted(maps.Keys(secrets)) {
		for form, text := range forms(secrets[name]) {
			for place, content := range places {
				if bytes.Contains(content, text) {
					found = append(found, name+" "+form+" in "+place)
				}
			}
		}
	}
	return found
}

// TestCanary gives every pretend account a password of its own, lets a wizard be
// killed in the middle, another go on and a third take everything back, and looks
// for every secret in all that they left and said.
func TestCanary(t *testing.T) {
	w := newWorld(t, time.Now().UTC().Truncate(time.Second), func(account string) string { return "C4nary-" + hex.EncodeToString([]byte(account)) + "-5ecret" })
	for name, v := range w.site.Secrets {
		if !strings.HasPrefix(v.Reveal(), "C4nary-") {
			t.Fatalf("the password of %s is not the test's", name)
		}
	}
	ends := []end{w.do(t, cli.CommandInstall, moment{Record: 14, After: true}, 0), w.must(t, cli.CommandResume)}
	secrets := w.canaries(t)
	// SQL, two forests; key, connectors, identity and its key.
	if len(secrets) < 3+1+len(w.site.Answers.Forests)+2 {
		t.Fatalf("only %d secrets: %v", len(secrets), slices.Sorted(maps.Keys(secrets)))
	}
	if !ends[0].killed || len(ends[1].stdout) < 1000 {
		t.Fatalf("the wizards ended with %+v", ends)
	}
	if runtime.GOOS == "linux" && !strings.Contains(ends[1].argv, envWizard) {
		t.Error("arguments and environment of the wizards were not seen")
	}
	for _, found := range search(secrets, w.places(t, ends...)) {
		t.Error(found)
	}
	ends = append(ends, w.must(t, cli.CommandUndo))
	for _, found := range search(secrets, w.places(t, ends...)) {
		t.Error("after undo: " + found)
	}
	// The search itself: it finds what is there.
	planted := map[string][]byte{"a": []byte("x" + w.site.Secrets[answers.SecretSQL].Reveal()), "b": forms(w.site.Secrets[answers.SecretSQL].Bytes())["in UTF-16"]}
	if found := search(secrets, planted); len(found) != 2 {
		t.Errorf("of 2 planted secrets %v were found", found)
	}
}

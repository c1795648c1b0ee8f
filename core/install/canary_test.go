//go:build unix

package install_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
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
	maps.Copy(out, w.unpacked(t))
	for _, dir := range []string{w.dir, w.temp} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			out["file "+path], err = os.ReadFile(path)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
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

// widen gives the world's wizards more secrets than an installation needs, and more
// places to leave one in: rights that an Enterprise Admin grants, a service account, a
// proxy that wants a password, a folder for temporary files, support bundles.
func (w *world) widen(t *testing.T) {
	t.Helper()
	f := &w.order.Answers.Forests[1]
	domain := strings.TrimSuffix(f.User, "svc-adsync")
	f.User, f.Grant = domain+"svc-poor", answers.Grant{User: domain + "ea"}
	w.site.Secrets[answers.SecretForest(f.Forest)] = secret.New(canaryOf(domain + "svc-poor"))
	w.site.Secrets[answers.SecretGrant(f.Forest)] = secret.New(canaryOf(domain + "ea"))
	w.order.Answers.Components.ServiceAccount = answers.ServiceAccount{Kind: answers.AccountDomain, Name: `CONTOSO\svc-sync`}
	w.site.Secrets[answers.SecretService] = secret.New(canaryOf("service"))
	w.site.Answers.Forests = w.order.Answers.Forests // whom the snapshots sign in as
	w.temp = t.TempDir()
	w.env = []string{"TMPDIR=" + w.temp, "HTTPS_PROXY=http://proxyuser:" + canaryOf("proxy") + "@127.0.0.1:9"}
}

// pack lets the next wizard pack a support bundle.
func (w *world) pack(t *testing.T) {
	t.Helper()
	w.bundles = append(w.bundles, filepath.Join(t.TempDir(), "support.zip"))
	w.order.Support = w.bundles[len(w.bundles)-1]
}

// unpacked gives what is in the support bundles.
func (w *world) unpacked(t *testing.T) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for i, path := range w.bundles {
		z, err := zip.OpenReader(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			name := fmt.Sprintf("support bundle %d %s", i+1, f.Name)
			if out[name], err = io.ReadAll(r); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// canaryOf is the password of a pretend account.
func canaryOf(account string) string {
	return "C4nary-" + hex.EncodeToString([]byte(account)) + "-5ecret"
}

// TestCanary gives every pretend account a password of its own, lets a wizard fail with
// a wrong one, another be killed in the middle, another go on and the last take
// everything back, and looks for every secret in all that they left and said.
func TestCanary(t *testing.T) {
	w := newWorld(t, time.Now().UTC().Truncate(time.Second), canaryOf)
	w.widen(t)
	right, wrong := w.site.Secrets[answers.SecretSQL], secret.New(canaryOf("wrong"))
	w.site.Secrets[answers.SecretSQL] = wrong
	w.pack(t)
	ends := []end{w.do(t, cli.CommandInstall, moment{}, 0)}
	w.site.Secrets[answers.SecretSQL] = right
	w.order.Support = ""
	ends = append(ends, w.do(t, cli.CommandInstall, moment{Record: 14, After: true}, 0))
	w.pack(t)
	ends = append(ends, w.must(t, cli.CommandResume))
	secrets := w.canaries(t)
	secrets["the wrong password"], secrets["the proxy's password"] = wrong.Bytes(), []byte(canaryOf("proxy"))
	for name, v := range w.site.Secrets {
		if !strings.HasPrefix(v.Reveal(), "C4nary-") {
			t.Fatalf("the password of %s is not the test's", name)
		}
	}
	// SQL, two forests, a grant, a service, the wrong one, the proxy; key, connectors, identity and its key.
	if len(secrets) < 7+1+len(w.site.Answers.Forests)+2 {
		t.Fatalf("only %d secrets: %v", len(secrets), slices.Sorted(maps.Keys(secrets)))
	}
	if ends[0].code < cli.ExitBlocked || !ends[1].killed || len(ends[2].stdout) < 1000 {
		t.Fatalf("the wizards ended with %+v", ends)
	}
	if runtime.GOOS == "linux" && !strings.Contains(ends[2].argv, envWizard) {
		t.Error("arguments and environment of the wizards were not seen")
	}
	w.searched(t, secrets, ends)
	w.pack(t)
	w.searched(t, secrets, append(ends, w.must(t, cli.CommandUndo)))
	// The search itself: it finds what is there.
	planted := map[string][]byte{"a": []byte("x" + w.site.Secrets[answers.SecretSQL].Reveal()), "b": forms(w.site.Secrets[answers.SecretSQL].Bytes())["in UTF-16"]}
	if found := search(secrets, planted); len(found) != 2 {
		t.Errorf("of 2 planted secrets %v were found", found)
	}
}

// searched looks for the secrets everywhere.
func (w *world) searched(t *testing.T, secrets map[string][]byte, ends []end) {
	t.Helper()
	places := w.places(t, ends...)
	var kinds [4]int
	for name := range places {
		for i, kind := range []string{"support bundle ", "file ", "table ", "output "} {
			if strings.HasPrefix(name, kind) {
				kinds[i]++
			}
		}
	}
	if slices.Contains(kinds[:], 0) {
		t.Fatalf("of bundles, files, tables and outputs there are %v", kinds)
	}
	for _, found := range search(secrets, places) {
		// The proxy's password stands in the environment because the admin put it there.
		if !strings.HasPrefix(found, "the proxy's password as it is in arguments and environment") {
			t.Errorf("after %d wizards: %s", len(ends), found)
		}
	}
}

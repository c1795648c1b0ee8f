package bundle

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/logbook"
	"github.com/adsync-reconnect/adsync-reconnect/core/report"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

const canary = "C4nary-5ecret"

// unpacked gives the files of a bundle by name.
func unpacked(t *testing.T, data []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(b)
	}
	return files
}

func content(t *testing.T) Content {
	t.Helper()
	set := factstest.Set()
	book := logbook.New("", time.Now())
	book.Hide("forest:contoso.local", secret.New(canary))
	book.Logger().Info("signed in", "user", `CONTOSO\ea`, "text", canary)
	return Content{
		Record:   report.Record{Program: "ADSync Reconnect 1.2.3", Computer: "SYNC02", Made: time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC), Facts: &set},
		Log:      book.Entries(0),
		Redactor: book.Redactor(),
	}
}

func TestWrite(t *testing.T) {
	c := content(t)
	old := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	data := fstest.MapFS{
		"journals/a.jsonl": {Data: []byte("one line\nwith " + canary), ModTime: old.AddDate(5, 0, 0)},
		"logs/long.log":    {Data: bytes.Repeat([]byte("x"), fileLimit+10), ModTime: old},
		"vault/vault.json": {Data: []byte("sealed")},
	}
	for _, n := range []string{"1", "2", "3", "4", "5"} {
		data["journals/new"+n+".jsonl"] = &fstest.MapFile{Data: []byte(n), ModTime: old.AddDate(4, 0, 0)}
	}
	c.Data = data
	var b bytes.Buffer
	if err := Write(&b, c); err != nil {
		t.Fatal(err)
	}
	files := unpacked(t, b.Bytes())
	for _, name := range []string{"READ-ME.txt", "versions.txt", "report.html", "record.json", "log.txt", "masked.txt", "journals/a.jsonl", "logs/long.log"} {
		if files[name] == "" {
			t.Errorf("%s is missing or empty", name)
		}
		if name != "READ-ME.txt" && !strings.Contains(files["READ-ME.txt"], name) {
			t.Errorf("READ-ME.txt does not name %s", name)
		}
	}
	packed := 0
	for name, text := range files {
		if strings.Contains(text, canary) {
			t.Errorf("%s holds the secret", name)
		}
		if strings.HasPrefix(name, "vault") {
			t.Errorf("the vault was packed: %s", name)
		}
		if strings.HasPrefix(name, "journals/") {
			packed++
		}
	}
	if packed != newest {
		t.Errorf("%d journals", packed)
	}
	if n := len(files["logs/long.log"]); n > fileLimit+100 || !strings.HasPrefix(files["logs/long.log"], "(the first 10 bytes") {
		t.Errorf("the long log has %d bytes", n)
	}
	if !strings.Contains(files["masked.txt"], "2 x  forest:contoso.local") {
		t.Errorf("masked.txt: %s", files["masked.txt"])
	}
	if !strings.Contains(files["log.txt"], "signed in") || !strings.Contains(files["versions.txt"], "go1.") {
		t.Error("log or versions lack their text")
	}
}

// closed is a folder that can't be read.
type closed struct{}

func (closed) Open(string) (fs.File, error) { return nil, fs.ErrPermission }

func TestWrite_saysWhatIsMissing(t *testing.T) {
	c := content(t)
	c.Data = closed{}
	var b bytes.Buffer
	if err := Write(&b, c); err != nil {
		t.Fatal(err)
	}
	if text := unpacked(t, b.Bytes())["READ-ME.txt"]; !strings.Contains(text, "Could not be packed:") || !strings.Contains(text, "journals: ") {
		t.Error(text)
	}
}

type full struct{}

var errFull = errors.New("full")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestWrite_aFullDiskIsAnError(t *testing.T) {
	if err := Write(full{}, content(t)); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
}

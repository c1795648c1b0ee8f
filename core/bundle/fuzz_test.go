package bundle

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/logbook"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// FuzzBundle takes any name and content for a file that lies beside the journals:
// the bundle can be opened, its names stay inside it, and no secret is in it.
func FuzzBundle(f *testing.F) {
	f.Add("a.jsonl", []byte(`{"n":1}`))
	f.Add("..\\..\\evil.jsonl", []byte("S3cret-Canary"))
	f.Add("C:x", []byte("password=S3cret-Canary"))
	f.Add("\x1b[2J.log", []byte{0xff, 0xfe, 0})
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		files := fstest.MapFS{"logs/a.log": &fstest.MapFile{Data: data, ModTime: time.Unix(0, 0)}}
		if name != "" && !strings.Contains(name, "/") && name != "." && name != ".." {
			files["journals/"+name] = &fstest.MapFile{Data: data, ModTime: time.Unix(1, 0)}
		}
		r := logbook.NewRedactor()
		r.Hide("it", secret.New("S3cret-Canary"))
		var b bytes.Buffer
		if err := Write(&b, Content{Data: files, Redactor: r}); err != nil {
			t.Fatal(err)
		}
		z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range z.File {
			rc, err := entry.Open()
			if err != nil {
				t.Fatal(err)
			}
			content, err := io.ReadAll(rc)
			if err != nil || bytes.Contains(content, []byte("S3cret-Canary")) {
				t.Errorf("%s: %v %q", entry.Name, err, content)
			}
			if strings.ContainsAny(entry.Name, "\\:\x1b\r\n") || strings.Contains(entry.Name, "..") || strings.Contains(entry.Name, "S3cret-Canary") {
				t.Errorf("a name %q in the bundle", entry.Name)
			}
		}
	})
}

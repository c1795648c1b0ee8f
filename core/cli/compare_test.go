package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/compare/comparetest"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice"
)

// writeExport writes an export into a new folder.
func writeExport(t *testing.T, d comparetest.Documents) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range d {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestCompareExitCodes(t *testing.T) {
	site, err := practice.Open(t.Context(), "", practice.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := site.Close(); err != nil {
			t.Error(err)
		}
	})
	base := comparetest.Small(5)
	same := writeExport(t, base)
	expected := writeExport(t, base.Edit(comparetest.Directory, "<last-dc>DC01", "<last-dc>DC02"))
	attention := writeExport(t, base.Edit(comparetest.Directory, "<dc-failover>1", "<dc-failover>0"))
	dangerous := writeExport(t, base.Edit(comparetest.Directory, "<enabled>1<", "<enabled>0<"))
	broken := writeExport(t, base.Edit(comparetest.Rule(1), "</synchronizationRule>", ""))
	for _, c := range []struct {
		name, value, result string
		code                int
	}{
		{"same", same + "," + same, "same", ExitClean},
		{"expected", same + "," + expected, "expected", ExitClean},
		{"attention", same + "|" + attention, "attention", ExitWarnings},
		{"dangerous", same + "," + dangerous, "dangerous", ExitBlocked},
		{"broken", same + "," + broken, ResultFailed, ExitFailed},
		{"nothing there", same + "," + same + "-not", ResultFailed, ExitFailed},
		{"practice", "practice,db", "dangerous", ExitBlocked},
		{"database with itself", "db,DB", "same", ExitClean},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, err := ParseArgs([]string{"/practice", "/compare:" + c.value, "/json", "/report:" + filepath.Join(t.TempDir(), "r.html")})
			if err != nil {
				t.Fatal(err)
			}
			var out, progress bytes.Buffer
			err = Compare(t.Context(), site, o, answers.Source{LookupEnv: os.LookupEnv, ReadFile: os.ReadFile}, &out, &progress)
			var exit Exit
			if errors.As(err, &exit); int(exit) != c.code || err != nil && exit == 0 {
				t.Fatalf("%v, want exit code %d; %s", err, c.code, out.String())
			}
			var got compared
			if err := json.Unmarshal(out.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if got.Result != c.result || got.ExitCode != c.code || (c.code == ExitFailed) != (len(got.Problems) == 1) || got.Format != Format {
				t.Errorf("%+v", got)
			}
			page, err := os.ReadFile(o.Report)
			if (err == nil) != (c.code != ExitFailed) || err == nil && !strings.Contains(string(page), got.Report.Verdict()) {
				t.Errorf("report: %v", err)
			}
		})
	}
}

func TestCompareArguments(t *testing.T) {
	for _, c := range []struct{ args, part string }{
		{"/compare:a", "two sides"},
		{"/compare:a,b,c", "two sides"},
		{"/compare:a,", "two sides"},
		{"/compare:db,b", "needs /answers"},
		{"/compare:a,b /check /practice", "stands alone"},
		{"/compare:a,b /tour:x", "stands alone"},
	} {
		_, err := ParseArgs(strings.Fields(c.args))
		var usage *UsageError
		if !errors.As(err, &usage) || !strings.Contains(usage.Text, c.part) {
			t.Errorf("%s: %v", c.args, err)
		}
	}
	o, err := ParseArgs([]string{"/compare:C:\\a,b\\x|D:\\y"})
	if err != nil || !o.Headless() {
		t.Errorf("%+v, %v", o, err)
	}
	if a, b, err := sides(o.Compare); a != `C:\a,b\x` || b != `D:\y` || err != nil {
		t.Errorf("%q, %q, %v", a, b, err)
	}
}

package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// TestRun_unreachableForest has one forest that does not answer beside a good one:
// /check says which and why and proves the other, /install ends before it changes
// anything.
func TestRun_unreachableForest(t *testing.T) {
	for _, o := range []Options{{Check: true, JSON: true}, {Install: true, JSON: true}} {
		dir := t.TempDir()
		site, err := practice.Open(t.Context(), "unreachable-forest", practice.Options{DataDir: dir})
		if err != nil {
			t.Fatal(err)
		}
		before := files(t, dir)
		var out bytes.Buffer
		err = Run(t.Context(), setup.Params{Site: site, Program: "1.0"}, o, &out, &bytes.Buffer{})
		var code Exit
		if !errors.As(err, &code) || int(code) != ExitFailed {
			t.Fatalf("ended with %v", err)
		}
		var r Result
		if err := json.Unmarshal(out.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		if len(r.Problems) != 1 || r.Problems[0].Code != "ad.forest.unreachable" || !strings.Contains(r.Problems[0].What, "contoso.local") || r.Problems[0].Why == "" || r.Problems[0].Fix == "" {
			t.Errorf("%+v: problems %+v", o, r.Problems)
		}
		if r.Record.Outcome != nil || r.Record.Plan != nil {
			t.Errorf("%+v: %+v %+v", o, r.Record.Outcome, r.Record.Plan)
		}
		green := map[string]bool{}
		for _, f := range r.Record.Forests {
			green[f.Name] = f.Green
		}
		if green["contoso.local"] || !green["fabrikam.local"] {
			t.Errorf("%+v: the forests are %+v", o, r.Record.Forests)
		}
		if after := files(t, dir); after != before {
			t.Errorf("%+v left %s, not %s", o, after, before)
		}
	}
}

func files(t *testing.T, dir string) string {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	names := ""
	for _, e := range all {
		names += e.Name() + " "
	}
	return names
}

package export

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/compare"
)

// realExport gives a public export of a real server that lies beside the
// repository, or skips.
func realExport(t testing.TB) string {
	dir := filepath.Join("..", "..", "..", "..", "shared", "data", "adsync-exports", "AADConnectConfigDocumenter-Contoso")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no public configuration export beside the repository: %v", err)
	}
	return dir
}

func TestRealExportWithItself(t *testing.T) {
	dir := realExport(t)
	a, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	r := compare.Compare(a, b, time.Now())
	if len(r.Differences) != 0 {
		t.Errorf("%d differences of an export with itself, the first: %+v", len(r.Differences), r.Differences[0])
	}
	if got := r.Active.Size; got != (compare.Size{Connectors: 2, Partitions: 2, Rules: 62, Mappings: 1200}) {
		t.Errorf("read %+v", got)
	}
	if r.Active.Server != "CONTOSO-SYNC01" || r.Active.Version != "1.1.130.0" || r.Active.Exported.IsZero() {
		t.Errorf("source %+v", r.Active.Source)
	}
}

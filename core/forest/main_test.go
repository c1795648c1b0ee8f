//go:build linux

package forest

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/forest/sambatest"
)

// dc is the domain controller of these tests; nil where none can be started.
var (
	dc      *sambatest.DC
	without string // why there is none
)

func TestMain(m *testing.M) { os.Exit(withDC(m)) }

func withDC(m *testing.M) int {
	if without = sambatest.Missing(); without != "" {
		if sambatest.Required() {
			fmt.Fprintln(os.Stderr, without)
			return 1
		}
		return m.Run()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	var err error
	if dc, err = sambatest.Start(ctx, "CONTOSO.TEST", sambatest.AddressForest); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer dc.Stop()
	return m.Run()
}

// needDC skips a test where there is no domain controller.
func needDC(t *testing.T) *sambatest.DC {
	t.Helper()
	if dc == nil {
		t.Skip(without)
	}
	return dc
}

// directory gives a Directory that asks the test's DNS and trusts its authority.
func directory(t *testing.T) *Directory {
	t.Helper()
	needDC(t)
	roots, err := sambatest.Roots(dc)
	if err != nil {
		t.Fatal(err)
	}
	return &Directory{Resolver: dc.Resolver(), Roots: roots}
}

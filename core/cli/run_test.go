package cli

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// A report that cannot be written fails the run, but what was found is still said:
// behind /install it would be lost for good.
func TestRun_reportCannotBeWritten(t *testing.T) {
	site, err := practice.Open(t.Context(), "healthy", practice.Options{})
	if err != nil {
		t.Fatal(err)
	}
	nowhere := filepath.Join(t.TempDir(), "no such folder")
	var out bytes.Buffer
	err = Run(t.Context(), setup.Params{Site: site}, Options{
		Check: true, Practice: true, Report: filepath.Join(nowhere, "r.html"), Support: filepath.Join(nowhere, "s.zip"),
	}, &out, io.Discard)
	var exit Exit
	if err == nil || errors.As(err, &exit) || !strings.Contains(err.Error(), "r.html") || !strings.Contains(err.Error(), "s.zip") || strings.Contains(err.Error(), "half") {
		t.Errorf("the files that are not there are not named: %v", err)
	}
	if !strings.Contains(out.String(), "Clean: nothing stands against") {
		t.Errorf("the result is lost: %q", &out)
	}
}

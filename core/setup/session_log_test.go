package setup

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"strings"
	"syscall"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// TestSession_logAndBundleHoldNoSecret installs with a known password in a problem's
// detail, as a driver's error might repeat it.
func TestSession_logAndBundleHoldNoSecret(t *testing.T) {
	f := newFake()
	f.fails = map[string]error{"databases": &problem.Problem{Code: "x", What: "Refused.", Detail: "driver said " + canary}}
	files := map[string][]byte{}
	s := newTestSession(t, f, func(p *Params) {
		p.SaveFile = func(path string, data []byte) error { files[path] = data; return nil }
	})
	toPage(t, s, PageComponents)
	press(t, s, DatabasesAsked{})
	toPage(t, s, PageReady)
	for _, e := range []Event{LogSavePressed{Path: "reconnect.log"}, BundlePressed{Path: "support.zip"}} {
		if state := press(t, s, e); len(state.Problems) > 0 || state.Saved == "" {
			t.Fatalf("%T: saved %q, %v", e, state.Saved, state.Problems)
		}
	}
	log := string(files["reconnect.log"])
	for _, want := range []string{"Refused.", "driver said ***", "Inspected", "page=directories"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %q:\n%s", want, log)
		}
	}
	z, err := zip.NewReader(bytes.NewReader(files["support.zip"]), int64(len(files["support.zip"])))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range z.File {
		r, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte(canary)) {
			t.Errorf("%s holds the secret", part.Name)
		}
	}
	if strings.Contains(log, canary) {
		t.Error("the log holds the secret")
	}
}

func TestSession_aBundleThatCannotBeWritten(t *testing.T) {
	s := newTestSession(t, newFake(), func(p *Params) {
		p.SaveFile = func(string, []byte) error { return syscall.ENOSPC }
	})
	state := press(t, s, BundlePressed{Path: "support.zip"})
	if len(state.Problems) != 1 || !errors.Is(state.Problems[0], syscall.ENOSPC) || state.Saved != "" {
		t.Errorf("saved %q, problems %v", state.Saved, state.Problems)
	}
}

package ui

import (
	"encoding/hex"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"github.com/adsync-reconnect/adsync-reconnect/core/logbook"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/sample"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/internal/fixture"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// canaryOf is the password of a pretend account.
func canaryOf(account string) string {
	return "C4nary-" + hex.EncodeToString([]byte(account)) + "-5ecret"
}

// visited gives the states of a session with passwords of its own: a wrong one, and a
// whole installation.
func visited(t *testing.T, book *logbook.Book) []setup.State {
	t.Helper()
	site, err := practice.Open(t.Context(), "two-forests", practice.Options{
		Password: canaryOf, DataDir: t.TempDir(), Change: func(o *sample.Options) { o.Objects, o.HistoryDays = 20, 1 },
	})
	if err != nil {
		t.Fatal(err)
	}
	right := site.Secrets
	wrong := map[string]secret.Value{}
	for key := range right {
		wrong[key] = secret.New(canaryOf("wrong " + key))
	}
	var out []setup.State
	for _, secrets := range []map[string]secret.Value{wrong, right} {
		last := len(out) > 0
		s := site
		s.Secrets = secrets
		if !last {
			s.Close = nil // the next one closes it
		}
		session := setup.NewSession(setup.Params{Site: s, Program: "1.0", Book: book})
		state, err := setup.Run(t.Context(), session, setup.RunOptions{Install: true})
		if (err == nil) != last {
			t.Fatalf("installing with the right passwords: %v; it ends with %v", last, err)
		}
		if err := session.Close(); err != nil {
			t.Error(err)
		}
		out = append(out, state)
	}
	return out
}

// copies taps every button that copies something, and gives what was copied.
func (w *window) copies() []string {
	var out []string
	for _, o := range w.objects() {
		var text string
		switch x := o.(type) {
		case *kit.Button:
			text = x.Text()
		case *kit.Link:
			text = x.Text()
		}
		if !strings.HasPrefix(text, "Copy") {
			continue
		}
		w.copied = ""
		test.Tap(w.button(text))
		if w.copied != "" {
			out = append(out, w.copied)
		}
	}
	return out
}

// No button puts a password on the clipboard, on whatever page, from the log or from
// the details of a problem.
func TestCopy_noSecret(t *testing.T) {
	book := logbook.New("", fixture.Now)
	states := visited(t, book)
	var all []string
	pages := []setup.Page{
		setup.PageComponents, setup.PageCheck, setup.PageEntra, setup.PageDirectories, setup.PageReady, setup.PageInstalling,
		setup.PageComplete, setup.PageOverview, setup.PageTasks, setup.PageUndo,
	}
	for _, s := range states {
		for _, page := range pages {
			s.Page = page
			all = append(all, open(t, s, true).copies()...)
		}
		for _, p := range s.Problems {
			all = append(all, p.Text())
		}
	}
	w := open(t, states[1], true)
	w.shell.hooks.Log = book
	w.shell.ShowLog()
	said := w.copies()
	if len(said) != 1 || len(said[0]) < 1000 {
		t.Fatalf("of the log %.200q is copied", said)
	}
	all = append(all, said...)
	if len(all) < 6 {
		t.Fatalf("only %d things were copied", len(all))
	}
	for _, text := range all {
		if strings.Contains(text, "C4nary-") || strings.Contains(text, hex.EncodeToString([]byte("C4nary-"))) {
			t.Errorf("a password is on the clipboard: %.500q", text)
		}
	}
	t.Logf("%d texts were copied", len(all))
}

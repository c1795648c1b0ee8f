package ui

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"github.com/adsync-reconnect/adsync-reconnect/core/handover"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/internal/fixture"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// links gives all visible links with these words, from top to bottom.
func (w *window) links(text string) []*kit.Link {
	var out []*kit.Link
	for _, o := range w.objects() {
		if l, ok := o.(*kit.Link); ok && l.Text() == text {
			out = append(out, l)
		}
	}
	return out
}

// Every value that is to be typed has a Copy beside it that copies that value, and
// nothing else; a password has none, and is asked of the session.
func TestHandOver_copy(t *testing.T) {
	s := fixture.HandOverWaiting()
	w := open(t, s, true)
	var want []string
	for _, page := range s.HandOverPages() {
		w.wants(page.Title, page.Note)
		for _, v := range page.Values {
			w.wants(v.Field)
			if v.Text != "" {
				want = append(want, v.Text)
			}
		}
	}
	if len(want) < 4 {
		t.Fatalf("only %q are to be typed", want)
	}
	var got []string
	for _, l := range w.links("Copy") {
		test.Tap(l)
		got = append(got, w.copied)
	}
	if !slices.Equal(got, want) {
		t.Errorf("copied %q, want %q", got, want)
	}
	w.tap("Copy all values")
	if w.copied != handover.Text(s.HandOverPages()) || !strings.Contains(w.copied, "DATABASE NAME: ADSync") {
		t.Errorf("all values: %q", w.copied)
	}
	w.copied = ""
	passwords := w.links("Copy the password")
	if len(passwords) != 1 {
		t.Fatalf("%d passwords can be copied", len(passwords))
	}
	test.Tap(passwords[0])
	if e, ok := last[setup.NewPasswordAsked](w.session); !ok || e.Forest != "fabrikam.local" || w.copied != "" {
		t.Errorf("asked %+v, copied %q", e, w.copied)
	}
}

// What the panel shows: how far the setup is, that a password is on the clipboard, the
// failure with its fix; and what its buttons tell the session.
func TestHandOver_shows(t *testing.T) {
	w := open(t, fixture.HandOverWaiting(), true)
	w.wants("It has written no trace log yet", "Nothing yet", "taken away after 60 seconds")
	w.show(fixture.HandOverHalf())
	w.wants("trace-20260309-104122.log", "Microsoft's setup has started · done", "It is configuring · waits", "On the clipboard until", "Service ADSync · not known")
	w.lacks("It has written no trace log yet", "taken away after 60 seconds")
	w.show(fixture.HandOverFailed())
	w.wants("Microsoft's setup can't make a secure connection to the cloud.", "SchUseStrongCrypto")
	for text, want := range map[string]setup.HandOverPress{"It is finished": setup.HandOverFinished, "Start it again": setup.HandOverAgain} {
		w.tap(text)
		if e, ok := last[setup.HandOverPressed](w.session); !ok || e.Press != want {
			t.Errorf("%s: %+v", text, e)
		}
	}
	w.show(fixture.HandOverDone())
	w.wants("Key set of this server · done · 1 → 2", "It says that it has succeeded · done")
	w.show(fixture.Installing())
	w.lacks("It is finished", "What to type in Microsoft's setup")
}

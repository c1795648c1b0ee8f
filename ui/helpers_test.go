package ui

import (
	"os"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/internal/fixture"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

func TestMain(m *testing.M) {
	// Fyne prints an error for a locale it can't parse, as bare containers have it.
	_ = os.Setenv("LC_ALL", "en_US.UTF-8")
	os.Exit(m.Run())
}

// pretend is a session over the real reducer, without goroutines: the test feeds
// in what effects would have answered.
type pretend struct {
	state  setup.State
	events []setup.Event
	shell  *Shell
	frozen bool // events are noted, the state stays
}

func (p *pretend) State() setup.State { return p.state }

func (p *pretend) Dispatch(e setup.Event) {
	p.events = append(p.events, e)
	if p.frozen {
		return
	}
	p.state.Now = fixture.Now
	p.state, _ = setup.Reduce(p.state, e)
	if p.shell != nil {
		p.shell.Refresh()
	}
}

// last gives the last event of a kind.
func last[E setup.Event](p *pretend) (E, bool) {
	for i := len(p.events) - 1; i >= 0; i-- {
		if e, ok := p.events[i].(E); ok {
			return e, true
		}
	}
	var none E
	return none, false
}

// window opens the shell on a state.
type window struct {
	t       *testing.T
	shell   *Shell
	session *pretend
	win     fyne.Window
	copied  string
	closed  bool
	opened  []string
	passed  time.Duration // since fixture.Now
	hurried bool          // no time passes by itself
}

// now is a clock by which every look takes a second, so that no press is taken for
// a double click.
func (w *window) now() time.Time {
	if !w.hurried {
		w.passed += time.Second
	}
	return fixture.Now.Add(w.passed)
}

// open makes a window that shows a state. A frozen one only notes events.
func open(t *testing.T, s setup.State, frozen bool) *window {
	t.Helper()
	app := test.NewTempApp(t)
	app.Settings().SetTheme(kit.Theme{})
	w := &window{t: t, session: &pretend{state: s, frozen: frozen}, win: app.NewWindow("test")}
	t.Cleanup(w.win.Close)
	w.win.SetPadded(false)
	w.shell = New(w.win.Canvas(), w.session, Hooks{
		Now: w.now, Still: true, Copy: func(text string) { w.copied = text }, Close: func() { w.closed = true }, SaveDir: "reports",
		OpenURL:   func(u string) error { w.opened = append(w.opened, u); return nil },
		Scenarios: []Scenario{{Name: "healthy", Title: "A healthy database", Text: "Nothing stands against it."}, {Name: "stale", Title: "Old", Text: "40 days."}},
	})
	w.session.shell = w.shell
	w.win.SetContent(w.shell.Object())
	w.win.Resize(fyne.NewSize(DefaultWidth, DefaultHeight))
	w.shell.Start()
	return w
}

// show replaces the state, as the session would.
func (w *window) show(s setup.State) {
	s.Rev = w.session.state.Rev + 1
	w.session.state = s
	w.shell.Refresh()
}

// objects gives all visible objects of the window, dialogs included.
func (w *window) objects() []fyne.CanvasObject {
	var out []fyne.CanvasObject
	var walk func(o fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		if o == nil || !o.Visible() {
			return
		}
		out = append(out, o)
		switch x := o.(type) {
		case *fyne.Container:
			for _, c := range x.Objects {
				walk(c)
			}
		case *container.Scroll:
			walk(x.Content)
		case *kit.Entry: // Fyne's own inside is of no interest
		case fyne.Widget:
			for _, c := range test.WidgetRenderer(x).Objects() {
				walk(c)
			}
		}
	}
	roots := append([]fyne.CanvasObject{w.win.Canvas().Content()}, w.win.Canvas().Overlays().List()...)
	if n := len(roots); n > 1 {
		roots = roots[n-1:]
	}
	for _, r := range roots {
		walk(r)
	}
	return out
}

// text gives all texts of the window, one a line.
func (w *window) text() string {
	var b strings.Builder
	for _, o := range w.objects() {
		switch x := o.(type) {
		case *kit.Text:
			b.WriteString(x.String() + "\n")
		case *kit.Button:
			b.WriteString(x.Text() + "\n")
		case *kit.Link:
			b.WriteString(x.Text() + "\n")
		}
	}
	return b.String()
}

// wants checks that texts are to be seen.
func (w *window) wants(texts ...string) {
	w.t.Helper()
	all := w.text()
	for _, want := range texts {
		if !strings.Contains(all, want) {
			w.t.Errorf("%q is not to be seen in:\n%s", want, all)
		}
	}
}

// lacks checks that texts are not to be seen.
func (w *window) lacks(texts ...string) {
	w.t.Helper()
	all := w.text()
	for _, no := range texts {
		if strings.Contains(all, no) {
			w.t.Errorf("%q is to be seen", no)
		}
	}
}

// button finds a visible button or link by its words.
func (w *window) button(text string) interface {
	fyne.CanvasObject
	fyne.Tappable
	fyne.Disableable
} {
	w.t.Helper()
	for _, o := range w.objects() {
		switch x := o.(type) {
		case *kit.Button:
			if x.Text() == text {
				return x
			}
		case *kit.Link:
			if x.Text() == text {
				return x
			}
		}
	}
	w.t.Fatalf("there is no button %q in:\n%s", text, w.text())
	return nil
}

func (w *window) tap(text string) {
	w.t.Helper()
	b := w.button(text)
	if b.Disabled() {
		w.t.Fatalf("%q is disabled", text)
	}
	test.Tap(b)
}

// entries gives the visible entries from top to bottom.
func (w *window) entries() []*kit.Entry {
	var out []*kit.Entry
	for _, o := range w.objects() {
		if e, ok := o.(*kit.Entry); ok {
			out = append(out, e)
		}
	}
	return out
}

// press gives a key to what has the focus, as the driver does.
func (w *window) press(name fyne.KeyName) {
	e := &fyne.KeyEvent{Name: name}
	if f := w.win.Canvas().Focused(); f != nil {
		f.TypedKey(e)
	} else if h := w.win.Canvas().OnTypedKey(); h != nil {
		h(e)
	}
}

package kit

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
)

func key(name fyne.KeyName) *fyne.KeyEvent { return &fyne.KeyEvent{Name: name} }

// board counts the keys that controls hand on.
func board(got *[]fyne.KeyName) *Keys {
	return &Keys{
		Key:      func(e *fyne.KeyEvent) { *got = append(*got, e.Name) },
		Shortcut: func(fyne.Shortcut) bool { *got = append(*got, "shortcut"); return true },
	}
}

func TestButtonIsPressedWithMouseSpaceAndEnter(t *testing.T) {
	_ = test.NewTempApp(t)
	var left []fyne.KeyName
	n := 0
	b := NewButton(board(&left), Primary, "Next", func() { n++ })
	w := test.NewTempWindow(t, b)
	test.Tap(b)
	b.TypedKey(key(fyne.KeySpace))
	b.TypedKey(key(fyne.KeyReturn))
	b.TypedKey(key(fyne.KeyEnter))
	if n != 4 {
		t.Errorf("pressed %d times, want 4", n)
	}
	if w.Canvas().Focused() != fyne.Focusable(b) {
		t.Error("a tap does not give the focus")
	}
	b.TypedKey(key(fyne.KeyEscape))
	b.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyLeft, Modifier: fyne.KeyModifierAlt})
	if len(left) != 2 || left[0] != fyne.KeyEscape {
		t.Errorf("handed on %v", left)
	}
	b.Disable()
	test.Tap(b)
	b.TypedKey(key(fyne.KeyReturn))
	if n != 4 || b.Cursor() != desktop.DefaultCursor {
		t.Error("a disabled button works")
	}
}

func TestCheckTicksWithSpaceAndLeavesEnter(t *testing.T) {
	_ = test.NewTempApp(t)
	var left []fyne.KeyName
	var told []bool
	c := NewCheck(board(&left), "Agree", "hint", false, func(on bool) { told = append(told, on) })
	_ = test.NewTempWindow(t, c)
	c.TypedKey(key(fyne.KeySpace))
	c.TypedKey(key(fyne.KeyReturn))
	test.Tap(c)
	if len(told) != 2 || !told[0] || told[1] || c.On() {
		t.Errorf("told %v", told)
	}
	if len(left) != 1 || left[0] != fyne.KeyReturn {
		t.Errorf("handed on %v, want Enter for the primary button", left)
	}
	c.Set(true)
	c.SetHint("")
	if len(told) != 2 || !c.On() || c.Label() != "Agree" {
		t.Error("Set tells somebody, or does not set")
	}
}

func TestRadioWithArrows(t *testing.T) {
	_ = test.NewTempApp(t)
	var left []fyne.KeyName
	var told []string
	var w fyne.Window
	r := NewRadio(board(&left), true, "a", []Choice{{"a", "A", "hint"}, {"b", "B", ""}, {"c", "C", ""}},
		func(f fyne.Focusable) { w.Canvas().Focus(f) }, func(v string) { told = append(told, v) })
	w = test.NewTempWindow(t, Column(4, r.Objects()...))
	w.Canvas().Focus(r.First())
	for _, k := range []fyne.KeyName{fyne.KeyDown, fyne.KeyDown, fyne.KeyDown, fyne.KeyUp} {
		w.Canvas().Focused().TypedKey(key(k))
	}
	if len(told) != 3 || r.Value() != "b" || w.Canvas().Focused() != r.First() {
		t.Errorf("told %v, value %q", told, r.Value())
	}
	r.Choose("b")
	if len(told) != 3 {
		t.Error("choosing what is chosen tells somebody")
	}
	r.Disable(true)
	r.Choose("c")
	if r.Value() != "b" {
		t.Error("a disabled group can be changed")
	}
}

func TestEntryHandsOnWhatItHasNoUseFor(t *testing.T) {
	_ = test.NewTempApp(t)
	var left []fyne.KeyName
	e := NewEntry(board(&left), "", "", nil)
	w := test.NewTempWindow(t, e)
	w.Canvas().Focus(e)
	test.Type(e, "srv-ÅÄÖ")
	for _, k := range []fyne.KeyName{fyne.KeyReturn, fyne.KeyEnter, fyne.KeyEscape, fyne.KeyF1, fyne.KeyBackspace} {
		e.TypedKey(key(k))
	}
	if e.Text != "srv-ÅÄ" || len(left) != 4 {
		t.Errorf("text %q, handed on %v", e.Text, left)
	}
	keys := &Keys{Shortcut: func(fyne.Shortcut) bool { return false }}
	e.keys = keys
	e.TypedShortcut(&fyne.ShortcutSelectAll{})
	if e.SelectedText() != "srv-ÅÄ" {
		t.Error("the entry's own shortcuts do not work")
	}
}

func TestSelectAndPopUp(t *testing.T) {
	_ = test.NewTempApp(t)
	var told []string
	var w fyne.Window
	s := NewSelect(nil, "a", []Choice{{"a", "A", ""}, {"b", "B", ""}}, func() fyne.Canvas { return w.Canvas() }, func(v string) { told = append(told, v) })
	w = test.NewTempWindow(t, s)
	s.TypedKey(key(fyne.KeyDown))
	s.TypedKey(key(fyne.KeyDown))
	if s.Value() != "b" || len(told) != 1 {
		t.Errorf("value %q, told %v", s.Value(), told)
	}
	s.TypedKey(key(fyne.KeySpace))
	if w.Canvas().Overlays().Top() == nil {
		t.Error("Space opens no list")
	}
	if got := shorten("a very long label that has no room", 60, SizeBody); got == "" || len(got) > 20 {
		t.Errorf("shortened to %q", got)
	}
}

func TestExpanderOpensWithKeys(t *testing.T) {
	_ = test.NewTempApp(t)
	var told []bool
	e := NewExpander(nil, Plain("head"), Plain("body"), false, func(on bool) { told = append(told, on) })
	_ = test.NewTempWindow(t, e)
	closed := e.HeightFor(300)
	e.TypedKey(key(fyne.KeyReturn))
	if !e.IsOpen() || e.HeightFor(300) <= closed {
		t.Error("Enter does not open it")
	}
	e.TypedKey(key(fyne.KeySpace))
	if e.IsOpen() || len(told) != 2 {
		t.Errorf("told %v", told)
	}
	plain := NewExpander(nil, Plain("head"), nil, false, nil)
	plain.Open(true)
	if plain.IsOpen() || !plain.Disabled() {
		t.Error("a row without a body opens")
	}
}

func TestProgressStopsItsAnimation(t *testing.T) {
	_ = test.NewTempApp(t)
	p := NewProgress(3, false)
	_ = test.NewTempWindow(t, p)
	p.Start(nil)
	if !p.Running() || p.anim == nil {
		t.Error("it does not run")
	}
	p.Stop()
	if p.Running() || p.anim != nil {
		t.Error("it runs on")
	}
	p.Set(2)
	if p.value != 1 {
		t.Errorf("value %v", p.value)
	}
	still := NewProgress(3, true)
	still.Start(nil)
	if still.anim != nil {
		t.Error("a still one animates")
	}
}

func TestFieldShowsErrorInsteadOfHint(t *testing.T) {
	_ = test.NewTempApp(t)
	f := NewField("Server", "hint", NewEntry(nil, "", "", nil))
	f.SetError("wrong")
	if f.hint.String() != "wrong" || f.frame.Hidden || f.Error() != "wrong" {
		t.Error("the error does not show")
	}
	f.SetError("")
	f.SetHint("other")
	f.SetLabel("Name")
	if f.hint.String() != "other" || !f.frame.Hidden || f.label.String() != "Name" {
		t.Error("the hint does not come back")
	}
}

func TestScrollerRevealsAndPages(t *testing.T) {
	_ = test.NewTempApp(t)
	last := NewButton(nil, Small, "last", nil)
	col := Column(10)
	for range 40 {
		col.Add(Plain("line"))
	}
	col.Add(last)
	s := NewScroller(col)
	w := test.NewTempWindow(t, s)
	w.Resize(fyne.NewSize(300, 200))
	s.RevealInside(last)
	if s.scroll.Offset.Y < 400 {
		t.Errorf("offset %v: the last object is out of sight", s.scroll.Offset.Y)
	}
	at := s.scroll.Offset.Y
	s.RevealInside(NewButton(nil, Small, "elsewhere", nil))
	if s.scroll.Offset.Y != at {
		t.Error("it scrolled for an object that is not its own")
	}
	s.PageBy(false)
	if s.scroll.Offset.Y >= at {
		t.Error("page up does not scroll")
	}
	s.SetContent(Plain("new"))
	if s.scroll.Offset.Y != 0 {
		t.Error("new content does not start at its top")
	}
}

func TestLinkAndTap(t *testing.T) {
	_ = test.NewTempApp(t)
	n := 0
	l := NewLink(nil, "terms", func() { n++ })
	_ = test.NewTempWindow(t, l)
	l.TypedKey(key(fyne.KeyReturn))
	l.MouseIn(nil)
	l.MouseOut()
	test.Tap(l)
	if n != 2 || l.Text() != "terms" {
		t.Errorf("pressed %d times", n)
	}
}

package kit

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
)

func TestListByKeyboard(t *testing.T) {
	app := test.NewTempApp(t)
	app.Settings().SetTheme(Theme{})
	opened, turned, handed := -1, 0, fyne.KeyName("")
	keys := &Keys{Key: func(e *fyne.KeyEvent) { handed = e.Name }}
	l := NewList(keys, 200, func() int { return 1000 }, func() fyne.CanvasObject { return NewCut(Span{}) },
		func(int, fyne.CanvasObject) {}, func(i int) { opened = i }, func(down bool) {
			turned--
			if down {
				turned += 2
			}
		})
	w := test.NewTempWindow(t, l)
	w.Resize(fyne.NewSize(300, 200))
	press := func(names ...fyne.KeyName) {
		for _, n := range names {
			l.TypedKey(&fyne.KeyEvent{Name: n})
		}
	}
	w.Canvas().Focus(l)
	l.Begin()
	if press(fyne.KeyDown, fyne.KeyDown, fyne.KeyUp, fyne.KeyReturn); opened != 1 {
		t.Errorf("row %d is opened, want 1", opened)
	}
	if press(fyne.KeyPageDown, fyne.KeyPageDown, fyne.KeyPageUp); turned != 1 {
		t.Errorf("turned by %d", turned)
	}
	if press(fyne.KeyEscape); handed != fyne.KeyEscape {
		t.Errorf("Escape is kept: %q", handed)
	}
	if l.Begin(); l.at != 0 {
		t.Errorf("the list begins with row %d", l.at)
	}
}

func TestCutShortens(t *testing.T) {
	app := test.NewTempApp(t)
	app.Settings().SetTheme(Theme{})
	c := NewCut(Span{Text: strings.Repeat("long ", 2000)})
	w := test.NewTempWindow(t, c)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(200, 30))
	text := func() string { return test.TempWidgetRenderer(t, c).Objects()[0].(*canvas.Text).Text }
	c.Resize(fyne.NewSize(200, 30))
	if got := text(); !strings.HasSuffix(got, "…") || len(got) > 60 || fyne.MeasureText(got, SizeBody, fyne.TextStyle{}).Width > 200 {
		t.Errorf("%q", got)
	}
	c.Set(Span{Text: "short"})
	c.Resize(fyne.NewSize(201, 30))
	if got := text(); got != "short" {
		t.Errorf("%q", got)
	}
}

package software

import (
	"bytes"
	"image"
	"image/color"
	"os"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/internal/painter"
	"fyne.io/fyne/v2/theme"
)

// desk is as much of an app as the theme asks for.
type desk struct{ fyne.App }

func (desk) Settings() fyne.Settings { return wishes{} }
func (desk) Driver() fyne.Driver     { return nil }

type wishes struct{ fyne.Settings }

func (wishes) Theme() fyne.Theme               { return theme.DefaultTheme() }
func (wishes) ThemeVariant() fyne.ThemeVariant { return theme.VariantLight }
func (wishes) PrimaryColor() string            { return theme.ColorBlue }

func TestMain(m *testing.M) {
	fyne.SetCurrentApp(desk{})
	os.Exit(m.Run())
}

// still is a canvas of 1:1 scale, as much of it as a frame asks for.
type still struct {
	fyne.Canvas
	scale float32
}

func (s still) Scale() float32 { return s.scale }

func frame(scale float32) *Frame {
	f := NewFrame(still{scale: scale})
	f.Begin(100, 100)
	return f
}

func rectangle(w, h float32, fill color.Color) *canvas.Rectangle {
	r := canvas.NewRectangle(fill)
	r.Resize(fyne.NewSize(w, h))
	return r
}

// painted tells the bounds of what has the colour.
func painted(f *Frame, c color.RGBA) image.Rectangle {
	var all image.Rectangle
	for y := range 100 {
		for x := range 100 {
			if f.Image().RGBAAt(x, y) == c {
				all = all.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return all
}

func TestFrame_rectangle(t *testing.T) {
	for scale, want := range map[float32]image.Rectangle{1: image.Rect(10, 20, 40, 30), 2: image.Rect(20, 40, 80, 60)} {
		f := frame(scale)
		f.Paint(rectangle(30, 10, red), fyne.NewPos(10, 20))
		if got := painted(f, red); got != want {
			t.Errorf("at scale %v: %v, want %v", scale, got, want)
		}
	}
}

func TestFrame_clip(t *testing.T) {
	f := frame(1)
	f.Clip(fyne.NewPos(15, 0), fyne.NewSize(10, 25))
	f.Paint(rectangle(30, 10, red), fyne.NewPos(10, 20))
	if got, want := painted(f, red), image.Rect(15, 20, 25, 25); got != want {
		t.Errorf("clipped: %v, want %v", got, want)
	}
	f.Unclip()
	f.Paint(rectangle(30, 10, red), fyne.NewPos(10, 20))
	if got, want := painted(f, red), image.Rect(10, 20, 40, 30); got != want {
		t.Errorf("no longer clipped: %v, want %v", got, want)
	}
}

func TestFrame_roundShapesCutAtTheTop(t *testing.T) {
	round := rectangle(30, 30, red)
	round.CornerRadius = 10
	whole, cut := frame(1), frame(1)
	whole.Paint(round, fyne.NewPos(10, 20))
	cut.Clip(fyne.NewPos(0, 30), fyne.NewSize(100, 70))
	cut.Paint(round, fyne.NewPos(10, 20))
	for y := 30; y < 60; y++ {
		for x := range 100 {
			if a, b := whole.Image().RGBAAt(x, y), cut.Image().RGBAAt(x, y); a != b {
				t.Fatalf("at %d,%d: %v whole, %v cut", x, y, a, b)
			}
		}
	}
}

func TestFrame_keepsAndForgets(t *testing.T) {
	f := frame(1)
	round := rectangle(30, 30, red)
	round.CornerRadius = 10
	f.Paint(round, fyne.NewPos(0, 0))
	f.Paint(round, fyne.NewPos(50, 50))
	if len(f.kept) != 1 || f.bytes == 0 {
		t.Errorf("%d pictures of %d bytes are kept, want one", len(f.kept), f.bytes)
	}
	first := bytes.Clone(f.Image().Pix)
	f.Begin(100, 100)
	f.Paint(round, fyne.NewPos(0, 0))
	f.Paint(round, fyne.NewPos(50, 50))
	if !bytes.Equal(first, f.Image().Pix) {
		t.Error("the second frame is another picture")
	}
	for range keptFrames + 2*checkEvery {
		f.Begin(100, 100)
	}
	if len(f.kept) != 0 || f.bytes != 0 {
		t.Errorf("%d pictures of %d bytes stay for ever", len(f.kept), f.bytes)
	}
}

func TestFrame_nothingToPaint(t *testing.T) {
	f := frame(1)
	hidden := rectangle(30, 30, red)
	hidden.Hide()
	for _, o := range []fyne.CanvasObject{hidden, rectangle(0, 10, red), rectangle(-5, 10, red), rectangle(10, 10, nil)} {
		f.Paint(o, fyne.NewPos(10, 10))
	}
	f.Paint(rectangle(30, 30, red), fyne.NewPos(200, 200))
	if got := painted(f, red); !got.Empty() {
		t.Errorf("painted %v", got)
	}
	f.Begin(-1, 0)
	f.Paint(rectangle(30, 30, red), fyne.NewPos(0, 0)) // no window: nothing may panic
}

// A rectangle of any size is put together from the corners of a small one, and has
// to look as if it were drawn whole.
func TestFrame_roundOfAllSizes(t *testing.T) {
	for _, scale := range []float32{1, 1.25, 2.5} {
		for _, size := range []fyne.Size{fyne.NewSize(5, 5), fyne.NewSize(30, 9), fyne.NewSize(38, 31), fyne.NewSize(33.3, 38.7), fyne.NewSize(39, 39)} {
			for _, stroke := range []float32{0, 1, 3} {
				r := rectangle(size.Width, size.Height, color.NRGBA{G: 0xff, A: 0x80})
				r.CornerRadius, r.TopLeftCornerRadius, r.StrokeColor, r.StrokeWidth = 4, 2, red, stroke
				got, want := frame(scale), frame(scale)
				got.Paint(r, fyne.NewPos(0.4, 0.7))
				pad := painter.VectorPad(r)
				want.put(painter.DrawRectangle(r, size.Width, size.Height, pad, want.whole), want.px(0.4-pad), want.px(0.7-pad))
				for i := range want.Image().Pix {
					if a, b := int(got.Image().Pix[i]), int(want.Image().Pix[i]); max(a-b, b-a) > 4 { // rounded twice
						t.Fatalf("%v at scale %v with a stroke of %v: byte %d is %d, drawn whole it is %d", size, scale, stroke, i, a, b)
					}
				}
			}
		}
	}
}

// Cards of many heights, as high as pages are, take no memory to speak of.
func TestFrame_largeCardsAreSmall(t *testing.T) {
	f := frame(2)
	for h := range 50 {
		card := rectangle(1000, float32(500+100*h), red)
		card.CornerRadius = 6
		f.Paint(card, fyne.NewPos(0, 0))
	}
	if len(f.kept) != 1 || f.bytes > 10_000 {
		t.Errorf("%d pictures of %d bytes are kept", len(f.kept), f.bytes)
	}
}

package software

import (
	"image"
	"image/color"
	"image/draw"
	"slices"
	"testing"
)

var red = color.RGBA{R: 0xff, A: 0xff}

func TestChanges(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 100, 80))
	var c Changes
	step := func(what string, want ...image.Rectangle) {
		t.Helper()
		if got := c.Find(img); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	step("the first frame", img.Rect)
	step("nothing changed")
	img.SetRGBA(10, 5, red)
	img.SetRGBA(20, 7, red)
	step("two pixels close to each other", image.Rect(10, 5, 21, 8))
	img.SetRGBA(99, 0, red)
	img.SetRGBA(0, 79, red)
	step("two far from each other", image.Rect(99, 0, 100, 1), image.Rect(0, 79, 1, 80))
	step("nothing changed since")
	c.Everything()
	step("the window lost its pixels", img.Rect)
	img = image.NewRGBA(image.Rect(0, 0, 100, 81))
	step("another size", img.Rect)
	img = &image.RGBA{}
	step("no window")
}

func TestBGRA(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 3, 2))
	img.SetRGBA(1, 1, color.RGBA{1, 2, 3, 4})
	img.SetRGBA(2, 1, color.RGBA{5, 6, 7, 8})
	got := BGRA(nil, img, image.Rect(1, 1, 3, 2))
	if want := []byte{3, 2, 1, 0xff, 7, 6, 5, 0xff}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	again := BGRA(got, img, image.Rect(1, 1, 2, 2))
	if &again[0] != &got[0] || len(again) != 4 {
		t.Error("the buffer is not used again")
	}
}

// A window as a person uses it: what is sent is what changed, and nothing else.
func TestChanges_send(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 1200, 800))
	var c Changes
	screen := image.NewRGBA(img.Rect) // what somebody sees, in the order of the screen
	send := func() (pieces, pixels int) {
		c.Send(img, func(pix []byte, r image.Rectangle) {
			if len(pix) != 4*r.Dx()*r.Dy() || len(pix) > most {
				t.Fatalf("%d bytes for %v", len(pix), r)
			}
			for y := range r.Dy() {
				copy(screen.Pix[screen.PixOffset(r.Min.X, r.Min.Y+y):], pix[4*y*r.Dx():4*(y+1)*r.Dx()])
			}
			pieces++
			pixels += r.Dx() * r.Dy()
		})
		for i := 0; i < len(img.Pix); i += 4 {
			if screen.Pix[i] != img.Pix[i+2] || screen.Pix[i+1] != img.Pix[i+1] || screen.Pix[i+2] != img.Pix[i] {
				t.Fatalf("the screen shows another pixel at %d,%d", i/4%1200, i/4/1200)
			}
		}
		return pieces, pixels
	}
	step := func(what string, wantPieces, wantPixels int) {
		t.Helper()
		if pieces, pixels := send(); pieces != wantPieces || pixels != wantPixels {
			t.Errorf("%s: %d pieces of %d pixels, want %d of %d", what, pieces, pixels, wantPieces, wantPixels)
		}
	}
	fill := func(r image.Rectangle) {
		draw.Draw(img, r, image.NewUniform(red), image.Point{}, draw.Src)
	}
	step("the first frame, in pieces of 218 rows", 4, 1200*800)
	for range 100 {
		step("a frame in which nothing changed", 0, 0)
	}
	fill(image.Rect(300, 100, 302, 120))
	step("the cursor of an entry", 1, 2*20)
	fill(image.Rect(40, 300, 240, 330))
	fill(image.Rect(40, 700, 840, 704))
	step("a button lit below the pointer, and a bar of progress", 2, 200*30+800*4)
	c.Everything()
	step("the window lost its pixels", 4, 1200*800)
	wide := image.NewRGBA(image.Rect(0, 0, most, 2)) // a row that is larger than a piece
	pieces := 0
	c.Send(wide, func([]byte, image.Rectangle) { pieces++ })
	if pieces != 2 {
		t.Errorf("a very wide frame was sent in %d pieces", pieces)
	}
}

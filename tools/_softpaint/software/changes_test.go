package software

import (
	"image"
	"image/color"
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

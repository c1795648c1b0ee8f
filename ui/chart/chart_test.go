package chart_test

import (
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"github.com/adsync-reconnect/adsync-reconnect/ui/chart"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

func days() chart.Bars {
	b := chart.Bars{Every: 7}
	good, bad := make([]float64, 30), make([]float64, 30)
	for i := range good {
		b.Categories = append(b.Categories, []string{"1 May", "2 May", "3 May"}[i%3])
		good[i], bad[i] = float64(240+i%7), float64(i%5)
	}
	b.Series = []chart.Series{{Name: "good", Color: kit.ColorSuccess, Values: good}, {Name: "failed", Color: kit.ColorDanger, Values: bad}}
	return b
}

func types() chart.Bars {
	return chart.Bars{
		Lying: true, Categories: []string{"user", "group", "a very long object type of somebody"},
		Series: []chart.Series{
			{Name: "deletions", Color: kit.ColorDanger, Values: []float64{60_000, 20, 0}},
			{Name: "adds", Color: kit.ColorSuccess, Values: []float64{300_000, 1_000, 5}},
			{Name: "updates", Color: kit.ColorAccent, Values: []float64{640_000, 4_000, 70_000}},
		},
	}
}

// TestDraw draws at 100 % and 200 %, light and dark; RECONNECT_PICTURES keeps the pictures.
func TestDraw(t *testing.T) {
	app := test.NewTempApp(t)
	for name, variant := range map[string]fyne.ThemeVariant{"light": theme.VariantLight, "dark": theme.VariantDark} {
		app.Settings().SetTheme(kit.Theme{Pinned: true, Variant: variant})
		for kind, b := range map[string]chart.Bars{"days": days(), "types": types(), "empty": {}, "one": {Categories: []string{"x"}, Series: []chart.Series{{Name: "y", Color: kit.ColorAccent, Values: []float64{0}}}}} {
			for _, scale := range []int{1, 2} {
				img, err := chart.Draw(b, 340*scale, 180*scale, float32(scale))
				if kind == "empty" {
					continue // nothing to draw; it must not panic
				}
				if err != nil || img.Bounds() != image.Rect(0, 0, 340*scale, 180*scale) {
					t.Fatalf("%s: %v, %v", kind, img, err)
				}
				r, g, bl, _ := img.At(1, 1).RGBA()
				wr, wg, wb, _ := kit.Color(kit.ColorGround).RGBA()
				if r != wr || g != wg || bl != wb {
					t.Errorf("%s %s: the ground is not that of the window", kind, name)
				}
				keep(t, kind+"-"+name, scale, img)
			}
		}
	}
}

func keep(t *testing.T, name string, scale int, img image.Image) {
	t.Helper()
	dir := os.Getenv("RECONNECT_PICTURES")
	if dir == "" {
		return
	}
	f, err := os.Create(filepath.Join(dir, "chart-"+name+map[int]string{1: "", 2: "-200"}[scale]+".png"))
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, img); err != nil {
		t.Error(err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func TestShort(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 999: "999", 9_999: "9999", 15_000: "15k", 1_500_000: "1.5M", 0.5: "0.5"} {
		if got := chart.Short(v); got != want {
			t.Errorf("%v is written %s, want %s", v, got, want)
		}
	}
}

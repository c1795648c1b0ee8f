package software

import (
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/internal/driver"
)

// picture paints the whole canvas once, without a window.
func (f *Frame) picture(bounds image.Rectangle) image.Image {
	f.Begin(bounds.Dx(), bounds.Dy())
	paint := func(o fyne.CanvasObject, pos, clipPos fyne.Position, clipSize fyne.Size) bool {
		end := clipPos.Add(clipSize)
		all := f.canvas.Size()
		end.X, end.Y = min(end.X, all.Width), min(end.Y, all.Height)
		f.Clip(clipPos, fyne.NewSize(end.X-clipPos.X, end.Y-clipPos.Y))
		f.Paint(o, pos)
		return false
	}
	driver.WalkVisibleObjectTree(f.canvas.Content(), paint, nil)
	for _, o := range f.canvas.Overlays().List() {
		driver.WalkVisibleObjectTree(o, paint, nil)
	}
	return f.img
}

var pairs int // pictures compared so far

// comparePainters writes what Fyne's painter and this one make of a canvas into
// two folders below $PAINTER_PAIRS. Only the build for that comparison calls it.
func comparePainters(c fyne.Canvas, stock *image.NRGBA) {
	dir := os.Getenv("PAINTER_PAIRS")
	if dir == "" {
		return
	}
	pairs++
	name := fmt.Sprintf("%03d.png", pairs)
	for folder, img := range map[string]image.Image{"fyne": stock, "new": NewFrame(c).picture(stock.Rect)} {
		if err := writePicture(filepath.Join(dir, folder), name, img); err != nil {
			panic(err)
		}
	}
}

func writePicture(dir, name string, img image.Image) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		return err
	}
	err = png.Encode(f, img)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

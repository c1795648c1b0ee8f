package software

import (
	"image"

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

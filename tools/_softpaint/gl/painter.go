// Package gl keeps only the contract of a painter: this build has no OpenGL.
package gl

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/internal"
)

// Painter draws the objects of a canvas, as Fyne's window driver calls it.
type Painter interface {
	Init()
	Capture(fyne.Canvas) image.Image
	Clear()
	Free(fyne.CanvasObject)
	Paint(fyne.CanvasObject, fyne.Position, fyne.Size, *internal.ClipItem)
	SetFrameBufferScale(float32)
	SetOutputSize(int, int)
	StartClipping(fyne.Position, fyne.Size)
	StopClipping()
}

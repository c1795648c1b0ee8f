package glfw

import (
	"errors"
	"image"

	"github.com/go-gl/glfw/v3.4/glfw"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/internal"
	"fyne.io/fyne/v2/internal/painter/software"
)

// noWindow is what the driver panics with when no window can be had: unlike a
// line in a log it ends ShowAndRun, and the program can tell its user.
type noWindow struct{ error }

// NoWindow marks the error for those who recover it.
func (noWindow) NoWindow() {}

// windowFailed ends the attempt to open a window.
func windowFailed(err error) { panic(noWindow{err}) }

// createSoftware opens a window that has no OpenGL context at all.
func createSoftware(width, height int, title string) (*glfw.Window, error) {
	glfw.WindowHint(glfw.ClientAPI, glfw.NoAPI)
	w, err := glfw.CreateWindow(width, height, title, nil, nil)
	if err == nil && w == nil { // GLFW only logs errors of the platform
		err = errors.New("the system refused to make a window")
	}
	return w, err
}

// softPainter is Fyne's painter contract over a frame in memory.
type softPainter struct {
	w       *window
	frame   *software.Frame
	changes software.Changes
	width   int
	height  int
}

func newSoftPainter(w *window) *softPainter {
	return &softPainter{w: w, frame: software.NewFrame(w.canvas)}
}

// softRefresh answers the system when it has lost the window's pixels.
func (w *window) softRefresh(v *glfw.Window) {
	if p, ok := w.canvas.Painter().(*softPainter); ok {
		p.changes.Everything()
	}
	w.refresh(v)
}

// present sends what has changed to the window.
func (w *window) present() {
	p, ok := w.canvas.Painter().(*softPainter)
	if !ok {
		return
	}
	p.changes.Send(p.frame.Image(), func(pix []byte, r image.Rectangle) { blit(w.viewport, pix, r) })
}

func (p *softPainter) Init()                                           {}
func (p *softPainter) Clear()                                          { p.frame.Begin(p.width, p.height) }
func (p *softPainter) Free(o fyne.CanvasObject)                        { p.frame.Free(o) }
func (p *softPainter) SetFrameBufferScale(float32)                     {}
func (p *softPainter) SetOutputSize(w, h int)                          { p.width, p.height = w, h }
func (p *softPainter) StartClipping(pos fyne.Position, size fyne.Size) { p.frame.Clip(pos, size) }
func (p *softPainter) StopClipping()                                   { p.frame.Unclip() }
func (p *softPainter) Paint(o fyne.CanvasObject, pos fyne.Position, _ fyne.Size, _ *internal.ClipItem) {
	p.frame.Paint(o, pos)
}

func (p *softPainter) Capture(fyne.Canvas) image.Image {
	updateGLContext(p.w)
	p.w.canvas.paint(p.w.canvas.Size())
	from := p.frame.Image()
	out := image.NewRGBA(from.Rect)
	copy(out.Pix, from.Pix)
	return out
}

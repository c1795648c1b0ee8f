package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// edit replaces a text that stands exactly once in a file of Fyne.
type edit struct{ file, old, new string }

const (
	loop      = "internal/driver/glfw/loop.go"
	desktop   = "internal/driver/glfw/window_desktop.go"
	startGLFW = "internal/driver/glfw/loop_desktop.go"
	gate      = "internal/driver/glfw/present_notwayland.go"
)

// edits are the spots of Fyne that know OpenGL, or stay silent without it.
var edits = []edit{
	// The frame is sent instead of swapped.
	{loop, "\t\tview.SwapBuffers()\n", "\t\tw.present()\n"},
	// There is no context that would have to be current.
	{"internal/driver/glfw/window.go", "\tw.view().MakeContextCurrent()\n\n\tf()\n\n\tw.DetachCurrentContext()\n", "\tf()\n"},
	{desktop, "\twin, err := glfw.CreateWindow(pixWidth, pixHeight, w.title, nil, nil)\n", "\twin, err := createSoftware(pixWidth, pixHeight, w.title)\n"},
	{desktop, "\tw.RunWithContext(func() {\n\t\tw.canvas.SetPainter(gl.NewPainter(w.canvas, w))\n\t\tw.canvas.Painter().Init()\n\n\t\tif build.IsWayland {\n\t\t\tglfw.SwapInterval(0)\n\t\t}\n\t})\n", "\tw.canvas.SetPainter(newSoftPainter(w))\n"},
	{desktop, "win.SetRefreshCallback(w.refresh)", "win.SetRefreshCallback(w.softRefresh)"},
	{desktop, "\t\"fyne.io/fyne/v2/internal/painter/gl\"\n", ""},
	// Without a window the program has to hear of it, not a log.
	{desktop, "\t\tw.driver.initFailed(\"window creation error\", err)\n\t\treturn\n", "\t\twindowFailed(err)\n"},
	{startGLFW, "\t\tfyne.LogError(\"failed to initialise GLFW\", err)\n\t\treturn\n", "\t\twindowFailed(err)\n"},
	{startGLFW, "\t\"fyne.io/fyne/v2\"\n", ""},
	// Frames are held back in a remote session.
	{gate, "return noGate{}", "return newPace()"},
	// Other fonts make other pictures of the same text.
	{loop, "\t\t\tc.applyThemeOutOfTreeObjects()\n", "\t\t\tc.applyThemeOutOfTreeObjects()\n\t\t\tif p, ok := c.Painter().(*softPainter); ok {\n\t\t\t\tp.frame.ClearTexts()\n\t\t\t}\n"},
}

// pictureEdits let the canvas without a window paint everything twice, for
// comparison. Fyne's painter misplaces circles and rounded rectangles that the top
// or left edge of a scroll area cuts; that is put right first.
var pictureEdits = []edit{
	{"internal/painter/software/painter.go", "\treturn base\n", "\tcomparePainters(c, base)\n\treturn base\n"},
	{fynePainter, misplaced("drawShadow(c, circle, circle.Size(), circle.Shadow, pad, base, clip, pos)\n\t}\n"), placed("drawShadow(c, circle, circle.Size(), circle.Shadow, pad, base, clip, pos)\n\t}\n")},
	{fynePainter, misplaced("drawShadow(c, obj, fyne.NewSize(width, height), shadow, pad, base, clip, pos)\n\t}\n"), placed("drawShadow(c, obj, fyne.NewSize(width, height), shadow, pad, base, clip, pos)\n\t}\n")},
}

const fynePainter = "internal/painter/software/draw.go"

func misplaced(after string) string {
	return after + "\n\t// the clip intersect above cannot be negative, so we may need to compensate\n\toffX, offY := 0, 0\n\tif scaledX < 0 {\n\t\toffX = -scaledX\n\t}\n\tif scaledY < 0 {\n\t\toffY = -scaledY\n\t}\n\tdraw.Draw(base, bounds, raw, image.Point{offX, offY}, draw.Over)\n"
}

func placed(after string) string {
	return after + "\tdraw.Draw(base, bounds, raw, bounds.Min.Sub(image.Pt(scaledX, scaledY)), draw.Over)\n"
}

// in makes the edit in the text of its file. It gives an error unless the old text
// stands there exactly once.
func (e edit) in(text []byte) ([]byte, error) {
	if n := strings.Count(string(text), e.old); n != 1 {
		return nil, fmt.Errorf("%s: %d matches instead of one of %q; what is edited has changed", e.file, n, e.old)
	}
	return []byte(strings.Replace(string(text), e.old, e.new, 1)), nil
}

// apply makes the edits in files below a folder, in their order.
func apply(dir string, list []edit) error {
	for _, e := range list {
		path := filepath.Join(dir, filepath.FromSlash(e.file))
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if b, err = e.in(b); err != nil {
			return err
		}
		if err := os.WriteFile(path, b, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// places says where in Fyne the folders of the painter go.
var places = map[string]string{
	"gl":       "internal/painter/gl",
	"glfw":     "internal/driver/glfw",
	"software": "internal/painter/software",
}

// addPainter puts the painter into Fyne, its tests too if they are wanted, and
// OpenGL out of it.
func addPainter(soft, fyne string, tests bool) error {
	if err := os.RemoveAll(filepath.Join(fyne, "internal/painter/gl")); err != nil {
		return err
	}
	for from, to := range places {
		files, err := filepath.Glob(filepath.Join(soft, from, "*.go"))
		if err != nil {
			return err
		}
		if len(files) == 0 {
			return fmt.Errorf("no painter in %s", filepath.Join(soft, from))
		}
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") && !tests {
				continue
			}
			if err := add(f, filepath.Join(fyne, filepath.FromSlash(to), filepath.Base(f))); err != nil {
				return err
			}
		}
	}
	return nil
}

// add copies a file to where there is none.
func add(from, to string) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if _, err := os.Stat(to); err == nil {
		return fmt.Errorf("%s is already there; Fyne changed", to)
	}
	return write(to, b)
}

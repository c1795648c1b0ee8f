package kit

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Span is a run of text in one style.
type Span struct {
	Text  string
	Bold  bool
	Mono  bool
	Color fyne.ThemeColorName // empty for the text colour
	Size  float32             // px at 100 %, 0 for SizeBody
}

func (s Span) style() fyne.TextStyle { return fyne.TextStyle{Bold: s.Bold, Monospace: s.Mono} }

func (s Span) size() float32 {
	if s.Size == 0 {
		return SizeBody
	}
	// The monospaced font is wider and taller than the other at the same size.
	if s.Mono {
		return s.Size - 0.5
	}
	return s.Size
}

// Text is text of several styles that wraps at the width it is given. It has no
// padding of its own, and it knows its height for a width before it is laid out.
type Text struct {
	widget.BaseWidget
	spans []Span
	lines []textLine // for width
	width float32
}

// textPiece is a stretch of one line in one style.
type textPiece struct {
	span Span
	text string
	x    float32
}

type textLine struct {
	pieces []textPiece
	y, h   float32
}

// NewText makes a text of spans.
func NewText(spans ...Span) *Text {
	t := &Text{spans: spans, width: -1}
	t.ExtendBaseWidget(t)
	return t
}

// Plain makes a body text.
func Plain(text string) *Text { return NewText(Span{Text: text}) }

// Bold makes a bold body text.
func Bold(text string) *Text { return NewText(Span{Text: text, Bold: true}) }

// Muted makes a small text of lesser weight.
func Muted(text string) *Text {
	return NewText(Span{Text: text, Color: ColorMuted, Size: SizeSmall})
}

// Mono makes a small monospaced text.
func Mono(text string) *Text { return NewText(Span{Text: text, Mono: true, Size: SizeSmall}) }

// Set replaces the text. It does nothing when nothing changes.
func (t *Text) Set(spans ...Span) {
	if sameSpans(t.spans, spans) {
		return
	}
	t.spans, t.width = spans, -1
	t.Refresh()
}

// SetText replaces the words and keeps the first span's style.
func (t *Text) SetText(text string) {
	s := Span{}
	if len(t.spans) > 0 {
		s = t.spans[0]
	}
	s.Text = text
	t.Set(s)
}

// String gives the words without their styles.
func (t *Text) String() string {
	var b strings.Builder
	for _, s := range t.spans {
		b.WriteString(s.Text)
	}
	return b.String()
}

func sameSpans(a, b []Span) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// HeightFor gives the height at a width.
func (t *Text) HeightFor(width float32) float32 {
	return linesHeight(t.layout(width))
}

// Natural gives the size without wrapping, except at line ends in the text.
func (t *Text) Natural() fyne.Size {
	lines := breakLines(t.spans, maxWidth)
	w := float32(0)
	for _, l := range lines {
		w = max(w, lineWidth(l))
	}
	return fyne.NewSize(w+1, linesHeight(lines))
}

// MinSize asks for no width: whoever lays out decides, and asks HeightFor.
func (t *Text) MinSize() fyne.Size {
	t.ExtendBaseWidget(t)
	w := t.Size().Width
	if w <= 0 {
		return fyne.NewSize(1, t.Natural().Height)
	}
	return fyne.NewSize(1, t.HeightFor(w))
}

func (t *Text) layout(width float32) []textLine {
	if t.lines == nil || t.width != width {
		t.lines, t.width = breakLines(t.spans, width), width
	}
	return t.lines
}

// CreateRenderer makes the renderer.
func (t *Text) CreateRenderer() fyne.WidgetRenderer {
	t.ExtendBaseWidget(t)
	r := &textRenderer{text: t}
	r.rebuild()
	return r
}

type textRenderer struct {
	text    *Text
	objects []fyne.CanvasObject
	spans   []Span // of the objects
}

func (r *textRenderer) rebuild() {
	r.objects, r.spans = r.objects[:0:0], r.spans[:0:0]
	size := r.text.Size()
	if size.Width <= 0 {
		return
	}
	for _, l := range r.text.layout(size.Width) {
		for _, p := range l.pieces {
			name := p.span.Color
			if name == "" {
				name = ColorText
			}
			o := canvas.NewText(p.text, Color(name))
			o.TextSize, o.TextStyle = p.span.size(), p.span.style()
			need := o.MinSize()
			o.Resize(need)
			o.Move(fyne.NewPos(p.x, l.y+(l.h-need.Height)/2))
			r.objects, r.spans = append(r.objects, o), append(r.spans, p.span)
		}
	}
}

func (r *textRenderer) Layout(fyne.Size)             { r.rebuild() }
func (r *textRenderer) MinSize() fyne.Size           { return r.text.MinSize() }
func (r *textRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *textRenderer) Destroy()                     {}

func (r *textRenderer) Refresh() {
	r.rebuild()
	canvas.Refresh(r.text)
}

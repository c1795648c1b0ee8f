package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// Margins of the rows of a card.
const (
	RowX = 14
	RowY = 11
)

// Card is a bordered list of rows with a line between them.
func Card(rows ...fyne.CanvasObject) *fyne.Container {
	return Over(CardParts(rows)...)
}

// CardParts gives the objects of a card, to refill the container of one.
func CardParts(rows []fyne.CanvasObject) []fyne.CanvasObject {
	list := Column(0)
	for i, r := range rows {
		if i > 0 {
			list.Add(HLine())
		}
		if x, ok := r.(*Expander); ok {
			x.ground.Corners = rowCorners(i, len(rows))
		}
		list.Add(r)
	}
	return []fyne.CanvasObject{NewBox(ColorGround, "", 6), Inset(1, 1, 1, 1, list), NewBox("", ColorBorder, 6)}
}

func rowCorners(i, n int) Corners {
	switch {
	case n == 1:
		return AllCorners
	case i == 0:
		return TopCorners
	case i == n-1:
		return BottomCorners
	default:
		return NoCorners
	}
}

// CardRow gives o the margins of a row.
func CardRow(o fyne.CanvasObject) *fyne.Container { return Inset(RowX, RowY, RowX, RowY, o) }

// Tile is a bordered box with one large line and a smaller one below it.
func Tile(large, small string) *fyne.Container {
	text := container.New(&tileStack{stack{gap: 2}}, NewText(Span{Text: large, Bold: true, Size: SizeTile}), Muted(small))
	return Over(NewBox(ColorGround, ColorBorder, 6), Inset(14, 10, 12, 12, text))
}

// tileStack is a stack that is as wide as its first line: the others wrap.
type tileStack struct{ stack }

func (l *tileStack) naturalWidth(objects []fyne.CanvasObject) float32 {
	return NaturalWidth(objects[0])
}

// Mood is the colour of a callout.
type Mood int

// The moods of callouts.
const (
	MoodNote Mood = iota
	MoodSuccess
	MoodWarning
	MoodDanger
)

func (m Mood) colors() (bar, ground fyne.ThemeColorName) {
	switch m {
	case MoodSuccess:
		return ColorSuccess, ColorSuccessBg
	case MoodWarning:
		return ColorWarning, ColorWarningBg
	case MoodDanger:
		return ColorDanger, ColorDangerBg
	default:
		return ColorAccent, ColorNoteBg
	}
}

// Callout is a tinted box with a bar at its left around objects.
func Callout(m Mood, objects ...fyne.CanvasObject) *fyne.Container {
	bar, ground := m.colors()
	box := NewBox(ground, "", 5)
	box.Corners = LeftSquare
	return Over(box, container.New(&leftEdge{width: 4}, NewBox(bar, "", 0)), Inset(20, 11, 16, 12, Column(6, objects...)))
}

// leftEdge lays objects along the left edge, width px wide.
type leftEdge struct{ width float32 }

func (l *leftEdge) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.Position{})
		o.Resize(fyne.NewSize(min(l.width, size.Width), size.Height))
	}
}

func (l *leftEdge) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(1, 1) }

func (l *leftEdge) heightFor([]fyne.CanvasObject, float32) float32 { return 1 }

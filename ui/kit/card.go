package kit

import (
	"fyne.io/fyne/v2"
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
	text := Column(2, NewText(Span{Text: large, Bold: true, Size: SizeTile}), Muted(small))
	return Over(NewBox(ColorGround, ColorBorder, 6), Inset(14, 10, 12, 12, &tileText{Container: text}))
}

// tileText is as wide as its large line: the smaller one wraps.
type tileText struct{ *fyne.Container }

func (t *tileText) HeightFor(width float32) float32 { return HeightFor(t.Container, width) }

func (t *tileText) naturalWidth() float32 { return NaturalWidth(t.Objects[0]) }

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
	return Over(box, &leftBar{Box: *NewBox(bar, "", 0)}, Inset(20, 11, 16, 12, Column(6, objects...)))
}

// leftBar is a box of which only the first 4 px are painted.
type leftBar struct{ Box }

// Resize keeps the bar at its width.
func (l *leftBar) Resize(s fyne.Size) { l.Box.Resize(fyne.NewSize(min(4, s.Width), s.Height)) }

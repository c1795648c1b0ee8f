package kit

import (
	"image/color"
	"math"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

// luminance is the relative luminance of WCAG 2.
func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	lin := func(v uint32) float64 {
		x := float64(v) / 0xFFFF
		if x <= 0.03928 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*lin(r) + 0.7152*lin(g) + 0.0722*lin(b)
}

func contrast(a, b color.Color) float64 {
	x, y := luminance(a), luminance(b)
	if x < y {
		x, y = y, x
	}
	return (x + 0.05) / (y + 0.05)
}

func TestTextIsReadableOnItsGround(t *testing.T) {
	_ = test.NewTempApp(t)
	pairs := []struct{ text, ground fyne.ThemeColorName }{
		{ColorText, ColorGround},
		{ColorText, ColorBand},
		{ColorText, ColorTint},
		{ColorText, ColorRaised},
		{ColorText, ColorHover},
		{ColorMuted, ColorGround},
		{ColorMuted, ColorBand},
		{ColorMuted, ColorHover},
		{ColorMuted, ColorNoteBg},
		{ColorMuted, ColorWarningBg},
		{ColorMuted, ColorDangerBg},
		{ColorMuted, ColorSuccessBg},
		{ColorText, ColorNoteBg},
		{ColorText, ColorWarningBg},
		{ColorText, ColorDangerBg},
		{ColorText, ColorSuccessBg},
		{ColorOnAccent, ColorAccent},
		{ColorOnAccent, ColorAccentHover},
		{ColorLink, ColorGround},
		{ColorLink, ColorBand},
		{ColorLink, ColorDangerBg},
		{ColorLink, ColorWarningBg},
		{ColorSuccess, ColorGround},
		{ColorSuccess, ColorBand},
		{ColorWarning, ColorGround},
		{ColorWarning, ColorBand},
		{ColorWarning, ColorWarningBg},
		{ColorDanger, ColorGround},
		{ColorDanger, ColorBand},
		{ColorUnknown, ColorGround},
		{ColorUnknown, ColorBand},
		{ColorNote, ColorGround},
		{ColorNote, ColorBand},
		{theme.ColorNamePlaceHolder, theme.ColorNameInputBackground},
	}
	for name, v := range map[string]fyne.ThemeVariant{"light": theme.VariantLight, "dark": theme.VariantDark} {
		th := Theme{}
		for _, p := range pairs {
			if got := contrast(th.Color(p.text, v), th.Color(p.ground, v)); got < 4.5 {
				t.Errorf("%s: %s on %s is %.2f:1, want 4.5:1", name, p.text, p.ground, got)
			}
		}
	}
}

func TestThemeFollowsTheSystemUnlessPinned(t *testing.T) {
	_ = test.NewTempApp(t)
	if (Theme{}).Color(ColorGround, theme.VariantDark) != dark[ColorGround] {
		t.Error("the theme does not follow the system's dark mode")
	}
	pinned := Theme{Pinned: true, Variant: theme.VariantLight}
	if pinned.Color(ColorGround, theme.VariantDark) != light[ColorGround] {
		t.Error("a pinned theme follows the system")
	}
	for name := range light {
		if dark[name] == nil {
			t.Errorf("%s has no dark colour", name)
		}
	}
	if (Theme{}).Font(fyne.TextStyle{}) == nil || (Theme{}).Icon(theme.IconNameCancel) == nil || (Theme{}).Size(theme.SizeNameHeadingText) == 0 {
		t.Error("the theme leaves out what Fyne needs")
	}
}

func TestTextWraps(t *testing.T) {
	_ = test.NewTempApp(t)
	long := Plain("one two three four five six seven eight nine ten")
	wide, narrow := long.HeightFor(2000), long.HeightFor(80)
	if narrow < 3*wide {
		t.Errorf("height %v at 2000 px and %v at 80 px: it does not wrap", wide, narrow)
	}
	tests := map[string]struct {
		text  string
		width float32
		lines int
	}{
		"empty": {"", 100, 1}, "line ends": {"a\nb\n\nc", 100, 4},
		"word wider than a line": {`C:\ProgramData\ADSync\Reconnect\journal\a-long-name`, 120, 4},
		"no room at all":         {"abc", 1, 3}, "arrow": {"none → SYNC02", 300, 1},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			lines := breakLines([]Span{{Text: tc.text}}, tc.width)
			if len(lines) < tc.lines || (name != "word wider than a line" && len(lines) != tc.lines) {
				t.Errorf("%d lines, want %d", len(lines), tc.lines)
			}
			for _, l := range lines {
				if w := lineWidth(l); w > tc.width && tc.width > 20 {
					t.Errorf("a line is %v px wide, more than %v", w, tc.width)
				}
			}
		})
	}
	long.SetText("shorter")
	if long.String() != "shorter" {
		t.Errorf("text is %q", long.String())
	}
}

func TestSymbolsArePiecesOfTheirOwn(t *testing.T) {
	_ = test.NewTempApp(t)
	line := breakLines([]Span{{Text: "False → True"}}, 500)[0]
	if len(line.pieces) != 3 || line.pieces[1].text != "→" {
		t.Errorf("pieces %+v, want the arrow alone", line.pieces)
	}
}

func TestLayoutsKnowTheirHeight(t *testing.T) {
	_ = test.NewTempApp(t)
	text := "a text that is long enough to be wrapped at a small width, twice at least"
	objects := map[string]fyne.CanvasObject{
		"column": Column(8, Plain(text), Plain(text)), "row": Row(10, []float32{50, Rest, Natural}, Plain("a"), Plain(text), Plain("b")),
		"grid": Grid(10, 80, 4, Plain(text), Plain(text), Plain(text)), "line": Line(8, 8, Plain("one"), Plain("two"), Plain("three")),
		"card": Card(CardRow(Plain(text)), CardRow(Plain(text))), "callout": Callout(MoodWarning, Plain(text)), "limited": Limited(120, Plain(text)),
		"tile": Tile("48,211 objects", text), "field": NewField("Label", text, NewEntry(nil, "", "", nil)).Object(),
	}
	for name, o := range objects {
		t.Run(name, func(t *testing.T) {
			narrow, wide := HeightFor(o, 160), HeightFor(o, 1600)
			if narrow < wide {
				t.Errorf("%v px high at 160 px and %v at 1600: it should grow when it narrows", narrow, wide)
			}
			o.Resize(fyne.NewSize(160, narrow))
			if got := o.MinSize().Height; got != narrow {
				t.Errorf("smallest height after layout is %v, want %v", got, narrow)
			}
		})
	}
	hidden := Plain(text)
	hidden.Hide()
	if a, b := HeightFor(Column(8, Plain("a"), hidden), 160), HeightFor(Column(8, Plain("a")), 160); a != b {
		t.Errorf("a hidden object takes room: %v instead of %v", a, b)
	}
}

func TestMarkdown(t *testing.T) {
	_ = test.NewTempApp(t)
	title, body := Markdown("# Title\n\nSome **bold** and `mono` and *soft* text.\n\n## More\n\n- a\n- b\n\n| x | y |\n|---|---|\n| 1 | 2 |\n")
	if title != "Title" {
		t.Errorf("title %q", title)
	}
	if n := len(body.(*fyne.Container).Objects); n != 5 {
		t.Errorf("%d blocks, want paragraph, heading, two items and a table", n)
	}
	if got := mdSpans("a **b** `c` *"); len(got) != 5 || !got[1].Bold || !got[3].Mono {
		t.Errorf("spans %+v", got)
	}
}

func TestIconsAreFilledShapes(t *testing.T) {
	for name, d := range iconShapes {
		svg := d.svg("#102030")
		if !strings.Contains(svg, `fill="#102030"`) || strings.Contains(svg, "NaN") || strings.Contains(svg, "stroke") {
			t.Errorf("%s: %s", name, svg)
		}
	}
	box := outline([]point{{2, 8}, {14, 8}}, 1)
	if len(box) != 4 || box[0].y != 9 || box[3].y != 7 {
		t.Errorf("the outline of a line is %v", box)
	}
}

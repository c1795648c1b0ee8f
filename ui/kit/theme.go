package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Text sizes in pixels at 100 %.
const (
	SizeTitle   = 29 // the one large title of a page
	SizeHeading = 23 // title of a dialog
	SizeTile    = 15 // the large line of a tile
	SizeBody    = 14
	SizeSmall   = 13 // lines under a title, labels, hints
	SizeTiny    = 12 // the foot of the page list
)

// Theme is the look of the window. The zero value follows the system between
// light and dark.
type Theme struct {
	// Variant pins light or dark when Pinned is set, for pictures and tests.
	Variant fyne.ThemeVariant
	Pinned  bool
}

// Color gives a colour of the palette, or Fyne's own for names we don't set.
func (t Theme) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	if t.Pinned {
		v = t.Variant
	}
	palette := light
	if v == theme.VariantDark {
		palette = dark
	}
	if c, ok := palette[name]; ok {
		return c
	}
	return theme.DefaultTheme().Color(name, v)
}

// Font gives Fyne's own fonts (Noto Sans and DejaVu Sans Mono): they cover
// Latin, Greek and Cyrillic and may be shipped with the program.
func (t Theme) Font(s fyne.TextStyle) fyne.Resource { return theme.DefaultTheme().Font(s) }

// Icon gives Fyne's own icons, which only its entries and scroll bars use here.
func (t Theme) Icon(n fyne.ThemeIconName) fyne.Resource { return theme.DefaultTheme().Icon(n) }

// Size gives the sizes that differ from Fyne's: body text of 14 px, small radii,
// inputs 36 px high.
func (t Theme) Size(n fyne.ThemeSizeName) float32 {
	switch n {
	case theme.SizeNameText:
		return SizeBody
	case theme.SizeNameInnerPadding:
		return 8
	case theme.SizeNamePadding:
		return 4
	case theme.SizeNameInputRadius, theme.SizeNameSelectionRadius, theme.SizeNameButtonRadius:
		return 5
	case theme.SizeNameInputBorder:
		return 1
	case theme.SizeNameScrollBar:
		return 12
	case theme.SizeNameScrollBarSmall:
		return 4
	default:
		return theme.DefaultTheme().Size(n)
	}
}

// Color gives a colour of the theme in use, for the variant in use.
func Color(name fyne.ThemeColorName) color.Color { return theme.Color(name) }

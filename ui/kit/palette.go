// Package kit holds the building blocks of the window: the theme, wrapped text,
// layouts that know their height for a width, and controls that the keyboard
// alone can use. It knows nothing of the wizard.
package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Colour names of our own, beside those of Fyne.
const (
	ColorMuted       fyne.ThemeColorName = "kit.muted"       // text of lesser weight
	ColorBand        fyne.ThemeColorName = "kit.band"        // page list, button band, opened rows
	ColorBorder      fyne.ThemeColorName = "kit.border"      // lines of cards, rows and buttons
	ColorAccent      fyne.ThemeColorName = "kit.accent"      // fill of the primary button, bars, ticks
	ColorAccentHover fyne.ThemeColorName = "kit.accentHover" // the same under the mouse
	ColorAccentOff   fyne.ThemeColorName = "kit.accentOff"   // the same, disabled
	ColorOnAccent    fyne.ThemeColorName = "kit.onAccent"    // text on the accent
	ColorOnAccentOff fyne.ThemeColorName = "kit.onAccentOff" // text on the accent, disabled
	ColorTint        fyne.ThemeColorName = "kit.tint"        // ground of the current page in the list
	ColorRaised      fyne.ThemeColorName = "kit.raised"      // ground of buttons and inputs
	ColorHover       fyne.ThemeColorName = "kit.hover"       // the same under the mouse
	ColorLink        fyne.ThemeColorName = "kit.link"
	ColorSuccess     fyne.ThemeColorName = "kit.success"
	ColorSuccessBg   fyne.ThemeColorName = "kit.successBg"
	ColorWarning     fyne.ThemeColorName = "kit.warning"
	ColorWarningBg   fyne.ThemeColorName = "kit.warningBg"
	ColorDanger      fyne.ThemeColorName = "kit.danger"
	ColorDangerBg    fyne.ThemeColorName = "kit.dangerBg"
	ColorNote        fyne.ThemeColorName = "kit.note"
	ColorNoteBg      fyne.ThemeColorName = "kit.noteBg"
	ColorUnknown     fyne.ThemeColorName = "kit.unknown"
	ColorTrack       fyne.ThemeColorName = "kit.track" // ground of a progress bar
	ColorDim         fyne.ThemeColorName = "kit.dim"   // what lies over the window behind a dialog
	ColorText                            = theme.ColorNameForeground
	ColorGround                          = theme.ColorNameBackground
	ColorOff                             = theme.ColorNameDisabled
)

// rgb makes an opaque colour from 0xRRGGBB.
func rgb(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xFF}
}

// rgba makes a colour from 0xRRGGBB with opacity a.
func rgba(v uint32, a uint8) color.NRGBA {
	c := rgb(v)
	c.A = a
	return c
}

// light is the palette on a light ground. Success, warning and danger are those
// of the design; every text colour reaches 4.5:1 on the grounds it stands on.
var light = map[fyne.ThemeColorName]color.Color{
	ColorText:        rgb(0x1B1D21),
	ColorGround:      rgb(0xFFFFFF),
	ColorOff:         rgb(0x8D949E),
	ColorMuted:       rgb(0x59616D),
	ColorBand:        rgb(0xF5F6F8),
	ColorBorder:      rgb(0xE0E3E8),
	ColorAccent:      rgb(0x0F6CBD),
	ColorAccentHover: rgb(0x115EA3),
	ColorAccentOff:   rgb(0x8DB7DE),
	ColorOnAccent:    rgb(0xFFFFFF),
	ColorOnAccentOff: rgb(0xF4F8FC),
	ColorTint:        rgb(0xE8F1FB),
	ColorRaised:      rgb(0xFFFFFF),
	ColorHover:       rgb(0xEFF1F4),
	ColorLink:        rgb(0x0F5FA8),
	ColorSuccess:     rgb(0x107C10),
	ColorSuccessBg:   rgb(0xEAF4EA),
	ColorWarning:     rgb(0xBC4B09),
	ColorWarningBg:   rgb(0xFDF3EA),
	ColorDanger:      rgb(0xC50F1F),
	ColorDangerBg:    rgb(0xFDF0F1),
	ColorNote:        rgb(0x0F5FA8),
	ColorNoteBg:      rgb(0xEBF3FB),
	ColorUnknown:     rgb(0x6B52AE),
	ColorTrack:       rgb(0xE0E3E8),
	ColorDim:         rgba(0x000000, 0x66),

	theme.ColorNamePrimary:             rgb(0x0F6CBD),
	theme.ColorNameForegroundOnPrimary: rgb(0xFFFFFF),
	theme.ColorNameHyperlink:           rgb(0x0F5FA8),
	theme.ColorNameFocus:               rgba(0x0F6CBD, 0x40),
	theme.ColorNameSelection:           rgba(0x0F6CBD, 0x40),
	theme.ColorNamePlaceHolder:         rgb(0x6B7280),
	theme.ColorNameInputBackground:     rgb(0xFFFFFF),
	theme.ColorNameInputBorder:         rgb(0xC4C9D1),
	theme.ColorNameMenuBackground:      rgb(0xFFFFFF),
	theme.ColorNameOverlayBackground:   rgb(0xFFFFFF),
	theme.ColorNameSeparator:           rgb(0xE0E3E8),
	theme.ColorNameError:               rgb(0xC50F1F),
	theme.ColorNameWarning:             rgb(0xBC4B09),
	theme.ColorNameSuccess:             rgb(0x107C10),
	theme.ColorNameScrollBar:           rgba(0x000000, 0x55),
	theme.ColorNameScrollBarBackground: rgba(0x000000, 0x00),
	theme.ColorNameShadow:              rgba(0x000000, 0x12),
	theme.ColorNameHover:               rgb(0xEFF1F4),
	theme.ColorNamePressed:             rgba(0x000000, 0x18),
	theme.ColorNameButton:              rgb(0xFFFFFF),
	theme.ColorNameDisabledButton:      rgb(0xF5F6F8),
}

// dark is the palette on a dark ground.
var dark = map[fyne.ThemeColorName]color.Color{
	ColorText:        rgb(0xF1F2F4),
	ColorGround:      rgb(0x1B1E22),
	ColorOff:         rgb(0x737A85),
	ColorMuted:       rgb(0xA4ABB6),
	ColorBand:        rgb(0x23272E),
	ColorBorder:      rgb(0x383D46),
	ColorAccent:      rgb(0x479EF5),
	ColorAccentHover: rgb(0x62ABF5),
	ColorAccentOff:   rgb(0x335B86),
	ColorOnAccent:    rgb(0x0A1B2C),
	ColorOnAccentOff: rgb(0x9DB4CC),
	ColorTint:        rgb(0x1E3147),
	ColorRaised:      rgb(0x17191D),
	ColorHover:       rgb(0x2C313A),
	ColorLink:        rgb(0x6CB2F7),
	ColorSuccess:     rgb(0x6CCB6C),
	ColorSuccessBg:   rgb(0x1D2F20),
	ColorWarning:     rgb(0xF7A35C),
	ColorWarningBg:   rgb(0x35271C),
	ColorDanger:      rgb(0xFF8A8A),
	ColorDangerBg:    rgb(0x3A2225),
	ColorNote:        rgb(0x6CB2F7),
	ColorNoteBg:      rgb(0x1E2D3E),
	ColorUnknown:     rgb(0xB7A4F5),
	ColorTrack:       rgb(0x383D46),
	ColorDim:         rgba(0x000000, 0x99),

	theme.ColorNamePrimary:             rgb(0x479EF5),
	theme.ColorNameForegroundOnPrimary: rgb(0x0A1B2C),
	theme.ColorNameHyperlink:           rgb(0x6CB2F7),
	theme.ColorNameFocus:               rgba(0x479EF5, 0x50),
	theme.ColorNameSelection:           rgba(0x479EF5, 0x50),
	theme.ColorNamePlaceHolder:         rgb(0x9098A4),
	theme.ColorNameInputBackground:     rgb(0x17191D),
	theme.ColorNameInputBorder:         rgb(0x555C68),
	theme.ColorNameMenuBackground:      rgb(0x23272E),
	theme.ColorNameOverlayBackground:   rgb(0x1B1E22),
	theme.ColorNameSeparator:           rgb(0x383D46),
	theme.ColorNameError:               rgb(0xFF8A8A),
	theme.ColorNameWarning:             rgb(0xF7A35C),
	theme.ColorNameSuccess:             rgb(0x6CCB6C),
	theme.ColorNameScrollBar:           rgba(0xFFFFFF, 0x55),
	theme.ColorNameScrollBarBackground: rgba(0x000000, 0x00),
	theme.ColorNameShadow:              rgba(0x000000, 0x30),
	theme.ColorNameHover:               rgb(0x2C313A),
	theme.ColorNamePressed:             rgba(0xFFFFFF, 0x20),
	theme.ColorNameButton:              rgb(0x17191D),
	theme.ColorNameDisabledButton:      rgb(0x23272E),
}

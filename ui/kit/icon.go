package kit

import (
	"fmt"
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// IconName names one of our own icons: drawn with lines on a grid of 16, so that
// they stay sharp at every scale.
type IconName string

// The icons.
const (
	IconCheck   IconName = "check"
	IconCross   IconName = "cross"
	IconWarning IconName = "warning"
	IconUnknown IconName = "unknown"
	IconNote    IconName = "note"
	IconDot     IconName = "dot"
	IconRight   IconName = "right"
	IconDown    IconName = "down"
	IconUndo    IconName = "undo"
	IconDash    IconName = "dash"
)

// iconShapes are the drawings; C stands for the colour.
var iconShapes = map[IconName]string{
	IconCheck:   `<path d="M2.8 8.6 L6.3 12.1 L13.2 4.2" fill="none" stroke="C" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/>`,
	IconCross:   `<path d="M3.6 3.6 L12.4 12.4 M12.4 3.6 L3.6 12.4" fill="none" stroke="C" stroke-width="2.2" stroke-linecap="round"/>`,
	IconWarning: `<path d="M8 1.8 L15 14.2 L1 14.2 Z" fill="C" stroke="C" stroke-width="1" stroke-linejoin="round"/>`,
	IconUnknown: `<path d="M4.6 5.4 C4.6 1.2 11.4 1.2 11.4 5.4 C11.4 8 8 7.8 8 10.6" fill="none" stroke="C" stroke-width="2" stroke-linecap="round"/><circle cx="8" cy="13.8" r="1.3" fill="C"/>`,
	IconNote:    `<circle cx="8" cy="3.2" r="1.5" fill="C"/><path d="M8 7 L8 13.4" fill="none" stroke="C" stroke-width="2.2" stroke-linecap="round"/>`,
	IconDot:     `<circle cx="8" cy="8" r="5" fill="C"/>`,
	IconRight:   `<path d="M5.8 3.2 L10.6 8 L5.8 12.8" fill="none" stroke="C" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round"/>`,
	IconDown:    `<path d="M3.2 5.8 L8 10.6 L12.8 5.8" fill="none" stroke="C" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round"/>`,
	IconUndo:    `<path d="M6 3 L2.6 6.4 L6 9.8 M3 6.4 L9.4 6.4 C14.6 6.4 14.6 13 9.4 13 L7 13" fill="none" stroke="C" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"/>`,
	IconDash:    `<path d="M4 8 L12 8" fill="none" stroke="C" stroke-width="2" stroke-linecap="round"/>`,
}

// iconResource draws an icon in a colour. The name holds both, because Fyne
// caches the picture by name.
func iconResource(name IconName, c color.Color) fyne.Resource {
	r, g, b, _ := c.RGBA()
	hex := fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
	shape := strings.ReplaceAll(iconShapes[name], `"C"`, `"`+hex+`"`)
	svg := `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">` + shape + `</svg>`
	return fyne.NewStaticResource("kit-"+string(name)+hex[1:]+".svg", []byte(svg))
}

// Icon shows one icon in a colour of the theme.
type Icon struct {
	widget.BaseWidget
	name  IconName
	color fyne.ThemeColorName
	size  float32
}

// NewIcon makes an icon of size px.
func NewIcon(name IconName, c fyne.ThemeColorName, size float32) *Icon {
	i := &Icon{name: name, color: c, size: size}
	i.ExtendBaseWidget(i)
	return i
}

// Set changes icon and colour. An empty name shows nothing.
func (i *Icon) Set(name IconName, c fyne.ThemeColorName) {
	if i.name == name && i.color == c {
		return
	}
	i.name, i.color = name, c
	i.Refresh()
}

// MinSize is the icon's size.
func (i *Icon) MinSize() fyne.Size { return fyne.NewSquareSize(i.size) }

// HeightFor is the icon's height.
func (i *Icon) HeightFor(float32) float32 { return i.size }

// CreateRenderer makes the renderer.
func (i *Icon) CreateRenderer() fyne.WidgetRenderer {
	r := &iconRenderer{icon: i, img: &canvas.Image{FillMode: canvas.ImageFillContain}}
	r.paint()
	return r
}

type iconRenderer struct {
	icon *Icon
	img  *canvas.Image
}

func (r *iconRenderer) paint() {
	r.img.Hidden = r.icon.name == ""
	if r.icon.name != "" {
		r.img.Resource = iconResource(r.icon.name, Color(r.icon.color))
	}
}

func (r *iconRenderer) Layout(s fyne.Size) {
	r.img.Resize(fyne.NewSquareSize(r.icon.size))
	r.img.Move(fyne.NewPos((s.Width-r.icon.size)/2, (s.Height-r.icon.size)/2))
}

func (r *iconRenderer) MinSize() fyne.Size           { return r.icon.MinSize() }
func (r *iconRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.img} }
func (r *iconRenderer) Destroy()                     {}

func (r *iconRenderer) Refresh() {
	r.paint()
	r.img.Refresh()
}

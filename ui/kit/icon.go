package kit

import (
	"fmt"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// IconName names one of our own icons, which stay sharp at every scale.
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

// drawing is what an icon is made of, on a grid of 16.
type drawing struct {
	lines  [][]point // each of them width wide
	width  float64
	dots   []point
	radius float64
	solid  []point // a filled polygon
}

// iconShapes are the drawings.
var iconShapes = map[IconName]drawing{
	IconCheck:   {width: 2.3, lines: [][]point{{{2.6, 8.4}, {6.3, 12.1}, {13.4, 4.0}}}},
	IconCross:   {width: 2.4, lines: [][]point{{{3.2, 3.2}, {12.8, 12.8}}, {{12.8, 3.2}, {3.2, 12.8}}}},
	IconWarning: {solid: []point{{8, 1.2}, {15.6, 14.6}, {0.4, 14.6}}},
	IconUnknown: {width: 2.2, radius: 1.4, dots: []point{{8, 14}}, lines: [][]point{{
		{4.3, 5.8}, {4.5, 4.2}, {5.4, 2.9}, {6.8, 2.2}, {8.3, 2.1}, {9.8, 2.6}, {11, 3.8}, {11.3, 5.2}, {10.8, 6.6}, {9.4, 7.9}, {8.3, 9}, {8, 10.9},
	}}},
	IconNote:  {width: 2.4, radius: 1.6, dots: []point{{8, 3}}, lines: [][]point{{{8, 6.6}, {8, 14}}}},
	IconDot:   {radius: 5, dots: []point{{8, 8}}},
	IconRight: {width: 1.8, lines: [][]point{{{5.4, 2.8}, {10.6, 8}, {5.4, 13.2}}}},
	IconDown:  {width: 1.8, lines: [][]point{{{2.8, 5.4}, {8, 10.6}, {13.2, 5.4}}}},
	IconUndo: {width: 1.9, lines: [][]point{
		{{6.2, 2.6}, {2.6, 6.2}, {6.2, 9.8}},
		{{2.8, 6.2}, {9.4, 6.2}, {11.4, 6.8}, {12.6, 8}, {13, 9.6}, {12.6, 11.2}, {11.4, 12.4}, {9.4, 13}, {7, 13}},
	}},
	IconDash: {width: 2, lines: [][]point{{{4, 8}, {12, 8}}}},
}

// iconResource draws an icon in a colour. The name holds both, because Fyne
// caches the picture by name.
func iconResource(name IconName, c color.Color) fyne.Resource {
	r, g, b, _ := c.RGBA()
	hex := fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
	svg := `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">` + iconShapes[name].svg(hex) + `</svg>`
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

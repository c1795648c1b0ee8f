// Package chart draws numbers as bars, in the colours of the window and as sharp as
// the screen is. Whoever shows one says in words below it what it shows: a picture
// alone would leave out who cannot see it or tell its colours apart.
package chart

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"slices"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"github.com/go-analyze/charts"

	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// Series is one kind of number: what it is called, its colour, and its value for
// each category.
type Series struct {
	Name   string
	Color  fyne.ThemeColorName
	Values []float64
}

// Bars is a chart of bars, one for each category, in which the series stand on
// each other. Lying bars suit names, standing ones days.
type Bars struct {
	Categories []string
	Series     []Series
	Lying      bool
	Every      int // label every so many categories; 0 for all of them
}

// fontName is how the window's font is known to the library.
const fontName = "window"

// installFont makes the window's font that of every chart: the library's own are not
// in the programs for Windows.
var installFont = sync.OnceValue(func() error {
	if err := charts.InstallFont(fontName, theme.DefaultTheme().Font(fyne.TextStyle{}).Content()); err != nil {
		return err
	}
	return charts.SetDefaultFont(fontName)
})

// New makes an object that draws a chart, height px high.
func New(b Bars, height float32) fyne.CanvasObject {
	var mu sync.Mutex
	var last image.Image
	var made string
	r := canvas.NewRaster(nil)
	r.Generator = func(w, h int) image.Image {
		mu.Lock()
		defer mu.Unlock()
		scale := float32(1)
		if width := r.Size().Width; width > 0 {
			scale = float32(w) / width
		}
		key := fmt.Sprint(w, h, kit.Color(kit.ColorGround))
		if key == made {
			return last
		}
		img, err := Draw(b, w, h, scale)
		if err != nil {
			fyne.LogError("Drawing a chart", err)
			img = image.NewRGBA(image.Rect(0, 0, max(1, w), max(1, h)))
		}
		made, last = key, img
		return img
	}
	r.SetMinSize(fyne.NewSize(60, height))
	return r
}

// Legend names the series by their colours, in a line that wraps. The library's own
// legend lays the second line over the first.
func Legend(b Bars) fyne.CanvasObject {
	line := kit.Line(14, 4)
	for _, s := range b.Series {
		square := kit.Inset(0, 5, 0, 0, kit.NewBox(s.Color, "", 2), kit.Spacer(9))
		line.Add(kit.Row(6, []float32{10, kit.Natural}, square, kit.NewText(kit.Span{Text: s.Name, Size: kit.SizeTiny})))
	}
	return line
}

// Draw draws a chart of w by h dots; scale is dots for each px of the window. It
// uses the theme in use.
func Draw(b Bars, w, h int, scale float32) (image.Image, error) {
	if err := installFont(); err != nil {
		return nil, fmt.Errorf("font of charts: %w", err)
	}
	if w < 40 || h < 40 {
		return image.NewRGBA(image.Rect(0, 0, max(1, w), max(1, h))), nil
	}
	p := charts.NewPainter(charts.PainterOptions{OutputFormat: charts.ChartOutputPNG, Width: w, Height: h, Font: charts.GetFont(fontName)})
	if err := p.BarChart(b.options(scale)); err != nil {
		return nil, fmt.Errorf("draw chart: %w", err)
	}
	data, err := p.Bytes()
	if err != nil {
		return nil, fmt.Errorf("draw chart: %w", err)
	}
	return png.Decode(bytes.NewReader(data))
}

// options puts the chart into the library's words.
func (b Bars) options(scale float32) charts.BarChartOption {
	values := make([][]float64, len(b.Series))
	palette := make([]charts.Color, len(b.Series))
	for i, s := range b.Series {
		values[i], palette[i] = s.Values, dots(s.Color)
	}
	font := charts.FontStyle{FontSize: 8.5 * float64(scale), FontColor: dots(kit.ColorMuted), Font: charts.GetFont(fontName)}
	labels, marks := slices.Clone(b.Categories), 4
	for i := range labels {
		labels[i] = shorten(labels[i])
	}
	if b.Lying { // the library begins at the bottom
		marks = 3
		slices.Reverse(labels)
		for i := range values {
			values[i] = slices.Clone(values[i])
			slices.Reverse(values[i])
		}
	}
	o := charts.NewBarChartOptionWithData(values)
	o.Theme = charts.MakeTheme(charts.ThemeOption{
		AxisStrokeColor: dots(kit.ColorBorder), AxisSplitLineColor: dots(kit.ColorBorder), BackgroundColor: dots(kit.ColorGround),
		TextColor: dots(kit.ColorText), TextColorXAxis: dots(kit.ColorMuted), TextColorYAxis: dots(kit.ColorMuted),
		SeriesColors: palette,
	})
	margin := int(4 * scale)
	o.Padding = charts.NewBox(margin, margin, margin*3, margin)
	o.Horizontal, o.StackSeries = b.Lying, charts.Ptr(true)
	o.Legend.Show = charts.Ptr(false)
	o.CategoryAxis.Labels, o.CategoryAxis.LabelFontStyle = labels, font
	if b.Every > 1 {
		o.CategoryAxis.LabelCount = (len(b.Categories) + b.Every - 1) / b.Every
	}
	o.ValueAxis = []charts.ValueAxisOption{{LabelFontStyle: font, LabelCount: marks, ValueFormatter: Short, Min: charts.Ptr(0.0), Max: charts.Ptr(top(b.highest(), marks-1)), RangeValuePaddingScale: charts.Ptr(0.0)}}
	o.BarSize = 0.62
	return o
}

// highest gives the sum of the highest bar.
func (b Bars) highest() float64 {
	most := 0.0
	for i := range b.Categories {
		sum := 0.0
		for _, s := range b.Series {
			if i < len(s.Values) {
				sum += s.Values[i]
			}
		}
		most = max(most, sum)
	}
	return most
}

// top gives the end of an axis that goes up to most in n steps: each is a round whole
// number, as nobody counts 23.1 users.
func top(most float64, n int) float64 {
	for unit := 1.0; ; unit *= 10 {
		for _, step := range []float64{1, 1.5, 2, 2.5, 3, 4, 5, 6, 8} {
			if end := step * unit * float64(n); step*unit == math.Trunc(step*unit) && end >= most {
				return end
			}
		}
	}
}

// dots gives a colour of the theme in the library's type.
func dots(name fyne.ThemeColorName) charts.Color {
	c := color.NRGBAModel.Convert(kit.Color(name)).(color.NRGBA)
	return charts.Color{R: c.R, G: c.G, B: c.B, A: c.A}
}

// longest is how many characters of a category are shown.
const longest = 20

func shorten(s string) string {
	if r := []rune(s); len(r) > longest {
		return string(r[:longest-1]) + "…"
	}
	return s
}

// Short writes a number for an axis: 1.5k, 2M.
func Short(v float64) string {
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%.3gM", v/1e6)
	case v >= 1e4:
		return fmt.Sprintf("%.3gk", v/1e3)
	case v != float64(int64(v)):
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%d", int64(v))
}

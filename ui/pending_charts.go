package ui

import (
	"strings"

	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/pending"
	"github.com/adsync-reconnect/adsync-reconnect/ui/chart"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// chartHeight is the height of a chart in px.
const chartHeight = 156

// operationColors are the colours of the operations; the legend names them.
var operationColors = map[pending.Operation]fyne.ThemeColorName{
	pending.Delete: kit.ColorDanger, pending.DeleteAdd: kit.ColorWarning, pending.Rename: kit.ColorUnknown,
	pending.Add: kit.ColorSuccess, pending.Update: kit.ColorAccent,
}

// pendingCharts are the pictures, each with what it shows in words below it.
func pendingCharts(sum pending.Summary) []fyne.CanvasObject {
	grid := kit.Grid(14, 330, 2)
	for _, c := range []struct {
		title, words string
		bars         chart.Bars
	}{
		{tr("pending.chart.types"), typesWords(sum), typesChart(sum)},
		{tr("pending.chart.objects"), objectsWords(sum), objectsChart(sum)},
	} {
		if len(c.bars.Series) > 0 && len(c.bars.Categories) > 0 {
			grid.Add(chartBox(c.title, c.words, c.bars))
		}
	}
	out := []fyne.CanvasObject{grid}
	if len(sum.Days) > 0 {
		out = append(out, chartBox(tr("pending.chart.runs"), daysWords(sum.Days), daysChart(sum.Days)))
	}
	return out
}

func chartBox(title, words string, b chart.Bars) fyne.CanvasObject {
	inside := kit.Column(6, kit.Bold(title), chart.Legend(b), chart.New(b, chartHeight), kit.Muted(words))
	return kit.Over(kit.NewBox(kit.ColorGround, kit.ColorBorder, 6), kit.Inset(14, 10, 14, 12, inside))
}

// mostTypes is how many object types the chart shows; most exports first.
const mostTypes = 5

// byType adds up the types of all connectors, in the order in which they come.
func byType(sum pending.Summary) (names []string, counts map[string]pending.Counts) {
	counts = map[string]pending.Counts{}
	for _, c := range sum.Connectors {
		for _, t := range c.Types {
			if t.Exports.Total() == 0 {
				continue
			}
			if _, ok := counts[t.Type]; !ok {
				names = append(names, t.Type)
			}
			n := counts[t.Type]
			n.Adds, n.Updates, n.Renames = n.Adds+t.Exports.Adds, n.Updates+t.Exports.Updates, n.Renames+t.Exports.Renames
			n.Deletes, n.DeleteAdds = n.Deletes+t.Exports.Deletes, n.DeleteAdds+t.Exports.DeleteAdds
			counts[t.Type] = n
		}
	}
	return names, counts
}

func typesChart(sum pending.Summary) chart.Bars {
	names, counts := byType(sum)
	b := chart.Bars{Lying: true, Categories: names[:min(len(names), mostTypes)]}
	for _, o := range pending.Operations() {
		s := chart.Series{Name: tr("pending.op." + o.String()), Color: operationColors[o]}
		some := false
		for _, n := range b.Categories {
			v := counts[n].Of(o)
			some = some || v > 0
			s.Values = append(s.Values, float64(v))
		}
		if some {
			b.Series = append(b.Series, s)
		}
	}
	return b
}

func typesWords(sum pending.Summary) string {
	names, counts := byType(sum)
	var out []string
	for _, n := range names {
		out = append(out, n+": "+strings.Join(countsText(counts[n]), ", "))
	}
	return strings.Join(out, "; ")
}

func objectsChart(sum pending.Summary) chart.Bars {
	b := chart.Bars{Lying: true, Series: []chart.Series{
		{Name: tr("pending.chart.quiet"), Color: kit.ColorAccent}, {Name: tr("pending.chart.waiting"), Color: kit.ColorWarning},
	}}
	for i, c := range sum.Connectors {
		if i == mostTypes {
			break
		}
		b.Categories = append(b.Categories, c.Name)
		b.Series[0].Values = append(b.Series[0].Values, float64(c.Objects-c.Exports.Total()))
		b.Series[1].Values = append(b.Series[1].Values, float64(c.Exports.Total()))
	}
	return b
}

func objectsWords(sum pending.Summary) string {
	var out []string
	for i, c := range sum.Connectors {
		if i == mostTypes {
			out = append(out, count("pending.more", len(sum.Connectors)-i))
			break
		}
		out = append(out, tr("pending.chart.object", c.Name, thousands(c.Objects), thousands(c.Exports.Total())))
	}
	return strings.Join(out, "; ")
}

func daysChart(days []pending.Day) chart.Bars {
	b := chart.Bars{Every: 5, Series: []chart.Series{
		{Name: tr("pending.runs.good"), Color: kit.ColorSuccess},
		{Name: tr("pending.runs.problems"), Color: kit.ColorWarning},
		{Name: tr("pending.runs.failed"), Color: kit.ColorDanger},
		{Name: tr("pending.runs.running"), Color: kit.ColorUnknown},
	}}
	for _, d := range days {
		b.Categories = append(b.Categories, d.Date.Format("01-02"))
		for i, n := range []int64{d.Good, d.Problems, d.Failed, d.Running} {
			b.Series[i].Values = append(b.Series[i].Values, float64(n))
		}
	}
	return b
}

func daysWords(days []pending.Day) string {
	var sum pending.Day
	last := ""
	for _, d := range days {
		sum.Good, sum.Problems, sum.Failed, sum.Running = sum.Good+d.Good, sum.Problems+d.Problems, sum.Failed+d.Failed, sum.Running+d.Running
		if d.Problems+d.Failed > 0 {
			last = d.Date.Format("2006-01-02")
		}
	}
	text := tr("pending.runs.words", days[0].Date.Format("2006-01-02"), days[len(days)-1].Date.Format("2006-01-02"),
		thousands(sum.Good), thousands(sum.Problems), thousands(sum.Failed), thousands(sum.Running))
	if last != "" {
		text += " " + tr("pending.runs.last", last)
	}
	return text
}

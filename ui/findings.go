package ui

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// colLabel is the width in px of "Why it matters" and the like.
var colLabel = sync.OnceValue(func() float32 {
	text := kit.Muted(strings.Join([]string{tr("finding.why"), tr("finding.fix"), tr("finding.seen")}, "\n"))
	return min(mostColumn, max(124, kit.NaturalWidth(text)+16))
})

// findings shows a list of findings as a card whose rows open.
type findings struct {
	shell  *Shell
	card   *fyne.Container
	open   map[string]bool
	beside map[string]fyne.CanvasObject // what a finding asks for, by its id
	asked  bool                         // the admin has opened or closed something
	drawn  memo
}

// ask puts an input into the row of a finding, which is open then; nil takes it away.
func (f *findings) ask(id string, o fyne.CanvasObject) {
	if f.beside[id] == o {
		return
	}
	delete(f.beside, id)
	if o != nil {
		f.beside[id], f.open[id] = o, true
	}
	f.drawn = memo{}
}

func newFindings(s *Shell) *findings {
	return &findings{shell: s, card: kit.Over(), open: map[string]bool{}, beside: map[string]fyne.CanvasObject{}}
}

// update shows a list. The worst finding is open at first when it blocks.
func (f *findings) update(list []preflight.Finding) {
	f.card.Hidden = len(list) == 0
	if !f.drawn.changed(list) {
		return
	}
	if !f.asked {
		clear(f.open)
		if len(list) > 0 && list[0].Severity == preflight.Blocked {
			f.open[list[0].ID] = true
		}
		for id := range f.beside {
			f.open[id] = true
		}
	}
	rows := make([]fyne.CanvasObject, 0, len(list))
	for _, x := range list {
		rows = append(rows, f.row(x))
	}
	f.card.Objects = kit.CardParts(rows)
}

func (f *findings) row(x preflight.Finding) fyne.CanvasObject {
	text := kit.Column(1, kit.Bold(x.Title))
	if x.Summary != "" {
		text.Add(kit.Muted(x.Summary))
	}
	head := kit.Row(0, []float32{colMark(), kit.Rest}, severity(x.Severity), text)
	return kit.NewExpander(f.shell.keys, head, f.body(x), f.open[x.ID], func(on bool) {
		f.asked = true
		f.open[x.ID] = on
		f.shell.relayout()
	})
}

// body is what an open row shows; nil when there is nothing more to say.
func (f *findings) body(x preflight.Finding) fyne.CanvasObject {
	var lines []fyne.CanvasObject
	add := func(label string, o fyne.CanvasObject) {
		lines = append(lines, kit.Row(0, []float32{colLabel(), kit.Rest}, kit.Muted(label), o))
	}
	if x.Consequence != "" {
		add(tr("finding.why"), kit.NewText(kit.Span{Text: x.Consequence, Size: kit.SizeSmall}))
	}
	if x.Fix != "" {
		add(tr("finding.fix"), kit.NewText(kit.Span{Text: x.Fix, Size: kit.SizeSmall}))
	}
	if len(x.Evidence) > 0 {
		seen := make([]string, len(x.Evidence))
		for i, e := range x.Evidence {
			seen[i] = evidence(e)
		}
		add(tr("finding.seen"), kit.NewText(kit.Span{Text: strings.Join(seen, "\n"), Size: kit.SizeSmall, Mono: true}))
	}
	if x.Link != "" {
		add("", kit.Line(0, 0, kit.NewSmallLink(f.shell.keys, tr("finding.link"), func() { f.shell.openURL(x.Link) })))
	}
	if o := f.beside[x.ID]; o != nil {
		lines = append(lines, kit.Inset(0, 6, 0, 4, o))
	}
	if len(lines) == 0 {
		return nil
	}
	return kit.Inset(colMark(), 8, 0, 2, kit.Column(6, lines...))
}

// evidence is one thing that was seen, on one line.
func evidence(e preflight.Evidence) string {
	text := e.Value
	if e.Source != "" {
		text = e.Source + ": " + e.Value
	}
	if !e.At.IsZero() {
		text += ", " + clock(e.At)
	}
	return text
}

// clock is a time of day for a person.
func clock(t time.Time) string { return t.Local().Format("15:04:05") }

// dateTime is a moment for a person.
func dateTime(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }

// severity is icon and word of a severity: never colour alone.
func severity(s preflight.Severity) fyne.CanvasObject {
	icon, color := kit.IconCheck, kit.ColorSuccess
	switch s {
	case preflight.Blocked:
		icon, color = kit.IconCross, kit.ColorDanger
	case preflight.Warning:
		icon, color = kit.IconWarning, kit.ColorWarning
	case preflight.Unknown:
		icon, color = kit.IconUnknown, kit.ColorUnknown
	case preflight.Note:
		icon, color = kit.IconNote, kit.ColorNote
	default: // passed, as set above
	}
	return mark(icon, color, tr("severity."+string(s)))
}

// mark is an icon with a word in the same colour.
func mark(icon kit.IconName, color fyne.ThemeColorName, word string) fyne.CanvasObject {
	text := kit.NewText(kit.Span{Text: word, Bold: true, Size: kit.SizeSmall, Color: color})
	return kit.Row(5, []float32{11, kit.Rest}, kit.Inset(0, 4, 0, 0, kit.NewIcon(icon, color, 11)), text)
}

// findingsText gives findings as plain lines for the clipboard.
func findingsText(list []preflight.Finding) string {
	var b strings.Builder
	for _, x := range list {
		fmt.Fprintf(&b, "[%s] %s\n", tr("severity."+string(x.Severity)), x.Title)
		for _, l := range []struct{ label, text string }{
			{"", x.Summary}, {tr("finding.why"), x.Consequence}, {tr("finding.fix"), x.Fix},
		} {
			switch {
			case l.text == "":
			case l.label == "":
				fmt.Fprintf(&b, "    %s\n", l.text)
			default:
				fmt.Fprintf(&b, "    %s: %s\n", l.label, l.text)
			}
		}
		for _, e := range x.Evidence {
			fmt.Fprintf(&b, "    %s: %s\n", tr("finding.seen"), evidence(e))
		}
		if x.Link != "" {
			fmt.Fprintf(&b, "    %s\n", x.Link)
		}
	}
	return b.String()
}

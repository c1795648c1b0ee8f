package ui

import (
	"strings"

	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// undo is the page Undo the installation of Additional tasks: what the installation
// changed, what would be put back, and what is not any more as it was written.
type undo struct {
	afterBase
	object *fyne.Container
	made   memo
}

func newUndo(s *Shell) *undo {
	return &undo{afterBase: afterBase{shell: s}, object: kit.Column(14)}
}

func (p *undo) Object() fyne.CanvasObject { return p.object }

func (p *undo) Head(s setup.State) (title, subtitle string) { return afterHead(s, "undo.page.title") }

func (p *undo) Actions(s setup.State) []action {
	list := p.afterBase.Actions(s)
	switch {
	case s.CanUndo():
		list = append(list, action{text: tr("installing.undo"), look: kit.Secondary, off: s.Busy != nil, do: p.shell.ShowUndo})
	case s.CanUndoFound():
		list = append(list, action{text: tr("installing.undo"), look: kit.Secondary, do: func() { p.shell.askUndo(setup.UndoFoundPressed{}) }})
	}
	return list
}

func (p *undo) Update(s setup.State) {
	installed := s.InstalledPlan()
	if s.After == nil || !p.made.changed(s.After.Facts, installed) {
		return
	}
	p.object.Objects = nil
	if s.After.Facts == nil {
		return
	}
	if installed == nil && s.Found != nil && s.Found.Problem == nil { // an unfinished one is in front
		parts := []fyne.CanvasObject{kit.Bold(tr("undo.page.unfinished")), kit.Plain(tr("undo.page.unfinished.more"))}
		if text := othersText(s); text != "" {
			parts = append(parts, kit.Muted(text))
		}
		p.object.Add(kit.Callout(kit.MoodNote, parts...))
		return
	}
	if installed == nil {
		p.object.Add(kit.Callout(kit.MoodNote, kit.Bold(tr("undo.page.none")), kit.Plain(tr("undo.page.none.more"))))
		return
	}
	p.object.Add(kit.Plain(tr("undo.page.text", or(installed.Server), dateTime(installed.Built), installed.Database)))
	if text := othersText(s); text != "" {
		p.object.Add(kit.Muted(text))
	}
	p.object.Add(p.drift(review.Drift(*installed, *s.After.Facts)))
	p.object.Add(kit.Bold(tr("undo.page.back")))
	var rows []fyne.CanvasObject
	for i := len(installed.Steps) - 1; i >= 0; i-- { // undone in reverse
		if installed.Steps[i].Undo != "" {
			rows = append(rows, p.step(installed.Steps[i]))
		}
	}
	p.object.Add(kit.Card(rows...))
}

// drift says what somebody else changed since.
func (p *undo) drift(list []string) fyne.CanvasObject {
	if len(list) == 0 {
		return kit.Callout(kit.MoodSuccess, kit.Plain(tr("undo.page.same")))
	}
	parts := []fyne.CanvasObject{kit.Bold(tr("undo.page.drift"))}
	for _, text := range list {
		parts = append(parts, kit.NewText(kit.Span{Text: text, Size: kit.SizeSmall}))
	}
	return kit.Callout(kit.MoodWarning, parts...)
}

// step is what undoing one step does, with the values that come back below it.
func (p *undo) step(st plan.Step) fyne.CanvasObject {
	var lines []fyne.CanvasObject
	for _, c := range st.Changes {
		if c.Secret || c.Before == "" {
			continue
		}
		lines = append(lines, kit.NewText(
			kit.Span{Text: c.Object + ", " + c.Name + ": ", Size: kit.SizeSmall, Color: kit.ColorMuted},
			kit.Span{Text: tr("undo.page.value", c.Before, c.After), Size: kit.SizeSmall}))
	}
	var body fyne.CanvasObject
	if len(lines) > 0 {
		body = kit.Inset(0, 8, 0, 2, kit.Column(4, lines...))
	}
	head := kit.Column(1, kit.Bold(st.Title), kit.Muted(strings.ToUpper(st.Undo[:1])+st.Undo[1:]))
	return kit.NewExpander(p.shell.keys, head, body, false, func(bool) { p.shell.relayout() })
}

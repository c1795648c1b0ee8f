package ui

import (
	"fmt"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// ready is the page Ready to configure: the plan.
type ready struct {
	base
	shell  *Shell
	object *fyne.Container
	card   *fyne.Container
	start  *kit.Check
	backup *backup
	hand   *handOver
	open   map[string]bool
	made   memo
	plan   *plan.Plan
}

func newReady(s *Shell, st setup.State) *ready {
	p := &ready{shell: s, card: kit.Over(), open: map[string]bool{}}
	staging := kit.NewCheck(s.keys, tr("ready.staging"), tr("ready.staging.why"), true, nil)
	staging.Disable()
	p.start = kit.NewCheck(s.keys, tr("ready.start"), tr("ready.start.hint"), st.Answers.Options.StartSync, func(on bool) {
		o := s.session.State().Answers.Options
		o.StartSync = on
		s.session.Dispatch(setup.OptionsEdited{Options: o})
	})
	p.backup, p.hand = newBackup(s, st), newHandOver(s, st)
	p.object = kit.Column(18, p.backup.object, p.hand.object, p.card, kit.Grid(20, 270, 2, staging, p.start))
	return p
}

func (p *ready) Object() fyne.CanvasObject { return p.object }

func (p *ready) Head(s setup.State) (title, subtitle string) {
	if s.Plan == nil {
		return tr("ready.title"), ""
	}
	return tr("ready.title"), count("ready.subtitle", len(s.Plan.Steps))
}

// Fields gives the input beside which its problem is shown.
func (p *ready) Fields() []problem.Field {
	return []problem.Field{answers.FieldBackupPath, answers.FieldHandOver}
}

func (p *ready) Actions(s setup.State) []action {
	return []action{
		{text: tr("button.copytext"), look: kit.Small, off: s.Plan == nil, do: func() { p.shell.hooks.copy(planText(*p.plan)) }},
		{text: tr("ready.save"), look: kit.Small, off: s.Plan == nil || s.Busy != nil, do: p.shell.ShowSavePlan},
	}
}

func (p *ready) Update(s setup.State) {
	p.plan = s.Plan
	p.start.Set(s.Answers.Options.StartSync)
	p.backup.update(s)
	p.hand.update(s)
	show(p.card, s.Plan != nil)
	if s.Plan == nil || !p.made.changed(s.Plan.Steps) {
		return
	}
	rows := make([]fyne.CanvasObject, len(s.Plan.Steps))
	for i, st := range s.Plan.Steps {
		rows[i] = p.step(i+1, st)
	}
	p.card.Objects = kit.CardParts(rows)
}

// colNumber is the width of the column of step numbers in px.
const colNumber = 44

func (p *ready) step(n int, st plan.Step) fyne.CanvasObject {
	number := kit.NewText(kit.Span{Text: strconv.Itoa(n), Bold: true, Size: kit.SizeSmall, Color: kit.ColorMuted})
	text := kit.Column(1, kit.Bold(st.Title))
	if st.Summary != "" {
		text.Add(kit.Muted(st.Summary))
	}
	var body fyne.CanvasObject
	if len(st.Changes) > 0 || st.Undo != "" {
		body = kit.Inset(colNumber, 10, 0, 2, changes(st))
	}
	head := kit.Row(14, []float32{colNumber - 14, kit.Rest, kit.Natural}, number, text, kit.Muted(howMany(st)))
	return kit.NewExpander(p.shell.keys, head, body, p.open[st.ID], func(on bool) {
		p.open[st.ID] = on
		p.shell.relayout()
	})
}

func howMany(st plan.Step) string {
	if len(st.Changes) == 0 {
		return tr("ready.nochange")
	}
	return count("ready.changes", len(st.Changes))
}

// changes lists what a step alters, grouped by target and object.
func changes(st plan.Step) fyne.CanvasObject {
	col := kit.Column(5)
	last := ""
	for _, c := range st.Changes {
		if where := c.Target + " · " + c.Object; where != last {
			last = where
			col.Add(kit.NewText(kit.Span{Text: where, Size: kit.SizeTiny, Color: kit.ColorMuted}))
		}
		col.Add(kit.Row(10, []float32{kit.Rest, kit.Rest}, kit.NewText(kit.Span{Text: c.Name, Size: kit.SizeSmall}), beforeAfter(c)))
	}
	if st.Undo != "" {
		col.Add(kit.Inset(0, 4, 0, 0, kit.Muted(tr("ready.undo", st.Undo))))
	}
	return col
}

func beforeAfter(c plan.Change) *kit.Text {
	mono := func(t string) kit.Span { return kit.Span{Text: t, Size: kit.SizeSmall, Mono: !c.Secret} }
	before, after := mono(c.Before), mono(c.After)
	if c.Before == "" {
		before = small(tr("change.none"))
	}
	if c.After == "" {
		after = small(tr("change.removed"))
	}
	return kit.NewText(before, small("  →  "), after)
}

// planText is the plan as plain lines for the clipboard.
func planText(pl plan.Plan) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s → %s\n\n", tr("ready.title"), pl.Database, pl.Server)
	for i, st := range pl.Steps {
		fmt.Fprintf(&b, "%d. %s\n", i+1, st.Title)
		if st.Summary != "" {
			fmt.Fprintf(&b, "   %s\n", st.Summary)
		}
		for _, c := range st.Changes {
			fmt.Fprintf(&b, "   - %s · %s · %s: %s\n", c.Target, c.Object, c.Name, beforeAfter(c).String())
		}
		if st.Undo != "" {
			fmt.Fprintf(&b, "   %s\n", tr("ready.undo", st.Undo))
		}
	}
	return b.String()
}

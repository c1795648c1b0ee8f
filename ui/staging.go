package ui

import (
	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// staging is the page Staging mode, of Additional tasks: how it is, the conditions
// for leaving it, the switch and what came of it.
type staging struct {
	afterBase
	object  *fyne.Container
	now     *fyne.Container
	prompt  *fyne.Container
	ran     *fyne.Container
	head    *kit.Text
	gate    *fyne.Container
	leave   *kit.Button
	enter   *kit.Button
	blocked *kit.Text
	line    *fyne.Container
	nowMade memo
	asked   memo
	ranMade memo
	made    memo
}

func newStaging(s *Shell) *staging {
	p := &staging{
		afterBase: afterBase{shell: s}, now: kit.Column(0), prompt: kit.Column(0), ran: kit.Column(10), gate: kit.Over(),
		head: kit.NewText(kit.Span{Color: kit.ColorMuted}), blocked: kit.Muted(""),
	}
	p.leave = kit.NewButton(s.keys, kit.Primary, tr("staging.leave"), func() { s.ShowSwitch(plan.Leaves) })
	p.enter = kit.NewButton(s.keys, kit.Secondary, tr("staging.enter"), func() { s.ShowSwitch(plan.Enters) })
	p.line = kit.Column(6, kit.Line(10, 8, p.leave, p.enter), p.blocked)
	p.object = kit.Column(16, p.now, p.ran, p.prompt, p.head, p.gate, p.line)
	return p
}

func (p *staging) Object() fyne.CanvasObject { return p.object }

func (p *staging) Head(s setup.State) (title, subtitle string) { return afterHead(s, "staging.title") }

func (p *staging) Actions(s setup.State) []action {
	off := s.Busy != nil || s.After == nil || s.After.Facts == nil
	in := action{text: tr("staging.signin"), look: kit.Small, off: off, do: p.shell.ShowGateSignIn}
	return append([]action{in}, p.afterBase.Actions(s)...)
}

func (p *staging) Update(s setup.State) {
	on, known := s.InStaging()
	p.fillNow(on, known, s)
	p.fillRan(s)
	show(p.prompt, s.Staging.Prompt != nil)
	if p.asked.changed(s.Staging.Prompt) {
		p.prompt.Objects = nil
		if s.Staging.Prompt != nil {
			p.prompt.Add(p.shell.promptCallout(*s.Staging.Prompt))
		}
	}
	gate := s.Gate()
	leaving := known && on && !s.Staging.Running
	show(p.head, leaving)
	show(p.gate, leaving)
	if leaving {
		p.fillGate(gate, s)
	}
	canLeave, whyNot := s.CanSwitch(plan.Leaves)
	canEnter, _ := s.CanSwitch(plan.Enters)
	show(p.leave, leaving)
	show(p.enter, known && !on && !s.Staging.Running)
	enable(p.leave, canLeave)
	enable(p.enter, canEnter)
	show(p.blocked, leaving && !canLeave)
	if p.blocked.String() != whyNot {
		p.blocked.SetText(whyNot)
	}
}

// fillNow says how it is.
func (p *staging) fillNow(on, known bool, s setup.State) {
	if !p.nowMade.changed(on, known, s.After != nil && s.After.Facts != nil) {
		return
	}
	p.now.Objects = nil
	switch {
	case s.After == nil || s.After.Facts == nil:
	case !known:
		p.now.Add(kit.Callout(kit.MoodWarning, kit.Bold(tr("staging.unknown")), kit.Plain(s.After.Facts.ADSync.Settings.Reason())))
	case on:
		p.now.Add(kit.Callout(kit.MoodNote, kit.Bold(tr("staging.on")), kit.Plain(tr("staging.on.text"))))
	default:
		p.now.Add(kit.Callout(kit.MoodSuccess, kit.Bold(tr("staging.off")), kit.Plain(tr("staging.off.text"))))
	}
}

// fillGate shows the conditions. A reason that is typed alone does not make the rows
// anew: its field is alive.
func (p *staging) fillGate(gate []review.Condition, s setup.State) {
	open := 0
	shapes := []any{s.After.Pending != nil && s.After.Pending.Summary != nil}
	for _, c := range gate {
		if !c.Open() {
			open++
		}
		c.Override = ""
		shapes = append(shapes, c)
	}
	if open == 0 {
		p.head.SetText(tr("staging.gate.open"))
	} else {
		p.head.SetText(count("staging.gate", open))
	}
	if !p.made.changed(shapes...) {
		return
	}
	rows := make([]fyne.CanvasObject, 0, len(gate))
	for _, c := range gate {
		rows = append(rows, p.condition(c, s))
	}
	p.gate.Objects = kit.CardParts(rows)
}

// condition is one condition: light, what was seen and, unless it is green, why it
// matters, what to do, and a field for going on in spite of it.
func (p *staging) condition(c review.Condition, s setup.State) fyne.CanvasObject {
	icon, color := kit.IconUnknown, kit.ColorUnknown
	switch c.Light {
	case review.Green:
		icon, color = kit.IconCheck, kit.ColorSuccess
	case review.Red:
		icon, color = kit.IconCross, kit.ColorDanger
	default: // not known, as set above
	}
	small := func(key, text string) fyne.CanvasObject {
		return kit.NewText(kit.Span{Text: tr(key) + " ", Bold: true, Size: kit.SizeSmall, Color: kit.ColorMuted}, kit.Span{Text: text, Size: kit.SizeSmall})
	}
	text := kit.Column(3, kit.Bold(c.Title), kit.NewText(kit.Span{Text: c.Evidence, Size: kit.SizeSmall}))
	if c.Light != review.Green {
		text.Add(small("staging.why", c.Why))
		text.Add(small("staging.fix", c.Fix))
		if links := p.links(c, s); links != nil {
			text.Add(links)
		}
		id := c.ID
		entry := kit.NewEntry(p.shell.keys, c.Override, "", func(t string) {
			p.shell.session.Dispatch(setup.ReasonTyped{ID: id, Reason: t})
		})
		text.Add(kit.Inset(0, 6, 0, 2, kit.NewField(tr("staging.reason"), tr("staging.reason.hint"), entry).Object()))
	}
	return kit.CardRow(kit.Row(0, []float32{colLight(), kit.Rest}, mark(icon, color, tr("staging.light."+string(c.Light))), text))
}

// links lead to where a condition can be seen to.
func (p *staging) links(c review.Condition, s setup.State) fyne.CanvasObject {
	k := p.shell.keys
	switch c.ID {
	case "looked":
		line := kit.Line(10, 8, kit.NewButton(k, kit.Small, tr("staging.pending"), func() { p.shell.session.Dispatch(setup.PageChosen{Page: setup.PagePending}) }))
		if s.After.Pending != nil && s.After.Pending.Summary != nil {
			line.Add(kit.NewButton(k, kit.Small, tr("staging.looked"), func() { p.shell.session.Dispatch(setup.ExportsLookedAt{}) }))
		}
		return line
	case "sign-in", "other-server":
		return kit.Line(10, 8, kit.NewButton(k, kit.Small, tr("staging.tasks"), func() { p.shell.session.Dispatch(setup.PageChosen{Page: setup.PageTasks}) }))
	}
	return nil
}

// fillRan shows the switch that runs or ran, step by step, with what to do next.
func (p *staging) fillRan(s setup.State) {
	x := s.Staging
	there := x.Plan != nil && (x.Running || x.Outcome != nil && (!x.Earlier || s.CanUndoSwitch() || s.CanSwitchAgain()))
	show(p.ran, there)
	if !p.ranMade.changed(there, x.Steps, x.Running, x.Outcome, s.CanUndoSwitch(), s.CanSwitchAgain()) {
		return
	}
	p.ran.Objects = nil
	if !there {
		return
	}
	purpose := string(x.Plan.Purpose)
	p.ran.Add(kit.Bold(tr("staging.ran."+purpose, or(x.Plan.Server), dateTime(x.Plan.Built))))
	var rows []fyne.CanvasObject
	for i, st := range x.Plan.Steps {
		var pr apply.Progress
		if i < len(x.Steps) {
			pr = x.Steps[i]
		}
		rows = append(rows, kit.CardRow(kit.Row(0, []float32{colLight(), kit.Rest}, stepMark(pr.State), kit.Column(2, kit.Bold(st.Title), kit.Muted(cmpText(pr.Text, st.Summary))))))
	}
	p.ran.Add(kit.Card(rows...))
	if x.Outcome == nil {
		return
	}
	p.ending(s)
}

// ending says what came of the switch.
func (p *staging) ending(s setup.State) {
	o, purpose := s.Staging.Outcome, s.Staging.Plan.Purpose
	if o.Problem != nil {
		p.ran.Add(p.shell.problemNote(o.Problem))
	}
	mood, key := kit.MoodWarning, "staging.end.broken."+string(purpose)
	switch o.Ending {
	case apply.Completed:
		mood, key = kit.MoodSuccess, "staging.end."+string(purpose)
	case apply.TakenBack:
		mood, key = kit.MoodSuccess, "staging.end.undone"
	case apply.PartLeft:
		key = "staging.end.left"
	default: // stopped or broken, as set above
	}
	parts := []fyne.CanvasObject{kit.Plain(tr(key))}
	for _, l := range o.Left {
		parts = append(parts, kit.NewText(kit.Span{Text: l, Size: kit.SizeSmall}))
	}
	if o.Ending == apply.Completed || o.Ending == apply.TakenBack || o.Ending == apply.PartLeft {
		parts = append(parts, p.next(s)...)
	}
	for _, path := range o.Reports {
		parts = append(parts, kit.Muted(path))
	}
	line := kit.Line(10, 8)
	if s.CanSwitchAgain() {
		line.Add(kit.NewButton(p.shell.keys, kit.Small, tr("staging.again"), func() { p.shell.session.Dispatch(setup.SwitchAgainPressed{}) }))
	}
	if s.CanUndoSwitch() {
		line.Add(kit.NewButton(p.shell.keys, kit.Small, tr("staging.undo."+string(purpose)), func() { p.shell.session.Dispatch(setup.SwitchUndoPressed{}) }))
	}
	if len(line.Objects) > 0 {
		parts = append(parts, kit.Inset(0, 6, 0, 0, line))
	}
	p.ran.Add(kit.Callout(mood, parts...))
}

// next says what is left to do on the server.
func (p *staging) next(s setup.State) []fyne.CanvasObject {
	if s.After == nil || s.After.Facts == nil {
		return nil
	}
	out := []fyne.CanvasObject{kit.Bold(tr("staging.next"))}
	for i, step := range plan.AfterSwitch(*s.Staging.Plan, *s.After.Facts) {
		out = append(out, kit.Plain(tr("staging.next.step", i+1, step)))
	}
	return out
}

// stepMark is icon and word of a step's state.
func stepMark(s apply.StepState) fyne.CanvasObject {
	icon, color, word := kit.IconDot, kit.ColorMuted, "waiting"
	switch s {
	case apply.Running, apply.Undoing:
		icon, color, word = kit.IconRight, kit.ColorNote, "running"
	case apply.Done:
		icon, color, word = kit.IconCheck, kit.ColorSuccess, "done"
	case apply.Failed, apply.Left:
		icon, color, word = kit.IconCross, kit.ColorDanger, "failed"
	case apply.Undone:
		icon, color, word = kit.IconUndo, kit.ColorMuted, "undone"
	default: // waiting, as set above
	}
	return mark(icon, color, tr("staging.step."+word))
}

func cmpText(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// ShowSwitch asks before staging mode is left or entered, and says what will happen.
func (s *Shell) ShowSwitch(purpose plan.Purpose) {
	st := s.session.State()
	if ok, _ := st.CanSwitch(purpose); !ok {
		return
	}
	body := kit.Column(10, kit.Plain(tr("staging.ask."+string(purpose), st.After.Facts.Database.Name, or(st.After.Facts.SQL.Typed))))
	if purpose == plan.Leaves {
		for _, w := range review.WaitingExports(st.After.Facts.ADSync) {
			text := tr("staging.ask.unknown", w.Connector)
			if w.Known {
				text = tr("staging.ask.exports", w.Connector, w.Adds, w.Updates, w.Deletes)
			}
			body.Add(kit.NewText(kit.Span{Text: text, Size: kit.SizeSmall}))
		}
		for _, c := range st.Gate() {
			if c.Light != review.Green {
				body.Add(kit.Callout(kit.MoodWarning, kit.Plain(c.Title+": "+c.Evidence), kit.Muted(tr("staging.ask.reason", c.Override))))
			}
		}
	}
	restart, why := plan.CanRestart(*st.After.Facts)
	box := kit.NewCheck(s.keys, tr("staging.restart"), tr("staging.restart.hint"), restart, func(on bool) { restart = on })
	if !restart {
		box.SetHint(tr("staging.restart.not", why))
		box.Disable()
	}
	body.Add(box)
	var d *dialog
	do := kit.NewButton(s.keys, kit.Primary, tr("staging."+map[plan.Purpose]string{plan.Leaves: "leave", plan.Enters: "enter"}[purpose]), func() {
		d.close()
		s.session.Dispatch(setup.SwitchPressed{Purpose: purpose, Restart: restart})
	})
	keep := kit.NewButton(s.keys, kit.Secondary, tr("button.cancel"), func() { d.cancel() })
	d = s.open(sheetSpec{width: 620, title: tr("staging.ask"), body: body, buttons: []fyne.CanvasObject{keep, do}, primary: do, focus: keep})
}

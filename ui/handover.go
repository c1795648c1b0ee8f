package ui

import (
	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/handover"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// handOverPanel stands on the page Installing while Microsoft's setup is watched:
// what to type there, how far it is, and what to press here.
type handOverPanel struct {
	shell  *Shell
	object *fyne.Container
	state  *fyne.Container // how far it is
	values *fyne.Container // what to type
	shown  memo
	typed  memo
}

func newHandOverPanel(s *Shell) *handOverPanel {
	p := &handOverPanel{shell: s, state: kit.Column(10), values: kit.Over()}
	press := func(what setup.HandOverPress) func() {
		return func() { s.session.Dispatch(setup.HandOverPressed{Press: what}) }
	}
	buttons := kit.Line(12, 6,
		kit.NewButton(s.keys, kit.Small, tr("handover.finished"), press(setup.HandOverFinished)),
		kit.NewButton(s.keys, kit.Small, tr("handover.again"), press(setup.HandOverAgain)),
		kit.NewButton(s.keys, kit.Small, tr("handover.copyall"), func() { s.hooks.copy(handover.Text(s.session.State().HandOverPages())) }),
	)
	p.object = kit.Column(14, p.state, buttons, p.values)
	return p
}

func (p *handOverPanel) update(s setup.State) {
	seen, ok := s.HandingOver()
	show(p.object, ok)
	if !ok {
		return
	}
	if p.shown.changed(seen) {
		p.state.Objects = p.progress(seen)
	}
	if pages := s.HandOverPages(); p.typed.changed(pages, s.Install.Copied) {
		p.values.Objects = kit.CardParts(p.pages(pages, s.Install.Copied))
	}
}

// progress is what the log, the database and the service show, failures first.
func (p *handOverPanel) progress(seen handover.Seen) []fyne.CanvasObject {
	var out []fyne.CanvasObject
	if seen.Said != nil {
		out = append(out, p.shell.problemNote(seen.Said))
	}
	for _, f := range seen.Failures {
		out = append(out, p.shell.problemNote(f))
	}
	var steps, world []fyne.CanvasObject
	for _, x := range seen.Steps {
		mark := handover.ItemWaits
		if x.Done {
			mark = handover.ItemDone
		}
		steps = append(steps, itemRow(mark, x.Title, ""))
	}
	for _, i := range seen.World.Items {
		world = append(world, itemRow(i.State, i.Title, i.Now))
	}
	out = append(out, kit.Row(24, []float32{kit.Rest, kit.Rest}, group(tr("handover.steps"), steps), group(tr("handover.world"), world)))
	text := tr("handover.nolog")
	if name := seen.LogName(); name != "" {
		text = name + " · " + seen.At + " · " + seen.Newest
	}
	out = append(out, kit.NewText(kit.Span{Text: text, Size: kit.SizeTiny, Mono: true, Color: kit.ColorMuted}))
	if seen.Unread != "" {
		out = append(out, kit.Muted(seen.Unread))
	}
	return out
}

func group(title string, rows []fyne.CanvasObject) fyne.CanvasObject {
	if len(rows) == 0 {
		rows = []fyne.CanvasObject{kit.Muted(tr("handover.nothing"))}
	}
	return kit.Column(4, append([]fyne.CanvasObject{kit.Bold(title)}, rows...)...)
}

// itemRow is one line with its mark and the mark's word, so that colour is not all.
func itemRow(state handover.ItemState, title, now string) fyne.CanvasObject {
	icon, color, word := kit.IconDot, kit.ColorMuted, tr("handover.state.waits")
	switch state {
	case handover.ItemDone:
		icon, color, word = kit.IconCheck, kit.ColorSuccess, tr("handover.state.done")
	case handover.ItemWrong:
		icon, color, word = kit.IconCross, kit.ColorDanger, tr("handover.state.wrong")
	case handover.ItemUnknown:
		icon, color, word = kit.IconWarning, kit.ColorWarning, tr("handover.state.unknown")
	default: // it waits
	}
	spans := []kit.Span{{Text: title, Size: kit.SizeSmall}, {Text: " · " + word, Size: kit.SizeSmall, Color: color}}
	if now != "" {
		spans = append(spans, kit.Span{Text: " · " + now, Size: kit.SizeSmall, Color: kit.ColorMuted})
	}
	return kit.Row(8, []float32{12, kit.Rest}, kit.NewIcon(icon, color, 11), kit.NewText(spans...))
}

// pages lists the values by the pages of Microsoft's setup.
func (p *handOverPanel) pages(pages []handover.Page, copied *setup.Copied) []fyne.CanvasObject {
	rows := []fyne.CanvasObject{kit.CardRow(kit.Bold(tr("handover.values")))}
	for _, page := range pages {
		col := kit.Column(5, kit.Bold(page.Title))
		for _, v := range page.Values {
			col.Add(p.value(v, copied))
		}
		if page.Note != "" {
			col.Add(kit.Muted(page.Note))
		}
		rows = append(rows, kit.CardRow(col))
	}
	return rows
}

// value is one field with what to type and the button that copies it.
func (p *handOverPanel) value(v handover.Value, copied *setup.Copied) fyne.CanvasObject {
	what := kit.Column(0)
	if v.Text != "" {
		what.Add(kit.Mono(v.Text))
	}
	if v.Hint != "" {
		what.Add(kit.NewText(kit.Span{Text: v.Hint, Size: kit.SizeTiny, Color: kit.ColorMuted}))
	}
	var do fyne.CanvasObject = kit.Over()
	switch {
	case v.Password != "":
		what.Add(p.warning(v.Password, copied))
		do = kit.NewSmallLink(p.shell.keys, tr("handover.copy.password"), func() {
			p.shell.session.Dispatch(setup.NewPasswordAsked{Forest: v.Password})
		})
	case v.Text != "":
		do = kit.NewSmallLink(p.shell.keys, tr("handover.copy"), func() { p.shell.hooks.copy(v.Text) })
	}
	field := kit.NewText(kit.Span{Text: v.Field, Size: kit.SizeTiny, Color: kit.ColorMuted})
	return kit.Row(12, []float32{190, kit.Rest, kit.Natural}, field, what, do)
}

// warning says what copying a password means, or that it is on the clipboard.
func (p *handOverPanel) warning(forest string, copied *setup.Copied) fyne.CanvasObject {
	text, color := tr("handover.password.warning"), kit.ColorMuted
	if copied != nil && copied.Forest == forest {
		text, color = tr("handover.password.copied", copied.Until.Local().Format("15:04:05")), kit.ColorWarning
		if copied.Problem != nil {
			text, color = copied.Problem.Error(), kit.ColorDanger
		}
	}
	return kit.NewText(kit.Span{Text: text, Size: kit.SizeTiny, Color: color})
}

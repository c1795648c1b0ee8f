package ui

import (
	"fmt"
	"time"

	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// installing is the page Installing: the steps with state, time and progress.
type installing struct {
	base
	shell  *Shell
	object *fyne.Container
	ending *fyne.Container
	prompt *fyne.Container
	asked  memo
	card   *fyne.Container
	hand   *handOverPanel // while Microsoft's setup is watched
	rows   []*stepRow
	made   memo
	ended  memo
	state  setup.State
}

// stepRow is one step.
type stepRow struct {
	icon  *kit.Icon
	word  *kit.Text
	text  *kit.Text
	time  *kit.Text
	bar   *kit.Progress
	below fyne.CanvasObject // the bar with its margin
	since time.Time         // when it began to run, zero if it does not
}

func newInstalling(s *Shell) *installing {
	p := &installing{shell: s, ending: kit.Column(12), prompt: kit.Column(0), card: kit.Over(), hand: newHandOverPanel(s)}
	p.object = kit.Column(16, p.prompt, p.ending, p.hand.object, p.card)
	return p
}

func (p *installing) Object() fyne.CanvasObject { return p.object }

func (p *installing) Head(s setup.State) (title, subtitle string) {
	switch {
	case s.Install.Undoing:
		return tr("installing.undoing"), tr("installing.undoing.subtitle")
	case s.Install.Running || s.Install.Outcome == nil:
		return tr("installing.title"), tr("installing.subtitle")
	default:
		return tr("ending." + string(s.Install.Outcome.Ending)), ""
	}
}

func (p *installing) Actions(s setup.State) []action {
	if s.Install.Running && !s.Install.Undoing {
		text := tr("installing.stop")
		if s.Install.Stopping {
			text = tr("installing.stopping")
		}
		return []action{{text: text, look: kit.Secondary, off: !s.CanStop(), do: func() { p.shell.session.Dispatch(setup.StopPressed{}) }}}
	}
	if s.Install.Outcome == nil || s.Install.Undoing {
		return nil
	}
	list := []action{{text: tr("complete.save"), look: kit.Small, off: s.Busy != nil, do: p.shell.ShowSaveReport}}
	if !s.Exits() {
		list = append(list, action{text: tr("installing.later"), look: kit.Secondary, do: p.shell.AskClose})
	}
	if s.CanUndo() {
		list = append(list, action{text: tr("installing.undo"), look: kit.Secondary, do: p.shell.ShowUndo})
	}
	return list
}

func (p *installing) Update(s setup.State) {
	p.state = s
	p.fillPrompt(s.Entra.Prompt)
	p.hand.update(s)
	if s.Plan == nil {
		return
	}
	if p.made.changed(s.Plan.Steps) {
		p.rows = nil
		objects := make([]fyne.CanvasObject, len(s.Plan.Steps))
		for i, st := range s.Plan.Steps {
			r, o := p.row(st)
			p.rows, objects[i] = append(p.rows, r), o
		}
		p.card.Objects = kit.CardParts(objects)
	}
	before := s.Install.Started
	for i, r := range p.rows {
		var pr apply.Progress
		if i < len(s.Install.Steps) {
			pr = s.Install.Steps[i]
		}
		p.fill(r, pr, before, s.Install.Outcome != nil)
		if pr.State == apply.Done && !pr.At.IsZero() {
			before = pr.At
		}
	}
	p.fillEnding(s)
}

// fillPrompt shows what the admin has to do to sign in again, before an
// installation of an earlier run goes on.
func (p *installing) fillPrompt(pr *setup.Prompt) {
	show(p.prompt, pr != nil)
	if !p.asked.changed(pr) {
		return
	}
	p.prompt.Objects = nil
	if pr != nil {
		p.prompt.Add(p.shell.promptCallout(*pr))
	}
}

func (p *installing) row(st plan.Step) (*stepRow, fyne.CanvasObject) {
	r := &stepRow{
		icon: kit.NewIcon("", kit.ColorMuted, 11), word: kit.NewText(kit.Span{Bold: true, Size: kit.SizeSmall}),
		text: kit.Muted(""), bar: kit.NewProgress(6, p.shell.hooks.Still),
		time: kit.NewText(kit.Span{Text: " ", Size: kit.SizeSmall, Color: kit.ColorMuted}),
	}
	mark := kit.RowCentered(5, []float32{11, kit.Rest}, r.icon, r.word)
	r.below = kit.Inset(0, 5, 0, 2, r.bar)
	text := kit.Column(2, kit.Bold(st.Title), r.text, r.below)
	return r, kit.CardRow(kit.RowCentered(14, []float32{colStep() - 14, kit.Rest, kit.Natural}, mark, text, r.time))
}

// fill shows where a step stands. before is when the one before it was done;
// ended says that no step runs any more.
func (p *installing) fill(r *stepRow, pr apply.Progress, before time.Time, ended bool) {
	icon, color, key := kit.IconName(""), kit.ColorMuted, "step.waiting"
	switch pr.State {
	case apply.Running, apply.Undoing:
		icon, color, key = kit.IconDot, kit.ColorText, "step."+string(pr.State)
	case apply.Done:
		icon, color, key = kit.IconCheck, kit.ColorSuccess, "step.done"
	case apply.Failed:
		icon, color, key = kit.IconCross, kit.ColorDanger, "step.failed"
	case apply.Undone:
		icon, key = kit.IconUndo, "step.undone"
	case apply.Left:
		icon, color, key = kit.IconWarning, kit.ColorWarning, "step.left"
	case apply.Waiting:
		if ended {
			key = "step.notrun"
		}
	}
	r.icon.Set(icon, color)
	show(r.icon, icon != "")
	r.word.Set(kit.Span{Text: tr(key), Bold: true, Size: kit.SizeSmall, Color: color})
	r.text.SetText(pr.Text)
	show(r.text, pr.Text != "")
	counting := pr.Total > 0 && (pr.State == apply.Running || pr.State == apply.Undoing)
	show(r.below, counting)
	if counting {
		r.bar.Set(float32(pr.Count) / float32(pr.Total))
	}
	r.since = time.Time{}
	switch pr.State {
	case apply.Running, apply.Undoing:
		r.since = before
		p.showTime(r)
	case apply.Done, apply.Failed:
		r.time.SetText(took(pr.At.Sub(before)))
	default:
		r.time.SetText(" ")
	}
}

// tick goes with the clock of the running step.
func (p *installing) tick() {
	for _, r := range p.rows {
		if !r.since.IsZero() {
			p.showTime(r)
		}
	}
}

func (p *installing) showTime(r *stepRow) {
	if !r.since.IsZero() {
		r.time.SetText(took(p.shell.hooks.now().Sub(r.since)))
	}
}

// took is a duration as minutes and seconds.
func took(d time.Duration) string {
	if d < 0 || d > 24*time.Hour {
		return " "
	}
	s := int(d.Seconds())
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// stepStatus is what the band says while the steps run.
func stepStatus(s setup.State) string {
	for i, pr := range s.Install.Steps {
		if pr.State == apply.Running {
			if s.Install.Stopping {
				return tr("installing.stopping.status", i+1, len(s.Install.Steps))
			}
			return tr("installing.status", i+1, len(s.Install.Steps))
		}
	}
	if s.Install.Undoing {
		return tr("installing.undoing")
	}
	if s.Busy != nil {
		return s.Busy.Text
	}
	return ""
}

// fillEnding says how it ended: what happened, what was changed, what is left.
func (p *installing) fillEnding(s setup.State) {
	o := s.Install.Outcome
	show(p.ending, o != nil)
	if !p.ended.changed(o) {
		return
	}
	p.ending.Objects = nil
	if o == nil {
		return
	}
	done := 0
	for _, pr := range o.Steps {
		if pr.State == apply.Done {
			done++
		}
	}
	mood := kit.MoodWarning
	if o.Ending == apply.TakenBack {
		mood = kit.MoodSuccess
	}
	if o.Problem != nil {
		p.ending.Add(p.shell.problemNote(o.Problem))
	}
	parts := []fyne.CanvasObject{kit.Plain(p.endingText(o, done))}
	for _, l := range o.Left {
		parts = append(parts, kit.NewText(kit.Span{Text: "• " + l, Size: kit.SizeSmall}))
	}
	if o.Journal != "" {
		parts = append(parts, kit.Muted(tr("ending.journal", o.Journal)))
	}
	p.ending.Add(kit.Callout(mood, parts...))
}

func (p *installing) endingText(o *apply.Outcome, done int) string {
	switch o.Ending {
	case apply.TakenBack:
		return tr("ending.undone.text")
	case apply.PartLeft:
		return tr("ending.part-left.text")
	default:
	}
	if !p.state.Changed() {
		return tr("ending.nothing.text")
	}
	return tr("ending.changed.text", done, len(o.Steps))
}

// ShowUndo asks before Install is taken back.
func (s *Shell) ShowUndo() { s.askUndo(setup.UndoPressed{}) }

// askUndo asks before an installation is taken back by event e.
func (s *Shell) askUndo(e setup.Event) {
	var d *dialog
	undo := kit.NewButton(s.keys, kit.Primary, tr("installing.undo"), func() {
		d.close()
		s.takeUp(e)
	})
	keep := kit.NewButton(s.keys, kit.Secondary, tr("button.cancel"), func() { d.cancel() })
	d = s.open(sheetSpec{
		width: 520, title: tr("undo.title"), body: kit.Plain(tr("undo.text")),
		buttons: []fyne.CanvasObject{keep, undo}, primary: undo, focus: keep,
	})
}

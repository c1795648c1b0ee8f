package ui

import (
	"strconv"

	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/product"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// complete is the page Configuration complete.
type complete struct {
	base
	shell  *Shell
	object *fyne.Container
	note   *kit.Text
	left   *kit.Text
	card   *fyne.Container
	checks map[string]*kit.Check
	saved  *kit.Text
	made   memo
}

func newComplete(s *Shell) *complete {
	p := &complete{shell: s, note: kit.Plain(""), left: kit.NewText(kit.Span{Color: kit.ColorMuted}), card: kit.Over(), saved: kit.Muted("")}
	links := kit.Line(22, 6)
	for _, l := range []struct{ key, url string }{
		{"next.verify", product.LinkPostInstall}, {"next.staging", product.LinkStaging}, {"next.deletes", product.LinkAccidentalDelete},
		{"next.scheduler", product.LinkScheduler}, {"next.health", product.LinkHealth},
	} {
		links.Add(kit.NewSmallLink(s.keys, tr(l.key), func() { s.openURL(l.url) }))
	}
	p.object = kit.Column(14, kit.Callout(kit.MoodSuccess, p.note), p.left, p.card,
		kit.Column(6, kit.Bold(tr("complete.next")), links), p.saved)
	return p
}

func (p *complete) Object() fyne.CanvasObject { return p.object }

func (p *complete) Head(setup.State) (title, subtitle string) { return tr("complete.title"), "" }

func (p *complete) Actions(s setup.State) []action {
	list := []action{{text: tr("complete.save"), look: kit.Small, off: s.Busy != nil, do: p.shell.ShowSaveReport}}
	if s.CanUndo() {
		list = append(list, action{text: tr("installing.undo"), look: kit.Small, off: s.Busy != nil, do: p.shell.ShowUndo})
	}
	return list
}

func (p *complete) Update(s setup.State) {
	database := "ADSync"
	if s.Facts != nil && s.Facts.Database.Name != "" {
		database = s.Facts.Database.Name
	}
	p.note.Set(kit.Span{Text: tr("complete.owns", or(s.Computer), database) + " ", Bold: true}, kit.Span{Text: tr("complete.staging")})
	open := 0
	for _, t := range s.Tasks {
		if !t.Done {
			open++
		}
	}
	switch {
	case len(s.Tasks) == 0:
		p.left.SetText(tr("complete.notasks"))
	case open == 0:
		p.left.SetText(tr("complete.alldone"))
	default:
		p.left.SetText(count("complete.tasks", open))
	}
	p.fill(s.Tasks)
	if o := s.Install.Outcome; o != nil && len(o.Reports) > 0 {
		p.saved.SetText(tr("complete.report", o.Reports[0]))
	}
	show(p.saved, p.saved.String() != "")
}

func (p *complete) fill(tasks []review.Task) {
	show(p.card, len(tasks) > 0)
	names := make([]any, 0, 2*len(tasks))
	for _, t := range tasks {
		t.Done = false
		names = append(names, t)
	}
	if p.made.changed(names...) {
		p.checks = map[string]*kit.Check{}
		rows := make([]fyne.CanvasObject, len(tasks))
		for i, t := range tasks {
			rows[i] = p.row(t)
		}
		p.card.Objects = kit.CardParts(rows)
	}
	for _, t := range tasks {
		p.checks[t.ID].Set(t.Done)
	}
}

func (p *complete) row(t review.Task) fyne.CanvasObject {
	hint := t.Text
	if t.First {
		hint = tr("complete.first") + " " + hint
	}
	c := kit.NewTitledCheck(p.shell.keys, t.Title, hint, t.Done, func(on bool) {
		p.shell.session.Dispatch(setup.TaskTicked{ID: t.ID, On: on})
	})
	p.checks[t.ID] = c
	if len(t.Steps) == 0 && t.Link == "" {
		return kit.CardRow(c)
	}
	how := kit.NewButton(p.shell.keys, kit.Small, tr("complete.how"), func() { p.shell.ShowTask(t) })
	return kit.CardRow(kit.Row(14, []float32{kit.Rest, kit.Natural}, c, how))
}

// ShowTask says how a task is done.
func (s *Shell) ShowTask(t review.Task) {
	body := kit.Column(10)
	if t.Text != "" {
		body.Add(kit.Plain(t.Text))
	}
	for i, step := range t.Steps {
		body.Add(kit.Row(8, []float32{18, kit.Rest}, kit.NewText(kit.Span{Text: strconv.Itoa(i+1) + ".", Color: kit.ColorMuted}), kit.Plain(step)))
	}
	if t.Who != "" {
		body.Add(kit.Muted(tr("task.who", t.Who)))
	}
	if t.Link != "" {
		body.Add(kit.Line(0, 0, kit.NewLink(s.keys, tr("finding.link"), func() { s.openURL(t.Link) })))
	}
	s.text(t.Title, "", body)
}

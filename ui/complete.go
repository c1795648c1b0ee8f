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
	first  *taskList // before leaving staging mode
	later  *taskList
	checks map[string]*kit.Check
	saved  *kit.Text
}

// taskList is a heading and the card of tasks below it.
type taskList struct {
	head *kit.Text
	card *fyne.Container
	made memo
}

func newTaskList() *taskList {
	return &taskList{head: kit.NewText(kit.Span{Color: kit.ColorMuted}), card: kit.Over()}
}

func newComplete(s *Shell) *complete {
	p := &complete{shell: s, note: kit.Plain(""), first: newTaskList(), later: newTaskList(), checks: map[string]*kit.Check{}, saved: kit.Muted("")}
	links := kit.Line(22, 6)
	for _, l := range []struct{ key, url string }{
		{"next.verify", product.LinkPostInstall},
		{"next.staging", product.LinkStaging},
		{"next.deletes", product.LinkAccidentalDelete},
		{"next.scheduler", product.LinkScheduler},
		{"next.health", product.LinkHealth},
	} {
		links.Add(kit.NewSmallLink(s.keys, tr(l.key), func() { s.openURL(l.url) }))
	}
	p.object = kit.Column(14, kit.Callout(kit.MoodSuccess, p.note), p.first.head, p.first.card, p.later.head, p.later.card,
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
	return append(list, p.shell.afterAction(s))
}

func (p *complete) Update(s setup.State) {
	database := "ADSync"
	if s.Facts != nil && s.Facts.Database.Name != "" {
		database = s.Facts.Database.Name
	}
	p.note.Set(kit.Span{Text: tr("complete.owns", or(s.Computer), database) + " ", Bold: true}, kit.Span{Text: tr("complete.staging")})
	var first, later []review.Task
	for _, t := range s.Tasks {
		if t.First {
			first = append(first, t)
		} else {
			later = append(later, t)
		}
	}
	p.fill(p.first, first, "complete.tasks")
	p.fill(p.later, later, "complete.later")
	if o := s.Install.Outcome; o != nil && len(o.Reports) > 0 {
		p.saved.SetText(tr("complete.report", o.Reports[0]))
	}
	show(p.saved, p.saved.String() != "")
}

// fill shows a list of tasks under what is left of it.
func (p *complete) fill(l *taskList, tasks []review.Task, key string) {
	show(l.head, len(tasks) > 0)
	show(l.card, len(tasks) > 0)
	open := 0
	shapes := make([]any, 0, len(tasks))
	for _, t := range tasks {
		if !t.Done {
			open++
		}
		t.Done = false // a tick alone does not make the rows anew
		shapes = append(shapes, t)
	}
	if open == 0 {
		l.head.SetText(tr(key + ".done"))
	} else {
		l.head.SetText(count(key, open))
	}
	if l.made.changed(shapes...) {
		rows := make([]fyne.CanvasObject, len(tasks))
		for i, t := range tasks {
			rows[i] = p.row(t)
		}
		l.card.Objects = kit.CardParts(rows)
	}
	for _, t := range tasks {
		p.checks[t.ID].Set(t.Done)
	}
}

func (p *complete) row(t review.Task) fyne.CanvasObject {
	c := kit.NewTitledCheck(p.shell.keys, t.Title, t.Text, t.Done, func(on bool) {
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

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
	tasks  *taskLists
	saved  *kit.Text
}

func newComplete(s *Shell) *complete {
	p := &complete{shell: s, note: kit.Plain(""), tasks: newTaskLists(s), saved: kit.Muted("")}
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
	p.object = kit.Column(14, kit.Callout(kit.MoodSuccess, p.note), p.tasks.object,
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
	p.tasks.update(s.Tasks)
	if o := s.Install.Outcome; o != nil && len(o.Reports) > 0 {
		p.saved.SetText(tr("complete.report", o.Reports[0]))
	}
	show(p.saved, p.saved.String() != "")
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
	page, ok := taskPages[t.ID]
	if !ok {
		s.text(t.Title, "", body)
		return
	}
	var d *dialog
	done := kit.NewButton(s.keys, kit.Secondary, tr("button.close"), func() { d.cancel() })
	lead := kit.NewButton(s.keys, kit.Primary, tr("task.open", tr(afterKey(page))), func() {
		d.close()
		s.openAfter(page)
	})
	st := s.session.State()
	enable(lead, st.After == nil && st.CanOpenAfter() || st.After != nil && (st.CanChoose(page) || st.Page == page))
	d = s.open(sheetSpec{width: 720, title: t.Title, body: body, buttons: []fyne.CanvasObject{done, lead}, primary: lead})
}

// taskPages are the pages of Additional tasks on which tasks are done.
var taskPages = map[string]setup.Page{
	"pending-exports": setup.PagePending, "pending-deletes": setup.PagePending,
}

// openAfter opens a page of Additional tasks, from the wizard or among them.
func (s *Shell) openAfter(page setup.Page) {
	if s.session.State().After == nil {
		s.session.Dispatch(setup.AfterOpened{Page: page})
		return
	}
	s.session.Dispatch(setup.PageChosen{Page: page})
}

package ui

import (
	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/pending"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// pendings is the page Review pending exports, of Additional tasks: what waits in
// numbers and pictures, then one by one.
type pendings struct {
	afterBase
	object  *fyne.Container
	count   *fyne.Container // asks to count, while nothing was
	notes   *fyne.Container
	summary *pendingSummary
	list    *pendingList
	details *dialog
	shown   *pending.Object
	state   setup.State
	noted   memo
}

func newPendings(s *Shell, st setup.State) *pendings {
	p := &pendings{afterBase: afterBase{shell: s}, notes: kit.Column(8), summary: newPendingSummary(s), list: newPendingList(s, st)}
	count := kit.NewButton(s.keys, kit.Secondary, tr("pending.count"), func() { s.session.Dispatch(setup.PendingAsked{}) })
	p.count = kit.Callout(kit.MoodNote, kit.Plain(tr("pending.count.why")), kit.Line(0, 0, count))
	p.object = kit.Column(18, p.count, p.notes, p.summary.object, p.list.object)
	return p
}

func (p *pendings) Object() fyne.CanvasObject { return p.object }

func (p *pendings) Head(s setup.State) (title, subtitle string) {
	if r := reviewed(s); r.Summary != nil {
		return tr("pending.title"), tr("pending.counted", s.After.Facts.Database.Name, dateTime(r.Summary.At))
	}
	return afterHead(s, "pending.title")
}

func (p *pendings) Actions(s setup.State) []action {
	r := reviewed(s)
	return []action{
		{text: tr("button.copytext"), look: kit.Small, off: r.Summary == nil, do: func() { p.shell.hooks.copy(pendingText(*reviewed(p.state).Summary)) }},
		{text: tr("complete.save"), look: kit.Small, off: r.Summary == nil || s.Busy != nil, do: p.shell.ShowSaveReport},
		{text: tr("pending.again"), look: kit.Small, off: s.Busy != nil || s.After == nil || s.After.Facts == nil, do: func() { p.shell.session.Dispatch(setup.PendingAsked{}) }},
	}
}

// reviewed gives where the review stands.
func reviewed(s setup.State) setup.Pending {
	if s.After == nil || s.After.Pending == nil {
		return setup.Pending{}
	}
	return *s.After.Pending
}

func (p *pendings) Update(s setup.State) {
	p.state = s
	r := reviewed(s)
	show(p.count, r.Summary == nil && s.Busy == nil && s.After != nil && s.After.Facts != nil)
	p.note(r)
	p.summary.update(r.Summary, s)
	p.list.update(r, s)
	p.open(r.Object)
}

// note says what was saved, and what could not be read.
func (p *pendings) note(r setup.Pending) {
	if !p.noted.changed(r.Saved, r.Rows, r.Summary) {
		return
	}
	p.notes.Objects = nil
	if r.Saved != "" {
		p.notes.Add(kit.Callout(kit.MoodSuccess, kit.Plain(amount("pending.saved", r.Rows)+" "+r.Saved)))
	}
	if r.Summary == nil {
		show(p.notes, len(p.notes.Objects) > 0)
		return
	}
	for _, n := range r.Summary.Notes {
		p.notes.Add(kit.Callout(kit.MoodWarning, kit.Plain(n)))
	}
	for _, c := range r.Summary.Lacks {
		p.notes.Add(kit.Callout(kit.MoodWarning, kit.Plain(tr("pending.lacks", c))))
	}
	show(p.notes, len(p.notes.Objects) > 0)
}

// open shows the details of an object, when there is one to show.
func (p *pendings) open(o *pending.Object) {
	if o == p.shown {
		return
	}
	p.shown = o
	if o == nil {
		if p.details != nil {
			p.details.close()
			p.details = nil
		}
		return
	}
	if p.details != nil {
		p.details.close()
	}
	p.details = p.shell.showObject(*o, func() {
		p.details = nil
		p.shell.session.Dispatch(setup.PendingObjectAsked{})
	})
}

// ShowSavePending asks where the list goes.
func (s *Shell) ShowSavePending() {
	s.saveFile(saveSpec{
		title: tr("pending.csv.title"), name: "pending-exports.csv", hint: tr("pending.csv.hint"), check: setup.ListPathProblem,
		event: func(path string) setup.Event { return setup.PendingFileAsked{Path: path} },
	})
}

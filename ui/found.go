package ui

import (
	"strings"

	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// found is the note on Welcome about an installation of an earlier run: who, when,
// which database, what is done, with Resume, Undo and Later.
type found struct {
	shell *Shell
	box   *fyne.Container
	made  memo
}

func newFound(s *Shell) *found { return &found{shell: s, box: kit.Column(0)} }

func (f *found) update(s setup.State) {
	broken := s.Staging.Earlier && s.Staging.Interrupted()
	show(f.box, s.Found != nil || broken)
	if !f.made.changed(s.Found, s.CanResume(), s.CanUndoFound(), broken, s.CanOpenAfter()) {
		return
	}
	f.box.Objects = nil
	if broken {
		f.box.Add(kit.Inset(0, 0, 0, 10, f.staging(s)))
	}
	if s.Found != nil {
		f.box.Add(f.callout(s))
	}
}

// staging is the note about leaving or entering staging mode that an earlier run did
// not finish.
func (f *found) staging(s setup.State) fyne.CanvasObject {
	title := tr("staging.found.title")
	if s.Staging.Plan.Purpose == plan.Enters {
		title = tr("staging.found.enter")
	}
	open := kit.NewButton(f.shell.keys, kit.Small, tr("staging.title"), func() { f.shell.session.Dispatch(setup.AfterOpened{Page: setup.PageStaging}) })
	enable(open, s.CanOpenAfter())
	text := kit.NewText(kit.Span{Text: title + " ", Bold: true}, kit.Span{Text: tr("staging.found.text", dateTime(s.Staging.Plan.Built))})
	return kit.Callout(kit.MoodWarning, text, kit.Muted(s.Staging.Plan.Database), kit.Inset(0, 4, 0, 0, kit.Line(10, 8, open)))
}

func (f *found) callout(s setup.State) fyne.CanvasObject {
	if p := s.Found.Problem; p != nil {
		return kit.Column(8, kit.Bold(tr("found.unreadable")), f.shell.problemCallout(p, kit.NewSmallLink(f.shell.keys, tr("found.later"), f.later)))
	}
	user, computer := s.Found.Who()
	if user == "" {
		user = computer
	}
	database, server := s.Found.Database()
	when := s.Found.Plan.Built.Local().Format("2 January 2006, 15:04")
	title, text, mood := "found.title", tr("found.text", user, when, database, server), kit.MoodWarning
	if s.Found.Finished() {
		title, text, mood = "found.finished", tr("found.finished.text", user, when, database, server), kit.MoodNote
	}
	parts := []fyne.CanvasObject{kit.NewText(kit.Span{Text: tr(title) + " ", Bold: true}, kit.Span{Text: text})}
	if !s.Found.Finished() {
		done := tr("found.done.none")
		if list := s.Found.Done(); len(list) > 0 {
			done = tr("found.done", strings.Join(list, "; "))
		}
		parts = append(parts, kit.NewText(kit.Span{Text: done, Size: kit.SizeSmall}))
	}
	parts = append(parts, kit.Muted(tr("found.journal", s.Found.Path)))
	if text := othersText(s); text != "" {
		parts = append(parts, kit.Muted(text))
	}
	parts = append(parts, kit.Inset(0, 4, 0, 0, f.buttons(s)))
	return kit.Callout(mood, parts...)
}

// othersText names the further installations of this computer, "" for none.
func othersText(s setup.State) string {
	if s.Found == nil || len(s.Found.Others) == 0 {
		return ""
	}
	var list []string
	for _, o := range s.Found.Others {
		list = append(list, o.Line())
	}
	return tr("found.others", strings.Join(list, "; "))
}

func (f *found) buttons(s setup.State) fyne.CanvasObject {
	k := f.shell.keys
	line := kit.Line(10, 8)
	if !s.Found.Finished() {
		resume := kit.NewButton(k, kit.Small, tr("found.resume"), func() { f.shell.takeUp(setup.ResumePressed{}) })
		enable(resume, s.CanResume())
		line.Add(resume)
	}
	undo := kit.NewButton(k, kit.Small, tr("found.undo"), func() { f.shell.askUndo(setup.UndoFoundPressed{}) })
	enable(undo, s.CanUndoFound())
	line.Add(undo)
	line.Add(kit.NewButton(k, kit.Small, tr("found.later"), f.later))
	return line
}

func (f *found) later() { f.shell.session.Dispatch(setup.FoundDismissed{}) }

// takeUp dispatches an event that may take up an installation of an earlier run,
// and asks for the passwords that this needs.
func (s *Shell) takeUp(e setup.Event) {
	s.session.Dispatch(e)
	if st := s.session.State(); st.Reopened != nil && st.Reopened.Asking && st.Busy == nil {
		s.ShowPasswords(st)
	}
}

// ShowPasswords asks for the passwords that going on or back needs.
func (s *Shell) ShowPasswords(st setup.State) {
	needs := st.Needs()
	body := kit.Column(14)
	entries := make([]*kit.Entry, len(needs))
	for i, n := range needs {
		entries[i] = kit.NewPassword(s.keys, "", nil)
		body.Add(kit.NewField(needLabel(n), "", entries[i]).Object())
	}
	label := tr("found.resume")
	if st.Reopened.Undo {
		label = tr("step.undo")
	}
	var d *dialog
	ok := kit.NewButton(s.keys, kit.Primary, label, func() {
		given := map[string]secret.Value{}
		for i, n := range needs {
			given[n.Key] = secret.New(entries[i].Text)
		}
		d.close()
		s.takeUp(setup.PasswordsGiven{Passwords: given})
	})
	cancel := kit.NewButton(s.keys, kit.Secondary, tr("button.cancel"), func() { d.cancel() })
	spec := sheetSpec{
		width: 520, title: tr("passwords.title"), subtitle: tr("passwords.subtitle"), body: body,
		buttons: []fyne.CanvasObject{cancel, ok}, primary: ok,
	}
	if len(entries) > 0 {
		spec.focus = entries[0]
	}
	d = s.open(spec)
}

// needLabel says whose password is asked for.
func needLabel(n setup.Need) string {
	switch {
	case n.Forest != "":
		return tr("passwords.forest", n.User, n.Forest)
	case n.Key == answers.SecretService:
		return tr("passwords.service", n.User)
	case n.Key == answers.SecretEntra:
		return tr("passwords.entra", n.User)
	default:
		return tr("passwords.sql", n.User)
	}
}

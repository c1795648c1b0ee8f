package ui

import (
	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// backup is the choice on Ready to configure to back the database up first.
type backup struct {
	object *fyne.Container
	check  *kit.Check
	path   fyne.CanvasObject
	field  *kit.Field
	made   memo
}

func newBackup(s *Shell, st setup.State) *backup {
	b := &backup{}
	edit := func(change func(*answers.Backup)) {
		o := s.session.State().Answers.Options
		change(&o.Backup)
		s.session.Dispatch(setup.OptionsEdited{Options: o})
	}
	b.check = kit.NewCheck(s.keys, tr("ready.backup"), tr("ready.backup.hint"), st.Answers.Options.Backup.On, func(on bool) {
		edit(func(a *answers.Backup) { a.On = on })
	})
	entry := kit.NewEntry(s.keys, st.Answers.Options.Backup.Path, folderOfServer(st), func(text string) {
		edit(func(a *answers.Backup) { a.Path = text })
	})
	b.field = kit.NewField(tr("ready.backup.path"), tr("ready.backup.path.hint"), entry)
	b.path = kit.Inset(28, 0, 0, 0, b.field.Object())
	b.object = kit.Column(10, b.check, b.path)
	return b
}

// folderOfServer gives where backups go when nothing is typed.
func folderOfServer(s setup.State) string {
	if s.Facts != nil {
		if folder := s.Facts.Database.BackupWay.Folder.Or(""); folder != "" {
			return folder
		}
	}
	return tr("ready.backup.default")
}

func (b *backup) update(s setup.State) {
	chosen := s.Answers.Options.Backup.On
	b.check.Set(chosen)
	show(b.path, chosen)
	b.field.SetError(problemText(s.FieldProblem(answers.FieldBackupPath)))
	if s.Facts == nil || !b.made.changed(s.Facts) {
		return
	}
	ok, why := preflight.CanBackup(*s.Facts)
	hint := tr("ready.backup.hint")
	switch {
	case !ok:
		hint = why
	case !preflight.CanVerify(*s.Facts):
		hint += " " + tr("ready.backup.unverified")
	}
	b.check.SetHint(hint)
	if ok || chosen { // what an answers file chose can be taken back
		b.check.Enable()
	} else {
		b.check.Disable()
	}
}

package ui

import (
	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/compare"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// compareForm asks what the configuration is compared with.
type compareForm struct {
	shell  *Shell
	object *fyne.Container
	kinds  *kit.Radio
	folder *fyne.Container
	second *fyne.Container
	sql    *fyne.Container
	login  *fyne.Container
	pin    *fyne.Container
	how    *fyne.Container
	roles  *fyne.Container
	path   *kit.Entry
	first  *kit.Field // of path
	run    *kit.Button
	stop   *kit.Button
	fields map[problem.Field]*kit.Field
}

// Kinds of comparison, as values of the choice.
const (
	withFolder   = "folder"
	withDatabase = "database"
	withFolders  = "folders"
)

func newCompareForm(s *Shell, st setup.State) *compareForm {
	f := &compareForm{shell: s, fields: map[problem.Field]*kit.Field{}}
	a := st.Comparison().Answer
	f.kinds = kit.NewRadio(s.keys, false, kindOf(a), []kit.Choice{
		{Value: withFolder, Label: tr("compare.folder")}, {Value: withDatabase, Label: tr("compare.database")}, {Value: withFolders, Label: tr("compare.folders")},
	}, s.canvas.Focus, func(v string) {
		f.edit(func(a *setup.CompareAnswer) { a.Database, a.Folders = v == withDatabase, v == withFolders })
	})
	role := "active"
	if a.OtherIsNew {
		role = "new"
	}
	roles := kit.NewRadio(s.keys, false, role, []kit.Choice{
		{Value: "active", Label: tr("compare.isactive")}, {Value: "new", Label: tr("compare.isnew")},
	}, s.canvas.Focus, func(v string) { f.edit(func(a *setup.CompareAnswer) { a.OtherIsNew = v == "new" }) })
	f.roles = kit.Line(26, 8, roles.Objects()...)
	f.exports(a)
	f.database(a, st.Given.Compare)
	f.run = kit.NewButton(s.keys, kit.Secondary, tr("compare.run"), func() { s.session.Dispatch(setup.ComparePressed{}) })
	f.stop = kit.NewButton(s.keys, kit.Secondary, tr("button.cancel"), func() { s.session.Dispatch(setup.CancelPressed{}) })
	f.object = kit.Column(12, kit.Bold(tr("compare.with")), kit.Line(26, 8, f.kinds.Objects()...), f.folder, f.second, f.how, f.sql,
		f.roles, kit.Line(10, 8, f.run, f.stop))
	return f
}

func kindOf(a setup.CompareAnswer) string {
	switch {
	case a.Folders:
		return withFolders
	case a.Database:
		return withDatabase
	default:
		return withFolder
	}
}

// edit changes what is compared.
func (f *compareForm) edit(change func(*setup.CompareAnswer)) {
	answer := f.shell.session.State().Comparison().Answer
	change(&answer)
	f.shell.session.Dispatch(setup.CompareEdited{Answer: answer})
}

// entry is an input that belongs to a side, below which its problems stand.
func (f *compareForm) entry(name problem.Field, label, hint string, e *kit.Entry) *kit.Field {
	field := kit.NewField(label, hint, e)
	f.fields[name] = field
	return field
}

// exports asks for one export, or for two.
func (f *compareForm) exports(a setup.CompareAnswer) {
	k := f.shell.keys
	f.path = kit.NewEntry(k, a.Path, `C:\ADSyncExport`, func(t string) { f.edit(func(a *setup.CompareAnswer) { a.Path = t }) })
	second := kit.NewEntry(k, a.NewPath, `C:\ADSyncExport-new`, func(t string) { f.edit(func(a *setup.CompareAnswer) { a.NewPath = t }) })
	f.first = f.entry(setup.InputCompare+".path", tr("compare.path"), tr("compare.path.hint"), f.path)
	f.folder = f.browsing(f.first, f.path)
	f.second = f.browsing(f.entry(setup.InputCompareNew+".path", tr("compare.path.new"), "", second), second)
	copyHow := kit.NewButton(k, kit.Small, tr("button.copytext"), func() { f.shell.hooks.copy(compare.How) })
	f.how = kit.Column(6, kit.Muted(tr("compare.how")), kit.Mono(compare.How), kit.Line(0, 0, copyHow))
}

// browsing puts a button to choose a folder below an input, where there is a dialog.
func (f *compareForm) browsing(field *kit.Field, e *kit.Entry) *fyne.Container {
	out := kit.Column(8, field.Object())
	if f.shell.hooks.PickFolder != nil {
		out.Add(kit.Line(0, 0, kit.NewButton(f.shell.keys, kit.Small, tr("button.browse"), func() {
			f.shell.hooks.PickFolder(func(t string) { e.SetText(t) })
		})))
	}
	return out
}

// database asks for the other database, and how to sign in there.
func (f *compareForm) database(a setup.CompareAnswer, given bool) {
	k, in := f.shell.keys, setup.InputCompare+"."
	server := kit.NewEntry(k, a.Server, `SQL01\HYBRID`, func(t string) { f.edit(func(a *setup.CompareAnswer) { a.Server = t }) })
	name := kit.NewEntry(k, a.Name, "ADSync", func(t string) { f.edit(func(a *setup.CompareAnswer) { a.Name = t }) })
	choices := []kit.Choice{{Value: "", Label: tr("compare.signin.same")}}
	for _, v := range []answers.SignIn{answers.SignInWindows, answers.SignInAccount, answers.SignInSQL} {
		choices = append(choices, kit.Choice{Value: string(v), Label: tr("signin." + string(v))})
	}
	signIn := kit.NewRadio(k, false, string(a.SignIn), choices, f.shell.canvas.Focus, func(v string) {
		f.edit(func(a *setup.CompareAnswer) { a.SignIn = answers.SignIn(v) })
	})
	user := kit.NewEntry(k, a.User, "", func(t string) { f.edit(func(a *setup.CompareAnswer) { a.User = t }) })
	held := ""
	if given {
		held = tr("password.kept")
	}
	password := kit.NewPassword(k, held, func(t string) { f.shell.session.Dispatch(setup.ComparePasswordTyped{Password: secret.New(t)}) })
	f.login = kit.Row(14, []float32{kit.Rest, kit.Rest},
		f.entry(in+answers.FieldSQLUser, tr("components.user"), "", user).Object(),
		f.entry(in+answers.FieldSQLPass, tr("components.password"), "", password).Object())
	pin := kit.NewEntry(k, a.PinSHA256, "", func(t string) { f.edit(func(a *setup.CompareAnswer) { a.PinSHA256 = t }) })
	f.pin = kit.Column(0, f.entry(in+answers.FieldCert, tr("compare.pin"), tr("compare.pin.hint"), pin).Object())
	serverField := f.entry(in+answers.FieldServer, tr("components.server"), tr("compare.server.hint"), server)
	f.fields[in+answers.FieldInstance] = serverField // one input holds both
	f.sql = kit.Column(12,
		kit.Row(14, []float32{kit.Rest, kit.Rest}, serverField.Object(),
			f.entry(in+answers.FieldDatabase, tr("components.database"), tr("components.database.hint"), name).Object()),
		kit.Muted(tr("components.signin")), kit.Line(26, 8, signIn.Objects()...), f.login, f.pin)
}

func (f *compareForm) update(s setup.State) {
	c := s.Comparison()
	a := c.Answer
	show(f.folder, !a.Database)
	show(f.second, a.Folders)
	show(f.sql, a.Database)
	show(f.how, !a.Database && c.Report == nil)
	show(f.roles, !a.Folders)
	show(f.login, a.Password())
	f.first.SetLabel(tr(map[bool]string{false: "compare.path", true: "compare.path.active"}[a.Folders]))
	errors := map[*kit.Field]string{}
	for name, field := range f.fields {
		if p := s.FieldProblem(name); p != nil {
			errors[field] = p.Error()
		}
	}
	for _, field := range f.fields {
		field.SetError(errors[field])
	}
	show(f.pin, a.PinSHA256 != "" || s.FieldProblem(setup.InputCompare+"."+answers.FieldCert) != nil)
	busy := s.Busy != nil && s.Busy.Task == setup.TaskCompare
	show(f.stop, busy)
	enable(f.run, s.CanCompare())
}

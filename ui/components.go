package ui

import (
	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// components is the page Install required components: SQL Server, how to sign
// in, encryption, and the optional parts.
type components struct {
	base
	shell    *Shell
	object   fyne.CanvasObject
	server   *kit.Entry
	instance *kit.Entry
	database *kit.Entry
	user     *kit.Entry
	password *kit.Entry
	signIn   *kit.Radio
	encrypt  *kit.Radio
	fields   map[problem.Field]*kit.Field
	login    fyne.CanvasObject
	off      fyne.CanvasObject
	browse   *kit.Button
	find     *kit.Button
	picks    *picks
	way      *way
	options  *options
	optional *fyne.Container // options with their heading
}

func newComponents(s *Shell, st setup.State) *components {
	p := &components{shell: s, fields: map[problem.Field]*kit.Field{}, picks: newPicks(), way: newWay(s)}
	p.options = newOptions(s, st)
	p.optional = kit.Column(8, kit.Bold(tr("components.optional")), p.options.card)
	p.object = kit.Column(18,
		p.way.object,
		p.place(st),
		p.credentials(st),
		p.protection(st),
		p.optional,
	)
	return p
}

// edit changes one answer about SQL Server.
func (p *components) edit(change func(*answers.SQL)) {
	sql := p.shell.session.State().Answers.SQL
	change(&sql)
	p.shell.session.Dispatch(setup.SQLEdited{SQL: sql})
}

// field makes a field and remembers it for the problems that belong to it.
func (p *components) field(f problem.Field, label, hint string, input fyne.CanvasObject) fyne.CanvasObject {
	field := kit.NewField(label, hint, input)
	p.fields[f] = field
	return field.Object()
}

// place asks where the database is.
func (p *components) place(st setup.State) fyne.CanvasObject {
	sql := st.Answers.SQL
	k := p.shell.keys
	p.server = kit.NewEntry(k, sql.Server, "SQL01", func(t string) { p.edit(func(a *answers.SQL) { a.Server = t }) })
	p.instance = kit.NewEntry(k, sql.Instance, "", func(t string) { p.edit(func(a *answers.SQL) { a.Instance = t }) })
	p.database = kit.NewEntry(k, sql.Database, "ADSync", func(t string) { p.edit(func(a *answers.SQL) { a.Database = t }) })
	p.browse = kit.NewButton(k, kit.Small, tr("components.browse"), func() { p.shell.session.Dispatch(setup.InstancesAsked{}) })
	p.find = kit.NewButton(k, kit.Small, tr("components.find"), func() { p.shell.session.Dispatch(setup.DatabasesAsked{}) })
	return kit.Column(10,
		kit.Bold(tr("components.sql")),
		kit.Row(14, []float32{kit.Rest, kit.Rest, kit.Rest},
			p.field(answers.FieldServer, tr("components.server"), tr("components.server.hint"), p.server),
			p.field(answers.FieldInstance, tr("components.instance"), tr("components.instance.hint"), p.instance),
			p.field(answers.FieldDatabase, tr("components.database"), tr("components.database.hint"), p.database)),
		kit.Line(10, 8, p.browse, p.find),
		p.picks.box,
	)
}

// credentials asks how to sign in.
func (p *components) credentials(st setup.State) fyne.CanvasObject {
	sql := st.Answers.SQL
	k := p.shell.keys
	var choices []kit.Choice
	for _, v := range []answers.SignIn{answers.SignInWindows, answers.SignInAccount, answers.SignInSQL} {
		choices = append(choices, kit.Choice{Value: string(v), Label: tr("signin." + string(v))})
	}
	p.signIn = kit.NewRadio(k, false, string(setup.SignIn(sql)), choices, p.shell.canvas.Focus, func(v string) {
		p.edit(func(a *answers.SQL) { a.SignIn = answers.SignIn(v) })
	})
	p.user = kit.NewEntry(k, sql.User, "", func(t string) { p.edit(func(a *answers.SQL) { a.User = t }) })
	held := ""
	if st.Given.SQL {
		held = tr("password.kept")
	}
	p.password = kit.NewPassword(k, held, func(t string) {
		p.shell.session.Dispatch(setup.SQLPasswordTyped{Password: secret.New(t)})
	})
	p.login = kit.Row(14, []float32{kit.Rest, kit.Rest, kit.Rest},
		p.field(answers.FieldSQLUser, tr("components.user"), "", p.user),
		p.field(answers.FieldSQLPass, tr("components.password"), "", p.password),
		kit.Spacer(1))
	return kit.Column(10, kit.Bold(tr("components.signin")), kit.Line(26, 8, p.signIn.Objects()...), p.login)
}

// protection asks how the connection is protected.
func (p *components) protection(st setup.State) fyne.CanvasObject {
	value := st.Answers.SQL.Encryption
	if value == "" {
		value = answers.EncryptMandatory
	}
	var choices []kit.Choice
	for _, v := range []answers.Encryption{answers.EncryptMandatory, answers.EncryptStrict, answers.EncryptOff} {
		choices = append(choices, kit.Choice{Value: string(v), Label: tr("encrypt." + string(v))})
	}
	p.encrypt = kit.NewRadio(p.shell.keys, false, string(value), choices, p.shell.canvas.Focus, func(v string) {
		p.edit(func(a *answers.SQL) { a.Encryption = answers.Encryption(v) })
	})
	p.off = kit.Callout(kit.MoodWarning, kit.NewText(
		kit.Span{Text: tr("encrypt.warning") + " ", Bold: true}, kit.Span{Text: tr("encrypt.warning.more")}))
	return kit.Column(10, kit.Bold(tr("components.encryption")), kit.Line(26, 8, p.encrypt.Objects()...), p.off)
}

func (p *components) Object() fyne.CanvasObject { return p.object }

func (p *components) Head(s setup.State) (title, subtitle string) {
	if s.After != nil {
		return tr("connection.title"), tr("connection.subtitle")
	}
	return tr("components.title"), tr("components.subtitle")
}

func (p *components) First() fyne.Focusable { return p.server }

func (p *components) Fields() []problem.Field {
	return []problem.Field{
		answers.FieldServer, answers.FieldInstance, answers.FieldDatabase, answers.FieldSQLUser, answers.FieldSQLPass,
		answers.FieldTrustFile, answers.FieldSvcAccount, answers.FieldInstalled,
	}
}

func (p *components) Update(s setup.State) {
	sql := s.Answers.SQL
	how := setup.SignIn(sql)
	p.signIn.Set(string(how))
	if sql.Encryption != "" {
		p.encrypt.Set(string(sql.Encryption))
	}
	show(p.login, how != answers.SignInWindows)
	show(p.off, sql.Encryption == answers.EncryptOff)
	enable(p.browse, sql.Server != "" && s.Busy == nil)
	enable(p.find, sql.Server != "" && s.Busy == nil && (how == answers.SignInWindows || (s.Given.SQL && sql.User != "")))
	p.picks.update(p, s)
	p.way.update(s)
	p.options.update(s)
	show(p.optional, s.After == nil)
	for f, field := range p.fields {
		field.SetError(problemText(s.FieldProblem(f)))
	}
	for f, field := range p.options.fields {
		field.SetError(problemText(s.FieldProblem(f)))
	}
}

// problemText is a problem as it stands beside an input.
func problemText(p *problem.Problem) string {
	if p == nil {
		return ""
	}
	return p.Error()
}

// show shows or hides an object.
func show(o fyne.CanvasObject, on bool) {
	if on {
		o.Show()
	} else {
		o.Hide()
	}
}

// enable switches a control on or off.
func enable(c fyne.Disableable, on bool) {
	if on {
		c.Enable()
	} else {
		c.Disable()
	}
}

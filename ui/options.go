package ui

import (
	"strings"

	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// options are the optional parts of Install required components, closed at first.
type options struct {
	shell    *Shell
	card     fyne.CanvasObject
	fields   map[problem.Field]*kit.Field
	kind     *kit.Radio
	name     fyne.CanvasObject
	password fyne.CanvasObject
	values   map[string]*kit.Text // what is chosen, on the closed rows
}

func newOptions(s *Shell, st setup.State) *options {
	o := &options{shell: s, fields: map[problem.Field]*kit.Field{}, values: map[string]*kit.Text{}}
	o.card = kit.Card(
		o.section("trust", o.trust(st)),
		o.section("location", o.location(st)),
		o.section("account", o.account(st)),
		o.section("groups", o.groups(st)),
		o.section("installed", o.installed(st)),
		o.imports(),
	)
	return o
}

// section is a row that opens to show its inputs.
func (o *options) section(key string, body fyne.CanvasObject) fyne.CanvasObject {
	value := kit.Muted("")
	o.values[key] = value
	head := kit.Row(14, []float32{kit.Rest, kit.Rest}, kit.Plain(tr("option."+key)), value)
	return kit.NewExpander(o.shell.keys, head, kit.Inset(0, 12, 24, 6, body), false, func(bool) { o.shell.relayout() })
}

// edit changes one of the optional answers.
func (o *options) edit(change func(*answers.Components)) {
	c := o.shell.session.State().Answers.Components
	change(&c)
	o.shell.session.Dispatch(setup.ComponentsEdited{Components: c})
}

func (o *options) entry(text, placeholder string, change func(*answers.Components, string)) *kit.Entry {
	return kit.NewEntry(o.shell.keys, text, placeholder, func(t string) {
		o.edit(func(c *answers.Components) { change(c, t) })
	})
}

// trust asks for another authority, or another name in the certificate.
func (o *options) trust(st setup.State) fyne.CanvasObject {
	edit := func(change func(*answers.SQL, string)) func(string) {
		return func(t string) {
			sql := o.shell.session.State().Answers.SQL
			change(&sql, t)
			o.shell.session.Dispatch(setup.SQLEdited{SQL: sql})
		}
	}
	file := kit.NewEntry(o.shell.keys, st.Answers.SQL.TrustFile, "", edit(func(a *answers.SQL, t string) { a.TrustFile = t }))
	name := kit.NewEntry(o.shell.keys, st.Answers.SQL.HostInCert, "", edit(func(a *answers.SQL, t string) { a.HostInCert = t }))
	field := kit.NewField(tr("option.trust.file"), tr("option.trust.file.hint"), file)
	o.fields[answers.FieldTrustFile] = field
	return kit.Row(14, []float32{kit.Rest, kit.Rest}, field.Object(),
		kit.NewField(tr("option.trust.name"), tr("option.trust.name.hint"), name).Object())
}

func (o *options) location(st setup.State) fyne.CanvasObject {
	e := o.entry(st.Answers.Components.Location, `C:\Program Files\Microsoft Azure AD Sync`, func(c *answers.Components, t string) { c.Location = t })
	field := kit.NewField(tr("option.location.folder"), tr("option.location.hint"), e).Object()
	if o.shell.hooks.PickFolder == nil {
		return field
	}
	browse := kit.NewButton(o.shell.keys, kit.Small, tr("button.browse"), func() {
		o.shell.hooks.PickFolder(func(p string) { e.SetText(p) })
	})
	return kit.Column(8, field, kit.Line(0, 0, browse))
}

func (o *options) account(st setup.State) fyne.CanvasObject {
	a := st.Answers.Components.ServiceAccount
	var choices []kit.Choice
	for _, v := range []struct{ value, key string }{
		{string(answers.AccountVirtual), "virtual"}, {string(answers.AccountManaged), "managed"}, {string(answers.AccountDomain), "domain"},
	} {
		choices = append(choices, kit.Choice{Value: v.value, Label: tr("option.account." + v.key), Hint: tr("option.account." + v.key + ".hint")})
	}
	o.kind = kit.NewRadio(o.shell.keys, false, string(a.Kind), choices, o.shell.canvas.Focus, func(v string) {
		o.edit(func(c *answers.Components) { c.ServiceAccount.Kind = answers.AccountKind(v) })
	})
	name := kit.NewField(tr("option.account.name"), tr("option.account.name.hint"),
		o.entry(a.Name, `CONTOSO\svc-adsync$`, func(c *answers.Components, t string) { c.ServiceAccount.Name = t }))
	o.fields[answers.FieldSvcAccount] = name
	held := ""
	if st.Given.Service {
		held = tr("password.kept")
	}
	pass := kit.NewField(tr("components.password"), "", kit.NewPassword(o.shell.keys, held, func(t string) {
		o.shell.session.Dispatch(setup.ServicePasswordTyped{Password: secret.New(t)})
	}))
	o.name, o.password = name.Object(), pass.Object()
	return kit.Column(12, kit.Column(8, o.kind.Objects()...), kit.Row(14, []float32{kit.Rest, kit.Rest}, o.name, o.password))
}

func (o *options) groups(st setup.State) fyne.CanvasObject {
	g := st.Answers.Components.Groups
	field := func(key, text, placeholder string, change func(*answers.Groups, string)) fyne.CanvasObject {
		return kit.NewField(tr("option.groups."+key), "", o.entry(text, placeholder, func(c *answers.Components, t string) { change(&c.Groups, t) })).Object()
	}
	return kit.Column(10, kit.Muted(tr("option.groups.hint")), kit.Grid(14, 200, 2,
		field("administrators", g.Administrators, "ADSyncAdmins", func(g *answers.Groups, t string) { g.Administrators = t }),
		field("operators", g.Operators, "ADSyncOperators", func(g *answers.Groups, t string) { g.Operators = t }),
		field("browse", g.Browse, "ADSyncBrowse", func(g *answers.Groups, t string) { g.Browse = t }),
		field("reset", g.PasswordReset, "ADSyncPasswordSet", func(g *answers.Groups, t string) { g.PasswordReset = t })))
}

func (o *options) installed(st setup.State) fyne.CanvasObject {
	e := o.entry(st.Answers.Components.Installed, "2.6.92.0", func(c *answers.Components, t string) { c.Installed = strings.TrimSpace(t) })
	field := kit.NewField(tr("option.installed.version"), tr("option.installed.hint"), e)
	o.fields[answers.FieldInstalled] = field
	return field.Object()
}

// imports is shown and can't be used: the database brings its own settings.
func (o *options) imports() fyne.CanvasObject {
	check := kit.NewCheck(o.shell.keys, tr("option.import"), tr("option.import.why"), false, nil)
	check.Disable()
	return kit.CardRow(check)
}

func (o *options) update(s setup.State) {
	c := s.Answers.Components
	kind := c.ServiceAccount.Kind
	o.kind.Set(string(kind))
	show(o.name, kind != answers.AccountVirtual)
	show(o.password, kind == answers.AccountDomain)
	or := func(text, key string) string {
		if strings.TrimSpace(text) != "" {
			return text
		}
		return tr(key)
	}
	account := tr("option.account.virtual")
	if kind != answers.AccountVirtual {
		account = or(c.ServiceAccount.Name, "option.notgiven")
	}
	custom := "option.groups.default"
	if c.Groups != (answers.Groups{}) {
		custom = "option.groups.custom"
	}
	trust := strings.TrimSpace(strings.Join([]string{s.Answers.SQL.TrustFile, s.Answers.SQL.HostInCert}, " "))
	o.values["trust"].SetText(or(trust, "option.trust.default"))
	o.values["location"].SetText(or(c.Location, "option.default"))
	o.values["account"].SetText(account)
	o.values["groups"].SetText(tr(custom))
	o.values["installed"].SetText(or(c.Installed, "option.installed.read"))
}

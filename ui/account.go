package ui

import (
	"strings"

	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// account is the dialog AD forest account. OK proves the answer; the dialog
// closes when the forest is green, and says what is wrong otherwise.
type account struct {
	shell    *Shell
	name     string
	dialog   *dialog
	option   *kit.Radio
	current  *currentUser
	user     *kit.Entry
	password *kit.Entry
	dc       *kit.Entry
	userBox  *kit.Field
	passBox  *kit.Field
	dcBox    *kit.Field
	note     *fyne.Container
	cert     *fyne.Container
	rights   *fyne.Container
	enough   fyne.CanvasObject // said when the account does although it lacks rights
	grant    *granting
	ok       *kit.Button
	stop     *kit.Button
	bar      *kit.Progress
	checking *kit.Text
	asked    bool   // OK was pressed since the dialog opened
	waiting  bool   // the proof is under way
	pin      string // SHA-256 of the certificate that was accepted
	trust    string // file of an authority, from the answers file
	made     memo
	noted    memo
	certMade memo
}

// ShowAccount opens the dialog for a forest.
func (s *Shell) ShowAccount(name string) {
	st := s.session.State()
	answer := st.ForestAnswer(name)
	a := &account{shell: s, name: name, note: kit.Column(0), cert: kit.Column(0), rights: kit.Column(0), pin: answer.PinSHA256, trust: answer.TrustFile}
	user := answer.User
	if user == "" {
		user = strings.ToUpper(name) + `\`
	}
	a.option = kit.NewRadio(s.keys, true, string(option(answer)), []kit.Choice{
		{Value: string(answers.CreateAccount), Label: tr("account.create"), Hint: tr("account.create.hint")},
		{Value: string(answers.ExistingAccount), Label: tr("account.existing"), Hint: tr("account.existing.hint")},
	}, s.canvas.Focus, func(string) { a.relabel(); a.update(s.session.State()) })
	a.current = newCurrentUser(s, st.CurrentUser, answer.SignIn, func() { a.update(s.session.State()) })
	a.user = kit.NewEntry(s.keys, user, strings.ToUpper(name)+`\administrator`, nil)
	a.user.CursorColumn = len([]rune(user))
	held := ""
	if st.Given.Forest(name) {
		held = tr("password.kept")
	}
	a.password = kit.NewPassword(s.keys, held, nil)
	a.dc = kit.NewEntry(s.keys, answer.DC, tr("account.dc.auto"), nil)
	a.userBox = kit.NewField(tr("account.user.create"), "", a.user)
	a.passBox = kit.NewField(tr("components.password"), "", a.password)
	a.dcBox = kit.NewField(tr("account.dc"), "", a.dc)
	a.grant = newGranting(s, name, answer, st, func() { a.update(s.session.State()) })
	a.enough = kit.Callout(kit.MoodNote, kit.Plain(tr("account.usable")))
	a.bar, a.checking = kit.NewProgress(3, s.hooks.Still), kit.Muted("")
	a.ok = kit.NewButton(s.keys, kit.Primary, tr("button.ok"), a.give)
	a.open(st)
}

func option(f answers.Forest) answers.AccountOption {
	if f.Option == answers.ExistingAccount {
		return f.Option
	}
	return answers.CreateAccount
}

func (a *account) open(st setup.State) {
	body := kit.Column(14)
	if st.Practice != nil && len(st.Practice.Hints) > 0 {
		body.Add(kit.Line(0, 0, kit.NewSmallLink(a.shell.keys, tr("practice.hints.here"), a.shell.ShowHints)))
	}
	for _, o := range []fyne.CanvasObject{
		kit.Column(10, a.option.Objects()...), a.current.check, a.userBox.Object(), a.passBox.Object(), a.dcBox.Object(),
		a.note, a.cert, a.enough, a.rights, a.grant.object, kit.Column(6, a.checking, a.bar),
	} {
		body.Add(o)
	}
	a.stop = kit.NewButton(a.shell.keys, kit.Secondary, tr("button.cancel"), func() { a.dialog.cancel() })
	a.dialog = a.shell.open(sheetSpec{
		width: 560, title: tr("account.title"), subtitle: a.name, body: body,
		buttons: []fyne.CanvasObject{a.stop, a.ok}, primary: a.ok, focus: a.first(),
		update: a.update, onClose: a.cancelled,
	})
	a.relabel()
	a.update(st)
	a.point(a.forest(st))
}

// first gives what has the keyboard at first.
func (a *account) first() fyne.Focusable {
	if a.current.arrange(a.option.Value() == string(answers.CreateAccount), a.userBox, a.passBox) {
		return a.current.check
	}
	return a.user
}

// forest gives what is known of the dialog's forest.
func (a *account) forest(s setup.State) setup.Forest {
	for _, f := range s.Forests {
		if strings.EqualFold(f.Name, a.name) {
			return f
		}
	}
	return setup.Forest{Name: a.name}
}

// relabel names the field after who has to sign in.
func (a *account) relabel() {
	key := "account.user.create"
	if a.option.Value() == string(answers.ExistingAccount) {
		key = "account.user.existing"
	}
	a.userBox.SetLabel(tr(key))
}

func (a *account) give() {
	a.asked = true
	e := setup.ForestGiven{
		Forest: answers.Forest{
			Forest: a.name, Option: answers.AccountOption(a.option.Value()), SignIn: a.current.signIn(),
			User: strings.TrimSpace(a.user.Text), DC: strings.TrimSpace(a.dc.Text),
			PinSHA256: a.pin, TrustFile: a.trust,
		},
		Password: secret.New(a.password.Text), GrantPassword: secret.New(a.grant.password.Text),
	}
	if e.Forest.Option == answers.ExistingAccount {
		e.Forest.Grant, e.Forest.SignIn = a.grant.answer(), ""
	}
	a.waiting = true
	a.shell.session.Dispatch(e)
}

// cancelled ends a proof that is under way when the dialog is closed.
func (a *account) cancelled() {
	a.bar.Stop()
	if b := a.shell.session.State().Busy; b != nil && b.Task == setup.TaskForest {
		a.shell.session.Dispatch(setup.CancelPressed{})
	}
}

func (a *account) update(s setup.State) {
	f := a.forest(s)
	busy := s.Busy != nil && s.Busy.Task == setup.TaskForest
	ended := a.waiting && !busy
	if ended {
		a.waiting = false
		if f.Green() && len(f.Account.Lacking()) == 0 {
			a.bar.Stop()
			a.dialog.close()
			a.shell.focusFirst() // the next forest without credentials
			return
		}
	}
	a.busy(busy, s)
	a.current.arrange(a.option.Value() == string(answers.CreateAccount), a.userBox, a.passBox)
	a.grant.current.arrange(true, a.grant.userBox, a.grant.passBox)
	a.problems(f, busy)
	a.certificate(f, busy)
	if a.made.changed(f.Account, f.Findings) {
		a.rights.Objects = nil
		if f.Account != nil {
			a.rights.Objects = []fyne.CanvasObject{a.table(*f.Account)}
		}
	}
	existing := f.Account != nil && option(s.ForestAnswer(a.name)) == answers.ExistingAccount
	show(a.rights, existing)
	show(a.grant.object, a.grant.on && a.option.Value() == string(answers.ExistingAccount))
	a.usable(f, busy)
	a.dialog.sheet.Relayout()
	if ended {
		a.point(f)
	}
}

func (a *account) busy(on bool, s setup.State) {
	enable(a.ok, s.Busy == nil)
	a.option.Disable(on)
	for _, e := range []fyne.Disableable{a.current.check, a.user, a.password, a.dc, a.grant.current.check, a.grant.user, a.grant.password} {
		enable(e, !on)
	}
	show(a.bar, on)
	show(a.checking, on)
	if on {
		a.checking.SetText(s.Busy.Text)
		a.bar.Start(nil)
	} else {
		a.bar.Stop()
	}
}

// problems shows what is wrong, beside the field it belongs to.
func (a *account) problems(f setup.Forest, busy bool) {
	p := f.Problem
	if busy {
		p = nil
	}
	at := map[problem.Field]*kit.Field{
		answers.FieldForestUser: a.userBox, answers.FieldForestPass: a.passBox, answers.FieldForestDC: a.dcBox,
		answers.FieldGrantUser: a.grant.userBox, answers.FieldGrantPass: a.grant.passBox,
	}
	for field, box := range at {
		if !box.Object().Visible() { // its problem is told above
			box.SetError("")
			delete(at, field)
		}
	}
	var above *problem.Problem
	if p != nil && at[p.Field] == nil {
		above = p
	}
	for field, box := range at {
		if p != nil && p.Field == field {
			box.SetError(p.Error())
		} else {
			box.SetError("")
		}
	}
	if a.noted.changed(above) {
		a.note.Objects = nil
		if above != nil {
			a.note.Objects = []fyne.CanvasObject{a.shell.problemNote(above)}
		}
	}
	show(a.note, above != nil)
}

// certificate shows one that stopped the sign-in, and the one that was accepted.
func (a *account) certificate(f setup.Forest, busy bool) {
	c := f.Certificate
	if busy || f.Account != nil || (c != nil && (c.Trusted || c.Pinned)) {
		c = nil
	}
	if !a.certMade.changed(c, a.pin) {
		return
	}
	a.cert.Objects = nil
	if c != nil {
		a.cert.Objects = append(a.cert.Objects, a.shell.certificate(tr("account.certificate"), *c, func() {
			a.pin = c.SHA256
			a.give()
		}))
	}
	if a.pin != "" {
		a.cert.Objects = append(a.cert.Objects, a.shell.pinned(tr("account.certificate.accepted"), a.pin, func() {
			a.pin = ""
			a.update(a.shell.session.State())
		}))
	}
	show(a.cert, len(a.cert.Objects) > 0)
}

// table lists the rights, and the commands for those that are missing.
func (a *account) table(acc facts.ForestAccount) fyne.CanvasObject {
	var rows []fyne.CanvasObject
	var commands []string
	for _, r := range acc.Rights {
		icon, color := kit.IconUnknown, kit.ColorUnknown
		switch r.State {
		case facts.RightHas, facts.RightGranted:
			icon, color = kit.IconCheck, kit.ColorSuccess
		case facts.RightLacks:
			icon, color = kit.IconCross, kit.ColorDanger
		case facts.RightUnknown:
		}
		state := string(r.State)
		if state == "" {
			state = string(facts.RightUnknown)
		}
		text := kit.Column(0, kit.NewText(kit.Span{Text: r.Text, Size: kit.SizeSmall}))
		if r.Why != "" {
			text.Add(kit.Muted(r.Why))
		}
		rows = append(rows, kit.Inset(kit.RowX, 6, kit.RowX, 6, kit.Row(0, []float32{104, kit.Rest}, mark(icon, color, tr("right."+state)), text)))
		if r.State == facts.RightLacks {
			commands = append(commands, r.Command...)
		}
	}
	col := kit.Column(8, kit.Bold(tr("account.rights")), kit.Card(rows...))
	if len(commands) > 0 {
		text := strings.Join(commands, "\n")
		col.Add(kit.Muted(tr("account.commands")))
		col.Add(kit.NewText(kit.Span{Text: text, Mono: true, Size: kit.SizeTiny}))
		col.Add(kit.Line(10, 8, kit.NewButton(a.shell.keys, kit.Small, tr("button.copy"), func() { a.shell.hooks.copy(text) }),
			kit.NewButton(a.shell.keys, kit.Small, tr("account.grant"), a.openGrant)))
	}
	return col
}

package ui

import (
	"strings"

	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// granting is the part of the dialog AD forest account in which an Enterprise Admin
// grants what an existing account lacks. Its entries live as long as the dialog.
type granting struct {
	object   *fyne.Container
	current  *currentUser
	user     *kit.Entry
	password *kit.Entry
	userBox  *kit.Field
	passBox  *kit.Field
	on       bool
}

func newGranting(s *Shell, name string, answer answers.Forest, st setup.State, changed func()) *granting {
	user := answer.Grant.User
	g := &granting{on: answer.Grant.Given()}
	if user == "" {
		user = strings.ToUpper(name) + `\`
	}
	held := ""
	if st.Given.Grant(name) {
		held = tr("password.kept")
	}
	g.user = kit.NewEntry(s.keys, user, strings.ToUpper(name)+`\administrator`, nil)
	g.user.CursorColumn = len([]rune(user))
	g.password = kit.NewPassword(s.keys, held, nil)
	g.current = newCurrentUser(s, st.CurrentUser, answer.Grant.SignIn, changed)
	g.userBox = kit.NewField(tr("account.grant.user"), "", g.user)
	g.passBox = kit.NewField(tr("components.password"), "", g.password)
	g.object = kit.Column(10, kit.Bold(tr("account.grant.title")), kit.NewText(kit.Span{Text: tr("account.grant.text"), Size: kit.SizeSmall}),
		g.current.check, g.userBox.Object(), g.passBox.Object(),
		kit.Line(0, 0, kit.NewSmallLink(s.keys, tr("account.grant.not"), func() {
			g.on = false
			changed()
		})))
	return g
}

// answer gives what was typed; nothing while the part is closed.
func (g *granting) answer() answers.Grant {
	if !g.on {
		return answers.Grant{}
	}
	if g.current.on() {
		return answers.Grant{SignIn: g.current.signIn()}
	}
	return answers.Grant{User: strings.TrimSpace(g.user.Text)}
}

// openGrant shows the part and goes to its first field.
func (a *account) openGrant() {
	a.grant.on = true
	a.update(a.shell.session.State())
	if a.grant.current.on() {
		a.shell.canvas.Focus(a.grant.current.check)
	} else {
		a.shell.canvas.Focus(a.grant.user)
	}
	a.dialog.reveal(a.grant.object)
}

// usable says that the account does although it lacks something, as the dialog
// does not close by itself then.
func (a *account) usable(f setup.Forest, busy bool) {
	green := !busy && f.Green()
	show(a.enough, green && len(f.Account.Lacking()) > 0)
	text := tr("button.cancel")
	if green {
		text = tr("button.close")
	}
	a.stop.SetText(text)
}

// point brings what a proof ended with into view: it stands below the fields.
func (a *account) point(f setup.Forest) {
	switch {
	case a.cert.Visible() && f.Certificate != nil:
		a.dialog.reveal(a.cert)
	case a.grant.object.Visible() && f.Problem != nil:
		a.dialog.reveal(a.grant.object)
	case a.note.Visible():
		a.dialog.reveal(a.note)
	case a.rights.Visible():
		a.dialog.reveal(a.rights)
	}
}

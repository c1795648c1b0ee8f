package ui

import (
	"cmp"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// flowRadio chooses between the browser of this computer and a code for another
// device, which is the way where no browser can open.
func (s *Shell) flowRadio(flow answers.EntraFlow, changed func(answers.EntraFlow)) *kit.Radio {
	return kit.NewRadio(s.keys, true, string(cmp.Or(flow, answers.FlowBrowser)), []kit.Choice{
		{Value: string(answers.FlowBrowser), Label: tr("flow.browser"), Hint: tr("flow.browser.hint")},
		{Value: string(answers.FlowDevice), Label: tr("flow.device"), Hint: tr("flow.device.hint")},
	}, s.canvas.Focus, func(v string) { changed(answers.EntraFlow(v)) })
}

// ShowGateSignIn asks how to sign in to the tenant for the conditions of leaving
// staging mode.
func (s *Shell) ShowGateSignIn() {
	st := s.session.State()
	if st.After == nil || st.After.Facts == nil {
		return
	}
	e := setup.GateSignInPressed{Flow: cmp.Or(st.Answers.Entra.Flow, answers.FlowBrowser), User: st.Answers.Entra.User}
	user := kit.NewEntry(s.keys, e.User, "admin@contoso.onmicrosoft.com", func(t string) { e.User = strings.TrimSpace(t) })
	radio := s.flowRadio(e.Flow, func(f answers.EntraFlow) { e.Flow = f })
	body := kit.Column(14, kit.Plain(tr("staging.signin.text")), kit.NewField(tr("staging.signin.user"), "", user).Object())
	for _, o := range radio.Objects() {
		body.Add(o)
	}
	var d *dialog
	do := kit.NewButton(s.keys, kit.Primary, tr("staging.signin.do"), func() {
		d.close()
		s.session.Dispatch(e)
	})
	stop := kit.NewButton(s.keys, kit.Secondary, tr("button.cancel"), func() { d.cancel() })
	d = s.open(sheetSpec{width: 560, title: tr("staging.signin.title"), body: body, buttons: []fyne.CanvasObject{stop, do}, primary: do, focus: user})
}

package ui

import (
	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// welcome is the first page.
type welcome struct {
	base
	shell     *Shell
	object    fyne.CanvasObject
	situation *kit.Radio
	licence   *kit.Check
	practice  *fyne.Container
	made      memo
	found     *found
}

func newWelcome(s *Shell, st setup.State) *welcome {
	p := &welcome{shell: s, practice: kit.Column(4), found: newFound(s)}
	value := st.Answers.Situation
	var choices []kit.Choice
	for _, v := range []answers.Situation{
		answers.SituationServerDied, answers.SituationRestored, answers.SituationLocalDB, answers.SituationStaging,
	} {
		choices = append(choices, kit.Choice{Value: string(v), Label: tr("welcome." + string(v)), Hint: tr("welcome." + string(v) + ".hint")})
	}
	p.situation = kit.NewRadio(s.keys, true, string(value), choices, s.canvas.Focus, func(v string) {
		s.session.Dispatch(setup.SituationChosen{Situation: answers.Situation(v)})
	})
	p.licence = kit.NewCheck(s.keys, tr("welcome.agree"), "", st.Licence, func(on bool) {
		s.session.Dispatch(setup.LicenceToggled{On: on})
	})
	links := kit.Line(18, 4,
		kit.NewSmallLink(s.keys, tr("welcome.licence"), s.ShowLicence),
		kit.NewSmallLink(s.keys, tr("welcome.privacy"), s.ShowPrivacy))
	p.object = kit.Column(12,
		p.practice,
		p.found.box,
		kit.Callout(kit.MoodNote, kit.NewText(kit.Span{Text: tr("welcome.here") + " ", Bold: true}, kit.Span{Text: tr("welcome.here.more")})),
		bullets("welcome.does.1", "welcome.does.2", "welcome.does.3"),
		kit.Inset(0, 4, 0, 0, kit.Bold(tr("welcome.situation"))),
		kit.Grid(12, 270, 2, p.situation.Objects()...),
		kit.Inset(0, 4, 0, 0, kit.HLine()),
		kit.Column(4, p.licence, kit.Inset(28, 0, 0, 0, links)),
	)
	return p
}

// bullets is a list of texts.
func bullets(keys ...string) fyne.CanvasObject {
	col := kit.Column(4)
	for _, k := range keys {
		col.Add(kit.Row(8, []float32{10, kit.Rest}, kit.Plain("•"), kit.Plain(tr(k))))
	}
	return col
}

func (p *welcome) Object() fyne.CanvasObject { return p.object }

func (p *welcome) Head(setup.State) (title, subtitle string) {
	return tr("welcome.title"), tr("welcome.subtitle")
}

func (p *welcome) First() fyne.Focusable { return p.licence }

func (p *welcome) Actions(s setup.State) []action {
	list := []action{p.shell.afterAction(s)}
	if len(p.shell.hooks.Scenarios) == 0 {
		return list
	}
	return append(list, action{text: tr("welcome.practice"), look: kit.Small, off: s.Busy != nil, do: p.shell.ShowPractice})
}

func (p *welcome) Update(s setup.State) {
	p.situation.Set(string(s.Answers.Situation))
	p.licence.Set(s.Licence)
	p.found.update(s)
	if !p.made.changed(s.Practice) {
		return
	}
	p.practice.Objects = nil
	p.practice.Hidden = s.Practice == nil
	if pr := s.Practice; pr != nil {
		p.practice.Add(kit.Callout(kit.MoodWarning, kit.NewText(kit.Span{Text: pr.Title + ". ", Bold: true}, kit.Span{Text: pr.Text})))
	}
}

// hints are the accounts of a practice site, one a line.
func hints(list []string) []fyne.CanvasObject {
	out := make([]fyne.CanvasObject, 0, len(list))
	for _, h := range list {
		out = append(out, kit.NewText(kit.Span{Text: h, Size: kit.SizeSmall, Mono: true}))
	}
	return out
}

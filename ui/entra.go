package ui

import (
	"strings"

	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// entra is the page Connect to Microsoft Entra ID.
type entra struct {
	base
	shell  *Shell
	object *fyne.Container
	form   *fyne.Container
	user   *kit.Entry
	field  *kit.Field
	flow   *kit.Radio
	cloud  *kit.Select
	signIn *kit.Button
	prompt *fyne.Container
	result *fyne.Container
	wrong  *fyne.Container
	list   *findings
	advice *kit.Text
	made   memo
	asked  memo
	failed memo
}

func newEntra(s *Shell, st setup.State) *entra {
	p := &entra{shell: s, prompt: kit.Column(0), result: kit.Column(0), wrong: kit.Column(0), list: newFindings(s)}
	a := st.Answers.Entra
	p.user = kit.NewEntry(s.keys, a.User, "admin@contoso.onmicrosoft.com", func(t string) {
		p.edit(func(e *answers.Entra) { e.User = strings.TrimSpace(t) })
	})
	p.field = kit.NewField(tr("entra.user"), tr("entra.user.hint"), p.user)
	p.flow = s.flowRadio(a.Flow, func(f answers.EntraFlow) { p.edit(func(e *answers.Entra) { e.Flow = f }) })
	var clouds []kit.Choice
	for _, c := range []answers.CloudName{answers.CloudFromTenant, answers.CloudGlobal, answers.CloudUSGovL4, answers.CloudUSGovL5, answers.CloudChina} {
		key := string(c)
		if key == "" {
			key = "auto"
		}
		clouds = append(clouds, kit.Choice{Value: string(c), Label: tr("cloud." + key)})
	}
	p.cloud = kit.NewSelect(s.keys, string(a.Cloud), clouds, func() fyne.Canvas { return s.canvas }, func(v string) {
		p.edit(func(e *answers.Entra) { e.Cloud = answers.CloudName(v) })
	})
	p.signIn = kit.NewButton(s.keys, kit.Secondary, tr("entra.signin"), func() { s.session.Dispatch(setup.EntraPressed{}) })
	p.advice = kit.Muted("")
	p.form = kit.Column(16,
		kit.Row(14, []float32{kit.Rest, 240}, p.field.Object(), kit.NewField(tr("entra.cloud"), "", p.cloud).Object()),
		kit.Grid(14, 240, 2, p.flow.Objects()...),
		kit.Line(0, 0, p.signIn))
	p.object = kit.Column(16, p.wrong, p.form, p.prompt, p.result, p.list.card, p.advice)
	return p
}

func (p *entra) edit(change func(*answers.Entra)) {
	e := p.shell.session.State().Answers.Entra
	change(&e)
	p.shell.session.Dispatch(setup.EntraEdited{Entra: e})
}

func (p *entra) Object() fyne.CanvasObject { return p.object }

func (p *entra) Head(setup.State) (title, subtitle string) {
	return tr("entra.title"), tr("entra.subtitle")
}

func (p *entra) First() fyne.Focusable { return p.user }

// submit is Enter while Next is off: it signs in.
func (p *entra) submit(s setup.State) {
	if s.Entra.Tenant == nil && s.Busy == nil {
		p.shell.session.Dispatch(setup.EntraPressed{})
	}
}

func (p *entra) Fields() []problem.Field { return []problem.Field{answers.FieldEntraUser} }

func (p *entra) Update(s setup.State) {
	signedIn := s.Entra.Tenant != nil
	show(p.form, !signedIn)
	enable(p.signIn, s.Busy == nil)
	if f := s.Answers.Entra.Flow; f != "" {
		p.flow.Set(string(f))
	}
	p.field.SetError(problemText(s.FieldProblem(answers.FieldEntraUser)))
	p.fillWrong(s)
	p.fillPrompt(s.Entra.Prompt)
	if p.made.changed(s.Entra.Tenant) {
		p.result.Objects = nil
		if s.Entra.Tenant != nil {
			p.result.Objects = []fyne.CanvasObject{p.tenant(*s.Entra.Tenant)}
		}
	}
	show(p.result, signedIn)
	p.list.update(s.Entra.Findings)
	tenant := ""
	if s.Facts != nil && s.Facts.ADSync.Entra() != nil {
		tenant = s.Facts.ADSync.Entra().Tenant
	}
	p.advice.SetText(tr("entra.database", or(tenant)))
}

// fillWrong shows why the sign-in failed.
func (p *entra) fillWrong(s setup.State) {
	pr := s.Entra.Problem
	if pr != nil && pr.Field == answers.FieldEntraUser {
		p.field.SetError(pr.Error())
		pr = nil
	}
	if p.failed.changed(pr) {
		p.wrong.Objects = nil
		if pr != nil {
			p.wrong.Objects = []fyne.CanvasObject{p.shell.problemNote(pr)}
		}
	}
	show(p.wrong, pr != nil)
}

// fillPrompt shows what the admin has to do elsewhere.
func (p *entra) fillPrompt(pr *setup.Prompt) {
	show(p.prompt, pr != nil)
	if !p.asked.changed(pr) {
		return
	}
	p.prompt.Objects = nil
	if pr == nil {
		return
	}
	p.prompt.Objects = []fyne.CanvasObject{p.shell.promptCallout(*pr)}
}

// promptCallout is what the admin has to do elsewhere to sign in.
func (s *Shell) promptCallout(pr setup.Prompt) fyne.CanvasObject {
	var parts []fyne.CanvasObject
	if pr.Text != "" {
		parts = append(parts, kit.Bold(pr.Text))
	}
	if pr.Note != "" {
		parts = append(parts, kit.NewText(kit.Span{Text: pr.Note}))
	}
	links := kit.Line(18, 6)
	if pr.Code != "" {
		parts = append(parts, kit.NewText(kit.Span{Text: pr.Code, Mono: true, Bold: true, Size: kit.SizeHeading}))
		links.Add(kit.NewButton(s.keys, kit.Small, tr("entra.copycode"), func() { s.hooks.copy(pr.Code) }))
	}
	if pr.URL != "" {
		parts = append(parts, kit.Mono(pr.URL))
		links.Add(kit.NewButton(s.keys, kit.Small, tr("entra.open"), func() { s.openURL(pr.URL) }))
		links.Add(kit.NewButton(s.keys, kit.Small, tr("entra.copylink"), func() { s.hooks.copy(pr.URL) }))
	}
	if !pr.Expires.IsZero() {
		parts = append(parts, kit.Muted(tr("entra.expires", pr.Expires.Local().Format("15:04"))))
	}
	if len(links.Objects) > 0 {
		parts = append(parts, kit.Inset(0, 4, 0, 0, links))
	}
	return kit.Callout(kit.MoodNote, parts...)
}

// tenant is what was seen after the sign-in.
func (p *entra) tenant(t facts.Tenant) fyne.CanvasObject {
	rows := []fyne.CanvasObject{kit.CardRow(kit.RowCentered(12, []float32{18, kit.Rest, kit.Natural},
		kit.NewIcon(kit.IconCheck, kit.ColorSuccess, 16),
		kit.Column(1, kit.Bold(t.Name), kit.Muted(tr("entra.signedin", t.User))),
		kit.NewButton(p.shell.keys, kit.Small, tr("entra.forget"), func() { p.shell.session.Dispatch(setup.EntraForgotten{}) })))}
	add := func(label, text string) {
		rows = append(rows, kit.Inset(kit.RowX, 8, kit.RowX, 8, kit.Row(0, []float32{190, kit.Rest},
			kit.Muted(label), kit.NewText(kit.Span{Text: text, Size: kit.SizeSmall}))))
	}
	add(tr("tenant.initial"), or(t.InitialDomain))
	add(tr("tenant.domains"), read(t.Domains, func(d []string) string { return strings.Join(d, ", ") }))
	add(tr("tenant.roles"), read(t.Roles, roles))
	add(tr("tenant.sync"), read(t.SyncEnabled, func(on bool) string {
		if on {
			return tr("tenant.sync.on")
		}
		return tr("tenant.sync.off")
	}))
	if at, ok := t.LastSync.Get(); ok {
		add(tr("tenant.lastsync"), dateTime(at))
	}
	add(tr("tenant.features"), read(t.Features, func(on []string) string { return strings.Join(on, ", ") }))
	add(tr("tenant.identities"), read(t.Identities, identities))
	return kit.Card(rows...)
}

// read gives a reading as text, or why it is not known.
func read[T any](r facts.Read[T], text func(T) string) string {
	if v, ok := r.Get(); ok {
		return or(text(v))
	}
	return tr("read.unknown", r.Reason())
}

func roles(list []facts.Role) string {
	var out []string
	for _, r := range list {
		out = append(out, r.Name+" – "+tr("role."+string(r.State)))
	}
	if len(out) == 0 {
		return tr("tenant.roles.none")
	}
	return strings.Join(out, "\n")
}

func identities(list []facts.SyncIdentity) string {
	var out []string
	for _, i := range list {
		out = append(out, i.Name)
	}
	if len(out) == 0 {
		return tr("tenant.identities.none")
	}
	return strings.Join(out, "\n")
}

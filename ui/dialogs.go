package ui

import (
	"slices"

	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/assets"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// dialog is a sheet over the window. Enter presses its primary button, Escape
// closes it.
type dialog struct {
	shell   *Shell
	sheet   *kit.Sheet
	primary *kit.Button
	update  func(setup.State)
	onClose func()
	before  fyne.Focusable // what had the focus before
}

func (d *dialog) enter() {
	if d.primary != nil && !d.primary.Disabled() {
		d.primary.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	}
}

func (d *dialog) cancel() {
	d.close()
	if d.onClose != nil {
		d.onClose()
	}
}

func (d *dialog) reveal(o fyne.CanvasObject) {
	if o != fyne.CanvasObject(d.primary) {
		d.sheet.Body().RevealInside(o)
	}
}

// close takes the dialog away and gives the focus back.
func (d *dialog) close() {
	d.shell.dialogs = slices.DeleteFunc(d.shell.dialogs, func(o *dialog) bool { return o == d })
	d.shell.canvas.Overlays().Remove(d.sheet)
	if d.before != nil && len(d.shell.dialogs) == 0 {
		d.shell.canvas.Focus(d.before)
	}
}

// sheetSpec is what a dialog consists of.
type sheetSpec struct {
	width           float32
	title, subtitle string
	body            fyne.CanvasObject
	buttons         []fyne.CanvasObject
	primary         *kit.Button
	focus           fyne.Focusable
	update          func(setup.State)
	onClose         func()
}

// open shows a dialog.
func (s *Shell) open(spec sheetSpec) *dialog {
	d := &dialog{shell: s, primary: spec.primary, update: spec.update, onClose: spec.onClose, before: s.canvas.Focused()}
	d.sheet = kit.NewSheet(spec.width, spec.title, spec.subtitle, spec.body, spec.buttons...)
	s.dialogs = append(s.dialogs, d)
	s.canvas.Overlays().Add(d.sheet)
	d.sheet.Resize(s.canvas.Size())
	focus := spec.focus
	if focus == nil && spec.primary != nil {
		focus = spec.primary
	}
	if focus != nil {
		s.canvas.Focus(focus)
	}
	return d
}

// text opens a dialog with a text to read and Close.
func (s *Shell) text(title, subtitle string, body fyne.CanvasObject, more ...fyne.CanvasObject) {
	var d *dialog
	closeIt := kit.NewButton(s.keys, kit.Primary, tr("button.close"), func() { d.cancel() })
	d = s.open(sheetSpec{width: 720, title: title, subtitle: subtitle, body: body, buttons: append(more, closeIt), primary: closeIt})
}

// ShowHelp opens the help of the current page.
func (s *Shell) ShowHelp() {
	text, err := assets.Help(string(s.shown))
	if err != nil {
		fyne.LogError("Opening help", err)
		return
	}
	title, body := kit.Markdown(text)
	s.text(title, tr("help.subtitle"), body)
}

// ShowLicence opens the licence terms.
func (s *Shell) ShowLicence() {
	s.text(tr("licence.title"), tr("licence.subtitle"), kit.NewText(kit.Span{Text: unwrap(assets.Licence), Size: kit.SizeSmall}))
}

// ShowPrivacy opens the privacy notice.
func (s *Shell) ShowPrivacy() {
	title, body := kit.Markdown(assets.Privacy)
	s.text(title, tr("privacy.subtitle"), body)
}

// showURL shows an address that could not be opened, to open it elsewhere.
func (s *Shell) showURL(url string) {
	copyIt := kit.NewButton(s.keys, kit.Secondary, tr("button.copy"), func() { s.hooks.copy(url) })
	s.text(tr("url.title"), tr("url.subtitle"), kit.Mono(url), copyIt)
}

// ShowProblem shows a problem that belongs to no page.
func (s *Shell) ShowProblem(p *problem.Problem) {
	body := kit.Column(10)
	for _, t := range []string{p.Why, p.Fix} {
		if t != "" {
			body.Add(kit.Plain(t))
		}
	}
	if p.Detail != "" {
		body.Add(kit.Mono(p.Detail))
	}
	copyIt := kit.NewButton(s.keys, kit.Secondary, tr("button.copy"), func() { s.hooks.copy(p.Text()) })
	s.text(p.What, "", body, copyIt)
}

// ShowClose asks before work is lost. Asked again it stays the one question, and it
// goes when what it warns of has ended.
func (s *Shell) ShowClose() {
	if slices.Contains(s.dialogs, s.closing) {
		return
	}
	st := s.session.State()
	key := "close.typed"
	switch {
	case st.Install.Running || st.Install.Undoing:
		key = "close.running"
	case st.Changed():
		key = "close.changed"
	}
	var d *dialog
	stay := kit.NewButton(s.keys, kit.Primary, tr("close.stay"), func() { d.cancel() })
	leave := kit.NewButton(s.keys, kit.Secondary, tr("close.leave"), func() {
		d.close()
		s.close()
	})
	if key == "close.running" {
		leave = kit.NewButton(s.keys, kit.Secondary, tr("installing.stop"), func() {
			d.close()
			s.session.Dispatch(setup.StopPressed{})
		})
		if !st.CanStop() {
			leave.Disable()
		}
	}
	d = s.open(sheetSpec{
		width: 520, title: tr("close.title"), body: kit.Plain(tr(key)), buttons: []fyne.CanvasObject{leave, stay}, primary: stay,
		update: func(st setup.State) {
			if key == "close.running" && !st.Install.Running && !st.Install.Undoing {
				d.close()
			}
		},
	})
	s.closing = d
}

// ShowPractice lets the admin choose a practice site, or leave it.
func (s *Shell) ShowPractice() {
	st := s.session.State()
	value := ""
	if st.Practice != nil {
		value = st.Practice.Scenario
	} else if len(s.hooks.Scenarios) > 0 {
		value = s.hooks.Scenarios[0].Name
	}
	choices := make([]kit.Choice, len(s.hooks.Scenarios))
	for i, c := range s.hooks.Scenarios {
		choices[i] = kit.Choice{Value: c.Name, Label: c.Title, Hint: c.Text}
	}
	radio := kit.NewRadio(s.keys, true, value, choices, s.canvas.Focus, nil)
	var d *dialog
	choose := func(name string) {
		d.close()
		s.session.Dispatch(setup.PracticeChosen{Scenario: name})
	}
	start := kit.NewButton(s.keys, kit.Primary, tr("practice.start"), func() { choose(radio.Value()) })
	stop := kit.NewButton(s.keys, kit.Secondary, tr("button.cancel"), func() { d.cancel() })
	buttons := []fyne.CanvasObject{stop, start}
	if st.Practice != nil {
		leave := kit.NewButton(s.keys, kit.Secondary, tr("practice.leave"), func() { choose("") })
		buttons = append([]fyne.CanvasObject{leave}, buttons...)
	}
	d = s.open(sheetSpec{
		width: 680, title: tr("practice.title"), subtitle: tr("practice.subtitle"),
		body: kit.Column(12, radio.Objects()...), buttons: buttons, primary: start, focus: radio.First(),
	})
}

// ShowHints says what to type on a practice site.
func (s *Shell) ShowHints() {
	st := s.session.State()
	if st.Practice == nil {
		return
	}
	body := kit.Column(10, kit.Plain(st.Practice.Text))
	for _, o := range hints(st.Practice.Hints) {
		body.Add(o)
	}
	s.text(st.Practice.Title, tr("practice.hints.subtitle"), body)
}

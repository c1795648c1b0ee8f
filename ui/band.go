package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// bandHeight is the height of the band with the buttons in px.
const bandHeight = 66

// band is the lower edge of the window: what blocks or what is going on at the
// left, the buttons at the right, and a thin line of progress along its top.
type band struct {
	widget.BaseWidget
	shell    *Shell
	ground   *kit.Box
	line     fyne.CanvasObject
	progress *kit.Progress
	status   *kit.Text
	buttons  []fyne.CanvasObject // from left to right
	cancel   *kit.Button
	previous *kit.Button
	primary  *kit.Button
	extra    []*kit.Button
	made     memo
}

func newBand(s *Shell) *band {
	b := &band{
		shell: s, ground: kit.NewBox(kit.ColorBand, "", 0), line: kit.HLine(),
		progress: kit.NewProgress(3, s.hooks.Still), status: kit.Muted(""),
	}
	b.cancel = kit.NewButton(s.keys, kit.Secondary, tr("button.cancel"), func() { s.session.Dispatch(setup.CancelPressed{}) })
	b.previous = kit.NewButton(s.keys, kit.Secondary, tr("button.previous"), func() { s.session.Dispatch(setup.PreviousPressed{}) })
	b.primary = kit.NewButton(s.keys, kit.Primary, "", s.pressPrimary)
	b.buttons = []fyne.CanvasObject{b.cancel, b.previous, b.primary}
	b.ExtendBaseWidget(b)
	return b
}

func (b *band) update(s setup.State, p page) {
	ok, why := s.CanNext()
	b.primary.SetText(s.NextLabel())
	if ok {
		b.primary.Enable()
	} else {
		b.primary.Disable()
	}
	running := s.Install.Running || s.Install.Undoing
	b.primary.Hidden = running
	b.previous.Hidden = !s.CanPrevious()
	if s.After != nil {
		b.previous.SetText(tr("after.back"))
	} else {
		b.previous.SetText(tr("button.previous"))
	}
	b.busy(s, running)
	b.status.SetText(statusText(s, why))
	actions := p.Actions(s)
	if b.cancel.Visible() { // what goes on needs the room, and Cancel is what counts
		actions = nil
	}
	texts := make([]any, 0, len(actions))
	for _, a := range actions {
		texts = append(texts, a.text, a.look)
	}
	if b.made.changed(texts...) {
		b.extra = nil
		b.buttons = make([]fyne.CanvasObject, 0, len(actions)+3)
		for _, a := range actions {
			btn := kit.NewButton(b.shell.keys, a.look, a.text, nil)
			b.extra = append(b.extra, btn)
			b.buttons = append(b.buttons, btn)
		}
		b.buttons = append(b.buttons, b.cancel, b.previous, b.primary)
	}
	for i, a := range actions {
		b.extra[i].OnPress(a.do)
		if a.off {
			b.extra[i].Disable()
		} else {
			b.extra[i].Enable()
		}
	}
	b.Refresh()
}

func (b *band) busy(s setup.State, running bool) {
	b.cancel.Hidden = s.Busy == nil || running
	b.progress.Hidden = s.Busy == nil || running
	if s.Busy != nil && s.Busy.Cancelling {
		b.cancel.SetText(tr("button.cancelling"))
		b.cancel.Disable()
	} else {
		b.cancel.SetText(tr("button.cancel"))
		b.cancel.Enable()
	}
	if s.Busy == nil {
		b.progress.Stop()
	} else {
		b.progress.Start(b.shell.tick)
	}
}

// statusText is what stands at the left: what goes on, else what blocks, else
// the file that was saved.
func statusText(s setup.State, why string) string {
	switch {
	case s.Page == setup.PageInstalling && (s.Install.Running || s.Install.Undoing):
		return stepStatus(s)
	case s.Busy != nil && s.Busy.Text != "":
		return s.Busy.Text
	case why != "":
		return why
	case s.Saved != "":
		return tr("band.saved", s.Saved)
	default:
		return ""
	}
}

// leastStatus is the width in px below which the status goes above the buttons.
const leastStatus = 130

// Distances between the band's buttons in px.
const (
	buttonGap = 12
	buttonRow = 44 // from one row of buttons to the next
)

// rows gives the visible buttons in rows that fit a width, the lowest row last: it
// has as many as fit, the primary button at its end.
func (b *band) rows(width float32) [][]fyne.CanvasObject {
	var out [][]fyne.CanvasObject
	var row []fyne.CanvasObject
	used := float32(0)
	for i := len(b.buttons) - 1; i >= 0; i-- {
		o := b.buttons[i]
		if !o.Visible() {
			continue
		}
		w := o.MinSize().Width + buttonGap
		if len(row) > 0 && used+w > width+buttonGap {
			out = append([][]fyne.CanvasObject{row}, out...)
			row, used = nil, 0
		}
		row, used = append([]fyne.CanvasObject{o}, row...), used+w
	}
	return append([][]fyne.CanvasObject{row}, out...)
}

// rowWidth gives the width of a row of buttons.
func rowWidth(row []fyne.CanvasObject) float32 {
	w := float32(0)
	for i, o := range row {
		if i > 0 {
			w += buttonGap
		}
		w += o.MinSize().Width
	}
	return w
}

// place gives the band's height at a width and the room for the status beside
// the buttons of the lowest row, 0 when it stands above them.
func (b *band) place(width float32) (height, room float32) {
	rows := b.rows(width - 80)
	height = bandHeight + buttonRow*float32(len(rows)-1)
	room = width - 80 - rowWidth(rows[len(rows)-1]) - 20
	if b.status.String() == "" || (room >= leastStatus && b.status.HeightFor(room) < bandHeight-10) {
		return height, max(1, room)
	}
	return height + b.status.HeightFor(width-80) + 6, 0
}

func (b *band) MinSize() fyne.Size { return fyne.NewSize(300, bandHeight) }

func (b *band) CreateRenderer() fyne.WidgetRenderer { return &bandRenderer{b} }

type bandRenderer struct{ b *band }

func (r *bandRenderer) Layout(s fyne.Size) {
	b := r.b
	b.ground.Resize(s)
	b.line.Resize(fyne.NewSize(s.Width, 1))
	b.progress.Resize(fyne.NewSize(s.Width, 3))
	rows := b.rows(s.Width - 80)
	middle := s.Height - bandHeight/2
	for i := len(rows) - 1; i >= 0; i-- {
		x := s.Width - 40 - rowWidth(rows[i])
		for _, o := range rows[i] {
			size := o.MinSize()
			o.Move(fyne.NewPos(x, middle-size.Height/2))
			o.Resize(size)
			x += size.Width + buttonGap
		}
		middle -= buttonRow
	}
	if _, room := b.place(s.Width); room > 0 {
		h := b.status.HeightFor(room)
		b.status.Move(fyne.NewPos(40, max(4, s.Height-(bandHeight+h)/2)))
		b.status.Resize(fyne.NewSize(room, h))
		return
	}
	b.status.Move(fyne.NewPos(40, 12))
	b.status.Resize(fyne.NewSize(s.Width-80, b.status.HeightFor(s.Width-80)))
}

func (r *bandRenderer) MinSize() fyne.Size { return r.b.MinSize() }
func (r *bandRenderer) Destroy()           {}
func (r *bandRenderer) Objects() []fyne.CanvasObject {
	return append([]fyne.CanvasObject{r.b.ground, r.b.line, r.b.progress, r.b.status}, r.b.buttons...)
}

func (r *bandRenderer) Refresh() {
	r.Layout(r.b.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
	canvas.Refresh(r.b)
}

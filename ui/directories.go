package ui

import (
	"strings"

	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// directories is the page Connect your directories.
type directories struct {
	base
	shell  *Shell
	object *fyne.Container
	card   *fyne.Container
	rows   map[string]*forestRow
	made   memo
}

// forestRow is one forest: its mark, what stands, and the button.
type forestRow struct {
	object fyne.CanvasObject
	icon   *kit.Icon
	text   *kit.Text
	button *kit.Button
	list   *findings
}

func newDirectories(s *Shell) *directories {
	p := &directories{shell: s, card: kit.Over(), rows: map[string]*forestRow{}}
	p.object = kit.Column(14, p.card)
	return p
}

func (p *directories) Object() fyne.CanvasObject { return p.object }

func (p *directories) Head(setup.State) (title, subtitle string) {
	return tr("directories.title"), tr("directories.subtitle")
}

func (p *directories) First() fyne.Focusable {
	for _, f := range p.shell.session.State().Forests {
		if r := p.rows[f.Name]; r != nil && !f.Green() {
			return r.button
		}
	}
	return nil
}

func (p *directories) Update(s setup.State) {
	names := make([]string, len(s.Forests))
	for i, f := range s.Forests {
		names[i] = f.Name
	}
	if p.made.changed(names) {
		objects := make([]fyne.CanvasObject, len(names))
		for i, name := range names {
			p.rows[name] = p.row(name)
			objects[i] = p.rows[name].object
		}
		p.card.Objects = kit.CardParts(objects)
	}
	show(p.card, len(names) > 0)
	for _, f := range s.Forests {
		p.fill(p.rows[f.Name], f, s)
	}
}

func (p *directories) row(name string) *forestRow {
	r := &forestRow{icon: kit.NewIcon(kit.IconCross, kit.ColorDanger, 15), text: kit.Muted(""), list: newFindings(p.shell)}
	r.button = kit.NewButton(p.shell.keys, kit.Small, tr("directories.change"), func() { p.shell.ShowAccount(name) })
	line := kit.RowCentered(14, []float32{26, kit.Rest, kit.Natural}, r.icon, kit.Column(1, kit.Bold(name), r.text), r.button)
	r.object = kit.CardRow(kit.Column(10, line, r.list.card))
	return r
}

// fill shows where a forest stands: icon and words, never colour alone.
func (p *directories) fill(r *forestRow, f setup.Forest, s setup.State) {
	busy := s.Busy != nil && s.Busy.Task == setup.TaskForest && strings.EqualFold(s.Busy.Forest, f.Name)
	enable(r.button, s.Busy == nil)
	switch {
	case busy:
		r.icon.Set(kit.IconDot, kit.ColorMuted)
		r.text.Set(small(tr("forest.checking")))
	case f.Green():
		r.icon.Set(kit.IconCheck, kit.ColorSuccess)
		r.text.Set(small(verified(*f.Account, s.ForestAnswer(f.Name))))
	case f.Problem != nil:
		r.icon.Set(kit.IconCross, kit.ColorDanger)
		r.text.Set(small(f.Problem.Error()))
	case f.Account != nil:
		r.icon.Set(kit.IconCross, kit.ColorDanger)
		r.text.Set(small(tr("forest.blocked", f.Account.User)))
	default:
		r.icon.Set(kit.IconCross, kit.ColorDanger)
		r.text.Set(small(needed(f)))
	}
	var worth []preflight.Finding
	for _, x := range f.Findings {
		if x.Severity != preflight.Pass {
			worth = append(worth, x)
		}
	}
	r.list.update(worth)
}

// small is a text of lesser weight below a title.
func small(text string) kit.Span {
	return kit.Span{Text: text, Size: kit.SizeSmall, Color: kit.ColorMuted}
}

func needed(f setup.Forest) string {
	if before := f.Before.String(); before != "" {
		return tr("forest.needed", before)
	}
	return tr("forest.needed.unknown")
}

// verified says in words what the green tick stands for.
func verified(a facts.ForestAccount, answer answers.Forest) string {
	key := "forest.verified"
	if answer.Option != answers.ExistingAccount {
		key = "forest.create"
	}
	text := tr(key, a.User, a.Controller, a.Protection)
	lacking := len(a.Lacking())
	unknown, granted := 0, 0
	for _, r := range a.Rights {
		if r.State == facts.RightGranted {
			granted++
		}
		if r.State == facts.RightUnknown || r.State == "" {
			unknown++
		}
	}
	switch {
	case answer.Option != answers.ExistingAccount:
		return text
	case lacking > 0:
		return text + " " + count("forest.rights.lacking", lacking)
	case granted > 0:
		return text + " " + count("forest.rights.granted", granted)
	case unknown > 0:
		return text + " " + count("forest.rights.unknown", unknown)
	default:
		return text + " " + tr("forest.rights.all")
	}
}

package ui

import (
	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// tasks is the page Tasks of Additional tasks: what this database calls for after an
// installation, with the admin's ticks and what the program sees by itself.
type tasks struct {
	afterBase
	object *fyne.Container
	note   fyne.CanvasObject
	lists  *taskLists
}

func newTasks(s *Shell) *tasks {
	p := &tasks{afterBase: afterBase{shell: s}, lists: newTaskLists(s), note: kit.Muted(tr("tasks.note"))}
	p.object = kit.Column(14, p.note, p.lists.object)
	return p
}

func (p *tasks) Object() fyne.CanvasObject { return p.object }

func (p *tasks) Head(s setup.State) (title, subtitle string) { return afterHead(s, "tasks.title") }

func (p *tasks) Update(s setup.State) {
	known := s.After != nil && s.After.Facts != nil
	show(p.object, known)
	if known {
		p.lists.update(s.After.Tasks)
	}
}

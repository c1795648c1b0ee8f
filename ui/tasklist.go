package ui

import (
	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/review"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// taskLists are the tasks to tick: those before leaving staging mode, and those
// afterwards.
type taskLists struct {
	shell  *Shell
	object *fyne.Container
	first  *taskList
	later  *taskList
	checks map[string]*kit.Check
}

// taskList is a heading and the card of tasks below it.
type taskList struct {
	head *kit.Text
	card *fyne.Container
	made memo
}

func newTaskList() *taskList {
	return &taskList{head: kit.NewText(kit.Span{Color: kit.ColorMuted}), card: kit.Over()}
}

func newTaskLists(s *Shell) *taskLists {
	l := &taskLists{shell: s, first: newTaskList(), later: newTaskList(), checks: map[string]*kit.Check{}}
	l.object = kit.Column(14, l.first.head, l.first.card, l.later.head, l.later.card)
	return l
}

func (l *taskLists) update(tasks []review.Task) {
	var first, later []review.Task
	for _, t := range tasks {
		if t.First {
			first = append(first, t)
		} else {
			later = append(later, t)
		}
	}
	l.fill(l.first, first, "complete.tasks")
	l.fill(l.later, later, "complete.later")
}

// fill shows a list of tasks under what is left of it.
func (l *taskLists) fill(list *taskList, tasks []review.Task, key string) {
	show(list.head, len(tasks) > 0)
	show(list.card, len(tasks) > 0)
	open := 0
	shapes := make([]any, 0, len(tasks))
	for _, t := range tasks {
		if !t.Done {
			open++
		}
		t.Done = false // a tick alone does not make the rows anew
		shapes = append(shapes, t)
	}
	if open == 0 {
		list.head.SetText(tr(key + ".done"))
	} else {
		list.head.SetText(count(key, open))
	}
	if list.made.changed(shapes...) {
		rows := make([]fyne.CanvasObject, len(tasks))
		for i, t := range tasks {
			rows[i] = l.row(t)
		}
		list.card.Objects = kit.CardParts(rows)
	}
	for _, t := range tasks {
		l.checks[t.ID].Set(t.Done)
	}
}

func (l *taskLists) row(t review.Task) fyne.CanvasObject {
	c := kit.NewTitledCheck(l.shell.keys, t.Title, t.Text, t.Done, func(on bool) {
		l.shell.session.Dispatch(setup.TaskTicked{ID: t.ID, On: on})
	})
	l.checks[t.ID] = c
	var left fyne.CanvasObject = c
	if t.Seen != nil {
		left = kit.Column(6, c, kit.Inset(28, 0, 0, 0, seen(*t.Seen)))
		enable(c, t.Seen.Sight != review.SeenDone)
	}
	if len(t.Steps) == 0 && t.Link == "" {
		return kit.CardRow(left)
	}
	how := kit.NewButton(l.shell.keys, kit.Small, tr("complete.how"), func() { l.shell.ShowTask(t) })
	return kit.CardRow(kit.Row(14, []float32{kit.Rest, kit.Natural}, left, how))
}

// seen is what the program itself sees of a task: icon, word and evidence.
func seen(x review.Seen) fyne.CanvasObject {
	icon, color := kit.IconUnknown, kit.ColorUnknown
	switch x.Sight {
	case review.SeenDone:
		icon, color = kit.IconCheck, kit.ColorSuccess
	case review.SeenOpen:
		icon, color = kit.IconWarning, kit.ColorWarning
	default: // can't be seen, as set above
	}
	return kit.Row(0, []float32{colSeen(), kit.Rest}, mark(icon, color, tr("seen."+string(x.Sight))), kit.NewText(kit.Span{Text: x.Evidence, Size: kit.SizeSmall}))
}

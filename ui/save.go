package ui

import (
	"path/filepath"

	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/report"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// ShowSavePlan asks where the plan goes.
func (s *Shell) ShowSavePlan() {
	s.saveFile(saveSpec{
		title: tr("ready.save.title"), name: "plan.html", hint: tr("save.hint"), check: setup.SaveProblem,
		event: func(path string) setup.Event { return setup.SavePressed{Path: path} },
	})
}

// ShowSaveReport asks where the report goes, and in Additional tasks what it holds
// beside what it always does.
func (s *Shell) ShowSaveReport() {
	var with setup.ReportParts
	s.saveFile(saveSpec{
		title: tr("complete.save.title"), name: "report.html", hint: tr("save.hint"), more: s.reportParts(&with), check: setup.SaveProblem,
		event: func(path string) setup.Event { return setup.SavePressed{Path: path, With: with} },
	})
}

// reportParts are the boxes for what a report of Additional tasks holds on request.
func (s *Shell) reportParts(with *setup.ReportParts) []fyne.CanvasObject {
	st := s.session.State()
	if st.After == nil || st.After.Facts == nil {
		return nil
	}
	all := kit.NewCheck(s.keys, tr("save.all", thousands(report.RowsMost)), tr("save.all.hint"), false, func(on bool) { with.All = on })
	all.Disable()
	exports := kit.NewCheck(s.keys, tr("save.pending", report.RowsFirst), tr("save.pending.hint"), false, func(on bool) {
		with.Pending = on
		if on {
			all.Enable()
		} else {
			all.Disable()
		}
	})
	hint := tr("save.compare.none")
	compared := st.Comparison().Report != nil
	if compared {
		hint = tr("save.compare.hint")
	}
	comparison := kit.NewCheck(s.keys, tr("save.compare"), hint, false, func(on bool) { with.Compare = on })
	if !compared {
		comparison.Disable()
	}
	return []fyne.CanvasObject{kit.Bold(tr("save.parts")), exports, kit.Inset(28, 0, 0, 0, all), comparison}
}

// saveSpec says what is asked before a file is written.
type saveSpec struct {
	title, name, hint string
	more              []fyne.CanvasObject // below the path
	event             func(path string) setup.Event
	check             func(path string) *problem.Problem // what is wrong with the name; nil for any will do
}

// saveAs asks for a file and dispatches the event made with its path.
func (s *Shell) saveAs(title, name, hint string, event func(path string) setup.Event) {
	s.saveFile(saveSpec{title: title, name: name, hint: hint, event: event})
}

func (s *Shell) saveFile(spec saveSpec) {
	suggested := spec.name
	if s.hooks.SaveDir != "" {
		suggested = filepath.Join(s.hooks.SaveDir, spec.name)
	}
	var d *dialog
	var path *kit.Entry
	var field *kit.Field
	done := kit.NewButton(s.keys, kit.Primary, tr("button.save"), func() {
		if spec.check != nil {
			if p := spec.check(path.Text); p != nil {
				field.SetError(p.Error())
				d.sheet.Relayout()
				return
			}
		}
		d.close()
		s.session.Dispatch(spec.event(path.Text))
	})
	path = kit.NewEntry(s.keys, suggested, "", func(t string) { enable(done, t != "") })
	stop := kit.NewButton(s.keys, kit.Secondary, tr("button.cancel"), func() { d.cancel() })
	buttons := []fyne.CanvasObject{stop, done}
	if s.hooks.PickSave != nil {
		browse := kit.NewButton(s.keys, kit.Secondary, tr("button.browse"), func() {
			s.hooks.PickSave(suggested, func(p string) { path.SetText(p) })
		})
		buttons = append([]fyne.CanvasObject{browse}, buttons...)
	}
	field = kit.NewField(tr("save.path"), spec.hint, path)
	body := kit.Column(12, append([]fyne.CanvasObject{field.Object()}, spec.more...)...)
	d = s.open(sheetSpec{width: 620, title: spec.title, body: body, buttons: buttons, primary: done, focus: path})
}

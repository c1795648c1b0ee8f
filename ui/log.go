package ui

import (
	"log/slog"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/logbook"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// Log is the program's log, as logbook.Book is it.
type Log interface {
	// Entries gives the entries after a number, oldest first.
	Entries(after int64) []logbook.Entry
	// Path is the log's file, empty for none.
	Path() string
	// Problem tells that the file can't be written, nil when all is well.
	Problem() *problem.Problem
}

// logShown is how many of the newest lines the window shows. All are in the file.
const logShown = 150

// logView is the dialog with the log.
type logView struct {
	shell  *Shell
	dialog *dialog
	lines  *fyne.Container
	warn   *fyne.Container
	follow *kit.Check
	saves  []*kit.Button // do not work while the program is busy with something else
	last   int64
}

// ShowLog opens the log: it follows what happens until the admin stops it.
func (s *Shell) ShowLog() {
	if s.hooks.Log == nil {
		return
	}
	v := &logView{shell: s, lines: kit.Column(4), warn: kit.Column(6)}
	v.follow = kit.NewCheck(s.keys, tr("log.follow"), tr("log.follow.hint"), true, func(bool) { v.update(s.session.State()) })
	where := tr("log.memory")
	if path := s.hooks.Log.Path(); path != "" {
		where = tr("log.where", path)
	}
	body := kit.Column(12, v.warn, kit.Muted(where), v.follow, kit.HLine(), v.lines)
	closeIt := kit.NewButton(s.keys, kit.Primary, tr("button.close"), func() { v.dialog.cancel() })
	bundle := kit.NewButton(s.keys, kit.Secondary, tr("log.bundle"), s.ShowSaveBundle)
	save := kit.NewButton(s.keys, kit.Secondary, tr("log.save"), s.ShowSaveLog)
	v.saves = []*kit.Button{bundle, save}
	buttons := []fyne.CanvasObject{
		bundle, save,
		kit.NewButton(s.keys, kit.Secondary, tr("button.copy"), func() { s.hooks.copy(logText(s.hooks.Log.Entries(0))) }),
		closeIt,
	}
	v.dialog = s.open(sheetSpec{
		width: 860, title: tr("log.title"), subtitle: tr("log.subtitle"), body: body,
		buttons: buttons, primary: closeIt, update: v.update,
	})
	v.update(s.session.State())
}

// ShowSaveLog asks where the log goes.
func (s *Shell) ShowSaveLog() {
	s.saveAs(tr("log.save.title"), "adsync-reconnect.log", tr("log.save.hint"), func(path string) setup.Event { return setup.LogSavePressed{Path: path} })
}

// ShowSaveBundle asks where the support bundle goes.
func (s *Shell) ShowSaveBundle() {
	s.saveAs(tr("log.bundle.title"), "adsync-reconnect-support.zip", tr("log.bundle.hint"), func(path string) setup.Event { return setup.BundlePressed{Path: path} })
}

// update adds what is new, unless the admin reads on in peace.
func (v *logView) update(st setup.State) {
	log := v.shell.hooks.Log
	for _, b := range v.saves {
		if st.Busy != nil {
			b.Disable()
		} else {
			b.Enable()
		}
	}
	v.warn.Objects = nil
	if p := log.Problem(); p != nil {
		v.warn.Objects = []fyne.CanvasObject{kit.NewText(kit.Span{Text: p.What + " " + p.Fix, Color: kit.ColorWarning})}
	}
	if !v.follow.On() {
		return
	}
	list := log.Entries(v.last)
	if len(list) == 0 {
		return
	}
	v.last = list[len(list)-1].N
	for _, e := range list[max(0, len(list)-logShown):] {
		v.lines.Add(logLine(e))
	}
	if n := len(v.lines.Objects); n > logShown {
		v.lines.Objects = v.lines.Objects[n-logShown:]
	}
	if v.dialog != nil {
		v.dialog.sheet.Relayout()
		v.dialog.sheet.Body().ToEnd()
	}
}

// logLine shows one entry: when, what, and its values.
func logLine(e logbook.Entry) *kit.Text {
	const size = kit.SizeSmall
	color := fyne.ThemeColorName("")
	switch e.Level {
	case slog.LevelWarn.String():
		color = kit.ColorWarning
	case slog.LevelError.String():
		color = kit.ColorDanger
	case slog.LevelDebug.String():
		color = kit.ColorMuted
	}
	spans := []kit.Span{
		{Text: e.At.Local().Format("15:04:05") + "  ", Mono: true, Size: size, Color: kit.ColorMuted},
		{Text: logWords(e), Size: size, Color: color, Bold: color != "" && color != kit.ColorMuted},
	}
	for _, a := range e.Attrs {
		if a.Name == "rev" || a.Value == "" {
			continue // of no use to a reader; it stands in the file
		}
		spans = append(spans, kit.Span{Text: "  " + a.Name + " " + a.Value, Size: size, Color: kit.ColorMuted})
	}
	return kit.NewText(spans...)
}

// logWords names an entry with its level in words, as colour alone says nothing
// to some.
func logWords(e logbook.Entry) string {
	switch e.Level {
	case slog.LevelWarn.String(), slog.LevelError.String():
		return e.Level + " " + e.Text
	}
	return e.Text
}

func logText(list []logbook.Entry) string {
	var b strings.Builder
	for _, e := range list {
		b.WriteString(e.String() + "\n")
	}
	return b.String()
}

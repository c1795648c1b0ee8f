package setup

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"reflect"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/bundle"
	"github.com/adsync-reconnect/adsync-reconnect/core/logbook"
	"github.com/adsync-reconnect/adsync-reconnect/core/report"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// BundlePressed packs a support bundle into a zip file.
type BundlePressed struct{ Path string }

// LogSavePressed writes the log, as text, to a file.
type LogSavePressed struct{ Path string }

// SaveLog writes the log to Path. Ends with FileSaved.
type SaveLog struct {
	Token int
	Path  string
}

// SaveBundle packs a support bundle into Path. Ends with FileSaved.
type SaveBundle struct {
	Token  int
	Path   string
	Record report.Record
}

func (BundlePressed) event()  {}
func (LogSavePressed) event() {}
func (SaveBundle) effect()    {}
func (SaveLog) effect()       {}

// bundle packs what a support case needs.
func (s State) bundle(path string) (State, Effect) {
	record := Record(s)
	return s.saving("Packing…", func(token int) Effect { return SaveBundle{Token: token, Path: path, Record: record} })
}

// saveLog writes the log to a file.
func (s State) saveLog(path string) (State, Effect) {
	return s.saving("Saving…", func(token int) Effect { return SaveLog{Token: token, Path: path} })
}

// startSave runs the effects that write a file.
func (s *Session) startSave(effect Effect) {
	switch e := effect.(type) {
	case SaveRecord:
		s.write(e.Token, e.Path, func() ([]byte, error) { return render(e.Path, e.Record) })
	case SaveBundle:
		s.write(e.Token, e.Path, func() ([]byte, error) {
			c := bundle.Content{Record: e.Record, Log: s.book.Entries(0), Redactor: s.book.Redactor()}
			if s.p.DataDir != "" && e.Record.Practice == "" {
				c.Data = os.DirFS(s.p.DataDir)
			}
			var b bytes.Buffer
			err := bundle.Write(&b, c)
			return b.Bytes(), err
		})
	case SaveLog:
		s.write(e.Token, e.Path, func() ([]byte, error) {
			var b bytes.Buffer
			for _, entry := range s.book.Entries(0) {
				b.WriteString(entry.String() + "\n")
			}
			return b.Bytes(), nil
		})
	}
}

// write makes a file's content and writes it as a whole. It ends with FileSaved.
func (s *Session) write(token int, path string, content func() ([]byte, error)) {
	s.run(token, false, func(context.Context, *running) (Event, error) {
		data, err := content()
		if err == nil {
			err = s.p.SaveFile(path, data)
		}
		return FileSaved{Token: token, Path: path}, err
	})
}

// Book is the session's log, for whoever shows or saves it.
func (s *Session) Book() *logbook.Book { return s.book }

// hide masks secrets in the log from now on.
func (s *Session) hide(secrets map[string]secret.Value) {
	for name, v := range secrets {
		s.book.Hide(name, v)
	}
}

// note logs an event: what kind it is and what the world answered, never what
// was typed. The caller holds the lock.
func (s *Session) note(e Event, text string) {
	level, attrs := told(e)
	all := []any{slog.String("page", string(s.state.Page)), slog.Int("rev", s.state.Rev)}
	for _, a := range attrs {
		all = append(all, a)
	}
	if text != "" {
		all = append(all, slog.String("note", text))
	}
	write := map[slog.Level]func(string, ...any){
		slog.LevelDebug: s.log.Debug, slog.LevelInfo: s.log.Info, slog.LevelWarn: s.log.Warn, slog.LevelError: s.log.Error,
	}[level]
	write(reflect.TypeOf(e).Name(), all...)
}

// told is what the log keeps of an event beside its name.
func told(e Event) (slog.Level, []slog.Attr) {
	switch e := e.(type) {
	case Progressed:
		return slog.LevelDebug, []slog.Attr{slog.String("text", e.Text)}
	case StepProgressed:
		p := e.Progress
		attrs := []slog.Attr{slog.String("step", p.Step), slog.String("state", string(p.State)), slog.String("text", p.Text)}
		if p.Problem != nil {
			return slog.LevelWarn, append(attrs, slog.Any("problem", p.Problem))
		}
		return slog.LevelInfo, attrs
	case InstallEnded:
		attrs := []slog.Attr{slog.String("ending", string(e.Outcome.Ending))}
		if e.Outcome.Problem != nil {
			return slog.LevelError, append(attrs, slog.Any("problem", e.Outcome.Problem))
		}
		return slog.LevelInfo, attrs
	case TaskFailed:
		if e.Problem == nil {
			return slog.LevelInfo, []slog.Attr{slog.String("outcome", "cancelled")}
		}
		return slog.LevelWarn, []slog.Attr{slog.Any("problem", e.Problem)}
	case Inspected:
		if e.Problem != nil {
			return slog.LevelWarn, []slog.Attr{slog.Any("problem", e.Problem)}
		}
	case FileSaved:
		return slog.LevelInfo, []slog.Attr{slog.String("path", e.Path)}
	case PageChosen:
		return slog.LevelInfo, []slog.Attr{slog.String("chosen", string(e.Page))}
	case PracticeOpened:
		if e.Practice != nil {
			return slog.LevelInfo, []slog.Attr{slog.String("scenario", e.Practice.Scenario)}
		}
	}
	return slog.LevelInfo, nil
}

// newBook is the log of a session that was given none: in memory.
func newBook() *logbook.Book { return logbook.New("", time.Time{}) }

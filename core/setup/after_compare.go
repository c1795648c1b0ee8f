package setup

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/compare"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// Comparison is where the page Compare stands.
type Comparison struct {
	Answer CompareAnswer `json:"answer"`
	// Report is what came of the last comparison; nil before, and once an answer changed.
	Report *compare.Report `json:"report,omitempty"`
}

// CompareAnswer says what the database of the connection is compared with.
type CompareAnswer struct {
	// Database says that the other side is a database too: Server and Name, with
	// the sign-in of the connection. Else it is the export at Path.
	Database bool   `json:"database,omitempty"`
	Path     string `json:"path,omitempty"`
	Server   string `json:"server,omitempty"`
	Name     string `json:"name,omitempty"`
	// OtherIsNew says that the other side is the new server, not the active one.
	OtherIsNew bool `json:"otherIsNew,omitempty"`
}

// missing tells whether something has to be typed first.
func (a CompareAnswer) missing() bool {
	if a.Database {
		return strings.TrimSpace(a.Server) == ""
	}
	return strings.TrimSpace(a.Path) == ""
}

// TaskCompare is comparing two configurations.
const TaskCompare Task = "compare"

type (
	// CompareEdited changes what is compared.
	CompareEdited struct{ Answer CompareAnswer }
	// ComparePressed compares.
	ComparePressed struct{}
	// CompareSavePressed writes the comparison to a file, HTML or JSON by its ending.
	CompareSavePressed struct{ Path string }
	// RunCompare compares the database of SQL with the other side. Ends with Compared.
	RunCompare struct {
		Token  int
		SQL    answers.SQL
		Answer CompareAnswer
	}
	// SaveComparison writes a comparison. Ends with FileSaved.
	SaveComparison struct {
		Token  int
		Path   string
		Report compare.Report
	}
	// Compared carries what came of a comparison.
	Compared struct {
		Token   int
		Report  compare.Report
		Problem *problem.Problem
	}
)

func (CompareEdited) event()      {}
func (ComparePressed) event()     {}
func (CompareSavePressed) event() {}
func (Compared) event()           {}
func (RunCompare) effect()        {}
func (SaveComparison) effect()    {}

// Comparison gives where the page Compare stands.
func (s State) Comparison() Comparison {
	if s.After == nil || s.After.Compare == nil {
		c := Comparison{}
		if s.Practice != nil {
			c.Answer.Path = PracticeExport
		}
		return c
	}
	return *s.After.Compare
}

// CanCompare tells whether both sides are known and nothing else is going on.
func (s State) CanCompare() bool {
	return s.After != nil && s.After.Facts != nil && s.free(TaskCompare) && !s.Comparison().Answer.missing()
}

func (e CompareEdited) reduce(s State) (State, Effect) { //nolint:unparam // afterEvent wants an Effect of every event
	if s.Busy != nil && s.Busy.Task == TaskCompare {
		return s, nil
	}
	s.Problems = nil
	return s.withAfter(func(a *After) { a.Compare = &Comparison{Answer: e.Answer} }), nil
}

func (ComparePressed) reduce(s State) (State, Effect) {
	if !s.CanCompare() {
		return s, nil
	}
	answer := s.Comparison().Answer
	s = s.withAfter(func(a *After) { a.Compare = &Comparison{Answer: answer} })
	s = s.begin(TaskCompare, "Comparing…")
	return s, RunCompare{Token: s.Rev, SQL: s.Answers.SQL, Answer: answer}
}

func (e CompareSavePressed) reduce(s State) (State, Effect) {
	r := s.Comparison().Report
	if r == nil {
		return s, nil
	}
	if p := saveProblem(e.Path); p != nil {
		s.Problems = []*problem.Problem{p}
		return s, nil
	}
	return s.saving("Saving…", func(token int) Effect { return SaveComparison{Token: token, Path: e.Path, Report: *r} })
}

// start compares.
func (e RunCompare) start(s *Session, site Site, secrets map[string]secret.Value) {
	s.run(e.Token, false, func(ctx context.Context, _ *running) (Event, error) {
		password := secrets[answers.SecretSQL]
		here := CompareSide{SQL: e.SQL, Password: password}
		other := CompareSide{Path: strings.TrimSpace(e.Answer.Path)}
		if e.Answer.Database {
			sql := e.SQL
			sql.Server, sql.Instance, sql.Database = strings.TrimSpace(e.Answer.Server), "", strings.TrimSpace(e.Answer.Name)
			other = CompareSide{SQL: sql, Password: password}
		}
		active, fresh := other, here
		if e.Answer.OtherIsNew {
			active, fresh = here, other
		}
		r, err := site.Comparer.Compare(ctx, active, fresh, s.sayer(e.Token))
		return Compared{Token: e.Token, Report: r, Problem: problem.From(err)}, nil
	})
}

// start writes the file.
func (e SaveComparison) start(s *Session, _ Site, _ map[string]secret.Value) {
	s.write(e.Token, e.Path, func() ([]byte, error) {
		write := compare.WriteHTML
		if strings.EqualFold(filepath.Ext(e.Path), ".json") {
			write = compare.WriteJSON
		}
		var b bytes.Buffer
		err := write(&b, e.Report)
		return b.Bytes(), err
	})
}

func (e Compared) of() (int, Task) { return e.Token, TaskCompare }

// land takes the comparison in.
func (e Compared) land(s State) State {
	if s.After == nil {
		return s
	}
	if e.Problem != nil {
		s.Problems = []*problem.Problem{e.Problem}
		return s
	}
	answer := s.Comparison().Answer
	return s.withAfter(func(a *After) { a.Compare = &Comparison{Answer: answer, Report: &e.Report} })
}

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
	// Database says that the other side is a database too: Server and Name. Folders
	// says that two exports are compared and this database takes no part: that of the
	// active server at Path, that of the new one at NewPath. Else the other side is the
	// export at Path.
	Database bool   `json:"database,omitempty"`
	Folders  bool   `json:"folders,omitempty"`
	Path     string `json:"path,omitempty"`
	NewPath  string `json:"newPath,omitempty"`
	Server   string `json:"server,omitempty"`
	Name     string `json:"name,omitempty"`
	// SignIn and User are how to sign in to the other database, "" for the same sign-in
	// as that of the connection. The password is typed (ComparePasswordTyped).
	SignIn answers.SignIn `json:"signIn,omitempty"`
	User   string         `json:"user,omitempty"`
	// PinSHA256 accepts exactly this certificate of the other server.
	PinSHA256 string `json:"pinSha256,omitempty"`
	// OtherIsNew says that the other side is the new server, not the active one.
	OtherIsNew bool `json:"otherIsNew,omitempty"`
}

// Password tells whether the other database is reached with a password of its own.
func (a CompareAnswer) Password() bool {
	return a.Database && (a.SignIn == answers.SignInAccount || a.SignIn == answers.SignInSQL)
}

// missing tells whether something has to be typed first. given says whether the
// password of the other database was.
func (a CompareAnswer) missing(given bool) bool {
	empty := func(s string) bool { return strings.TrimSpace(s) == "" }
	switch {
	case a.Folders:
		return empty(a.Path) || empty(a.NewPath)
	case a.Database:
		return empty(a.Server) || a.Password() && (empty(a.User) || !given)
	default:
		return empty(a.Path)
	}
}

// What the inputs of the two sides are called, as problems name them.
const (
	InputCompare    problem.Field = "compare"
	InputCompareNew problem.Field = "compare.new"
)

// secretCompare is the key of the password of the other database among the session's
// secrets.
const secretCompare = "compare"

// TaskCompare is comparing two configurations.
const TaskCompare Task = "compare"

type (
	// CompareEdited changes what is compared.
	CompareEdited struct{ Answer CompareAnswer }
	// ComparePasswordTyped is the password for the other database.
	ComparePasswordTyped struct{ Password secret.Value }
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

func (CompareEdited) event()        {}
func (ComparePressed) event()       {}
func (ComparePasswordTyped) event() {}
func (CompareSavePressed) event()   {}
func (Compared) event()             {}
func (RunCompare) effect()          {}
func (SaveComparison) effect()      {}

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
	return s.After != nil && s.After.Facts != nil && s.free(TaskCompare) && !s.Comparison().Answer.missing(s.Given.Compare)
}

func (e CompareEdited) reduce(s State) (State, Effect) {
	if s.Busy != nil && s.Busy.Task == TaskCompare {
		return s, nil
	}
	s.Problems = nil
	return s.withAfter(func(a *After) { a.Compare = &Comparison{Answer: e.Answer} }), nil
}

func (e ComparePasswordTyped) reduce(s State) (State, Effect) {
	if s.Busy != nil && s.Busy.Task == TaskCompare {
		return s, nil
	}
	s.Given.Compare = !e.Password.IsEmpty()
	return CompareEdited{Answer: s.Comparison().Answer}.reduce(s)
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
	if p := SaveProblem(e.Path); p != nil {
		s.Problems = []*problem.Problem{p}
		return s, nil
	}
	return s.saving("Saving…", func(token int) Effect { return SaveComparison{Token: token, Path: e.Path, Report: *r} })
}

// start compares.
func (e RunCompare) start(s *Session, site Site, secrets map[string]secret.Value) {
	s.run(e.Token, false, func(ctx context.Context, _ *running) (Event, error) {
		active, fresh := e.sides(secrets)
		r, err := site.Comparer.Compare(ctx, active, fresh, s.sayer(e.Token))
		return Compared{Token: e.Token, Report: r, Problem: problem.From(err)}, nil
	})
}

// sides gives the active server's side and the new one's.
func (e RunCompare) sides(secrets map[string]secret.Value) (active, fresh CompareSide) {
	a := e.Answer
	other := CompareSide{Path: strings.TrimSpace(a.Path), Input: InputCompare}
	if a.Folders {
		return other, CompareSide{Path: strings.TrimSpace(a.NewPath), Input: InputCompareNew}
	}
	here := CompareSide{SQL: e.SQL, Password: secrets[answers.SecretSQL]}
	if a.Database {
		other = CompareSide{SQL: a.sql(e.SQL), Password: here.Password, Input: InputCompare}
		if a.SignIn != "" {
			other.Password = secrets[secretCompare]
		}
	}
	if a.OtherIsNew {
		return here, other
	}
	return other, here
}

// sql gives how to reach the other database: as this one in all that was not typed,
// except that on another computer another certificate is to be expected.
func (a CompareAnswer) sql(here answers.SQL) answers.SQL {
	sql := here
	sql.Server, sql.Instance, sql.Database = strings.TrimSpace(a.Server), "", strings.TrimSpace(a.Name)
	if !strings.EqualFold(computerOf(sql.Server), computerOf(here.Server)) {
		sql.PinSHA256, sql.HostInCert = "", ""
	}
	if pin := strings.TrimSpace(a.PinSHA256); pin != "" {
		sql.PinSHA256 = pin
	}
	if a.SignIn != "" {
		sql.SignIn, sql.User, sql.Password = a.SignIn, strings.TrimSpace(a.User), answers.SecretRef{}
	}
	return sql
}

// computerOf gives the computer of a typed server: SQL01 of SQL01\HYBRID and SQL01,1433.
func computerOf(server string) string {
	name, _, _ := strings.Cut(strings.TrimSpace(server), `\`)
	name, _, _ = strings.Cut(name, ",")
	return strings.TrimSpace(name)
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

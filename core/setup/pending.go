package setup

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/pending"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/report"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/wholefile"
)

// TaskPending is reading pending exports; TaskPendingFile is writing them to a file.
const (
	TaskPending     Task = "pending"
	TaskPendingFile Task = "pending-file"
)

// Deadlines of the pieces of the review of pending exports.
const (
	countDeadline = 15 * time.Minute // counts go through the whole connector space
	pageDeadline  = 5 * time.Minute  // a search does too
	fileDeadline  = 2 * time.Hour
)

// automaticContainers is up to how many pending exports OUs are counted at once:
// for Entra ID three tables are joined for it.
const automaticContainers = 100_000

// Reviewer opens the database for the review of pending exports.
type Reviewer interface {
	// Pending opens a reader; whoever asked closes it. known is what was read of
	// the database before.
	Pending(ctx context.Context, a answers.SQL, password secret.Value, known facts.ADSync) (*pending.Reader, error)
}

// Pending is where the review of pending exports stands.
type Pending struct {
	Summary *pending.Summary `json:"summary,omitempty"`
	Query   pending.Query    `json:"query"`
	Page    *pending.Page    `json:"page,omitempty"`
	Object  *pending.Object  `json:"object,omitempty"` // the one whose details are open
	Saved   string           `json:"saved,omitempty"`  // the file that was written last
	Rows    int64            `json:"rows,omitempty"`   // rows of it
	// Gathered is what was read for a report last.
	Gathered *report.PendingExports `json:"-"`
}

// What the admin does on the page Review pending exports.
type (
	// PendingAsked counts what waits and lists it from its beginning.
	PendingAsked struct{}
	// PendingFiltered lists what a query says.
	PendingFiltered struct{ Query pending.Query }
	// PendingTurned shows another page of the list.
	PendingTurned struct{ Cursor pending.Cursor }
	// PendingObjectAsked opens the details of an object, "" closes them.
	PendingObjectAsked struct{ ID string }
	// PendingContainersAsked counts a connector's pending exports by OU.
	PendingContainersAsked struct{ Connector string }
	// PendingFileAsked writes the rows of the query to a CSV file.
	PendingFileAsked struct{ Path string }
)

// PendingRequest is what all effects of this page need.
type PendingRequest struct {
	Token int
	SQL   answers.SQL
	Facts *facts.Set
}

// Effects of this page.
type (
	// CountPending counts. Ends with PendingCounted.
	CountPending struct {
		PendingRequest
		Query pending.Query
	}
	// ListPending reads a page of the list. Ends with PendingListed.
	ListPending struct {
		PendingRequest
		Query  pending.Query
		Cursor pending.Cursor
	}
	// ShowPending reads an object. Ends with PendingShown.
	ShowPending struct {
		PendingRequest
		ID string
	}
	// ContainPending counts by OU. Ends with PendingContained.
	ContainPending struct {
		PendingRequest
		Connector pending.Connector
	}
	// WritePending writes a CSV file. Ends with PendingWritten.
	WritePending struct {
		PendingRequest
		Query pending.Query
		Path  string
	}
)

// Results of the effects.
type (
	// PendingCounted carries the summary and the first page.
	PendingCounted struct {
		Token   int
		Summary pending.Summary
		Page    pending.Page
	}
	// PendingListed carries a page.
	PendingListed struct {
		Token int
		Page  pending.Page
	}
	// PendingShown carries an object.
	PendingShown struct {
		Token  int
		Object pending.Object
	}
	// PendingContained carries the OUs of a connector.
	PendingContained struct {
		Token      int
		Connector  string
		Containers []pending.Container
	}
	// PendingWritten says which file was written.
	PendingWritten struct {
		Token int
		Path  string
		Rows  int64
	}
)

func (PendingAsked) event()           {}
func (PendingFiltered) event()        {}
func (PendingTurned) event()          {}
func (PendingObjectAsked) event()     {}
func (PendingContainersAsked) event() {}
func (PendingFileAsked) event()       {}
func (PendingCounted) event()         {}
func (PendingListed) event()          {}
func (PendingShown) event()           {}
func (PendingContained) event()       {}
func (PendingWritten) event()         {}
func (CountPending) effect()          {}
func (ListPending) effect()           {}
func (ShowPending) effect()           {}
func (ContainPending) effect()        {}
func (WritePending) effect()          {}

func (e CountPending) start(s *Session, site Site, secrets map[string]secret.Value) {
	s.review(e.PendingRequest, countDeadline, site, secrets, func(ctx context.Context, r *pending.Reader, say func(string)) (Event, error) {
		r.Refresh()
		summary, err := countAll(ctx, r, say)
		if err != nil {
			return nil, err
		}
		say("Reading the list…")
		page, err := r.Page(ctx, e.Query, pending.Cursor{}, pending.PageSize)
		return PendingCounted{Token: e.Token, Summary: summary, Page: page}, err
	})
}

// countAll counts what waits, by OU too where that is cheap.
func countAll(ctx context.Context, r *pending.Reader, say func(string)) (pending.Summary, error) {
	summary, err := r.Summary(ctx, say)
	if err != nil {
		return summary, err
	}
	for i, c := range summary.Connectors {
		if n := c.Exports.Total(); n == 0 || n > automaticContainers {
			continue
		}
		say("Counting by OU: " + c.Name)
		if list, err := r.Containers(ctx, c); err != nil {
			summary.Notes = append(summary.Notes, c.Name+": the OUs could not be counted: "+err.Error())
		} else {
			summary.Connectors[i].Containers = list
		}
	}
	return summary, nil
}

func (e ListPending) start(s *Session, site Site, secrets map[string]secret.Value) {
	s.review(e.PendingRequest, pageDeadline, site, secrets, func(ctx context.Context, r *pending.Reader, _ func(string)) (Event, error) {
		page, err := r.Page(ctx, e.Query, e.Cursor, pending.PageSize)
		return PendingListed{Token: e.Token, Page: page}, err
	})
}

func (e ShowPending) start(s *Session, site Site, secrets map[string]secret.Value) {
	s.review(e.PendingRequest, pageDeadline, site, secrets, func(ctx context.Context, r *pending.Reader, _ func(string)) (Event, error) {
		object, err := r.Object(ctx, e.ID)
		return PendingShown{Token: e.Token, Object: object}, err
	})
}

func (e ContainPending) start(s *Session, site Site, secrets map[string]secret.Value) {
	s.review(e.PendingRequest, countDeadline, site, secrets, func(ctx context.Context, r *pending.Reader, _ func(string)) (Event, error) {
		list, err := r.Containers(ctx, e.Connector)
		return PendingContained{Token: e.Token, Connector: e.Connector.ID, Containers: list}, err
	})
}

func (e WritePending) start(s *Session, site Site, secrets map[string]secret.Value) {
	s.review(e.PendingRequest, fileDeadline, site, secrets, func(ctx context.Context, r *pending.Reader, say func(string)) (Event, error) {
		rows, err := WriteCSV(ctx, r, e.Query, e.Path, say)
		return PendingWritten{Token: e.Token, Path: e.Path, Rows: rows}, err
	})
}

// CodePendingFile is the problem of a file that could not be written.
const CodePendingFile problem.Code = "pending.file"

// WriteCSV writes the rows of a query to a file, which is there whole or not at all.
func WriteCSV(ctx context.Context, r *pending.Reader, q pending.Query, path string, say func(string)) (rows int64, err error) {
	err = wholefile.Stream(path, func(w io.Writer) error {
		var err error
		told := int64(-1)
		rows, err = r.CSV(ctx, q, w, func(done, total int64) {
			if percent := done * 100 / max(1, total); percent != told {
				told = percent
				say(fmt.Sprintf("%d of %d rows written (%d %%)…", done, total, percent))
			}
		})
		return err
	})
	if err == nil || ctx.Err() != nil || problem.As(err) != nil {
		return rows, err
	}
	return rows, &problem.Problem{
		Code: CodePendingFile, What: "The file could not be written.", Why: path,
		Fix: "Choose a folder that you may write to and that has room, then save again.", Detail: err.Error(), Cause: err,
	}
}

// review runs work on the open reader, under a deadline. A reader is opened anew
// when the database was read anew.
func (s *Session) review(q PendingRequest, deadline time.Duration, site Site, secrets map[string]secret.Value,
	work func(ctx context.Context, r *pending.Reader, say func(string)) (Event, error),
) {
	s.run(q.Token, false, func(ctx context.Context, _ *running) (Event, error) {
		ctx, cancel := context.WithTimeout(ctx, deadline)
		defer cancel()
		r, err := s.reader.get(ctx, q, site, secrets)
		if err != nil {
			return nil, err
		}
		return work(ctx, r, s.sayer(q.Token))
	})
}

// openReader is the reader that pages share, so that a page costs no sign-in.
type openReader struct {
	mu  sync.Mutex
	of  *facts.Set
	sql answers.SQL
	r   *pending.Reader
}

// get gives the reader of a database, opening it when another one is open.
func (o *openReader) get(ctx context.Context, q PendingRequest, site Site, secrets map[string]secret.Value) (*pending.Reader, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.r != nil && o.of == q.Facts && o.sql == q.SQL {
		return o.r, nil
	}
	if site.Reviewer == nil {
		return nil, &problem.Problem{Code: CodeSite, What: "Pending exports can't be read here.", Fix: "Start the program again without practice, or with it."}
	}
	if err := o.closeLocked(); err != nil {
		return nil, err
	}
	r, err := site.Reviewer.Pending(ctx, q.SQL, secrets[answers.SecretSQL], q.Facts.ADSync)
	if err != nil {
		return nil, err
	}
	o.of, o.sql, o.r = q.Facts, q.SQL, r
	return r, nil
}

// close closes what is open.
func (o *openReader) close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.closeLocked()
}

func (o *openReader) closeLocked() error {
	r := o.r
	o.r, o.of = nil, nil
	if r == nil {
		return nil
	}
	return r.Close()
}

// ListPathProblem says what is wrong with the name of a file to save the list to; nil for
// nothing.
func ListPathProblem(path string) *problem.Problem {
	if strings.TrimSpace(path) != "" {
		return nil
	}
	return &problem.Problem{Code: CodePendingFile, What: "The file has no name.", Fix: "Type where the list should be saved."}
}

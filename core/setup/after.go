package setup

import (
	"context"
	"slices"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// The pages of Additional tasks. A page that is not in AfterPages is not there yet.
const (
	PageOverview Page = "overview" // view the configuration
	PagePending  Page = "pending"  // review pending exports
	PageCompare  Page = "compare"  // compare with another server
	PageTasks    Page = "tasks"    // what is left to do
	PageStaging  Page = "staging"  // leave or enter staging mode
	PageUndo     Page = "undo"     // take the installation back
)

// AfterPages gives the pages of Additional tasks in order. They need nothing but
// a connection to the database, so that they serve on the active server and on an
// admin's desk too.
func AfterPages() []Page {
	return []Page{PageOverview, PagePending, PageCompare, PageTasks, PageStaging, PageUndo}
}

// After is where Additional tasks stand. State.After is nil while the wizard is
// open; while it is set, Page is one of AfterPages, or PageComponents as long as
// there is no connection.
type After struct {
	// From is the wizard's page that Back leads to.
	From Page `json:"from"`
	// Want is the page to open once the database has been read.
	Want Page `json:"want"`
	// Facts are the database as it is now, apart from State.Facts, which an
	// installation of this session rests on. nil until it was read.
	Facts *facts.Set `json:"facts,omitempty"`
	// Tasks are what is left to do, with the admin's ticks and what the program sees.
	Tasks []review.Task `json:"tasks,omitempty"`
	// Pending is the review of pending exports; nil until something was asked.
	Pending *Pending `json:"pending,omitempty"`
	// Compare is where the page Compare stands; ask with State.Comparison.
	Compare *Comparison `json:"compare,omitempty"`
}

// AfterOpened opens Additional tasks at a page, "" for the first.
type AfterOpened struct{ Page Page }

// ReadAgainPressed reads the database again for Additional tasks.
type ReadAgainPressed struct{}

// TaskReview is reading the database for Additional tasks.
const TaskReview Task = "review"

// ReadAgain reads the database for Additional tasks. Ends with Reread.
type ReadAgain struct {
	Token   int
	Answers answers.Answers
}

// Reread carries the database as it is now; like Inspected.
type Reread struct {
	Token   int
	Facts   facts.Set
	Ticked  map[string]time.Time // the ticks that are kept for this database
	Problem *problem.Problem
	Ticks   *problem.Problem // why Ticked can't be read
}

func (AfterOpened) event()      {}
func (ReadAgainPressed) event() {}
func (Reread) event()           {}
func (ReadAgain) effect()       {}

func (e Reread) of() (int, Task) { return e.Token, TaskReview }

func (e ReadAgain) start(s *Session, site Site, secrets map[string]secret.Value) {
	s.run(e.Token, false, func(ctx context.Context, _ *running) (Event, error) {
		set, err := site.Prober.Inspect(ctx, e.Answers, secrets[answers.SecretSQL], s.sayer(e.Token))
		s.ticking.Lock()
		ticked, ticksErr := loadTicks(site, set)
		s.ticking.Unlock()
		return Reread{Token: e.Token, Facts: set, Ticked: ticked, Problem: problem.From(err), Ticks: problem.From(ticksErr)}, nil
	})
}

// IsAfter tells whether a page belongs to Additional tasks.
func IsAfter(p Page) bool { return slices.Contains(AfterPages(), p) }

// SetUp tells whether an earlier run of this program set this computer up, so
// that Additional tasks are what its admin comes for.
func (s State) SetUp() bool { return s.Found != nil && s.Found.Problem == nil && s.Found.Finished() }

// CanOpenAfter tells whether Additional tasks can be opened from this page.
func (s State) CanOpenAfter() bool {
	return s.After == nil && s.Busy == nil && !s.installing() && (s.Page == PageWelcome || s.Page == PageComplete)
}

// InstalledPlan gives the plan of the installation that can be taken back from
// Additional tasks: of this run of the program, else of an earlier one. nil for none.
func (s State) InstalledPlan() *plan.Plan {
	switch o := s.Install.Outcome; {
	case s.Plan != nil && o != nil && s.Changed():
		return s.Plan
	case s.SetUp():
		return &s.Found.Plan
	}
	return nil
}

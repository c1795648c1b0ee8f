package setup

import (
	"slices"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// How a page of Additional tasks is added, none of it in a shared switch:
//
//  1. after.go: its Page into AfterPages, its part of the state into After, as a
//     pointer to a plain value that is replaced and never changed in place
//     (State.withAfter).
//  2. A file of its own here: Events with the method
//     reduce(State) (State, Effect), Effects with
//     start(*Session, Site, map[string]secret.Value), and the results they feed
//     back, with of() (token, Task) and land(State) State. Implementing afterEvent,
//     afterEffect and afterResult is all it takes to be called. A result that
//     reports progress on the way implements stays() bool, one that leads to more
//     work follow(State) (State, Effect).
//     What has to be read when the page is entered goes into State.enter.
//  3. What it needs of the world: an interface on Site with at most three methods,
//     which practice and main.go's realSite fill. nil means that it can't be done
//     here, and the page says so.
//  4. ui: a file with the page, a case in Shell.newPage, texts "nav.<page>" and its
//     own in en.json; states in ui/internal/fixture and in the tour's test; a row of
//     the README's table of pages.
//  5. core/cli: what /review or a switch of its own prints, and report.Record.

// afterEvent is something that the admin did in Additional tasks. It is asked only
// while they are open and nothing is being installed.
type afterEvent interface {
	Event
	reduce(s State) (State, Effect)
}

// afterResult is a result of an effect of Additional tasks. The session drops it
// when the state is not busy with that task under that token any more.
type afterResult interface {
	Event
	of() (token int, t Task)
	land(s State) State
}

// staying is an afterResult that does not end its task.
type staying interface{ stays() bool }

// following is an afterResult that may lead to an effect once it has landed.
type following interface{ follow(s State) (State, Effect) }

// afterResult goes on after a result. before is the state that e came to.
func (s State) afterResult(before State, e Event) (State, Effect) {
	if f, ok := e.(following); ok && s.After != nil && before.expects(e) {
		return f.follow(s)
	}
	return s.afterSignIn(before, e)
}

// afterEffect is work for Additional tasks. The session starts it with site and
// secrets of that moment, holding its lock; it runs under Session.run.
type afterEffect interface {
	Effect
	start(s *Session, site Site, secrets map[string]secret.Value)
}

// withAfter gives a state with a changed copy of After.
func (s State) withAfter(change func(*After)) State {
	a := After{}
	if s.After != nil {
		a = *s.After
	}
	change(&a)
	s.After = &a
	return s
}

// reduceAfter handles what the admin does in Additional tasks. ok is false for what
// the wizard's own reducers are to handle: typing on the connection page, and
// everything while Additional tasks are closed.
func reduceAfter(s State, e Event) (next State, effect Effect, ok bool) {
	if open, is := e.(AfterOpened); is {
		next, effect = s.openAfter(open.Page)
		return next, effect, true
	}
	if s.After == nil {
		return s, nil, false
	}
	switch e := e.(type) {
	case NextPressed:
		next, effect = s.connect()
	case PreviousPressed:
		next = s.leaveAfter()
	case PageChosen:
		next, effect = s, nil
		if s.CanChoose(e.Page) {
			next, effect = s.enter(e.Page)
		}
	case ReadAgainPressed:
		next, effect = s.reread()
	case afterEvent:
		next, effect = e.reduce(s)
	default:
		return s, nil, false
	}
	return next, effect, true
}

// openAfter opens Additional tasks and reads the database as it is now.
func (s State) openAfter(want Page) (State, Effect) {
	if !s.CanOpenAfter() {
		return s, nil
	}
	if !IsAfter(want) {
		want = AfterPages()[0]
	}
	s = s.withAfter(func(a *After) { *a = After{From: s.Page, Want: want} })
	if s.SetUp() && s.Answers.SQL.Server == "" {
		s.Answers = s.Found.Known.Answers.Clone()
	}
	if s.Staging.Earlier && s.Answers.SQL.Server == "" {
		s.Answers.SQL = s.Staging.SQL
	}
	if index(s.From()) >= index(PageInstalling) {
		s.Page, s.Problems = want, nil // the connection is that of the installation
		return s.reread()
	}
	s.Page, s.Problems = PageComponents, nil
	return s.reread()
}

// From gives the page of the wizard that Additional tasks were opened from, "" while
// they are closed.
func (s State) From() Page {
	if s.After == nil {
		return ""
	}
	return s.After.From
}

// leaveAfter goes back to the wizard.
func (s State) leaveAfter() State {
	from := s.From()
	s.Page, s.Problems, s.Busy, s.After = from, nil, nil, nil
	return s
}

// enter opens a page of Additional tasks, and starts what it needs to show itself.
func (s State) enter(p Page) (State, Effect) {
	s.Page, s.Problems, s.Busy = p, nil, nil
	if p == PagePending && s.After.Facts != nil && s.pending().Summary == nil {
		return s.countPending()
	}
	return s, nil
}

// connect is the primary button of the connection page.
func (s State) connect() (State, Effect) {
	if s.Page != PageComponents {
		return s, nil // the primary button of the other pages is Exit
	}
	if s.After.Facts != nil {
		return s.enter(s.After.Want)
	}
	return s.reread()
}

// reread reads the database for Additional tasks.
func (s State) reread() (State, Effect) {
	if !s.free(TaskReview) || missingComponents(s.Answers, s.Given) != "" {
		return s, nil
	}
	s = s.begin(TaskReview, "Connecting to SQL Server…")
	return s, ReadAgain{Token: s.Rev, Answers: s.Answers}
}

// land takes the database in. Until something was installed the wizard takes it
// too, so that it need not read it again.
func (e Reread) land(s State) State {
	if s.After == nil {
		return s
	}
	reached := e.Facts.SQL.Reached(facts.LayerDB)
	if after, page := s.After, s.Page; index(after.From) < index(PageInstalling) && (reached || page == PageComponents) {
		s = s.inspected(Inspected{Facts: e.Facts})
		s.Page, s.After, s.Furthest, s.Problems = page, after, later(after.From, PageComponents), nil
	}
	if !reached {
		s.Problems = []*problem.Problem{layerProblem(e.Facts.SQL, e.Problem)}
		return s
	}
	sameTicks := s.Ticks != nil && tickKey(s) == keyOf(e.Facts) // newer than what was on disk
	s = s.withAfter(func(a *After) {
		*a = After{From: a.From, Want: a.Want, Facts: &e.Facts, Compare: a.Compare, Pending: a.again()}
	})
	if !sameTicks {
		s.Ticks = e.Ticked
	}
	tasks := s.afterTasks()
	s = s.withAfter(func(a *After) { a.Tasks = tasks })
	if s.Page == PageComponents {
		s.Page = s.After.Want
	}
	for _, p := range []*problem.Problem{e.Problem, e.Ticks} {
		if p != nil {
			s.Problems = append(slices.Clone(s.Problems), p)
		}
	}
	return s
}

// again is what the review of pending exports begins anew with.
func (a After) again() *Pending {
	if a.Pending == nil {
		return nil
	}
	return &Pending{Query: a.Pending.Query}
}

// follow renews this server's claim, and counts anew where the pending exports are
// what is shown.
func (e Reread) follow(s State) (State, Effect) {
	if s.After.Facts == nil {
		return s, nil
	}
	if s.Page != PagePending || s.pending().Summary != nil {
		return s, s.renewal(nil)
	}
	problems := s.Problems
	next, effect := s.countPending()
	next.Problems = problems // of what was just read
	return next, next.renewal(effect)
}

// later gives the page that is further on in the wizard.
func later(a, b Page) Page {
	if index(a) > index(b) {
		return a
	}
	return b
}

// withdrawAfter takes away what Additional tasks read from a database that is not
// the one of the answers any more.
func (s State) withdrawAfter() State {
	if s.After == nil {
		return s
	}
	return s.withAfter(func(a *After) { *a = After{From: a.From, Want: a.Want} })
}

// canChooseAfter tells whether the list at the left leads to a page of Additional
// tasks: all are free once the database has been read. The connection can be
// changed as long as nothing was installed over it.
func (s State) canChooseAfter(p Page) bool {
	switch {
	case p == s.Page || s.installing():
		return false
	case p == PageComponents:
		return index(s.From()) < index(PageInstalling)
	default:
		return s.After.Facts != nil && slices.Contains(AfterPages(), p)
	}
}

// missingAfter says what keeps the primary button from working.
func (s State) missingAfter() string {
	if s.Page == PageComponents {
		return missingComponents(answers.Answers{SQL: s.Answers.SQL}, s.Given)
	}
	return ""
}

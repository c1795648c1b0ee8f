package handover

import (
	"context"
	"path/filepath"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// Seen is what a look at Microsoft's setup showed, for the window and the console.
// It holds no secret.
type Seen struct {
	Trace
	File    string `json:"file,omitempty"` // path of the trace log, empty while there is none
	World   World  `json:"world"`
	Running bool   `json:"running"` // the setup's process is there
	// Unread says what could not be looked at this time, empty for nothing.
	Unread string `json:"unread,omitempty"`
	// Said answers a press on It is finished when it is not.
	Said *problem.Problem `json:"said,omitempty"`
}

// Over tells whether Microsoft's setup has come to its end by all that can be seen:
// the world is as planned, and the setup says so itself or is closed.
func (s Seen) Over() bool {
	return s.World.Complete() && (s.Done(StepFinished) || !s.Running)
}

// Watch is what a Watcher looks at.
type Watch struct {
	Plan    plan.HandOver
	Before  Before
	Starter Starter
	// Database reads the database, as adsync.Glance does, over a connection that
	// does not stay: the setup may want the database for itself.
	Database func(ctx context.Context) (facts.ADSync, map[string]string, error)
	// Service reads the service ADSync.
	Service func(ctx context.Context) facts.Read[facts.SyncService]
	// Every is how long the reading of the database and the service counts; the log
	// is read at each look.
	Every time.Duration
}

// Watcher looks at Microsoft's setup again and again.
type Watcher struct {
	w      Watch
	follow *Follower
	seen   Seen
	read   time.Time // when the world was read
}

// NewWatcher makes a watcher.
func NewWatcher(w Watch) *Watcher {
	return &Watcher{w: w, follow: NewFollower(w.Starter.Traces(), w.Before.Traces)}
}

// Look looks once. fresh reads the database and the service even if they were read
// a moment ago. What can't be read keeps its last value and is named in Seen.Unread:
// a setup that holds the database for itself is no failure.
func (w *Watcher) Look(ctx context.Context, fresh bool) Seen {
	s := w.seen
	s.Unread, s.Said = "", nil
	trace, err := w.follow.Read()
	s.Trace, s.File = trace, w.follow.File()
	if err != nil {
		s.Unread = "The trace log can't be read: " + err.Error()
	}
	if running, err := w.w.Starter.Running(); err == nil {
		s.Running = running
	} else {
		s.Unread = "Whether the setup runs can't be seen: " + err.Error()
	}
	if now := time.Now(); fresh || now.Sub(w.read) >= w.w.Every {
		w.read = now
		a, seals, err := w.w.Database(ctx)
		if err == nil {
			s.World = Judge(w.w.Plan, w.w.Before, a, seals, w.w.Service(ctx))
		} else if ctx.Err() == nil {
			s.Unread = "The database can't be read at this moment: " + problem.From(err).What
		}
	}
	w.seen = s
	return s
}

// Status is one line on how far the setup is.
func (s Seen) Status() string {
	switch {
	case len(s.Failures) > 0 && s.Failed:
		return s.Failures[len(s.Failures)-1].What
	case s.Failed:
		return "Microsoft's setup says that it failed"
	case s.Over():
		return "Microsoft's setup has finished"
	case s.Done(StepFinished):
		return "Microsoft's setup says that it has succeeded; the database and the service are looked at"
	case s.World.Touched():
		return "Microsoft's setup is changing the database"
	}
	for i := len(s.Steps) - 1; i >= 0; i-- {
		if s.Steps[i].Done {
			return s.Steps[i].Title
		}
	}
	if s.Running {
		return "Microsoft's setup runs; it waits for you"
	}
	return "Waiting for Microsoft's setup"
}

// Count gives how many of the setup's steps show, and how many there are.
func (s Seen) Count() (done, total int) {
	for _, x := range s.Steps {
		if x.Done {
			done++
		}
	}
	return done, max(len(s.Steps), len(marks))
}

// LogName gives the trace log's name without its folder.
func (s Seen) LogName() string {
	if s.File == "" {
		return ""
	}
	return filepath.Base(s.File)
}

package install_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/install"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tsql"
	"github.com/adsync-reconnect/adsync-reconnect/core/probe"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// TestPatience_lock has a SQL Server that falls silent over the application lock: by
// Params.Patience the step ends with a problem, of installing and of undoing, instead
// of holding the installation for as long as the server is silent.
func TestPatience_lock(t *testing.T) {
	t.Parallel()
	var silent atomic.Bool
	asked, again := make(chan struct{}, 16), make(chan struct{})
	site, err := practice.New(t.Context(), "healthy", practice.Options{Engine: func(c *tsql.Config) {
		c.Fault = func(_ int, text string) error {
			if silent.Load() && strings.Contains(text, "sp_getapplock") {
				asked <- struct{}{}
				<-again
			}
			return nil
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	s := site.Setup()
	p, ok := s.Prober.(*probe.Probe)
	if !ok {
		t.Fatalf("the site's prober is a %T", s.Prober)
	}
	s.Installer = install.New(install.Params{
		Probe: p, Directory: s.Directory.(apply.Directory), Cloud: s.Cloud.(apply.Cloud), DataDir: t.TempDir(), Practice: true,
		Local: site.Windows.Local(), Patience: 6 * time.Second, // the steps before have it too, on a slow machine
	})
	session := setup.NewSession(setup.Params{Site: s, Program: "1.0"})
	t.Cleanup(func() {
		close(again) // the site waits for its statements
		if err := session.Close(); err != nil {
			t.Error(err)
		}
	})
	ends := func(doing string, do func() setup.State) {
		t.Helper()
		silent.Store(true)
		ended := make(chan setup.State, 1)
		go func() { ended <- do() }()
		var state setup.State
		select {
		case state = <-ended:
		case <-time.After(3 * time.Minute): // thirty times its patience
			t.Fatalf("%s waits for the silent server for ever", doing)
		}
		silent.Store(false)
		if len(asked) == 0 {
			t.Fatalf("%s did not ask for the lock", doing)
		}
		for len(asked) > 0 {
			<-asked
			again <- struct{}{}
		}
		o := state.Install.Outcome
		if o == nil || o.Problem == nil || o.Problem.Code != problem.CodeTimeout {
			t.Errorf("%s ends with %+v", doing, o)
		}
	}
	ends("installing", func() setup.State {
		state, _ := setup.Run(t.Context(), session, setup.RunOptions{Install: true}) // the outcome says it
		return state
	})
	if step := stepOf(session.State(), plan.KindClaim); step.State != apply.Failed {
		t.Errorf("the claim's step says %+v", step)
	}
	ends("undoing", func() setup.State {
		session.Dispatch(setup.UndoPressed{})
		_ = session.Wait(t.Context()) // ends with the test at the latest
		return session.State()
	})
	if state := press(t, session, setup.UndoPressed{}); state.Install.Outcome.Ending != apply.TakenBack {
		t.Errorf("once the server answers again, undo says %+v", state.Install.Outcome)
	}
}

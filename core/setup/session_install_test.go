package setup

import (
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
)

func TestSession_stopRetryUndo(t *testing.T) {
	f := newFake()
	f.endings = []apply.Ending{apply.Completed, apply.Broken}
	s := newTestSession(t, f, nil)
	toPage(t, s, PageReady)
	release := f.block("install")
	s.Dispatch(NextPressed{})
	waitFor(t, s, func(st State) bool { return len(st.Install.Steps) > 1 && st.Install.Steps[1].State == apply.Running })
	s.Dispatch(SQLEdited{SQL: answers.SQL{Server: "x"}})
	s.Dispatch(PreviousPressed{})
	if st := s.State(); st.Answers.SQL.Server == "x" || st.Page != PageInstalling || !st.CanStop() || !st.Unsaved() {
		t.Fatalf("answers can be changed while it installs: %+v", st.Answers.SQL)
	}
	s.Dispatch(StopPressed{})
	if st := s.State(); !st.Install.Stopping || !st.Busy.Cancelling || st.CanCancel() {
		t.Errorf("stopping %v", st.Install.Stopping)
	}
	release()
	state := settle(t, s)
	if state.Install.Outcome.Ending != apply.Stopped || !state.CanRetry() || !state.CanUndo() || state.CanPrevious() || state.NextLabel() != "Try again" {
		t.Fatalf("stopped: %+v", state.Install)
	}
	state = press(t, s, RetryPressed{})
	if state.Install.Outcome.Ending != apply.Broken || f.jobs[1].From != state.Plan.Steps[2].ID {
		t.Fatalf("broken: %+v, from %q", state.Install.Outcome, f.jobs[1].From)
	}
	id := state.IDs.Installation
	state = press(t, s, UndoPressed{})
	if state.Install.Outcome.Ending != apply.TakenBack || state.CanUndo() || state.CanRetry() || !state.CanPrevious() || !state.Exits() {
		t.Fatalf("undone: %+v", state.Install)
	}
	state = press(t, s, PreviousPressed{})
	if state.Page != PageCheck || state.Plan != nil || f.calls("inspect") != 2 || state.Install.Outcome != nil {
		t.Errorf("after undo: page %s, %d inspections", state.Page, f.calls("inspect"))
	}
	if state = toPage(t, s, PageReady); state.IDs.Installation == id || state.Plan.ID == id {
		t.Error("a new installation has the id of the one that was taken back")
	}
}

// The admin's token does not outlive Install; taking it back signs in again.
func TestSession_signInIsDroppedAfterInstall(t *testing.T) {
	f := newFake()
	s := newTestSession(t, f, nil)
	toPage(t, s, PageReady)
	signedIn, out := f.calls("entra"), f.calls("signout")
	state := press(t, s, NextPressed{})
	if state.Page != PageComplete || f.calls("signout") != out+1 {
		t.Fatalf("page %s, signed out %d times", state.Page, f.calls("signout")-out)
	}
	if state.Entra.Tenant == nil || len(state.Tasks) == 0 {
		t.Error("what the report and the tasks say of the tenant is lost")
	}
	state = press(t, s, UndoPressed{})
	if state.Install.Outcome.Ending != apply.TakenBack || f.calls("entra") != signedIn+1 || f.calls("signout") != out+2 {
		t.Errorf("undo: %s, signed in %d and out %d times", state.Install.Outcome.Ending, f.calls("entra")-signedIn, f.calls("signout")-out)
	}
	if state = press(t, s, PreviousPressed{}); state.Entra.Tenant != nil {
		t.Error("the wizard goes on with a sign-in that was dropped")
	}
}

func TestSession_signInStaysWhileInstallCanGoOn(t *testing.T) {
	for _, ending := range []apply.Ending{apply.Stopped, apply.Broken} {
		f := newFake()
		f.endings = []apply.Ending{ending}
		s := newTestSession(t, f, nil)
		toPage(t, s, PageReady)
		if press(t, s, NextPressed{}); f.calls("signout") != 0 {
			t.Errorf("%s: signed out although trying again needs the sign-in", ending)
		}
	}
}

func TestSession_closeLetsInstallFinishItsStep(t *testing.T) {
	f := newFake()
	s := newTestSession(t, f, nil)
	toPage(t, s, PageReady)
	release := f.block("install")
	s.Dispatch(NextPressed{})
	waitFor(t, s, func(st State) bool { return len(st.Install.Steps) > 1 && st.Install.Steps[1].State == apply.Running })
	done := make(chan error)
	go func() { done <- s.Close() }()
	select {
	case err := <-done:
		t.Fatalf("Close did not wait for the step (%v)", err)
	case <-time.After(20 * time.Millisecond):
	}
	release()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if o := s.State().Install.Outcome; o == nil || o.Ending != apply.Stopped {
		t.Errorf("outcome %+v", o)
	}
	if f.closed != 1 {
		t.Errorf("the site was closed %d times", f.closed)
	}
	s.Dispatch(LicenceToggled{}) // nothing happens any more
	if !s.State().Licence {
		t.Error("a closed session takes events")
	}
}

package setup

import (
	"context"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/handover"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// HandOverPress is what the admin presses while Microsoft's setup is watched.
type HandOverPress string

// The buttons.
const (
	HandOverFinished HandOverPress = "finished" // It is finished
	HandOverAgain    HandOverPress = "again"    // Start it again
)

// clipboardLife is how long a copied password stays on the clipboard.
const clipboardLife = 60 * time.Second

// Passwords gives the password of an account that an installation made, for as
// long as it is not sealed away.
type Passwords interface {
	NewPassword(ctx context.Context, installation, forest string) (secret.Value, error)
}

// Clipboard is the system's clipboard. Its methods may be called from any goroutine.
type Clipboard interface {
	// Content gives the text on it.
	Content() string
	// SetContent puts text on it.
	SetContent(text string)
}

type (
	// HandOverPressed is a button of the panel beside Microsoft's setup.
	HandOverPressed struct{ Press HandOverPress }
	// NewPasswordAsked copies the password of the account that was made for a forest.
	NewPasswordAsked struct{ Forest string }
	// NewPasswordCopied says that it is on the clipboard until then, or why it is not.
	// A zero Until without a problem says that it was taken away again.
	NewPasswordCopied struct {
		Forest  string
		Until   time.Time
		Problem *problem.Problem
	}
)

func (HandOverPressed) event()   {}
func (NewPasswordAsked) event()  {}
func (NewPasswordCopied) event() {}

type (
	// PressHandOver hands a press to the installation that runs under Token.
	PressHandOver struct {
		Token int
		Press HandOverPress
	}
	// CopyNewPassword puts a password on the clipboard. Ends with NewPasswordCopied.
	CopyNewPassword struct{ Installation, Forest string }
)

func (PressHandOver) effect()   {}
func (CopyNewPassword) effect() {}

// CodeClipboard says that there is no clipboard.
const CodeClipboard problem.Code = "setup.clipboard"

// Copied says which password is on the clipboard, and until when.
type Copied struct {
	Forest  string           `json:"forest"`
	Until   time.Time        `json:"until,omitzero"`
	Problem *problem.Problem `json:"problem,omitempty"`
}

// HandingOver gives what was last seen of Microsoft's setup while it is watched.
// ok is false while it is not.
func (s State) HandingOver() (seen handover.Seen, ok bool) {
	i := s.handOverStep()
	if i < 0 || i >= len(s.Install.Steps) || s.Install.Steps[i].State != apply.Running {
		return handover.Seen{}, false
	}
	if p := s.Install.Steps[i].Seen; p != nil {
		seen = *p
	}
	return seen, s.Install.Running
}

func (s State) handOverStep() int {
	if s.Plan == nil {
		return -1
	}
	for i, st := range s.Plan.Steps {
		if st.Kind == plan.KindHandOver {
			return i
		}
	}
	return -1
}

// HandOverPages gives what is to be typed into Microsoft's setup.
func (s State) HandOverPages() []handover.Page {
	if s.Plan == nil {
		return nil
	}
	return handover.Values(*s.Plan, s.Answers)
}

// reduceHandOver handles what the panel beside Microsoft's setup offers. ok is false
// for any other event.
func reduceHandOver(s State, e Event) (next State, effect Effect, ok bool) {
	_, watched := s.HandingOver()
	switch e := e.(type) {
	case HandOverPressed:
		if watched && s.Busy != nil && !s.Install.Stopping {
			effect = PressHandOver{Token: s.Busy.Token, Press: e.Press}
		}
	case NewPasswordAsked:
		if watched && s.made(e.Forest) {
			effect = CopyNewPassword{Installation: s.Plan.ID, Forest: e.Forest}
		}
	case NewPasswordCopied:
		s.Install.Copied = nil
		if !e.Until.IsZero() || e.Problem != nil {
			s.Install.Copied = &Copied{Forest: e.Forest, Until: e.Until, Problem: e.Problem}
		}
	default:
		return s, nil, false
	}
	return s, effect, true
}

// made tells whether the plan makes an account in a forest.
func (s State) made(forest string) bool {
	for _, a := range s.Plan.Accounts {
		if sameName(a.Forest, forest) {
			return a.Option != answers.ExistingAccount
		}
	}
	return false
}

func (e PressHandOver) start(s *Session, _ Site, _ map[string]secret.Value) {
	if r := s.running[e.Token]; r != nil {
		r.press(e.Press)
	}
}

func (e CopyNewPassword) start(s *Session, site Site, _ map[string]secret.Value) {
	s.copyPassword(e, site)
}

// pressesOf gives what is pressed while r runs, nil when nobody is there.
func (s *Session) pressesOf(r *running) <-chan HandOverPress {
	if s.alone.Load() {
		return nil
	}
	return r.presses
}

// press hands a press to what runs. One that comes before the last was taken is
// the same press again.
func (r *running) press(p HandOverPress) {
	select {
	case r.presses <- p:
	default:
	}
}

// copyPassword puts the password on the clipboard and takes it away again after
// a minute, or when the session ends, unless something else is there by then.
func (s *Session) copyPassword(e CopyNewPassword, site Site) {
	ctx, cancel := s.child()
	s.work.Go(func() {
		defer cancel()
		from, ok := site.Installer.(Passwords)
		if !ok || s.p.Clipboard == nil {
			s.Dispatch(NewPasswordCopied{Forest: e.Forest, Problem: &problem.Problem{
				Code: CodeClipboard, What: "There is no clipboard to copy the password to.", Fix: "Use the window of this program on the server itself.",
			}})
			return
		}
		password, err := from.NewPassword(ctx, e.Installation, e.Forest)
		if err != nil {
			s.Dispatch(NewPasswordCopied{Forest: e.Forest, Problem: problem.From(err)})
			return
		}
		s.book.Hide("the password of the account of "+e.Forest, password)
		s.p.Clipboard.SetContent(password.Reveal())
		s.Dispatch(NewPasswordCopied{Forest: e.Forest, Until: s.p.Clock().UTC().Add(s.p.ClipboardLife)})
		timer := time.NewTimer(s.p.ClipboardLife)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		case <-s.ending:
		}
		if secret.New(s.p.Clipboard.Content()).Same(password) {
			s.p.Clipboard.SetContent("")
		}
		s.Dispatch(NewPasswordCopied{Forest: e.Forest})
	})
}

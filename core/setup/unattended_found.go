package setup

import (
	"context"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// resume goes on with what an earlier run left.
func (u unattended) resume(ctx context.Context) error {
	f := u.s.State().Found
	if err := u.usable(f, "to go on with"); err != nil {
		return err
	}
	if f.Finished() {
		return &problem.Problem{
			Code: CodeNothing, What: "The newest installation of this computer is complete: there is nothing to go on with.",
			Fix: "Take it back with /undo if it is not to stay.", Detail: f.Path,
		}
	}
	state, err := u.reopen(ctx, ResumePressed{})
	if problem.As(err) != nil && problem.As(err).Code == CodeMissing {
		return err
	}
	return installed(state, err)
}

// undo takes back what an earlier run left or finished.
func (u unattended) undo(ctx context.Context) error {
	if err := u.usable(u.s.State().Found, "to take back"); err != nil {
		return err
	}
	state, err := u.reopen(ctx, UndoFoundPressed{})
	switch o := state.Install.Outcome; {
	case problem.As(err) != nil && problem.As(err).Code == CodeMissing:
		return err
	case o != nil && o.Ending == apply.TakenBack:
		return nil
	case o != nil && len(o.Left) > 0:
		return &problem.Problem{Code: CodeLeft, What: "Not everything was taken back.", Why: strings.Join(o.Left, " "), Fix: "See to it by hand, then try again."}
	case o != nil && o.Problem != nil:
		return o.Problem
	default:
		return err
	}
}

// remaining is a Finder that knows what installations left which never got to their
// first change, in sentences.
type remaining interface{ Remains() []string }

// usable says why what was found can't be taken up.
func (u unattended) usable(f *Found, what string) error {
	switch {
	case f == nil:
		p := &problem.Problem{
			Code: CodeNothing, What: "There is no installation on this computer " + what + ".",
			Why: "No journal of one that changed anything lies in this program's data folder.", Fix: "Install with /install, or in the window.",
		}
		if r, ok := u.s.p.Site.Finder.(remaining); ok {
			p.Why = strings.Join(append([]string{p.Why}, r.Remains()...), " ")
		}
		return p
	case f.Problem != nil:
		return f.Problem
	}
	return nil
}

// reopen takes up what was found and gives the reason why it could not.
func (u unattended) reopen(ctx context.Context, e Event) (State, error) {
	state, err := u.do(ctx, e)
	if needs := state.Needs(); err == nil && len(needs) > 0 && state.Reopened.Asking {
		return state, missingPasswords(needs)
	}
	return state, err
}

// missingPasswords says which passwords the answers have to give.
func missingPasswords(needs []Need) error {
	var list []string
	for _, n := range needs {
		where := "SQL Server"
		switch {
		case n.Forest != "":
			where = n.Forest
		case n.Key == answers.SecretService:
			where = "this server's service"
		case n.Key != answers.SecretSQL:
			where = "Microsoft Entra ID"
		}
		list = append(list, n.User+" at "+where)
	}
	return &problem.Problem{
		Code: CodeMissing, What: "These passwords are needed again: " + strings.Join(list, ", ") + ".",
		Why: "They were used once and are kept nowhere. Nothing was changed now.",
		Fix: "Refer to them in an answers file (/answers:FILE).",
	}
}

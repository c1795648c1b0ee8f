package install

import (
	"context"
	"slices"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/local"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// Where the journal keeps how the server was, from before the first change on, and
// what Install itself made there.
const (
	keyBefore = "before"
	keyOurs   = "ours"
)

// ours gives what this step has made until now, and keeps what it makes.
func ours(a *apply.Work) (*local.Ours, error) {
	var marks map[string]bool
	_, err := a.Recall(keyOurs, &marks)
	return local.NewOurs(marks, func(m map[string]bool) error { return a.Keep(keyOurs, m) }), err
}

// here gives the plan of this computer, or why nothing can be done on it.
func (w *work) here() (plan.ThisServer, error) {
	if w.plan.Computer != nil && w.p.Local.Here() {
		return *w.plan.Computer, nil
	}
	return plan.ThisServer{}, &problem.Problem{
		Code: local.CodeNotHere, What: "This computer is not the one that the plan is about.",
		Why: "Groups and services can be changed on Windows only.", Fix: "Go on with the installation on " + w.plan.Server + ".",
	}
}

func (w *work) makeGroups(ctx context.Context, a *apply.Work) error {
	s, err := w.here()
	if err != nil {
		return err
	}
	marks, err := ours(a)
	if err != nil {
		return err
	}
	return w.p.Local.MakeGroups(ctx, s, marks, a.Say)
}

func (w *work) verifyGroups(ctx context.Context, _ *apply.Work) error {
	_, err := w.groupIDs(ctx)
	return err
}

// groupIDs gives the id of each group; none may be missing.
func (w *work) groupIDs(ctx context.Context) (map[string]string, error) {
	s, err := w.here()
	if err != nil {
		return nil, err
	}
	ids, err := w.p.Local.GroupIDs(ctx, s)
	if err != nil {
		return nil, err
	}
	for _, g := range s.Groups {
		if ids[g.Column] == "" {
			return nil, mismatch("the local group "+g.Name, "it is not there")
		}
	}
	return ids, nil
}

func (w *work) dropGroups(ctx context.Context, a *apply.Work) error {
	s, err := w.here()
	if err != nil {
		return err
	}
	marks, err := ours(a)
	if err != nil {
		return err
	}
	return w.p.Local.DropGroups(ctx, s, marks)
}

// writes gives what is to be written into the database: that of the plan with the
// ids of this server's groups.
func (w *work) writes(ctx context.Context) (plan.Writes, error) {
	out := w.plan.Writes
	if len(out.Groups) == 0 {
		return out, nil
	}
	ids, err := w.groupIDs(ctx)
	if err != nil {
		return out, err
	}
	out.Groups = slices.Clone(out.Groups)
	for i, g := range out.Groups {
		out.Groups[i].After = ids[g.Column]
	}
	return out, nil
}

func (w *work) setServer(ctx context.Context, a *apply.Work) error {
	s, err := w.here()
	if err != nil {
		return err
	}
	var before local.ServerBefore
	found, err := a.Recall(keyBefore, &before)
	if err != nil {
		return err
	}
	if !found {
		if before, err = w.p.Local.LookServer(ctx, s, w.p.DataDir); err != nil {
			return err
		}
		if err := a.Keep(keyBefore, before); err != nil {
			return err
		}
	}
	marks, err := ours(a)
	if err != nil {
		return err
	}
	return w.p.Local.SetServer(ctx, s, w.p.DataDir, marks, w.job.Secrets[answers.SecretService], told(a))
}

func told(a *apply.Work) func(string) { return func(text string) { a.Say(text, 0, 0) } }

func (w *work) verifyServer(ctx context.Context, _ *apply.Work) error {
	s, err := w.here()
	if err != nil {
		return err
	}
	got, err := w.p.Local.Differs(ctx, s)
	if err == nil && got != "" {
		err = mismatch("this server", got)
	}
	return err
}

func (w *work) restoreServer(ctx context.Context, a *apply.Work) error {
	var before local.ServerBefore
	found, err := a.Recall(keyBefore, &before)
	if err != nil || !found {
		return err
	}
	s, err := w.here()
	if err != nil {
		return err
	}
	marks, err := ours(a)
	if err != nil {
		return err
	}
	return w.p.Local.RestoreServer(ctx, s, w.p.DataDir, before, marks, told(a))
}

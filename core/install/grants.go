package install

import (
	"context"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// keyGranted is where the journal keeps the entries that a step adds: those that
// were not there before, so that undo takes away these and no others.
const keyGranted = "granted"

// existingAction gives the action for an account that is there already: nothing
// but a look at its password, unless it is to get rights that it lacks.
func (w *work) existingAction(a plan.Account) apply.Action {
	if len(a.Grants) == 0 {
		return apply.Action{Apply: func(context.Context, *apply.Work) error { return w.typed(a) }}
	}
	return apply.Action{
		Apply: func(ctx context.Context, step *apply.Work) error {
			if err := w.typed(a); err != nil {
				return err
			}
			return w.grant(ctx, step, a)
		},
		Verify: func(ctx context.Context, _ *apply.Work) error {
			left, err := w.p.Granter.Ungranted(ctx, a, w.grantor(a))
			if err == nil && len(left) > 0 {
				err = mismatch("the rights of "+a.User+" on "+left[0].Object, left[0].Text+" is not there")
			}
			return err
		},
		Undo: func(ctx context.Context, step *apply.Work) error {
			var added []apply.Entry
			found, err := step.Recall(keyGranted, &added)
			if err != nil || !found || len(added) == 0 {
				return err
			}
			return w.p.Granter.Revoke(ctx, a, w.grantor(a), added)
		},
	}
}

// grant writes down which entries are missing and adds them. Going on after a
// break adds what was written down then, as some of it may be there by now.
func (w *work) grant(ctx context.Context, step *apply.Work, a plan.Account) error {
	if w.p.Granter == nil {
		return &problem.Problem{
			Code: apply.CodeNoAction, What: "Rights can't be granted to an existing account here.",
			Fix: "Let a domain admin run the commands of the dialog AD forest account, then check again.",
		}
	}
	var entries []apply.Entry
	known, err := step.Recall(keyGranted, &entries)
	if err != nil {
		return err
	}
	if !known {
		if entries, err = w.p.Granter.Ungranted(ctx, a, w.grantor(a)); err != nil {
			return err
		}
		if err := step.Keep(keyGranted, entries); err != nil {
			return err
		}
	}
	step.Say("Adding the entries", 0, len(entries))
	return w.p.Granter.Grant(ctx, a, w.grantor(a), entries)
}

// grantor gives who signs in to grant. The password is used here and kept nowhere.
func (w *work) grantor(a plan.Account) apply.Credential {
	return apply.Credential{User: a.Grantor, Password: w.job.Secrets[answers.SecretGrant(a.Forest)], Current: a.Current}
}

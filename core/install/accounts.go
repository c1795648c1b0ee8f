package install

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// A password that was just made rests in the vault at once, under a name of the
// installation: were it only in memory, a crash would leave an account that
// nobody can use. The step Keep the secrets gives it its place.

func (w *work) pendingAccount(forest string) string { return pendingAccount(w.plan.ID, forest) }

func pendingAccount(installation, forest string) string {
	return "pending:" + installation + ":forest:" + strings.ToLower(forest)
}

func (w *work) pendingIdentity() string { return "pending:" + w.plan.ID + ":identity" }

// account gives the planned account of a forest.
func (w *work) account(forest string) (plan.Account, bool) {
	for _, a := range w.plan.Accounts {
		if strings.EqualFold(a.Forest, forest) {
			return a, true
		}
	}
	return plan.Account{}, false
}

// admin gives what was typed for a forest: an Enterprise Admin for a new
// account, else the account itself.
func (w *work) admin(a plan.Account) apply.Credential {
	user := a.Admin
	for _, f := range w.job.Answers.Forests {
		if user == "" && strings.EqualFold(f.Forest, a.Forest) {
			user = f.User
		}
	}
	return apply.Credential{User: user, Password: w.job.Secrets[answers.SecretForest(a.Forest)], Current: a.Current}
}

// accountAction gives the action for one forest.
func (w *work) accountAction(s plan.Step) apply.Action {
	a, ok := w.account(s.Forest)
	if !ok {
		return apply.Action{} // the engine says that it can't do the step
	}
	if a.Option == answers.ExistingAccount {
		return w.existingAction(a)
	}
	has := func(ctx context.Context) (bool, error) { return w.p.Directory.HasAccount(ctx, a, w.admin(a)) }
	return apply.Action{
		Done: func(ctx context.Context, _ *apply.Work) (bool, error) {
			known, err := w.inVault(w.pendingAccount(a.Forest))
			if err != nil || !known {
				return false, err
			}
			return has(ctx)
		},
		Apply: func(ctx context.Context, _ *apply.Work) error {
			password, err := w.p.Directory.CreateAccount(ctx, a, w.admin(a))
			if err != nil {
				return err
			}
			return w.vault.Put(w.pendingAccount(a.Forest), password)
		},
		Verify: func(ctx context.Context, _ *apply.Work) error {
			there, err := has(ctx)
			if err == nil && !there {
				err = mismatch("the account "+a.User+" in "+a.Forest, "it is not there")
			}
			return err
		},
		Undo: func(ctx context.Context, _ *apply.Work) error {
			if err := w.p.Directory.RemoveAccount(ctx, a, w.admin(a)); err != nil {
				return err
			}
			return w.vault.Delete(w.pendingAccount(a.Forest))
		},
	}
}

// typed makes sure that the password of an existing account is still known.
func (w *work) typed(a plan.Account) error {
	if !w.job.Secrets[answers.SecretForest(a.Forest)].IsEmpty() {
		return nil
	}
	return &problem.Problem{
		Code: CodePassword, What: "The password of " + a.User + " in " + a.Forest + " is not known any more.",
		Fix: "Give the account again on the page Connect your directories.",
	}
}

// identity is a sync identity's credential in the vault's form.
type identity struct {
	Login      string `json:"login"`
	Thumbprint string `json:"thumbprint,omitempty"`
	Secret     []byte `json:"secret"`
}

func (w *work) hasIdentity(ctx context.Context, _ *apply.Work) (bool, error) {
	known, err := w.inVault(w.pendingIdentity())
	if err != nil || !known {
		return false, err
	}
	return w.p.Cloud.HasIdentity(ctx, w.plan.Identity)
}

// createIdentity makes the identity. A user of another name than planned is
// refused: what was shown is what is done.
func (w *work) createIdentity(ctx context.Context, a *apply.Work) error {
	// Waiting for the tenant can take minutes, and what a cancelled try made is removed again.
	ctx, cancel := a.Stoppable(ctx)
	defer cancel()
	c, err := w.p.Cloud.CreateIdentity(ctx, w.plan.Identity, func(text string) { a.Say(text, 0, 0) })
	if err != nil {
		return err
	}
	if w.plan.Identity.Kind == plan.IdentityUser && !strings.EqualFold(c.Login, w.plan.Identity.Name) {
		return &problem.Problem{
			Code: CodeIdentity, What: "The tenant made the user " + c.Login + " instead of " + w.plan.Identity.Name + ".",
			Fix: "Take back what was done, then check again.",
		}
	}
	text, err := json.Marshal(identity{Login: c.Login, Thumbprint: c.Thumbprint, Secret: c.Secret.Bytes()})
	if err != nil {
		return problem.From(err)
	}
	return w.vault.Put(w.pendingIdentity(), secret.FromBytes(text))
}

func (w *work) removeIdentity(ctx context.Context, _ *apply.Work) error {
	if err := w.p.Cloud.RemoveIdentity(ctx, w.plan.Identity); err != nil {
		return err
	}
	return w.vault.Delete(w.pendingIdentity())
}

// mismatch says what reading back gave.
func mismatch(what, got string) *problem.Problem {
	return &problem.Problem{
		Code: CodeMismatch, What: "Reading back " + what + " shows something else than planned: " + got + ".",
		Why: "It was changed in the meantime, or it has not arrived everywhere yet.",
		Fix: "Try again; the step looks first at what is there.",
	}
}

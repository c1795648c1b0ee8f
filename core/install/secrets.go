package install

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/adsync"
	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// VaultKeyset is the name under which the vault keeps the key of a key set.
func VaultKeyset(id int64) string { return fmt.Sprintf("keyset:%d", id) }

// VaultConnector is the name under which the vault keeps a connector's
// credential: the password for AD; for Entra a JSON object with login,
// thumbprint and secret.
func VaultConnector(id string) string { return "connector:" + strings.ToLower(id) }

// before is the name under which the vault keeps what an item replaced, for undo.
// The journal can't hold it, as it is a secret.
func (w *work) before(name string) string { return "before:" + w.plan.ID + ":" + name }

func (w *work) inVault(name string) (bool, error) {
	names, err := w.vault.Names()
	return slices.Contains(names, name), err
}

// keyPlaced is where the journal keeps that every secret had its place once.
const keyPlaced = "placed"

// keepSecrets gives every secret its place in the vault.
func (w *work) keepSecrets(_ context.Context, a *apply.Work) error {
	// An undo that was broken off leaves some in their place, where no new one waits.
	var placed bool
	if _, err := a.Recall(keyPlaced, &placed); err != nil {
		return err
	}
	// What was copied together with an older key must not open what comes now.
	if err := w.vault.Rotate(); err != nil {
		return err
	}
	total := len(w.plan.Writes.Connectors) + 1
	key := VaultKeyset(w.plan.Writes.KeysetAfter)
	known, err := w.inVault(key)
	if err != nil {
		return err
	}
	if !known { // going on must not make another key: the database may be sealed with this one
		if err := w.vault.Put(key, secret.FromBytes(adsync.NewKey().MarshalVaultBytes())); err != nil {
			return err
		}
	}
	for i, c := range w.plan.Writes.Connectors {
		a.Say("Credentials of "+c.Name, i+1, total)
		if placed {
			if err := w.pendAgain(c); err != nil {
				return err
			}
		}
		value, err := w.fresh(c)
		if err != nil {
			return err
		}
		if err := w.replace(VaultConnector(c.ID), value); err != nil {
			return err
		}
	}
	return a.Keep(keyPlaced, true)
}

// replace puts an item in its place and keeps the one that was there, once.
func (w *work) replace(name string, value secret.Value) error {
	there, err := w.inVault(name)
	if err != nil {
		return err
	}
	kept, err := w.inVault(w.before(name))
	if err != nil {
		return err
	}
	if there && !kept {
		old, err := w.vault.Get(name)
		if err != nil {
			return err
		}
		if old.Same(value) {
			return nil // put by this step, before it was interrupted
		}
		if err := w.vault.Put(w.before(name), old); err != nil {
			return err
		}
	}
	return w.vault.Put(name, value)
}

// fresh gives the new credential of a connector from where its step left it.
func (w *work) fresh(c plan.ConnectorWrite) (secret.Value, error) {
	if c.Kind == facts.KindEntra {
		return w.vault.Get(w.pendingIdentity())
	}
	for _, a := range w.plan.Accounts {
		if !strings.EqualFold(a.Connector, c.ID) {
			continue
		}
		if a.Option != answers.ExistingAccount {
			return w.vault.Get(w.pendingAccount(a.Forest))
		}
		if err := w.typed(a); err != nil {
			return secret.Value{}, err
		}
		return w.job.Secrets[answers.SecretForest(a.Forest)], nil
	}
	return secret.Value{}, &problem.Problem{
		Code: CodePassword, What: "The plan holds no account for the connector " + c.Name + ".",
		Fix: "Check again; the plan is then made anew.",
	}
}

// sealing gives what is sealed into the database, from the vault.
func (w *work) sealing() (adsync.Key, map[string]adsync.Credential, error) {
	stored, err := w.vault.Get(VaultKeyset(w.plan.Writes.KeysetAfter))
	if err != nil {
		return adsync.Key{}, nil, err
	}
	key, err := adsync.KeyFromVault(stored.Bytes())
	if err != nil {
		return adsync.Key{}, nil, problem.From(err)
	}
	creds := map[string]adsync.Credential{}
	for _, c := range w.plan.Writes.Connectors {
		value, err := w.vault.Get(VaultConnector(c.ID))
		if err != nil {
			return adsync.Key{}, nil, err
		}
		if c.Kind == facts.KindEntra {
			if value, err = w.identityPassword(value); err != nil {
				return adsync.Key{}, nil, err
			}
		}
		creds[c.ID] = adsync.Credential{Password: value}
	}
	return key, creds, nil
}

// identityPassword gives what goes into the Entra connector: a user's password.
// The private key of an application stays in the vault.
func (w *work) identityPassword(stored secret.Value) (secret.Value, error) {
	var i identity
	if err := json.Unmarshal(stored.Bytes(), &i); err != nil {
		return secret.Value{}, mismatch("the sync identity from the vault", "it has another form")
	}
	if w.plan.Identity.Kind != plan.IdentityUser {
		return secret.Value{}, nil
	}
	return secret.FromBytes(i.Secret), nil
}

// verifySecrets opens everything that was kept.
func (w *work) verifySecrets(context.Context, *apply.Work) error {
	_, _, err := w.sealing()
	return err
}

// dropSecrets puts back what was in the vault before.
func (w *work) dropSecrets(context.Context, *apply.Work) error {
	for _, c := range w.plan.Writes.Connectors {
		if err := w.pendAgain(c); err != nil {
			return err
		}
		if err := w.putBack(VaultConnector(c.ID)); err != nil {
			return err
		}
	}
	return w.vault.Delete(VaultKeyset(w.plan.Writes.KeysetAfter))
}

// pendAgain lets the credential of an account that was made here wait for its
// place once more, as long as the account itself is not taken back: somebody may
// still go on instead.
func (w *work) pendAgain(c plan.ConnectorWrite) error {
	pending, step := w.pendingOf(c)
	if pending == "" || w.journal.Step(step) == apply.RecordUndone {
		return nil
	}
	waits, err := w.inVault(pending)
	if err != nil || waits {
		return err
	}
	there, err := w.inVault(VaultConnector(c.ID))
	if err != nil || !there {
		return err
	}
	value, err := w.vault.Get(VaultConnector(c.ID))
	if err != nil {
		return err
	}
	return w.vault.Put(pending, value)
}

// pendingOf gives the name under which a connector's new credential waits, and
// the step that made it; empty for an existing account.
func (w *work) pendingOf(c plan.ConnectorWrite) (pending, step string) {
	for _, s := range w.plan.Steps {
		a, isAccount := w.account(s.Forest)
		switch {
		case s.Kind == plan.KindIdentity && c.Kind == facts.KindEntra:
			return w.pendingIdentity(), s.ID
		case s.Kind == plan.KindAccount && isAccount && strings.EqualFold(a.Connector, c.ID) && a.Option != answers.ExistingAccount:
			return w.pendingAccount(a.Forest), s.ID
		}
	}
	return "", ""
}

func (w *work) putBack(name string) error {
	kept, err := w.inVault(w.before(name))
	if err != nil {
		return err
	}
	if !kept {
		return w.vault.Delete(name)
	}
	old, err := w.vault.Get(w.before(name))
	if err != nil {
		return err
	}
	if err := w.vault.Put(name, old); err != nil {
		return err
	}
	return w.vault.Delete(w.before(name))
}

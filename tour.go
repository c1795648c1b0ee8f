//go:build !cli

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"fyne.io/fyne/v2/app"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/tour"
)

// walker drives a session through the wizard for the pictures and keeps the
// states that are worth one.
type walker struct {
	ctx     context.Context
	session *setup.Session
	secrets map[string]secret.Value // of the site

	mu     sync.Mutex
	middle *setup.State // while Install runs
	shots  []moment
}

// moment is a state with the name of its picture.
type moment struct {
	name  string
	state setup.State
	alone bool // without its dialogs, which another one shows
}

// tourOf writes a picture of every page and dialog of the site, light and dark.
func tourOf(ctx context.Context, p setup.Params, dir string, out io.Writer) error {
	w := &walker{ctx: ctx, secrets: p.Site.Secrets}
	p.OnChange = w.watch
	w.session = setup.NewSession(p)
	err := w.walk(p.Site.Answers)
	t := tour.New(stage(app.NewWithID(appID)), tour.Options{Dir: dir, Scenarios: scenarios(), Log: w.session.Book()})
	for _, m := range w.shots {
		shoot := t.ShootAll
		if m.alone {
			shoot = func(name string, s setup.State) error { return t.Shoot(name, s, nil) }
		}
		if shootErr := shoot(m.name, m.state); shootErr != nil {
			return errors.Join(shootErr, w.session.Close())
		}
	}
	for _, f := range t.Files() {
		if _, printErr := fmt.Fprintln(out, f); printErr != nil {
			return errors.Join(printErr, w.session.Close())
		}
	}
	return errors.Join(err, w.session.Close())
}

// watch keeps a state from the middle of Install: the first in which a step is
// done and another runs.
func (w *walker) watch() {
	if w.session == nil {
		return
	}
	s := w.session.State()
	w.mu.Lock()
	defer w.mu.Unlock()
	if s.Install.Running && (w.middle == nil || done(*w.middle) < 4) && done(s) <= 4 && slices.ContainsFunc(s.Install.Steps, running) {
		w.middle = &s
	}
}

func running(p apply.Progress) bool { return p.State == apply.Running }

func done(s setup.State) int {
	n := 0
	for _, p := range s.Install.Steps {
		if p.State == apply.Done {
			n++
		}
	}
	return n
}

// take keeps the state as it is for a picture.
func (w *walker) take(name string) setup.State {
	s := w.session.State()
	w.shots = append(w.shots, moment{name: name, state: s})
	return s
}

// do dispatches an event and waits until what it started has ended.
func (w *walker) do(e setup.Event) error {
	w.session.Dispatch(e)
	return w.session.Wait(w.ctx)
}

// walk goes from Welcome as far as the scenario lets it.
func (w *walker) walk(a answers.Answers) error {
	if err := w.do(setup.LicenceToggled{On: true}); err != nil {
		return err
	}
	w.take(string(setup.PageWelcome))
	if err := w.do(setup.NextPressed{}); err != nil {
		return err
	}
	w.take(string(setup.PageComponents))
	for _, page := range []setup.Page{setup.PageCheck, setup.PageEntra, setup.PageDirectories, setup.PageReady} {
		if err := w.do(setup.NextPressed{}); err != nil {
			return err
		}
		s := w.take(string(page))
		if s.Page != page {
			w.shots[len(w.shots)-1].name = string(s.Page) + "-stopped"
			return nil
		}
		if err := w.answer(page, a); err != nil {
			return err
		}
		if ok, _ := w.session.State().CanNext(); !ok {
			return nil
		}
	}
	return w.install()
}

// answer does what a page asks for and takes another picture afterwards.
func (w *walker) answer(page setup.Page, a answers.Answers) error {
	switch page {
	case setup.PageEntra:
		if err := w.do(setup.EntraPressed{}); err != nil {
			return err
		}
		w.take("entra-signed-in")
	case setup.PageDirectories:
		for _, f := range a.Forests {
			if err := w.do(setup.ForestGiven{Forest: f, Password: w.secrets[answers.SecretForest(f.Forest)]}); err != nil {
				return err
			}
		}
		w.take("directories-verified")
	}
	return nil
}

func (w *walker) install() error {
	if err := w.do(setup.NextPressed{}); err != nil {
		return err
	}
	w.mu.Lock()
	if w.middle != nil {
		w.shots = append(w.shots, moment{name: string(setup.PageInstalling), state: *w.middle})
	}
	w.mu.Unlock()
	s := w.session.State()
	if s.Page == setup.PageInstalling {
		w.take("installing-ended")
		if err := w.do(setup.NextPressed{}); err != nil {
			return err
		}
	}
	if w.session.State().Page != setup.PageComplete {
		return nil
	}
	w.take(string(setup.PageComplete))
	return w.after()
}

// after walks through Additional tasks, which need nothing but the database.
func (w *walker) after() error {
	if err := w.do(setup.AfterOpened{}); err != nil {
		return err
	}
	for _, page := range setup.AfterPages() {
		if page != w.session.State().Page {
			if err := w.do(setup.PageChosen{Page: page}); err != nil {
				return err
			}
		}
		w.take("after-" + string(page))
		if err := w.look(page); err != nil {
			return err
		}
	}
	return nil
}

// look does what a page of Additional tasks is for, and takes more pictures.
func (w *walker) look(page setup.Page) error {
	switch page {
	case setup.PagePending:
		p := w.session.State().After.Pending
		if p == nil || p.Page == nil || len(p.Page.Rows) == 0 {
			return nil
		}
		if err := w.do(setup.PendingObjectAsked{ID: p.Page.Rows[0].ID}); err != nil {
			return err
		}
		w.take("after-pending-object")
		w.shots[len(w.shots)-1].alone = true
		return w.do(setup.PendingObjectAsked{})
	case setup.PageCompare:
		if !w.session.State().CanCompare() {
			return nil
		}
		if err := w.do(setup.ComparePressed{}); err != nil {
			return err
		}
		w.take("after-compared")
		w.shots[len(w.shots)-1].alone = true
	case setup.PageStaging:
		for _, c := range w.session.State().Gate() {
			if c.Light != review.Green {
				if err := w.do(setup.ReasonTyped{ID: c.ID, Reason: "Only for the picture"}); err != nil {
					return err
				}
			}
		}
		w.take("after-staging-answered")
	default: // the page itself is all there is
	}
	return nil
}

package practice

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/entra"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/sample"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tenant"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// codePage is the problem of a sign-in page that shows an error and never comes
// back to the program: a person would see it and cancel.
const codePage problem.Code = "practice.page"

// pausesPerWait is how many of the site's pauses a wait of core/entra takes at most.
const pausesPerWait = 4

// cloud is the tenant of a practice site: the real core/entra over HTTPS to a
// stand-in in this process, and a pretend person at the browser and the phone.
type cloud struct {
	*entra.Client
	tenant *tenant.Server
	pause  time.Duration
	life   context.Context // of the site: a browser outlives the call that opened it
	end    context.CancelFunc

	mu    sync.Mutex
	stuck func(error) // told when the browser stops at an error
}

var (
	_ setup.Cloud = (*cloud)(nil)
	_ apply.Cloud = (*cloud)(nil)
)

// newCloud starts the tenant of a recipe. Its last synchronization is what the
// database's own history says.
func newCloud(r recipe, o Options, truth sample.Truth) (*cloud, error) {
	last := truth.LastEntraImport
	if last.IsZero() {
		last = o.Now().Add(-r.sample.LastSyncAge)
	}
	options := tenant.Options{Scenario: r.tenant, Initial: siteTenant, LastSync: last}
	if o.Tenant != nil {
		o.Tenant(&options)
	}
	server, err := tenant.New(options)
	if err != nil {
		return nil, err
	}
	c := &cloud{tenant: server, pause: o.Pause}
	c.life, c.end = context.WithCancel(context.Background())
	c.Client = entra.New(entra.Params{
		Client: tenant.OwnClient, OpenURL: c.open, Trust: server.Trust(), Dial: server.Dial, Now: o.Now, RequestLimit: o.RequestLimit,
		Proxy: func(*http.Request) (*url.URL, error) { return nil, nil }, // nothing leaves this computer
		Pause: func(ctx context.Context, d time.Duration) error { return wait(ctx, min(d, pausesPerWait*o.Pause)) },
	})
	return c, nil
}

// SignIn signs in as setup.Cloud describes; the pretend person does what a person
// would have to do.
func (c *cloud) SignIn(ctx context.Context, r setup.CloudRequest, prompt func(setup.Prompt)) (facts.Tenant, error) {
	c.tenant.Sit(strings.TrimSpace(r.Answer.User))
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	c.mu.Lock()
	c.stuck = cancel
	c.mu.Unlock()
	t, err := c.Client.SignIn(ctx, r, func(p setup.Prompt) { prompt(pretended(p)) })
	if page := new(pageError); err != nil && errors.As(context.Cause(ctx), &page) {
		return t, page.problem()
	}
	return t, err
}

// pretended says that nobody has to do anything. The address is left out: a real
// browser would find Microsoft there, and not the stand-in.
func pretended(p setup.Prompt) setup.Prompt {
	if p.Text == "" {
		return p // it waits for the service, and nobody is asked
	}
	if p.Code != "" {
		p.Text = "PRACTICE: on a pretend phone this code is being typed in at " + p.URL + ". Nothing has to be done."
	} else {
		p.Text = "PRACTICE: a pretend browser signs in and approves the second factor. Nothing has to be done."
	}
	p.URL = ""
	return p
}

// pageError is an error that the sign-in page shows.
type pageError struct{ err error }

func (e *pageError) Error() string { return e.err.Error() }

func (e *pageError) problem() *problem.Problem {
	return &problem.Problem{
		Code: codePage, What: "The sign-in page shows an error, and does not come back to the program.",
		Why: "A person would read it there and cancel the sign-in. This is what it says: " + e.err.Error(),
		Fix: "Leave the client id empty to practise, or sign in as one of the pretend accounts.", Cause: e.err,
	}
}

// open is the pretend browser. It returns at once, as opening a browser does.
func (c *cloud) open(address string) error {
	c.mu.Lock()
	stuck := c.stuck
	c.mu.Unlock()
	go func() {
		if wait(c.life, c.pause) != nil {
			return
		}
		c.tenant.Browse(c.life, address, "", func(err error) {
			if err != nil && stuck != nil {
				stuck(&pageError{err})
			}
		})
	}()
	return nil
}

// Close signs out and stops the stand-in.
func (c *cloud) Close() error {
	c.end()
	c.SignOut()
	return c.tenant.Close()
}

// wait pauses until the time is up or ctx ends.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

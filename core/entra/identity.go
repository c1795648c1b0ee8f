package entra

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

const (
	firstPause = 2 * time.Second  // between two looks at whether the tenant knows something yet
	mostPause  = 30 * time.Second // it doubles up to this
	looks      = 12               // about four minutes in all
	undoLimit  = time.Minute      // for taking back what a failed try made
)

// maker makes one sync identity.
type maker struct {
	c    *Client
	s    *session
	plan plan.Identity
	say  func(string)
	made []call // what takes back what this try made, in the order of making
}

// prepare gives the maker for an identity, if the sign-in is the tenant's.
func (c *Client) prepare(i plan.Identity, say func(string)) (*maker, error) {
	s, err := c.signedIn()
	if err != nil {
		return nil, err
	}
	if i.Tenant != "" && !strings.EqualFold(i.Tenant, s.tenant.InitialDomain) {
		return nil, &problem.Problem{
			Code: CodeIdentityTenant, What: "The plan is for the tenant " + i.Tenant + ", and the sign-in for " + s.tenant.InitialDomain + ".",
			Fix: "Sign in to " + i.Tenant + ", or check again; the plan is then made anew.",
		}
	}
	if say == nil {
		say = func(string) {}
	}
	s.graph.tokens.tell(func(p setup.Prompt) { say(promptText(p)) })
	c.wire.tell(func(note string) {
		if note != "" {
			say(note)
		}
	})
	return &maker{c: c, s: s, plan: i, say: say}, nil
}

// quiet ends telling: nobody listens any more.
func (m *maker) quiet() {
	m.s.graph.tokens.tell(nil)
	m.c.wire.tell(nil)
}

// promptText is a prompt in one line, where there is no page for it.
func promptText(p setup.Prompt) string {
	text := p.Text
	if p.Code != "" {
		text += " Address " + p.URL + ", code " + p.Code + "."
	}
	return "The tenant wants the sign-in confirmed. " + text
}

// CreateIdentity makes the sync identity, as apply.Cloud describes. An
// application's secret is PEM with its certificate and its private key. When it
// fails, what this call made is removed again.
func (c *Client) CreateIdentity(ctx context.Context, i plan.Identity, say func(string)) (apply.IdentityCredential, error) {
	m, err := c.prepare(i, say)
	if err != nil {
		return apply.IdentityCredential{}, err
	}
	defer m.quiet()
	var made apply.IdentityCredential
	if i.Kind == plan.IdentityUser {
		made, err = m.user(ctx)
	} else {
		made, err = m.application(ctx)
	}
	if err != nil {
		return apply.IdentityCredential{}, m.takeBack(ctx, m.problem(ctx, err))
	}
	return made, nil
}

// RemoveIdentity removes the identity if this program made it, as apply.Cloud describes.
func (c *Client) RemoveIdentity(ctx context.Context, i plan.Identity) error {
	m, err := c.prepare(i, nil)
	if err != nil {
		return err
	}
	found, err := m.find(ctx)
	if err != nil {
		return m.problem(ctx, err)
	}
	for _, remove := range found {
		if err := m.s.graph.do(ctx, remove, nil); err != nil && !gone(err) {
			return m.problem(ctx, err)
		}
	}
	return nil
}

// HasIdentity tells whether the identity is there and was made by this program.
func (c *Client) HasIdentity(ctx context.Context, i plan.Identity) (bool, error) {
	m, err := c.prepare(i, nil)
	if err != nil {
		return false, err
	}
	found, err := m.find(ctx)
	if err != nil {
		return false, m.problem(ctx, err)
	}
	return len(found) > 0, nil
}

// find gives what removes each object that this installation made under the plan's name.
func (m *maker) find(ctx context.Context) ([]call, error) {
	if m.plan.Kind == plan.IdentityUser {
		u, err := m.findUser(ctx)
		if err != nil || u == nil {
			return nil, err
		}
		return []call{removeUser(u.ID)}, nil
	}
	apps, err := m.findApplications(ctx)
	var out []call
	for _, a := range apps {
		if a.Notes == m.mark() {
			out = append(out, removeApplication(a.ID))
		}
	}
	return out, err
}

// mark is what an application of this installation bears in its notes: names of
// applications are not unique, and Microsoft's own wizard uses the same form.
func (m *maker) mark() string { return "Made by ADSync Reconnect as " + m.plan.Name }

// problem puts an error of this identity into words.
func (m *maker) problem(ctx context.Context, err error) error {
	if e := refusal(err); e != nil && problem.As(err) == nil {
		return e.problem()
	}
	return m.c.translate(ctx, err)
}

// takeBack removes what a failed try made, even when it failed for being cancelled.
func (m *maker) takeBack(ctx context.Context, failed error) error {
	if len(m.made) == 0 {
		return failed
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoLimit)
	defer cancel()
	var left []string
	for i := len(m.made) - 1; i >= 0; i-- {
		m.say("Taking back: " + m.made[i].purpose)
		if err := m.s.graph.do(ctx, m.made[i], nil); err != nil && !gone(err) {
			left = append(left, m.made[i].purpose+": "+err.Error())
		}
	}
	if len(left) == 0 {
		return failed
	}
	p := *problem.From(failed)
	p.Why = strings.TrimSpace(p.Why + " What was made already could not be removed; the next try takes it over.")
	p.Detail += "\nnot taken back: " + strings.Join(left, "; ")
	return &p
}

func gone(err error) bool {
	e := refusal(err)
	return e != nil && e.status == http.StatusNotFound
}

// until tries something until the tenant knows what it needs: what was just made
// takes a while to arrive everywhere. early tells whether an error may be of that kind.
func (m *maker) until(ctx context.Context, what string, early func(error) bool, try func() error) error {
	pause := firstPause
	for look := 1; ; look++ {
		err := try()
		if err == nil || !early(err) {
			return err
		}
		if look == looks {
			return &problem.Problem{
				Code: CodeIdentityWait, What: "The tenant does not know " + what + " yet.",
				Why: "It was made, but has not arrived everywhere in Microsoft Entra ID.",
				Fix: "Wait some minutes, then try again.", Detail: err.Error(), Cause: err,
			}
		}
		m.say(fmt.Sprintf("Waiting until the tenant knows %s; next look in %s", what, pause))
		if err := m.c.pause(ctx, pause); err != nil {
			return err
		}
		pause = min(2*pause, mostPause)
	}
}

// unknownYet tells whether Graph's refusal can come from an object that has not arrived.
func unknownYet(err error) bool {
	e := refusal(err)
	return e != nil && (e.status == http.StatusNotFound ||
		(e.status == http.StatusBadRequest && (e.code == "Request_BadRequest" || e.code == "NoBackingApplicationObject") &&
			(strings.Contains(e.text, "does not reference a valid application object") || strings.Contains(e.text, "does not exist"))))
}

// filter makes an exact comparison; quotes are doubled as OData wants it.
func filter(field, value string) url.Values {
	return url.Values{"$filter": {field + " eq '" + strings.ReplaceAll(value, "'", "''") + "'"}}
}

func selecting(q url.Values, names string) url.Values {
	q.Set("$select", names)
	return q
}

var errNoRole = errors.New("the service offers no such role")

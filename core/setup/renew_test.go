package setup

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// renewing is a fake whose claims can be renewed.
type renewing struct{ *fake }

func (r renewing) Renew(ctx context.Context, a answers.SQL, password secret.Value, server string) (facts.Claim, error) {
	err := r.call(ctx, "renew "+server)
	if err == nil && (a.Server == "" || !password.Same(secret.New(canary))) {
		err = errors.New("the connection did not arrive")
	}
	return facts.Claim{Server: server, At: factstest.Now()}, err
}

// The window renews the claim that is its own installation's, after it has read the
// database, and nobody else's; what only reads, such as /review, never does.
func TestRenew_onlyInTheWindowAndOnlyOurs(t *testing.T) {
	for name, c := range map[string]struct {
		window       bool
		server       string
		installation string
		stopped      plan.Kind
		fails        error
		calls        int
		says         string
	}{
		"ours":                  {window: true, calls: 1, says: "The claim is renewed"},
		"ours, refused":         {window: true, calls: 1, fails: errors.New("it is locked"), says: "The claim was not renewed"},
		"ours, without window":  {},
		"another server's":      {window: true, server: "SYNC77"},
		"another installation":  {window: true, installation: "fedcba98765432100123456789abcdef"},
		"not finished":          {window: true, stopped: plan.KindIdentity},
		"no claim":              {window: true, server: "-"},
		"without window, other": {server: "SYNC77"},
	} {
		t.Run(name, func(t *testing.T) {
			u := left(t, c.stopped)
			f := newFake()
			claim := &facts.Claim{Server: "sync02", Installation: u.Begin.Plan.ID, At: factstest.Now()}
			if c.server != "" {
				claim.Server = c.server
			}
			if c.installation != "" {
				claim.Installation = c.installation
			}
			if c.server == "-" {
				claim = nil
			}
			f.set.ADSync.Claim = factstest.Known(claim)
			f.fails["renew sync02"] = c.fails
			s := newTestSession(t, f, func(p *Params) {
				p.Site.Finder, p.Site.Installer, p.RenewClaim = finder{u: u}, renewing{f}, c.window
			})
			press(t, s, AfterOpened{})
			if err := s.Close(); err != nil { // waits for what runs in the background
				t.Fatal(err)
			}
			renewed, read := 0, 0
			for i, call := range f.seen {
				if strings.HasPrefix(call, "renew") {
					renewed++
				}
				if call == "inspect" {
					read = i
				}
				if renewed > 0 && read > i {
					t.Error("it was renewed before the reading had ended")
				}
			}
			if renewed != c.calls {
				t.Errorf("renewed %d times: %v", renewed, f.seen)
			}
			said := ""
			for _, e := range s.Book().Entries(0) {
				said += e.String()
			}
			if !strings.Contains(said, c.says) || strings.Contains(said, canary) {
				t.Errorf("the log says %.2000s", said)
			}
		})
	}
}

// A run without a window renews at its end what is its own: /resume that completed,
// /review and /staging; what inspects and what gives the database up never do.
func TestRenew_unattended(t *testing.T) {
	for name, c := range map[string]struct {
		o       RunOptions
		stopped plan.Kind // where the installation was broken off, "" for nowhere
		server  string    // of the claim that is read, "" for this one
		fails   error
		calls   int
	}{
		"review":                   {o: RunOptions{Review: true}, calls: 1},
		"review of another server": {o: RunOptions{Review: true}, server: "SYNC77"},
		"review, unfinished":       {o: RunOptions{Review: true}, stopped: plan.KindSecrets},
		"review, may not write":    {o: RunOptions{Review: true}, fails: errors.New("permission denied"), calls: 1},
		"staging":                  {o: RunOptions{Staging: plan.Enters}, calls: 1},
		"staging of another":       {o: RunOptions{Staging: plan.Enters}, server: "SYNC77"},
		"resume":                   {o: RunOptions{Resume: true}, stopped: plan.KindSecrets, calls: 1},
		"resume, nothing to do":    {o: RunOptions{Resume: true}},
		"undo":                     {o: RunOptions{Undo: true}},
		"check":                    {o: RunOptions{}},
	} {
		t.Run(name, func(t *testing.T) {
			u := left(t, c.stopped)
			f := newFake()
			claim := &facts.Claim{Server: "sync02", Installation: u.Begin.Plan.ID, At: factstest.Now()}
			if c.server != "" {
				claim.Server = c.server
			}
			f.set.ADSync.Claim = factstest.Known(claim)
			for _, server := range []string{"sync02", "SYNC02"} {
				f.fails["renew "+server] = c.fails
			}
			s := newTestSession(t, f, func(p *Params) { p.Site.Finder, p.Site.Installer = finder{u: u}, renewing{f} })
			_, err := Run(t.Context(), s, c.o)
			renewed := 0
			for i, call := range f.seen {
				if strings.HasPrefix(call, "renew") {
					renewed++
					if i != len(f.seen)-1 {
						t.Errorf("something was done after renewing: %v", f.seen)
					}
				}
			}
			if renewed != c.calls {
				t.Errorf("renewed %d times (%v): %v", renewed, err, f.seen)
			}
			if c.fails != nil && (errors.Is(err, c.fails) || !strings.Contains(logOf(s), "The claim was not renewed")) {
				t.Errorf("a renewal that failed: %v", err)
			}
		})
	}
}

func logOf(s *Session) string {
	var b strings.Builder
	for _, e := range s.Book().Entries(0) {
		b.WriteString(e.String())
	}
	return b.String()
}

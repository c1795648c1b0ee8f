package setup

import (
	"context"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// Renewer renews the claim of a server on its database and writes nothing else. The
// real installer is one.
type Renewer interface {
	Renew(ctx context.Context, a answers.SQL, password secret.Value, server string) (facts.Claim, error)
}

// RenewClaim renews this server's claim. It makes the session busy with nothing; the
// log says how it ended. A claim is never trusted by its age alone, so that one that
// was not renewed does no harm.
type RenewClaim struct {
	SQL    answers.SQL
	Server string
	Then   Effect // what is to be done beside it, nil for nothing
}

func (RenewClaim) effect() {}

// renewTimeout is how long renewing may take; it waits for nobody who installs.
const renewTimeout = 30 * time.Second

// renewal renews the claim once Additional tasks have read the database and found
// there the claim of the installation that this computer finished. The inspection has
// ended by then: it writes nothing. then is what else is to be done, nil for nothing.
func (s State) renewal(then Effect) Effect {
	p, claim := s.InstalledPlan(), s.After.Facts.ADSync.Claim.Or(nil)
	if p == nil || claim == nil || claim.Installation != p.ID || !strings.EqualFold(claim.Server, s.Computer) {
		return then
	}
	return RenewClaim{SQL: s.Answers.SQL, Server: claim.Server, Then: then}
}

// start renews the claim beside what the window does. A run without a window renews
// at its end instead, see unattended.renew, so that it is not in its own way.
func (e RenewClaim) start(s *Session, site Site, secrets map[string]secret.Value) {
	if e.Then != nil {
		s.launch(e.Then)
	}
	renewer, ok := site.Installer.(Renewer)
	if !ok || !s.p.RenewClaim {
		return
	}
	s.work.Go(func() {
		ctx, cancel := s.child()
		defer cancel()
		e.renew(ctx, s, renewer, secrets[answers.SecretSQL])
	})
}

// renew renews the claim and says in the log how that ended.
func (e RenewClaim) renew(ctx context.Context, s *Session, renewer Renewer, password secret.Value) {
	ctx, cancel := context.WithTimeout(ctx, renewTimeout)
	defer cancel()
	claim, err := renewer.Renew(ctx, e.SQL, password, e.Server)
	if err != nil {
		s.log.Warn("The claim was not renewed", "problem", problem.From(err))
		return
	}
	s.log.Info("The claim is renewed", "server", claim.Server, "at", claim.At)
}

// renew renews this server's claim at the end of a run without a window that may
// write: /resume once the installation is complete, as the claim was written when it
// was begun, perhaps days ago; /staging and /review when the claim that they read is
// that of this computer's own finished installation, as the window does. It is a
// statement of its own under the application lock, after everything else.
//
// /check and /compare never come here: what inspects promises to write nothing, and
// keeps that whoever owns the database. /install has just written the claim, and
// /undo gives it up. A claim that could not be renewed, because the login may not
// write or somebody holds the lock, fails nothing: no claim is trusted by its age.
func (u unattended) renew(ctx context.Context, o RunOptions) {
	state := u.s.State()
	var e RenewClaim
	switch outcome := state.Install.Outcome; {
	case o.Resume && outcome != nil && outcome.Ending == apply.Completed:
		e = RenewClaim{SQL: state.Answers.SQL, Server: state.Plan.Claim.After.Server}
	case o.Resume || state.After == nil || state.After.Facts == nil:
		return
	default:
		var ours bool
		if e, ours = state.renewal(nil).(RenewClaim); !ours {
			return
		}
	}
	u.s.mu.Lock()
	site, password := u.s.site, u.s.secrets[answers.SecretSQL]
	u.s.mu.Unlock()
	if renewer, ok := site.Installer.(Renewer); ok && ctx.Err() == nil {
		e.renew(ctx, u.s, renewer, password)
	}
}

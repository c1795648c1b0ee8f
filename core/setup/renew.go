package setup

import (
	"context"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
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

// start renews the claim where the session may: in the window, which is the one
// command that reads the database and does not promise to write nothing.
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
		ctx, stop := context.WithTimeout(ctx, renewTimeout)
		defer stop()
		claim, err := renewer.Renew(ctx, e.SQL, secrets[answers.SecretSQL], e.Server)
		if err != nil {
			s.log.Warn("The claim was not renewed", "problem", problem.From(err))
			return
		}
		s.log.Info("The claim is renewed", "server", claim.Server, "at", claim.At)
	})
}

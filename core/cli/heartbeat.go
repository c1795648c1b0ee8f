package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/adsync-reconnect/adsync-reconnect/core/adsync"
	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// CommandHeartbeat is the command of /heartbeat.
const CommandHeartbeat = "heartbeat"

// Renewer renews this server's claim on a database. The real installer is one.
type Renewer interface {
	Renew(ctx context.Context, a answers.SQL, password secret.Value, server string) (facts.Claim, error)
}

// Beat is what /heartbeat says, as /json prints it.
type Beat struct {
	Format   int                `json:"format"`
	Command  string             `json:"command"`
	Result   string             `json:"result"` // "done", "blocked" when another server owns the database, "failed"
	ExitCode int                `json:"exitCode"`
	Problems []*problem.Problem `json:"problems"`
	Claim    *facts.Claim       `json:"claim,omitempty"` // as it is now
}

// Heartbeat is /heartbeat: it renews the claim of this server on the database of
// the answers or, without any, of this computer's last installation. It writes
// the time of the claim and nothing else. The error is an Exit.
func Heartbeat(ctx context.Context, site setup.Site, o Options, stdout io.Writer) error {
	b := Beat{Format: Format, Command: CommandHeartbeat, Result: ResultDone, Problems: []*problem.Problem{}}
	claim, err := beat(ctx, site)
	if err == nil {
		b.Claim = &claim
	} else {
		p := problem.From(err)
		b.Result, b.ExitCode, b.Problems = ResultFailed, ExitFailed, append(b.Problems, p)
		if p.Code == adsync.CodeClaimChanged {
			b.Result, b.ExitCode = ResultBlocked, ExitBlocked
		}
	}
	if err := b.write(stdout, o.JSON); err != nil {
		return err
	}
	if b.ExitCode != ExitClean {
		return Exit(b.ExitCode)
	}
	return nil
}

// beat renews the claim.
func beat(ctx context.Context, site setup.Site) (facts.Claim, error) {
	renewer, ok := site.Installer.(Renewer)
	if !ok {
		return facts.Claim{}, fmt.Errorf("this site renews no claims")
	}
	sql := site.Answers.SQL
	if sql.Server == "" && site.Finder != nil {
		found, err := site.Finder.Find()
		if err != nil {
			return facts.Claim{}, err
		}
		var known setup.Known
		if found != nil && found.Problem == nil && json.Unmarshal(found.Begin.Known, &known) == nil {
			sql = known.Answers.SQL
		}
	}
	if sql.Server == "" {
		return facts.Claim{}, &problem.Problem{
			Code: setup.CodeNothing, What: "It is not known which database to renew the claim on.",
			Why: "There is no installation on this computer, and no answers file.", Fix: "Give /answers:FILE.",
		}
	}
	return renewer.Renew(ctx, sql, site.Secrets[answers.SecretSQL], site.Computer)
}

func (b Beat) write(w io.Writer, asJSON bool) error {
	if asJSON {
		return printJSON(w, b)
	}
	if b.Claim != nil {
		_, err := fmt.Fprintf(w, "The claim of %s is renewed: %s\n", b.Claim.Server, b.Claim.At.Format("2006-01-02 15:04:05 UTC"))
		return err
	}
	for _, p := range b.Problems {
		if _, err := fmt.Fprintln(w, p.Text()); err != nil {
			return err
		}
	}
	return nil
}

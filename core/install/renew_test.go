package install_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/cli"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// TestHeartbeat renews this server's claim, writes nothing else, refuses another
// server's, and leaves undo possible.
func TestHeartbeat(t *testing.T) {
	t.Parallel()
	b := open(t, "healthy")
	before := b.dump(t)
	var out bytes.Buffer
	var code cli.Exit
	if err := cli.Heartbeat(t.Context(), b.site, cli.Options{JSON: true}, &out); !errors.As(err, &code) || int(code) != cli.ExitFailed || !strings.Contains(out.String(), "adsync.claim.none") {
		t.Errorf("without a claim: %v %s", err, out.String())
	}
	state, err := b.install(t)
	if err != nil {
		t.Fatal(err)
	}
	installed, claim := b.dump(t), *b.facts(t).ADSync.Claim.Value
	if _, err := b.db.ExecContext(t.Context(), "sp_updateextendedproperty 'ADSyncReconnect.Claim', '"+
		`{"server":"`+claim.Server+`","installation":"`+claim.Installation+`","at":"2020-01-01T00:00:00Z","version":"`+claim.Version+`"}'`); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if err := cli.Heartbeat(t.Context(), b.site, cli.Options{}, &out); err != nil || !strings.Contains(out.String(), claim.Server) {
		t.Fatalf("%v %s", err, out.String())
	}
	now := *b.facts(t).ADSync.Claim.Value
	if now.At.Before(claim.At) || now.Installation != claim.Installation {
		t.Errorf("the claim is %+v, was %+v", now, claim)
	}
	after := b.dump(t)
	delete(installed, "extended properties")
	delete(after, "extended properties")
	same(t, "renewed", installed, after)
	stranger := b.site
	stranger.Computer = "SYNC77"
	out.Reset()
	if err := cli.Heartbeat(t.Context(), stranger, cli.Options{JSON: true}, &out); !errors.As(err, &code) || int(code) != cli.ExitBlocked || !strings.Contains(out.String(), state.Plan.Server) {
		t.Errorf("another server: %v %s", err, out.String())
	}
	if c := *b.facts(t).ADSync.Claim.Value; !c.At.Equal(now.At) {
		t.Error("another server's try changed the claim")
	}
	if o := b.press(t, setup.UndoPressed{}).Install.Outcome; o.Ending != apply.TakenBack {
		t.Fatalf("undo after a heartbeat: %+v", o)
	}
	same(t, "undone", before, b.dump(t))
}

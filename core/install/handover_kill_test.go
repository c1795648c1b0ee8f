//go:build unix

package install_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/cli"
	"github.com/adsync-reconnect/adsync-reconnect/core/handover"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// setup gives Microsoft's setup, which runs outside the wizard's process and outlives
// it; nil where the order names none.
func (o order) setup() handover.Starter {
	if o.Setup == "" {
		return nil
	}
	return &farSetup{url: o.Setup, traces: filepath.Join(o.DataDir, handover.TraceFolder), kill: o.KillLook}
}

// farSetup is the pretended setup of the site in another process.
type farSetup struct {
	url, traces string
	kill        int
	looks       atomic.Int32
}

// setupMessage is a call of the setup with its answer, on the wire.
type setupMessage struct {
	Plan    *plan.Plan
	Running bool
	Problem *problem.Problem
}

func (f *farSetup) call(ctx context.Context, m setupMessage) (bool, error) {
	far := remote{url: f.url}
	var out setupMessage
	if err := far.send(ctx, m, &out); err != nil {
		return false, err
	}
	if out.Problem != nil {
		return false, out.Problem
	}
	return out.Running, nil
}

func (f *farSetup) Start(ctx context.Context, p plan.Plan) error {
	_, err := f.call(ctx, setupMessage{Plan: &p})
	return err
}

func (f *farSetup) Running() (bool, error) {
	if int(f.looks.Add(1)) == f.kill {
		die()
	}
	return f.call(context.Background(), setupMessage{})
}

func (f *farSetup) Traces() string { return f.traces }

// serveSetup makes the site's pretended setup reachable, and counts its starts.
func serveSetup(t *testing.T, s handover.Starter, starts *atomic.Int32) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var m setupMessage
		err := json.NewDecoder(r.Body).Decode(&m)
		if err == nil && m.Plan != nil {
			starts.Add(1)
			err = s.Start(context.WithoutCancel(r.Context()), *m.Plan)
		}
		if err == nil {
			m.Running, err = s.Running()
		}
		m.Plan, m.Problem = nil, problem.From(err)
		if err := json.NewEncoder(w).Encode(m); err != nil {
			t.Log(err) // the wizard was killed
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// A wizard that is killed while Microsoft's setup works is started again. What is left
// is recognized, and going on watches the setup, which was never started a second
// time, to its end; taking back gives the claim and the new account back and says what
// of Microsoft's setup stays.
func TestHandOver_killed(t *testing.T) {
	now := time.Now().UTC().Truncate(time.Second)
	for _, look := range []int{1, 2, 4} { // before it is started, just started, at work
		for _, next := range []string{cli.CommandResume, cli.CommandUndo} {
			t.Run(fmt.Sprintf("at look %d, then %s", look, next), func(t *testing.T) {
				w := newWorldWith(t, now, practice.Options{Pause: 100 * time.Millisecond})
				var starts atomic.Int32
				w.order.Answers.Options.HandOver = true
				w.order.Setup = serveSetup(t, w.inside.MicrosoftSetup(), &starts)
				w.order.KillLook = look
				accounts := w.inside.Accounts()
				if e := w.do(t, cli.CommandInstall, moment{}, 0); !e.killed {
					t.Fatalf("it was not killed: %+v", e)
				}
				w.order.KillLook = 0
				list, err := apply.FindUndoable(w.dir)
				if err != nil || len(list) != 1 {
					t.Fatalf("journals %+v, %v", list, err)
				}
				e := w.do(t, next, moment{}, 0)
				if next == cli.CommandUndo {
					w.tookBack(t, e, accounts)
					return
				}
				if e.code > cli.ExitWarnings {
					t.Fatalf("going on: %+v", e)
				}
				if n := starts.Load(); n != 1 {
					t.Errorf("Microsoft's setup was started %d times", n)
				}
				if list, err := apply.FindUndoable(w.dir); err != nil || len(list) != 1 || list[0].Ending != apply.Completed {
					t.Errorf("after going on: %+v, %v", list, err)
				}
			})
		}
	}
}

// tookBack looks whether what the program itself had done is gone.
func (w *world) tookBack(t *testing.T, e end, accounts []string) {
	t.Helper()
	if e.killed {
		t.Fatalf("undo: %+v", e)
	}
	properties := fmt.Sprint(w.rows(t, "SELECT name, CAST(value AS nvarchar(4000)) AS value FROM sys.extended_properties WHERE class = 0"))
	if !strings.Contains(properties, "SYNC01") || strings.Contains(properties, "SYNC02") {
		t.Errorf("the claim is not given back: %s", properties)
	}
	if after := w.inside.Accounts(); !slices.Equal(after, accounts) {
		t.Errorf("accounts %v, before %v", after, accounts)
	}
}

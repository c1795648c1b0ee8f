//go:build linux

package forest

import (
	"errors"
	"net"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// cut is a connection that breaks at one message: before it is sent, after the domain
// controller has answered it, whose answer is lost, or after an answer that came late.
type cut struct {
	net.Conn
	how  string
	at   int64
	sent *atomic.Int64
	hit  *atomic.Bool
}

var errCut = errors.New("the connection broke")

func (c cut) Write(p []byte) (int, error) {
	if c.sent.Add(1) == c.at {
		c.hit.Store(true)
		if c.how == "before" {
			_ = c.Close() // it breaks
			return 0, errCut
		}
	}
	return c.Conn.Write(p)
}

func (c cut) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err != nil || c.sent.Load() != c.at {
		return n, err
	}
	if c.how == "late" {
		time.Sleep(20 * time.Millisecond)
		return n, nil
	}
	if c.how == "after" {
		_ = c.Close() // it breaks
		return 0, errCut
	}
	return n, err
}

// TestCutAtSamba breaks every kind of change off at messages of the real wire. What was
// half done is what the plan and the journal name: going on finishes it, and taking back
// leaves the directory as it was before.
func TestCutAtSamba(t *testing.T) {
	d := directory(t)
	entry := []facts.Right{{Feature: facts.FeaturePasswordHash, Domain: dc.Domain, State: facts.RightGranted}}
	fresh := plan.Account{Forest: dc.Domain, User: "MSOL_cutcutcutcut", Comment: "cut", Container: "CN=Users," + dc.Base, Grants: entry}
	proof, err := d.Verify(t.Context(), lacking("svc-cut", facts.FeaturePasswordHash), nil)
	if err != nil {
		t.Fatal(err)
	}
	poor := planOf(proof)
	missing, err := d.Ungranted(t.Context(), poor, grantor)
	if err != nil || len(missing) == 0 {
		t.Fatalf("%d entries, %v", len(missing), err)
	}
	before := head(t, d)
	create := func(d *Directory) error { _, err := d.CreateAccount(t.Context(), fresh, grantor); return err }
	remove := func(d *Directory) error { return d.RemoveAccount(t.Context(), fresh, grantor) }
	give := func(d *Directory) error { return d.Grant(t.Context(), poor, grantor, missing) }
	take := func(d *Directory) error { return d.Revoke(t.Context(), poor, grantor, missing) }
	for name, c := range map[string]struct {
		first, do, back func(*Directory) error
		step            int64
	}{
		"create": {nil, create, remove, 8}, "remove": {create, remove, remove, 8},
		"grant": {nil, give, take, 4}, "revoke": {give, take, take, 4},
	} {
		if os.Getenv("RECONNECT_FAULTS") == "all" {
			c.step = 1
		}
		for i, how := range []string{"before", "after", "late"} {
			hits := 0
			for at := int64(4 + 2*i); ; at += c.step {
				if c.first != nil {
					if err := c.first(d); err != nil {
						t.Fatalf("%s: %v", name, err)
					}
				}
				hit := &atomic.Bool{}
				err := c.do(cutting(t, how, at, hit))
				if err != nil && (problem.As(err) == nil || problem.As(err).Fix == "") {
					t.Errorf("%s, cut %s message %d: %#v", name, how, at, err)
				}
				if how == "late" && err != nil {
					t.Errorf("%s, message %d answered late: %v", name, at, err)
				}
				if err := c.do(d); err != nil { // going on
					t.Errorf("%s, going on after a cut %s message %d: %v", name, how, at, err)
				}
				if err := c.back(d); err != nil {
					t.Errorf("%s, taking back after a cut %s message %d: %v", name, how, at, err)
				}
				if head(t, d) != before {
					t.Fatalf("%s, cut %s message %d: the domain's descriptor is not as before", name, how, at)
				}
				if there, err := d.HasAccount(t.Context(), fresh, grantor); there || err != nil {
					t.Errorf("%s, cut %s message %d: the account is there: %v", name, how, at, err)
				}
				if !hit.Load() {
					break
				}
				hits++
			}
			if hits < 2 {
				t.Errorf("%s: cut %s only %d messages", name, how, hits)
			}
		}
	}
}

// cutting gives a Directory whose connections, counted together, break at a message.
func cutting(t *testing.T, how string, at int64, hit *atomic.Bool) *Directory {
	t.Helper()
	d := directory(t)
	sent := &atomic.Int64{}
	d.wrap = func(c net.Conn) net.Conn { return cut{Conn: c, how: how, at: at, sent: sent, hit: hit} }
	return d
}

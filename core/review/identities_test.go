package review_test

import (
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	ft "github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
)

// Whether the dead server's identity is still in the tenant is seen by whoever signs
// in later.
func TestLook_oldIdentities(t *testing.T) {
	before, none, unread := ft.Tenant(), ft.Tenant(), ft.Tenant()
	before.Identities = ft.Known([]facts.SyncIdentity{{Name: "Sync_SYNC01_1@contoso", Kind: "user", Server: "SYNC01"}})
	none.Identities = ft.Known([]facts.SyncIdentity{{Name: "Sync_SYNC02_1@contoso", Kind: "user", Server: "SYNC02"}})
	unread.Identities = ft.Unknown[[]facts.SyncIdentity]()
	set := ft.Set()
	set.ADSync.Previous = ft.Known("SYNC01")
	for name, c := range map[string]struct {
		now   *facts.Tenant
		sight review.Sight
		says  string
	}{
		"nobody signed in": {nil, review.SeenBlind, "nobody signed in"},
		"still there":      {&before, review.SeenOpen, "Sync_SYNC01_1@contoso"},
		"gone":             {&none, review.SeenDone, "none any more"},
		"unread":           {&unread, review.SeenBlind, "can't be seen"},
	} {
		b := review.Basis{Before: set, Now: set, Plan: review.PlanOf(set), Tenant: &before, TenantNow: c.now}
		task, ok := find(review.Look(b), "old-identities")
		if !ok || task.Seen.Sight != c.sight || !strings.Contains(task.Seen.Evidence, c.says) || task.Done != (c.sight == review.SeenDone) {
			t.Errorf("%s: %+v", name, task.Seen)
		}
	}
}

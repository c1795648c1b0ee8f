//go:build !windows

package host

import (
	"context"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

const onlyWindows = "this can only be read on Windows"

func syncService(_ context.Context, now time.Time) facts.Read[facts.SyncService] {
	return facts.Unknown[facts.SyncService]("the service ADSync", onlyWindows, now)
}

// system leaves no fact of Windows unread: each is absent, with the reason.
func system(_ context.Context, c *facts.Computer, now time.Time) {
	c.Installed = facts.Unknown[string]("installed products", onlyWindows, now)
	c.Domain = facts.Unknown[string]("domain membership", onlyWindows, now)
	c.Admin = facts.Unknown[bool]("process token", onlyWindows, now)
	c.NotWindows(onlyWindows, now)
}

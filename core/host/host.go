// Package host reads facts of the computer that the program runs on. What a
// system does not offer is said to be unknown.
package host

import (
	"context"
	"os"
	"os/user"
	"runtime"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// Name gives the computer's name in upper case and without its domain, or
// "THIS-COMPUTER" when the system does not tell it.
func Name() string {
	name, err := os.Hostname()
	if err != nil || name == "" {
		return "THIS-COMPUTER"
	}
	short, _, _ := strings.Cut(name, ".")
	return strings.ToUpper(short)
}

// Service reads the synchronization service alone, which is quick enough to be asked
// again and again.
func Service(ctx context.Context) facts.Read[facts.SyncService] { return syncService(ctx, time.Now()) }

// Facts reads everything that can be read without changing anything. It never
// fails: what cannot be read is unknown, with the reason.
func Facts(ctx context.Context, now time.Time) facts.Computer {
	c := facts.Computer{
		Name: facts.Known(Name(), "host name", now),
		OS:   facts.Known(runtime.GOOS+"/"+runtime.GOARCH, "the program itself", now),
		Now:  now.UTC(),
	}
	if u, err := user.Current(); err != nil {
		c.User = facts.Unknown[string]("current user", err.Error(), now)
	} else {
		c.User = facts.Known(u.Username, "current user", now)
	}
	system(ctx, &c, now)
	return c
}

package review

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
)

// Basis is what the tasks of Additional tasks rest on.
type Basis struct {
	// Before are the facts before the installation, or as of now when none is known.
	Before facts.Set
	// Now are the facts as they are.
	Now facts.Set
	// Plan is that of the installation; PlanOf where none is known.
	Plan    plan.Plan
	Tenant  *facts.Tenant
	Forests []facts.ForestAccount
	// TenantNow is the tenant as it was read in this session; nil when nobody signed in.
	TenantNow *facts.Tenant
	// Installed is when the installation ended; zero when none is known.
	Installed time.Time
}

// PlanOf gives what a database alone says of how it came to be, for Tasks: who owns
// it, by which identity it synchronizes, and what its next cycle is to do.
func PlanOf(set facts.Set) plan.Plan {
	a := set.ADSync
	p := plan.Plan{Server: "this server", Database: set.Database.Name, StartSync: a.On(facts.SettingSchedule)}
	if c, ok := a.Claim.Get(); ok && c != nil {
		p.Server, p.ID = c.Server, c.Installation
	}
	for _, c := range a.Connectors.Or(nil) {
		p.Writes.Connectors = append(p.Writes.Connectors, plan.ConnectorWrite{
			ID: c.ID, Name: c.Name, Kind: c.Kind, FullImport: c.FullImport.Or(false), FullSync: c.FullSync.Or(false),
		})
		switch c.Kind {
		case facts.KindEntra:
			p.Identity = plan.Identity{Kind: plan.IdentityUser, Name: c.Account.User, Tenant: c.Tenant}
			if !strings.Contains(c.Account.User, "@") {
				p.Identity.Kind = plan.IdentityApplication
			}
		case facts.KindAD:
			p.Accounts = append(p.Accounts, plan.Account{Forest: c.Forest, Connector: c.ID, Domain: c.Account.Domain, User: c.Account.User})
		default: // other connectors have a task of their own
		}
	}
	if version, _ := a.VersionLastUsed(); version != "" {
		p.Writes.Settings = []plan.SettingWrite{{Name: facts.SettingVersion, Existed: true, Before: version, After: version}}
	}
	return p
}

// Look gives the tasks with what the program sees of each. Those that it sees done
// are ticked.
func Look(b Basis) []Task {
	tasks := Tasks(b.Before, b.Plan, b.Tenant, b.Forests)
	for i := range tasks {
		seen := b.look(tasks[i].ID)
		tasks[i].Seen, tasks[i].Done = &seen, seen.Sight == SeenDone
	}
	return tasks
}

// Ticked gives the tasks with the admin's ticks. What the program sees done stays ticked.
func Ticked(tasks []Task, ticks map[string]time.Time) []Task {
	out := make([]Task, len(tasks))
	for i, t := range tasks {
		_, on := ticks[t.ID]
		t.Done = on || (t.Seen != nil && t.Seen.Sight == SeenDone)
		out[i] = t
	}
	return out
}

// SetDone gives the tasks with the tick of one set or taken away.
func SetDone(tasks []Task, id string, on bool) []Task {
	out := slices.Clone(tasks)
	for i, t := range out {
		if t.ID == id {
			out[i].Done = on || (t.Seen != nil && t.Seen.Sight == SeenDone)
		}
	}
	return out
}

// WithTick gives a copy of the ticks with one set or taken away.
func WithTick(ticks map[string]time.Time, id string, on bool, at time.Time) map[string]time.Time {
	out := make(map[string]time.Time, len(ticks)+1)
	maps.Copy(out, ticks)
	if on {
		out[id] = at.UTC()
	} else {
		delete(out, id)
	}
	return out
}

// look is the check of one task.
func (b Basis) look(id string) Seen {
	checks := map[string]func() Seen{
		"scheduler": b.lookScheduler, "full-cycle": b.lookCycle, "conditional-access": b.lookImport, "pending-exports": b.lookExports,
		"pending-deletes": b.lookDeletes, "accidental-deletes": b.lookThreshold, "signin-old": b.lookSignIn, "signin-unknown": b.lookSignIn,
		"previous-server": b.lookPrevious, "leave-staging": b.lookStaging, "manual-upgrades": b.lookUpgrade, "backup-job": b.lookBackup,
		"old-identities": b.lookIdentities, "sync-groups": b.lookGroups, "other-connectors": b.lookOthers,
	}
	if check, ok := checks[id]; ok {
		return check()
	}
	switch {
	case strings.HasPrefix(id, "old-account:"):
		return blind("Whether the account is still there is in its forest, which nobody signed in to here.")
	case strings.HasPrefix(id, "signin-") || id == "seamless-sso":
		return blind("Agents, farms and tickets are not in the database.")
	}
	return blind("The database does not show it.")
}

func blind(text string) Seen             { return Seen{SeenBlind, text} }
func isDone(f string, a ...any) Seen     { return Seen{SeenDone, fmt.Sprintf(f, a...)} }
func isOpen(f string, a ...any) Seen     { return Seen{SeenOpen, fmt.Sprintf(f, a...)} }
func unseen[T any](r facts.Read[T]) Seen { return blind("It can't be seen: " + r.Reason() + ".") }

func (b Basis) lookScheduler() Seen {
	a := b.Now.ADSync
	switch {
	case a.Settings.State != facts.IsKnown:
		return unseen(a.Settings)
	case a.On(facts.SettingSuspended):
		return isOpen("The scheduler is suspended.")
	case !a.On(facts.SettingSchedule):
		return isOpen("The scheduler is off.")
	}
	if t, ok := newest(a, func(r facts.Run) bool { return r.Good() && r.Start.After(b.Installed) }); ok && !b.Installed.IsZero() {
		return isDone("The scheduler is on; the last run ended well on %s.", date(t))
	}
	if b.Installed.IsZero() {
		return isDone("The scheduler is on.")
	}
	return isOpen("The scheduler is on, but no run ended well since the installation.")
}

// newest gives the end of the newest run that a condition holds for.
func newest(a facts.ADSync, is func(facts.Run) bool) (time.Time, bool) {
	var best time.Time
	for _, r := range a.Runs.Or(nil) {
		if is(r) && r.End.After(best) {
			best = r.End
		}
	}
	return best, !best.IsZero()
}

// lookCycle looks for the imports and synchronizations of every connector since the
// installation, full ones where the plan asked for them.
func (b Basis) lookCycle() Seen {
	a := b.Now.ADSync
	switch {
	case a.Runs.State != facts.IsKnown:
		return unseen(a.Runs)
	case b.Installed.IsZero():
		return b.lookFlags()
	}
	var missing, there []string
	for _, w := range b.Plan.Writes.Connectors {
		for _, kind := range []struct {
			word string
			full bool
		}{{"import", w.FullImport}, {"sync", w.FullSync}} {
			name := w.Name + ": " + kind.word
			if kind.full {
				name = w.Name + ": full " + kind.word
			}
			end, ok := newest(a, func(r facts.Run) bool {
				p := strings.ToLower(r.Profile)
				return strings.EqualFold(r.Connector, w.ID) && r.Good() && r.Start.After(b.Installed) &&
					strings.Contains(p, kind.word) && (!kind.full || strings.Contains(p, "full"))
			})
			if ok {
				there = append(there, name+" "+date(end))
			} else {
				missing = append(missing, name)
			}
		}
	}
	switch {
	case len(missing) > 0:
		return isOpen("Since the installation these have not ended well yet: %s.", strings.Join(missing, "; "))
	case len(there) == 0:
		return unseen(a.Connectors)
	}
	return isDone("Since the installation: %s.", strings.Join(there, "; "))
}

// lookFlags is lookCycle where no installation is known to count from.
func (b Basis) lookFlags() Seen {
	for _, w := range b.Plan.Writes.Connectors {
		if w.FullImport || w.FullSync {
			return isOpen("%s still asks for a full run.", w.Name)
		}
	}
	return blind("No installation by this program is known to count runs from; no connector asks for a full run.")
}

func (b Basis) lookImport() Seen {
	c := b.Now.ADSync.Entra()
	if c == nil || b.Installed.IsZero() {
		return blind("No installation by this program is known to count runs from.")
	}
	if b.Now.ADSync.Runs.State != facts.IsKnown {
		return unseen(b.Now.ADSync.Runs)
	}
	end, ok := newest(b.Now.ADSync, func(r facts.Run) bool {
		return strings.EqualFold(r.Connector, c.ID) && r.Good() && r.Start.After(b.Installed) && strings.Contains(strings.ToLower(r.Profile), "import")
	})
	if !ok {
		return isOpen("No import from Entra ID has ended well since the installation.")
	}
	return isDone("An import from Entra ID ended well on %s: nothing kept the identity out.", date(end))
}

func (b Basis) lookExports() Seen {
	all, deletes, known := after{set: b.Now}.exported()
	switch {
	case !known || b.Now.ADSync.Connectors.State != facts.IsKnown:
		return blind("The pending exports can't be counted.")
	case all == 0:
		return isDone("No export waits.")
	}
	return isOpen("%d exports wait now, %d of them deletions. Whether they were looked at only you know.", all, deletes)
}

func (b Basis) lookDeletes() Seen {
	_, deletes, known := after{set: b.Now}.exported()
	switch {
	case !known:
		return blind("The pending exports can't be counted.")
	case deletes == 0:
		return isDone("No deletion waits any more.")
	}
	return isOpen("%d deletions wait now. Whether they were looked at only you know.", deletes)
}

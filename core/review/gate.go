package review

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
)

// Light is the verdict of one condition of the gate.
type Light string

// The lights.
const (
	Green       Light = "green"
	Red         Light = "red"
	LightNotSet Light = "unknown" // could not be seen; it counts as red until somebody answers for it
)

// Condition is one thing that has to hold before this server may leave staging
// mode. ID is stable.
type Condition struct {
	ID       string `json:"id"`
	Title    string `json:"title"`
	Light    Light  `json:"light"`
	Evidence string `json:"evidence"` // what the verdict rests on
	Why      string `json:"why"`
	Fix      string `json:"fix"`
	// Override is what the admin wrote to go on in spite of it, "" for nothing.
	Override string `json:"override,omitempty"`
}

// MinReason is how many characters a reason to go on in spite of a condition has at
// least: a dot is none.
const MinReason = 10

// Reasoned tells whether a reason is one.
func Reasoned(reason string) bool {
	return utf8.RuneCountInString(strings.Join(strings.Fields(reason), " ")) >= MinReason
}

// Open tells whether the condition lets the server through: it is green, or
// somebody answered for it in writing.
func (c Condition) Open() bool { return c.Light == Green || Reasoned(c.Override) }

// ConditionIDs gives the ids of all conditions, in their order.
func ConditionIDs() []string {
	return []string{"owner", "other-server", "sign-in", "cycles", "runs", "deletes", "looked", "writeback"}
}

// GateInput is what the gate rests on.
type GateInput struct {
	Basis
	// Tasks are what is left to do, with the admin's ticks.
	Tasks []Task
	// Computer is the name of this computer.
	Computer string
	// Looked is when the list of pending exports was last looked at here; zero for never.
	Looked time.Time
}

// Gate gives the conditions for leaving staging mode, in order.
func Gate(in GateInput) []Condition {
	other := in.otherServer()
	return []Condition{in.owner(), other, in.signIn(), in.cycles(), in.unfinished(), in.deletes(), in.looked(), in.writeback(other)}
}

// Passed tells whether every condition lets the server through.
func Passed(list []Condition) bool {
	for _, c := range list {
		if !c.Open() {
			return false
		}
	}
	return len(list) > 0
}

// answered is Seen as a light.
func (c Condition) answered(s Seen) Condition {
	c.Evidence = s.Evidence
	c.Light = map[Sight]Light{SeenDone: Green, SeenOpen: Red}[s.Sight]
	if c.Light == "" {
		c.Light = LightNotSet
	}
	return c
}

func (c Condition) is(l Light, format string, a ...any) Condition {
	c.Light, c.Evidence = l, fmt.Sprintf(format, a...)
	return c
}

// ticked tells whether the admin ticked a task, or the program saw it done.
func (in GateInput) ticked(id string) bool {
	for _, t := range in.Tasks {
		if t.ID == id {
			return t.Done
		}
	}
	return false
}

// syncSettled is how long after an installation the tenant's last synchronization
// may still be the previous server's: its reported time lags behind.
const syncSettled = time.Hour

// owner wants the switch to be made on the server whose database it is: whoever
// sits elsewhere neither sees its service nor can restart it.
func (in GateInput) owner() Condition {
	c := Condition{
		ID: "owner", Title: "This is the server that the database belongs to",
		Why: "The service has to be restarted and watched there after the switch. From another computer the wrong server may be meant.",
		Fix: "Run this program on that server, or write why it is done from here.",
	}
	claim := in.Now.ADSync.Claim
	owner, known := claim.Get()
	switch {
	case !known:
		return c.is(LightNotSet, "Which server claims the database can't be seen: %s.", claim.Reason())
	case strings.TrimSpace(in.Computer) == "":
		return c.is(LightNotSet, "The name of this computer is not known.")
	case owner != nil && strings.EqualFold(owner.Server, in.Computer):
		return c.is(Green, "%s claims the database, and this is %s.", owner.Server, in.Computer)
	case owner != nil:
		return c.is(Red, "%s claims the database, and this is %s.", owner.Server, in.Computer)
	}
	for _, s := range in.Now.ADSync.Sessions.Or(nil) {
		if preflight.ServiceOf(s, in.Computer) {
			return c.is(Green, "Nobody claims the database, and the synchronization service of this computer uses it.")
		}
	}
	return c.is(LightNotSet, "Nobody claims the database: it was not set up by this program, and no synchronization service of this computer has a connection to it.")
}

// otherServer looks for a server that is active beside this one. While this one is
// in staging mode it exports nothing, so that whatever the tenant hears of comes
// from another.
func (in GateInput) otherServer() Condition {
	c := Condition{
		ID: "other-server", Title: "The previous server is gone or in staging mode",
		Why: "Two active servers overwrite each other's changes, and each deletes what the other made.",
		Fix: "Switch the previous server off for good, or put it into staging mode in its own wizard. Then tick that task, sign in to the tenant here and read again.",
	}
	sessions, readable := in.Now.ADSync.Sessions.Get()
	for _, s := range sessions {
		if in.another(s) {
			return c.is(Red, "%s has a connection to this database now, by %s.", s.Host, plain(s.Program))
		}
	}
	staging := in.Now.ADSync.On(facts.SettingStagingMode)
	if in.Tenant != nil && staging && !in.Installed.IsZero() {
		if last, ok := in.Tenant.LastSync.Get(); ok && last.After(in.Installed.Add(syncSettled)) {
			return c.is(Red, "The tenant was synchronized on %s, though this server is in staging mode: another one is active.", date(last))
		}
	}
	switch {
	case !readable:
		return c.is(LightNotSet, "Who is connected to this database can't be seen: %s.", in.Now.ADSync.Sessions.Reason())
	case in.ticked("previous-server"):
		return c.is(Green, "No other server is connected to this database, and you ticked that the previous one stays off.")
	case in.Tenant == nil:
		return c.is(LightNotSet, "No other server is connected to this database. Whether one works on another database only the tenant knows, which nobody signed in to here.")
	}
	last, ok := in.Tenant.LastSync.Get()
	if !ok {
		return c.is(LightNotSet, "No other server is connected to this database. When the tenant was last synchronized can't be read: %s.", in.Tenant.LastSync.Reason())
	}
	return c.is(Green, "No other server is connected to this database, and the tenant was last synchronized on %s.", date(last))
}

// another tells whether a session is of a synchronization service on neither this
// computer nor the server that the database belongs to.
func (in GateInput) another(s facts.Session) bool {
	owner := in.Computer
	if c, ok := in.Now.ADSync.Claim.Get(); ok && c != nil {
		owner = c.Server
	}
	return preflight.KindOf(s, in.Computer) == preflight.SessionEngine && preflight.KindOf(s, owner) == preflight.SessionEngine
}

// signIn holds the tasks about the sign-in method against their ticks.
func (in GateInput) signIn() Condition {
	c := Condition{
		ID: "sign-in", Title: "The sign-in method is set",
		Why: "It is not carried over. Going live with the wrong one can keep everybody from signing in.",
		Fix: "In the product's wizard on this server choose Change user sign-in, then tick the task.",
	}
	var open, done []string
	for _, t := range in.Tasks {
		if !t.First || (!strings.HasPrefix(t.ID, "signin-") && t.ID != "seamless-sso") {
			continue
		}
		if t.Done {
			done = append(done, t.Title)
		} else {
			open = append(open, t.Title)
		}
	}
	switch {
	case len(open) > 0:
		return c.is(Red, "Not ticked yet: %s.", strings.Join(open, "; "))
	case len(done) > 0:
		return c.is(Green, "Done: %s.", strings.Join(done, "; "))
	}
	if in.Now.ADSync.Settings.State != facts.IsKnown {
		return c.answered(unseen(in.Now.ADSync.Settings))
	}
	method, _ := in.Now.ADSync.SignIn()
	if method == facts.MethodUnknown || method == facts.MethodNotConfigured {
		return c.is(Red, "The database names no sign-in method.")
	}
	return c.is(Green, "%s, which asks for nothing more here.", method.Title())
}

func (in GateInput) cycles() Condition {
	return Condition{
		ID: "cycles", Title: "Imports and synchronizations have ended well since Install",
		Why: "What is not imported yet looks as if it had been deleted.",
		Fix: "Let the scheduler run a whole cycle in staging mode, then read again.",
	}.answered(in.lookCycle())
}

func (in GateInput) unfinished() Condition {
	c := Condition{
		ID: "runs", Title: "No run is unfinished",
		Why: "Leaving staging mode in the middle of a run exports what the run has not finished working out.",
		Fix: "Wait until it has ended, or stop it in Synchronization Service Manager. Then read again.",
	}
	runs, ok := in.Now.ADSync.Runs.Get()
	if !ok {
		return c.answered(unseen(in.Now.ADSync.Runs))
	}
	var names []string
	for _, r := range runs {
		if !r.Complete {
			names = append(names, fmt.Sprintf("%s, begun on %s", r.Profile, date(r.Start)))
		}
	}
	if len(names) > 0 {
		return c.is(Red, "Unfinished: %s.", strings.Join(names, "; "))
	}
	return c.is(Green, "All of the %d runs in the history have ended.", len(runs))
}

func (in GateInput) deletes() Condition {
	c := Condition{
		ID: "deletes", Title: "Pending deletions are under the threshold",
		Why: "The first export of a live server deletes them in the tenant and in the forests.",
		Fix: "Find out why they wait on the page Pending exports. Put the filtering or the missing objects right and synchronize again.",
	}
	if in.Now.ADSync.Connectors.State != facts.IsKnown {
		return c.answered(unseen(in.Now.ADSync.Connectors))
	}
	var over, under, blind []string
	deletes := int64(0)
	for _, w := range WaitingExports(in.Now.ADSync) {
		deletes += w.Deletes
		text := fmt.Sprintf("%s: %d of %d", w.Connector, w.Deletes, w.Threshold)
		switch {
		case !w.Known:
			blind = append(blind, w.Connector+": "+w.Why)
		case w.Over:
			over = append(over, text)
		default:
			under = append(under, text)
		}
	}
	switch {
	case len(over) > 0:
		return c.is(Red, "Deletions that wait, and the threshold: %s.", strings.Join(over, "; "))
	case len(blind) > 0:
		return c.is(LightNotSet, "They can't be counted: %s.", strings.Join(blind, "; "))
	case deletes == 0:
		return c.is(Green, "No deletion waits.")
	case in.Now.ADSync.Settings.State != facts.IsKnown:
		return c.answered(unseen(in.Now.ADSync.Settings))
	case !in.Now.ADSync.On(facts.SettingDeletionThreshold):
		return c.is(Red, "%d deletions wait, and the protection against accidental deletes is off.", deletes)
	}
	return c.is(Green, "Deletions that wait, and the threshold: %s.", strings.Join(under, "; "))
}

// looked asks whether the pending exports were looked at after the last run, which
// may have added to them.
func (in GateInput) looked() Condition {
	c := Condition{
		ID: "looked", Title: "The pending exports were looked at",
		Why: "They are what happens at the moment this server goes live. Nothing takes them back afterwards.",
		Fix: "Open the page Pending exports and look through the deletions at least.",
	}
	all, _, known := after{set: in.Now}.exported()
	last, ran := newest(in.Now.ADSync, func(facts.Run) bool { return true })
	switch {
	case !known:
		return c.is(LightNotSet, "The pending exports can't be counted.")
	case all == 0:
		return c.is(Green, "No export waits.")
	case in.Looked.IsZero():
		return c.is(Red, "%d exports wait. Nobody has looked at them here.", all)
	case ran && last.After(in.Looked):
		return c.is(Red, "%d exports wait. They were looked at on %s, before the last run ended on %s.", all, date(in.Looked), date(last))
	}
	return c.is(Green, "%d exports wait. They were looked at on %s.", all, date(in.Looked))
}

// writeback wants one server alone to write back. Which server does is not in the
// database, so that it follows from no other server being active.
func (in GateInput) writeback(other Condition) Condition {
	c := Condition{
		ID: "writeback", Title: "Writeback is on for one server only",
		Why: "Two servers that write passwords, groups or devices back answer the same request twice.",
		Fix: "Switch writeback off on the other server, or see that it is gone.",
	}
	connectors, ok := in.Now.ADSync.Connectors.Get()
	if !ok {
		return c.answered(unseen(in.Now.ADSync.Connectors))
	}
	if in.Now.ADSync.Settings.State != facts.IsKnown {
		return c.answered(unseen(in.Now.ADSync.Settings))
	}
	var on []string
	for _, k := range connectors {
		if k.Kind != facts.KindEntra {
			continue
		}
		if k.Writeback.State != facts.IsKnown && k.Writeback.State != facts.IsAbsent {
			return c.answered(unseen(k.Writeback))
		}
		if k.Writeback.Or(false) {
			on = append(on, "passwords")
		}
	}
	for _, s := range []struct{ setting, word string }{
		{facts.SettingGroupWriteback, "groups"}, {facts.SettingDeviceWriteback, "devices"}, {facts.SettingUserWriteback, "users"},
	} {
		if in.Now.ADSync.On(s.setting) {
			on = append(on, s.word)
		}
	}
	if len(on) == 0 {
		return c.is(Green, "No writeback is configured.")
	}
	return c.is(other.Light, "Written back: %s. %s", strings.Join(on, ", "), other.Evidence)
}

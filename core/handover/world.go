package handover

import (
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/product"
)

// Codes of what is wrong with the world after Microsoft's setup.
const (
	CodeStagingOff problem.Code = "handover.staging.off" // this server is active
	CodeNotAsSaid  problem.Code = "handover.world"       // something else is not as planned
)

// Before is the database before Microsoft's setup touched it, for the journal. It
// holds no secret: of sealed credentials there is only a checksum.
type Before struct {
	Keyset   int64             `json:"keyset"`
	Version  string            `json:"version"` // last used
	Staging  string            `json:"staging"`
	Accounts map[string]string `json:"accounts"` // by connector id
	Seals    map[string]string `json:"seals"`    // by connector id
	Traces   []string          `json:"traces"`   // trace logs of earlier runs
}

// BeforeOf takes down what a database looks like.
func BeforeOf(a facts.ADSync, seals map[string]string) Before {
	b := Before{Keyset: a.Server.KeysetID.Or(0), Accounts: map[string]string{}, Seals: seals}
	b.Version, _ = a.VersionLastUsed()
	b.Staging, _ = a.Setting(facts.SettingStagingMode)
	for _, c := range a.Connectors.Or(nil) {
		b.Accounts[c.ID] = c.Account.String()
	}
	return b
}

// ItemState is whether one thing is as it has to be at the end.
type ItemState string

// The states of an item.
const (
	ItemWaits   ItemState = ""        // still as it was
	ItemDone    ItemState = "done"    // as it has to be
	ItemWrong   ItemState = "wrong"   // changed, and not to what it has to be
	ItemUnknown ItemState = "unknown" // it can't be read here
)

// ItemID names a thing that Microsoft's setup changes.
type ItemID string

// The things that are looked at. Accounts and credentials come once for each connector.
const (
	ItemKeys        ItemID = "keys"
	ItemCredentials ItemID = "credentials"
	ItemAccount     ItemID = "account"
	ItemStaging     ItemID = "staging"
	ItemVersion     ItemID = "version"
	ItemService     ItemID = "service"
)

// Item is one thing that Microsoft's setup changes, with how it is now.
type Item struct {
	ID    ItemID    `json:"id"`
	Title string    `json:"title"`
	Now   string    `json:"now"`
	State ItemState `json:"state,omitempty"`
}

// World is what the computer and the database show.
type World struct {
	Items []Item `json:"items,omitempty"`
}

// Touched tells whether Microsoft's setup has changed the database already.
func (w World) Touched() bool {
	for _, i := range w.Items {
		if (i.ID == ItemKeys || i.ID == ItemCredentials) && i.State == ItemDone {
			return true
		}
	}
	return false
}

// Complete tells whether everything is as it has to be; what can't be read here
// does not stand against it.
func (w World) Complete() bool {
	for _, i := range w.Items {
		if i.State == ItemWaits || i.State == ItemWrong {
			return false
		}
	}
	return w.Touched()
}

// Judge holds the world against the plan.
func Judge(h plan.HandOver, b Before, a facts.ADSync, seals map[string]string, service facts.Read[facts.SyncService]) World {
	w := World{Items: []Item{keysItem(b, a)}}
	for _, c := range h.Connectors {
		w.Items = append(w.Items, connectorItems(c, b, a, seals)...)
	}
	staging := Item{ID: ItemStaging, Title: "Staging mode", Now: "on", State: ItemDone}
	if !a.On(facts.SettingStagingMode) {
		staging.Now, staging.State = "off", ItemWrong
		if !w.Touched() {
			staging.State = ItemWaits
		}
	}
	w.Items = append(w.Items, staging, versionItem(h, b, a), serviceItem(h, service))
	return w
}

func keysItem(b Before, a facts.ADSync) Item {
	i := Item{ID: ItemKeys, Title: "Key set of this server"}
	now, ok := a.Server.KeysetID.Get()
	switch {
	case !ok:
		i.Now, i.State = a.Server.KeysetID.Reason(), ItemUnknown
	case now == b.Keyset:
		i.Now = fmt.Sprintf("still %d, the previous server's", now)
	default:
		i.Now, i.State = fmt.Sprintf("%d → %d", b.Keyset, now), ItemDone
	}
	return i
}

// connectorItems look at one connector's credentials, of which only the form can be
// seen, and at its account where the plan names one.
func connectorItems(c plan.HandOverConnector, b Before, a facts.ADSync, seals map[string]string) []Item {
	now, found := find(a, c.ID)
	sealed := Item{ID: ItemCredentials, Title: "Credentials of " + c.Name}
	form, known := now.Credentials.Get()
	switch {
	case !found:
		return []Item{{ID: ItemCredentials, Title: sealed.Title, Now: "the connector is gone", State: ItemWrong}}
	case !known:
		sealed.Now, sealed.State = now.Credentials.Reason(), ItemUnknown
	case seals[c.ID] == b.Seals[c.ID]:
		sealed.Now = "still those that only the previous server can open"
	case !form.Present || !form.WellMade:
		sealed.Now, sealed.State = "changed, but not in the form of sealed credentials", ItemWrong
	default:
		sealed.Now, sealed.State = "sealed anew", ItemDone
	}
	out := []Item{sealed}
	if c.Account.User == "" {
		return out // Microsoft's setup makes this one, under a name of its own
	}
	account := Item{ID: ItemAccount, Title: "Account of " + c.Name, Now: now.Account.String(), State: ItemDone}
	switch {
	case sameAccount(now.Account, c.Account):
	case sealed.State == ItemWaits:
		account.State = ItemWaits
	default:
		account.Now, account.State = now.Account.String()+" instead of "+c.Account.String(), ItemWrong
	}
	return append(out, account)
}

func find(a facts.ADSync, id string) (facts.Connector, bool) {
	for _, c := range a.Connectors.Or(nil) {
		if strings.EqualFold(c.ID, id) {
			return c, true
		}
	}
	return facts.Connector{}, false
}

// sameAccount compares accounts. The setup writes the domain as it was typed, its
// DNS name or its short one, which are told apart here by their first label only.
func sameAccount(a, b facts.Account) bool {
	label := func(s string) string {
		first, _, _ := strings.Cut(s, ".")
		return first
	}
	return strings.EqualFold(a.User, b.User) && strings.EqualFold(label(a.Domain), label(b.Domain))
}

func versionItem(h plan.HandOver, b Before, a facts.ADSync) Item {
	now, _ := a.VersionLastUsed()
	i := Item{ID: ItemVersion, Title: "Version last used", Now: now, State: ItemDone}
	switch order, ok := product.Compare(now, h.Version); {
	case !ok:
		i.Now, i.State = "not known", ItemUnknown
	case order < 0 && now == b.Version:
		i.State = ItemWaits
		i.Now += ", not yet " + h.Version
	case order < 0:
		i.State = ItemWrong
		i.Now += " instead of " + h.Version
	}
	return i
}

func serviceItem(h plan.HandOver, r facts.Read[facts.SyncService]) Item {
	i := Item{ID: ItemService, Title: "Service ADSync"}
	s, ok := r.Get()
	switch {
	case !ok:
		i.Now, i.State = r.Reason(), ItemUnknown
	case !s.Installed:
		i.Now = "not installed yet"
	case s.State != "running":
		i.Now = s.State
	case s.UsesLocalDB() || h.Database != "" && s.Database != "" && !strings.EqualFold(s.Database, h.Database):
		i.Now, i.State = "runs with another database: "+strings.TrimLeft(s.Server+`\`+s.Instance+" "+s.Database, `\`), ItemWrong
	default:
		i.Now, i.State = "running", ItemDone
	}
	return i
}

// Fault gives what is wrong with the world once Microsoft's setup is said to have
// finished, nil for nothing. That staging mode is off comes before all else.
func (w World) Fault() *problem.Problem {
	var lines []string
	for _, i := range w.Items {
		if i.ID == ItemStaging && i.State != ItemDone {
			return stagingOff()
		}
		if i.State == ItemWaits || i.State == ItemWrong {
			lines = append(lines, i.Title+": "+i.Now)
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return &problem.Problem{
		Code: CodeNotAsSaid, What: "After Microsoft's setup not everything is as planned. " + lines[0] + ".",
		Why:    "It has not finished, or something else was typed there.",
		Fix:    "Open Microsoft Entra Connect, Customize synchronization options, and give the accounts of the plan; when all is right, try again.",
		Detail: strings.Join(lines, "\n"),
	}
}

func stagingOff() *problem.Problem {
	return &problem.Problem{
		Code: CodeStagingOff, What: "Staging mode is off: this server is active, or will be with its next cycle.",
		Why: "Two active servers, or one with a configuration that nobody has reviewed, change the tenant and the directory at once.",
		Fix: "At once: run Set-ADSyncScheduler -SyncCycleEnabled $false in PowerShell on this server, and Stop-ADSyncSyncCycle. " +
			"Then open Microsoft Entra Connect, Configure staging mode, switch it on, and try again here.",
	}
}

package ui

import (
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// tile is one fact of the summary: a large line and a smaller one.
type tile struct{ large, small string }

// tiles gives the summary as boxes. kept says that the sign-in method goes on.
func tiles(f facts.Set, now time.Time, kept bool) []fyne.CanvasObject {
	var out []fyne.CanvasObject
	for _, t := range summary(f, now, kept) {
		out = append(out, kit.Tile(t.large, t.small))
	}
	return out
}

// summary is what was recovered, at a glance. What could not be read says so.
func summary(f facts.Set, now time.Time, kept bool) []tile {
	signIn := tr("tile.signin")
	if kept {
		signIn = tr("tile.signin.kept")
	}
	a := f.ADSync
	forests := a.Forests()
	names := make([]string, 0, len(forests))
	for _, c := range forests {
		names = append(names, c.Forest)
	}
	version, _ := a.VersionLastUsed()
	tenant := ""
	if e := a.Entra(); e != nil {
		tenant = e.Tenant
	}
	objects := tr("tile.unknown")
	if n, ok := a.Objects.Get(); ok {
		objects = count("tile.objects", int(n), thousands(n))
	}
	return []tile{
		{known(a.Connectors, count("tile.forests", len(forests))), several(names)},
		{objects, tr("tile.objects.small")},
		{rules(a), tr("tile.rules.small")},
		lastActivity(a, now),
		{or(tenant), tr("tile.tenant")},
		{or(version), tr("tile.version")},
		{or(a.Previous.Or("")), tr("tile.previous")},
		{signInMethod(a), signIn},
	}
}

// thousands writes a number with separators.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// or gives text, or "Unknown".
func or(text string) string {
	if strings.TrimSpace(text) == "" {
		return tr("tile.unknown")
	}
	return text
}

// known gives text if a reading is known, else "Unknown".
func known[T any](r facts.Read[T], text string) string {
	if _, ok := r.Get(); !ok {
		return tr("tile.unknown")
	}
	return text
}

// several names the first of a list and how many more there are.
func several(names []string) string {
	const most = 3
	if len(names) == 0 {
		return tr("tile.forests.none")
	}
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return tr("tile.forests.more", strings.Join(names[:2], ", "), len(names)-2)
}

func rules(a facts.ADSync) string {
	list, ok := a.Rules.Get()
	if !ok {
		return tr("tile.unknown")
	}
	standard := 0
	for _, r := range list {
		if r.Standard() {
			standard++
		}
	}
	return tr("tile.rules", standard, len(list)-standard)
}

func lastActivity(a facts.ADSync, now time.Time) tile {
	last, ok := a.LastActivity()
	if !ok {
		return tile{tr("tile.unknown"), tr("tile.activity")}
	}
	return tile{ago(now.Sub(last.When.Value)), last.Name}
}

// ago is an age for a person.
func ago(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return tr("ago.now")
	case d < 2*time.Hour:
		return tr("ago.minutes", int(d.Minutes()))
	case d < 48*time.Hour:
		return tr("ago.hours", int(d.Hours()))
	default:
		return tr("ago.days", int(d.Hours()/24))
	}
}

// signInMethod is the sign-in method that the database remembers, short enough
// for a tile.
func signInMethod(a facts.ADSync) string {
	method, text := a.SignIn()
	if method == facts.MethodUnknown {
		return or(text)
	}
	return tr("method." + string(method))
}

package cli

import (
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// chosen is a Finder that finds one installation and no other.
type chosen struct {
	u   apply.Unfinished
	all []apply.Unfinished
}

func (c chosen) Find() (*apply.Unfinished, error)     { return &c.u, nil }
func (c chosen) FindAll() ([]apply.Unfinished, error) { return c.all, nil }

// choose gives a Finder for the installation whose id is, or begins with, an id. What
// is typed has to name exactly one: errors are *UsageError that list them all.
// Whether it may be taken back is for undo to see, which leaves what somebody,
// another installation of this computer too, changed since.
func choose(f setup.Finder, id string) (setup.Finder, error) {
	all, ok := f.(setup.Chooser)
	if !ok {
		return nil, usagef("/undo:%s: this site keeps no installations to choose from.", id)
	}
	list, err := all.FindAll()
	if err != nil {
		return nil, err
	}
	var found []apply.Unfinished
	for _, u := range list {
		if u.Problem == nil && strings.HasPrefix(u.Begin.Plan.ID, strings.ToLower(id)) {
			found = append(found, u)
		}
	}
	if len(found) == 1 {
		return chosen{found[0], list}, nil
	}
	others := setup.OthersOf(list, "")
	if len(others) == 0 {
		return nil, usagef("/undo:%s: there is no installation on this computer to take back.", id)
	}
	lines := make([]string, len(others))
	for i, o := range others {
		lines[i] = "\n  " + o.Line()
	}
	what := "there is no such installation on this computer"
	if len(found) > 1 {
		what = "more than one installation begins so"
	}
	return nil, usagef("/undo:%s: %s. These can be taken back:%s", id, what, strings.Join(lines, ""))
}

// othersText says after /undo which installations are left to take back.
func othersText(list []setup.OtherFound) string {
	if len(list) == 0 {
		return ""
	}
	text := "Further installations of this computer can be taken back, each with /undo:ID:\n"
	for _, o := range list {
		text += "  " + o.Line() + "\n"
	}
	return text
}

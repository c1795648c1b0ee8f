package adsync

import (
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
)

// undone gives the rows as Restore is to leave them, and what it leaves because
// somebody else changed it since. It is pure. A text that is exactly what
// Configure wrote becomes exactly what it was; one that has changed since is
// taken back value by value, and what others changed in it stays.
func undone(now, before Snapshot) (after Snapshot, left []string) {
	after = now.clone()
	w := before.Writes
	undoServer(&after.Server, before.Server, w, &left)
	for _, c := range w.Connectors {
		old, row := before.connector(c.ID), after.connector(c.ID)
		switch {
		case old == nil:
		case row == nil:
			left = append(left, "connector "+c.Name+" (it is gone)")
		default:
			undoConnector(row, *old, now.Server, before.Server, c, w, &left)
		}
	}
	return after, left
}

// putBack sets *now to old when it still is what we wrote. It gives whether the
// value is now as it was.
func putBack[T comparable](now **T, old *T, ours T) bool {
	switch {
	case same(*now, old):
		return true
	case *now != nil && **now == ours:
		*now = old
		return true
	default:
		return false
	}
}

// isOurs tells whether a number is the one that we wrote. Without the column it
// is nil before and now, and tells nothing against it.
func isOurs(now, old *int64, ours int64) bool {
	return now == nil && old == nil || now != nil && *now == ours
}

// undoServer takes back what was changed in the server's row. The counter is
// left alone, and not mentioned, when it went on; where a service is at work with
// the settings alone, it goes on once more, so that the way back is noticed too.
func undoServer(row *ServerRow, old ServerRow, w plan.Writes, left *[]string) {
	if !w.SettingsOnly {
		undoKeyset(row, old, w, left)
	}
	was := row.Parameters
	undoAllSettings(row, old, w, left)
	if w.SettingsOnly && !same(was, row.Parameters) {
		row.ConfigVersion = next(row.ConfigVersion)
	}
}

// undoKeyset takes back what came with the new key set.
func undoKeyset(row *ServerRow, old ServerRow, w plan.Writes, left *[]string) {
	_ = putBack(&row.ConfigVersion, old.ConfigVersion, w.ConfigAfter)
	if !putBack(&row.KeysetID, old.KeysetID, w.KeysetAfter) {
		*left = append(*left, "the key set id")
	}
	if !putBack(&row.Entropy, old.Entropy, w.EntropyAfter) {
		*left = append(*left, "the entropy of the key set")
	}
	for _, g := range w.Groups {
		column := strings.ToLower(g.Column)
		now, has := row.Groups[column]
		was := old.Groups[column]
		switch {
		case !has || now == was:
		case now == g.After:
			row.Groups[column] = was
		default:
			*left = append(*left, "the group in "+g.Column)
		}
	}
}

// undoAllSettings takes back the global settings: the text as a whole while it is
// exactly what Configure wrote.
func undoAllSettings(row *ServerRow, old ServerRow, w plan.Writes, left *[]string) {
	if len(w.Settings) == 0 || same(row.Parameters, old.Parameters) {
		return
	}
	if ours, err := changeSettings(deref(old.Parameters), w.Settings); err == nil && deref(row.Parameters) == ours {
		row.Parameters = old.Parameters
		return
	}
	text := undoSettings(deref(row.Parameters), w.Settings, left)
	row.Parameters = &text
}

// undoSettings takes back global settings one by one.
func undoSettings(text string, writes []plan.SettingWrite, left *[]string) string {
	for _, s := range writes {
		root, err := parseXML(text)
		if err != nil {
			*left = append(*left, "the global settings ("+err.Error()+")")
			return text
		}
		now, exists := parameterNamed(parametersOf(root), s.Name)
		var out string
		switch {
		case exists == s.Existed && now == strings.TrimSpace(s.Before):
			continue
		case !exists || now != strings.TrimSpace(s.After):
			*left = append(*left, "global setting "+s.Name)
			continue
		case s.Existed:
			out, _, err = SetParameter(text, s.Name, s.Before)
		default:
			out, _, err = RemoveParameter(text, s.Name)
		}
		if err != nil {
			*left = append(*left, "global setting "+s.Name+" ("+err.Error()+")")
			continue
		}
		text = out
	}
	return text
}

// undoConnector takes back what was changed in a connector's row. The sealed
// credentials count as ours as long as key set, key and account are ours: they
// cannot be compared, as only their sealed form is known here.
func undoConnector(row *ConnectorRow, old ConnectorRow, now, before ServerRow, c plan.ConnectorWrite, w plan.Writes, left *[]string) {
	name := " of connector " + c.Name
	p, err := parsePrivate(deref(row.Private), c.Kind)
	ours := err == nil && p.account == c.AccountAfter && isOurs(row.KeyID, old.KeyID, c.KeyAfter) &&
		isOurs(now.KeysetID, before.KeysetID, w.KeysetAfter)
	switch {
	case same(row.Sealed, old.Sealed):
	case ours:
		row.Sealed = old.Sealed
	default:
		*left = append(*left, "the sealed credentials"+name)
	}
	if !undoAccount(row, old, c) {
		*left = append(*left, "the account"+name)
	}
	_ = putBack(&row.Version, old.Version, c.VersionAfter) // a counter that went on stays
	if !putBack(&row.KeyID, old.KeyID, c.KeyAfter) {
		*left = append(*left, "the key id"+name)
	}
	if c.FullImport && !putBack(&row.FullImport, old.FullImport, true) {
		*left = append(*left, "the full import flag"+name)
	}
	if c.FullSync && !putBack(&row.FullSync, old.FullSync, true) {
		*left = append(*left, "the full synchronization flag"+name)
	}
}

// undoAccount takes back the account. It gives false when somebody else changed it.
func undoAccount(row *ConnectorRow, old ConnectorRow, c plan.ConnectorWrite) bool {
	if same(row.Private, old.Private) {
		return true
	}
	if ours, err := changeAccount(deref(old.Private), c.Kind, c.AccountAfter); err == nil && deref(row.Private) == ours {
		row.Private = old.Private
		return true
	}
	p, err := parsePrivate(deref(row.Private), c.Kind)
	if err != nil {
		return false
	}
	if p.account == c.AccountBefore {
		return true
	}
	if p.account != c.AccountAfter {
		return false
	}
	text, err := accountBack(deref(row.Private), deref(old.Private), c)
	if err != nil {
		return false
	}
	row.Private = &text
	return true
}

// accountBack sets the account in text to what old has, element and parameter
// each by itself; a parameter that old does not have is taken out.
func accountBack(text, old string, c plan.ConnectorWrite) (string, error) {
	root, err := parseXML(old)
	if err != nil {
		return text, err
	}
	parameters := parametersOf(root)
	names := []string{nameLoginUser, nameLoginDomain}
	if c.Kind == facts.KindEntra {
		names = []string{nameUserName}
	}
	for _, name := range names {
		if e := root.find(name); e != nil && c.Kind == facts.KindAD {
			if text, _, err = SetElement(text, name, e.value()); err != nil {
				return text, err
			}
		}
		if v, had := parameterNamed(parameters, name); had {
			text, _, err = SetParameter(text, name, v)
		} else {
			text, _, err = RemoveParameter(text, name)
		}
		if err != nil {
			return text, fmt.Errorf("%s: %w", name, err)
		}
	}
	return text, nil
}

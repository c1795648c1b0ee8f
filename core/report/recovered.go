package report

import (
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// connectorView is one connector as the database holds it.
type connectorView struct {
	Name, Kind, Account string
	Scope               []string // partitions with the containers that are in and out
	Options             string
	Pending             string
}

// connectorViews gives the connectors of the database, for the record of what
// was there before.
func connectorViews(r Record) []connectorView {
	if r.Facts == nil {
		return nil
	}
	var out []connectorView
	for _, c := range r.Facts.ADSync.Connectors.Or(nil) {
		v := connectorView{Name: c.Name, Kind: kindText(c), Account: c.Account.String(), Options: options(c)}
		for _, p := range c.Partitions {
			v.Scope = append(v.Scope, scope(p))
		}
		if n, ok := c.Counts.Get(); ok {
			v.Pending = fmt.Sprintf("%d objects; pending exports: %d adds, %d updates, %d deletes",
				n.Objects, n.ExportAdd, n.ExportUpdate, n.ExportDelete+n.ExportDeleteAdd)
		} else {
			v.Pending = "not counted: " + c.Counts.Reason()
		}
		out = append(out, v)
	}
	return out
}

func kindText(c facts.Connector) string {
	switch c.Kind {
	case facts.KindAD:
		return "Active Directory"
	case facts.KindEntra:
		return "Microsoft Entra ID"
	default:
		return "other (" + strings.TrimSpace(c.Type+" "+c.Subtype) + ")"
	}
}

// scope writes one partition: its name, whether it is selected, and its filter.
func scope(p facts.Partition) string {
	selected, known := p.Selected.Get()
	state := "not selected"
	switch {
	case !known:
		state = "selection not known"
	case selected:
		state = "selected"
	}
	out := p.Name + ": " + state
	if list := filled(p.Inclusions); len(list) > 0 {
		out += "; in: " + strings.Join(list, " | ")
	}
	if list := filled(p.Exclusions); len(list) > 0 {
		out += "; out: " + strings.Join(list, " | ")
	}
	return out
}

// filled leaves empty names out: the Entra partition has one empty inclusion.
func filled(list []string) []string {
	var out []string
	for _, s := range list {
		if strings.TrimSpace(s) != "" {
			out = append(out, s)
		}
	}
	return out
}

// options names what is switched on at the connector.
func options(c facts.Connector) string {
	var out []string
	for _, o := range []struct {
		name string
		read facts.Read[bool]
	}{
		{"password hash synchronization", c.PasswordHash},
		{"password writeback", c.Writeback},
		{"full import required", c.FullImport},
		{"full synchronization required", c.FullSync},
	} {
		if on, ok := o.read.Get(); ok && on {
			out = append(out, o.name)
		}
	}
	return strings.Join(out, ", ")
}

// customRules gives the names of the rules that did not come with the product.
func customRules(r Record) []string {
	if r.Facts == nil {
		return nil
	}
	var out []string
	for _, rule := range r.Facts.ADSync.Rules.Or(nil) {
		if rule.Standard() {
			continue
		}
		line := fmt.Sprintf("%d %s (%s)", rule.Precedence, rule.Name, rule.Direction)
		if rule.Disabled {
			line += ", disabled"
		}
		out = append(out, line)
	}
	return out
}

package review

import (
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// connectorSection puts one connector into words: account, what is synchronized,
// run profiles, counts.
func connectorSection(c facts.Connector) Section {
	s := Section{ID: "connector:" + c.ID, Title: c.Name}
	switch c.Kind {
	case facts.KindEntra:
		s.add("Connects", "Microsoft Entra ID, "+plain(c.Tenant))
		s.add("Sync identity", plain(c.Account.String()))
	case facts.KindAD:
		s.add("Connects", "the Active Directory forest "+plain(c.Forest))
		s.add("Connector account", plain(c.Account.String()))
	default:
		s.add("Connects", "Something else: "+strings.TrimSpace(c.Type+" "+c.Subtype))
		s.add("Account", plain(c.Account.String()))
	}
	s.add("Credentials", read(c.Credentials, credentials))
	if next := nextCycle(c); next != "" {
		s.add("Next cycle", next)
	}
	for _, p := range c.Partitions {
		s.add("Partition "+p.Name, partition(p)...)
	}
	s.add("Run profiles", profiles(c)...)
	s.add("Attributes", read(c.Attributes, func(list []string) string { return fmt.Sprintf("%d included", len(list)) }))
	s.add("Connector space", counts(c)...)
	return s
}

func credentials(x facts.Sealed) string {
	switch {
	case !x.Present:
		return "None are stored"
	case !x.WellMade:
		return "Stored, but damaged: " + x.Wrong
	}
	return "Stored; only the server that stored them can read them"
}

// nextCycle says what the flags of the connector ask for.
func nextCycle(c facts.Connector) string {
	imports, syncs := c.FullImport.Or(false), c.FullSync.Or(false)
	switch {
	case imports && syncs:
		return "A full import and a full synchronization are asked for"
	case imports:
		return "A full import is asked for"
	case syncs:
		return "A full synchronization is asked for"
	}
	return ""
}

// partition says what of a partition is synchronized.
func partition(p facts.Partition) []string {
	selected, known := p.Selected.Get()
	if known && !selected {
		return []string{"Not synchronized"}
	}
	var out []string
	if len(p.ObjectClasses) > 0 {
		out = append(out, "Object types: "+strings.Join(p.ObjectClasses, ", "))
	}
	for _, dn := range p.Inclusions {
		out = append(out, "With "+dn)
	}
	for _, dn := range p.Exclusions {
		out = append(out, "Without "+dn)
	}
	if len(p.Inclusions) == 0 && len(p.Exclusions) == 0 && !strings.EqualFold(p.Name, "default") {
		out = append(out, "All containers")
	}
	if p.LastDC != "" {
		out = append(out, "Last domain controller: "+p.LastDC)
	}
	if len(p.PreferredDCs) > 0 {
		out = append(out, "Preferred domain controllers: "+strings.Join(p.PreferredDCs, ", "))
	}
	if t, ok := p.HashCycleEnd.Get(); ok {
		out = append(out, "Last password hash cycle: "+date(t)+statusWord(p.HashCycleStatus))
	}
	if len(out) == 0 {
		out = append(out, "Synchronized")
	}
	return out
}

func statusWord(r facts.Read[string]) string {
	if text, ok := r.Get(); ok && text != "" {
		return ", " + text
	}
	return ""
}

func profiles(c facts.Connector) []string {
	var out []string
	for _, p := range c.Profiles {
		line := p.Name
		if len(p.Steps) > 0 {
			line += " (" + strings.Join(p.Steps, ", ") + ")"
		}
		out = append(out, line)
	}
	return out
}

// counts says what is in the connector space and what waits there.
func counts(c facts.Connector) []string {
	n, ok := c.Counts.Get()
	if !ok {
		return []string{unread(c.Counts)}
	}
	out := []string{
		fmt.Sprintf("%d objects, %d of them joined", n.Objects, n.Connectors),
		fmt.Sprintf("Pending exports: %d adds, %d updates, %d deletes", n.ExportAdd, n.ExportUpdate, n.ExportDelete+n.ExportDeleteAdd),
		fmt.Sprintf("Pending imports: %d adds, %d updates, %d deletes", n.ImportAdd, n.ImportUpdate, n.ImportDelete+n.ImportDeleteAdd),
		fmt.Sprintf("Errors: %d of exports, %d of imports", n.ExportErrors, n.ImportErrors),
	}
	if n.Lacks != "" {
		out = append(out, "Not available in this version: "+n.Lacks)
	}
	return out
}

// Waiting is what one connector would export, for a glance: the list itself is
// read on demand.
type Waiting struct {
	Connector string `json:"connector"`
	Known     bool   `json:"known"`
	Why       string `json:"why,omitempty"` // why it is not known
	Objects   int64  `json:"objects"`       // all objects of the connector space
	Adds      int64  `json:"adds"`
	Updates   int64  `json:"updates"`
	Deletes   int64  `json:"deletes"` // those that a delete and add makes among them
	Errors    int64  `json:"errors"`
	// Threshold is the number of deletions above which an export stops; 0 when the
	// protection is off.
	Threshold int64 `json:"threshold"`
	Over      bool  `json:"over"` // Deletes is above it
}

// WaitingExports counts what every connector would export.
func WaitingExports(a facts.ADSync) []Waiting {
	var out []Waiting
	limit := int64(0)
	if a.On(facts.SettingDeletionThreshold) {
		text, _ := a.Setting(facts.SettingDeletionLimit)
		if _, err := fmt.Sscan(text, &limit); err != nil {
			limit = defaultThreshold
		}
	}
	for _, c := range a.Connectors.Or(nil) {
		n, ok := c.Counts.Get()
		w := Waiting{Connector: c.Name, Known: ok, Why: c.Counts.Reason(), Threshold: limit}
		if ok {
			w.Objects, w.Adds, w.Updates, w.Deletes, w.Errors = n.Objects, n.ExportAdd, n.ExportUpdate, n.ExportDelete+n.ExportDeleteAdd, n.ExportErrors
			w.Over = limit > 0 && w.Deletes > limit
		}
		out = append(out, w)
	}
	return out
}

// defaultThreshold is the product's own (docs: how-to-connect-sync-feature-prevent-accidental-deletes).
const defaultThreshold = 500

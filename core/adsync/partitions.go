package adsync

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// partitionFields gives what is read of mms_partition. The names of the columns
// with the filter and with the custom data (cookie or water-mark) are not
// public for this product; its ancestor's come first, then whatever column has
// "custom_data" in its name, password hash synchronization's own left out.
func (r *reader) partitionFields() []field {
	custom := []string{"ma_custom_data_xml", "custom_data_xml", "custom_data", "ma_custom_data"}
	filter := []string{"filter_xml", "filter", "partition_filter_xml"}
	if t := r.s.tables[tPartition]; t != nil {
		for _, key := range t.order {
			if strings.Contains(key, "custom_data") && !strings.HasPrefix(key, "password") {
				custom = append(custom, key)
			}
		}
	}
	return append(fields("partition_id", "ma_id", "partition_name", "is_selected",
		"passwordsync_last_successful_cycle_end_date", "passwordsync_last_cycle_status"),
		field{"filter_xml", filter}, field{"ma_custom_data_xml", custom})
}

// readPartitions reads all partitions in one statement and gives each connector its own.
func (r *reader) readPartitions(ctx context.Context, connectors []facts.Connector) {
	res, err := r.fetch(ctx, tPartition, r.partitionFields(), "", "")
	if err != nil || res == nil {
		return
	}
	at := r.now()
	for _, row := range res.records() {
		c := connectorByID(connectors, row.guid("ma_id"))
		if c == nil {
			r.unreadable("%s: partition %s belongs to no connector", tPartition, row.text("partition_name"))
			continue
		}
		c.Partitions = append(c.Partitions, r.partition(row, c.Kind, at))
	}
	for i := range connectors {
		slices.SortStableFunc(connectors[i].Partitions, func(a, b facts.Partition) int {
			return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
		})
	}
}

// connectorByID finds a connector, or gives nil.
func connectorByID(connectors []facts.Connector, id string) *facts.Connector {
	for i := range connectors {
		if connectors[i].ID == id && id != "" {
			return &connectors[i]
		}
	}
	return nil
}

// partition makes one partition from its row.
func (r *reader) partition(row record, kind facts.ConnectorKind, at time.Time) facts.Partition {
	p := facts.Partition{
		ID: row.guid("partition_id"), Name: row.text("partition_name"),
		Selected:        read(row, tPartition, "is_selected", at, boolValue),
		HashCycleEnd:    readTime(row, tPartition, "passwordsync_last_successful_cycle_end_date", at),
		HashCycleStatus: readText(row, tPartition, "passwordsync_last_cycle_status", at),
		ObjectClasses:   []string{}, Inclusions: []string{}, Exclusions: []string{},
	}
	if root, err := parseXML(row.text("filter_xml")); err != nil {
		r.unreadable("%s.filter_xml of %s: %v", tPartition, p.Name, err)
	} else {
		p.ObjectClasses = orEmpty(root.values("object-class"))
		p.Inclusions = orEmpty(root.values("inclusion"))
		p.Exclusions = orEmpty(root.values("exclusion"))
	}
	r.customData(&p, row, kind, at)
	return p
}

// orEmpty gives an empty list instead of nil.
func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// customData reads the cookie or water-mark and the domain controllers.
func (r *reader) customData(p *facts.Partition, row record, kind facts.ConnectorKind, at time.Time) {
	source := tPartition + ".ma_custom_data_xml"
	if c, ok := r.s.choose(tPartition, r.partitionFields()).names["ma_custom_data_xml"]; ok {
		source = tPartition + "." + c.name
	}
	if _, has := row.raw("ma_custom_data_xml"); !has {
		p.Cookie = facts.Absent[time.Time](source, absentHere, at)
		p.HasWatermark = facts.Absent[bool](source, absentHere, at)
		return
	}
	text := row.text("ma_custom_data_xml")
	root, err := parseXML(text)
	if err != nil {
		r.unreadable("%s of %s: %v", source, p.Name, err)
		p.Cookie = facts.Unknown[time.Time](source, err.Error(), at)
		p.HasWatermark = facts.Unknown[bool](source, err.Error(), at)
		return
	}
	p.LastDC = firstOf(root.find("last-dc").value(), parameterValue(root, "last-dc"))
	p.PreferredDCs = preferred(root.find("preferred-dcs"))
	cookie := firstOf(root.find("cookie").value(), parameterValue(root, "cookie"), root.value())
	mark := root.find("water-mark").value()
	p.HasWatermark = facts.Known(cookie != "" || mark != "", source, at)
	p.Cookie = cookieFact(cookie, mark, kind, source, at)
}

// parameterValue gives a parameter below n by name, or "".
func parameterValue(n *node, name string) string {
	v, _ := parameterNamed(parametersOf(n), name)
	return v
}

// preferred gives the preferred domain controllers: the elements below, or a
// list in the element's own text.
func preferred(n *node) []string {
	if n == nil {
		return nil
	}
	var out []string
	for _, k := range n.kids {
		if v := k.value(); v != "" {
			out = append(out, v)
		}
	}
	if out == nil {
		out = strings.FieldsFunc(n.value(), func(c rune) bool { return c == ',' || c == ';' || c == ' ' || c == '\n' || c == '\r' || c == '\t' })
	}
	return out
}

// cookieFact gives the time of a cookie, or why there is none.
func cookieFact(cookie, mark string, kind facts.ConnectorKind, source string, at time.Time) facts.Read[time.Time] {
	switch {
	case cookie != "":
		t, err := CookieTime(cookie)
		if err != nil {
			return facts.Unknown[time.Time](source, err.Error(), at)
		}
		return facts.Known(t, source, at)
	case mark != "":
		return facts.Absent[time.Time](source, "the water-mark holds no time that can be read", at)
	case kind == facts.KindAD:
		return facts.Unknown[time.Time](source, "there is no cookie: the partition was never imported, or its cookie was cleared", at)
	default:
		return facts.Absent[time.Time](source, "this kind of connector keeps no time", at)
	}
}

// readProfiles reads all run profiles in one statement.
func (r *reader) readProfiles(ctx context.Context, connectors []facts.Connector) {
	res, err := r.fetch(ctx, tProfile, fields("run_profile_id", "ma_id", "run_profile_name", "configuration_xml"), "", "")
	if err != nil || res == nil {
		return
	}
	for _, row := range res.records() {
		p := facts.RunProfile{ID: row.guid("run_profile_id"), Name: row.text("run_profile_name"), Steps: []string{}}
		if root, err := parseXML(row.text("configuration_xml")); err != nil {
			r.unreadable("%s.configuration_xml of %s: %v", tProfile, p.Name, err)
		} else {
			p.Steps = steps(root)
		}
		if c := connectorByID(connectors, row.guid("ma_id")); c != nil {
			c.Profiles = append(c.Profiles, p)
		}
	}
	for i := range connectors {
		slices.SortStableFunc(connectors[i].Profiles, func(a, b facts.RunProfile) int { return strings.Compare(a.Name, b.Name) })
	}
}

// steps gives the kinds of the steps of a run profile: "full-import",
// "apply-rules/apply-pending", "export".
func steps(root *node) []string {
	out := []string{}
	for _, n := range root.all("step-type") {
		kind, _ := n.attr("type")
		if sub := n.find("apply-rules-subtype").value(); sub != "" {
			kind += "/" + sub
		}
		if kind != "" {
			out = append(out, kind)
		}
	}
	return out
}

package adsync

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// connectorColumns are read of mms_management_agent. The schema, several
// megabytes for each connector, is not.
var connectorColumns = fields("ma_id", "ma_name", "ma_type", "subtype", "ma_listname", "creation_date",
	"modification_date", "version_number", "key_id", "capabilities_mask", "private_configuration_xml",
	"encrypted_configuration", "attribute_inclusion_xml", "full_import_required", "full_sync_required")

// readConnectors reads connectors, partitions and run profiles: three statements.
func (r *reader) readConnectors(ctx context.Context) {
	res, err := r.fetch(ctx, tConnector, connectorColumns, "", "")
	if err != nil {
		r.out.Connectors = notRead[[]facts.Connector](tConnector, r.now(), err)
		return
	}
	at := r.now()
	list := []facts.Connector{}
	for _, row := range res.records() {
		list = append(list, r.connector(row, at))
	}
	slices.SortStableFunc(list, func(a, b facts.Connector) int {
		return cmp.Or(a.Created.Value.Compare(b.Created.Value), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	r.readPartitions(ctx, list)
	r.readProfiles(ctx, list)
	r.out.Connectors = facts.Known(list, tConnector, at)
}

// connector makes one connector from its row.
func (r *reader) connector(row record, at time.Time) facts.Connector {
	c := facts.Connector{
		ID: row.guid("ma_id"), Name: row.text("ma_name"), Type: row.text("ma_type"), Subtype: row.text("subtype"),
		Created:      readTime(row, tConnector, "creation_date", at),
		Modified:     readTime(row, tConnector, "modification_date", at),
		Version:      row.number("version_number"),
		KeyID:        read(row, tConnector, "key_id", at, intValue),
		Capabilities: read(row, tConnector, "capabilities_mask", at, maskValue),
		FullImport:   readFlag(row, "full_import_required", at),
		FullSync:     readFlag(row, "full_sync_required", at),
		Partitions:   []facts.Partition{},
		Profiles:     []facts.RunProfile{},
		Counts:       facts.Unknown[facts.Counts](tObject, "the objects were not counted", at),
	}
	c.Kind = kindOf(c.ID, c.Type, c.Subtype, row.text("ma_listname"))
	c.Credentials = r.credentials(row, at)
	c.Attributes = r.attributes(row, c.Name, at)
	r.fillPrivate(&c, row, at)
	return c
}

// readFlag reads a flag that asks for a full cycle; NULL means that it is not set.
func readFlag(row record, key string, at time.Time) facts.Read[bool] {
	if v, has := row.raw(key); has && v == nil {
		return facts.Known(false, tConnector+"."+key, at)
	}
	return read(row, tConnector, key, at, boolValue)
}

// maskValue reads a bit mask that may lie in a signed 32-bit column.
func maskValue(v any) (int64, bool) {
	n, ok := intValue(v)
	if n < 0 {
		n = int64(uint32(n))
	}
	return n, ok
}

// credentials tells what the sealed credentials look like.
func (r *reader) credentials(row record, at time.Time) facts.Read[facts.Sealed] {
	source := tConnector + ".encrypted_configuration"
	v, has := row.raw("encrypted_configuration")
	text, _, ok := textValue(v)
	switch {
	case !has:
		return facts.Absent[facts.Sealed](source, absentHere, at)
	case !ok:
		return facts.Unknown[facts.Sealed](source, "the column holds no text", at)
	}
	return facts.Known(describeSealed(text), source, at)
}

// attributes reads the included attributes.
func (r *reader) attributes(row record, name string, at time.Time) facts.Read[[]string] {
	source := tConnector + ".attribute_inclusion_xml"
	text, has := row.raw("attribute_inclusion_xml")
	if !has {
		return facts.Absent[[]string](source, absentHere, at)
	}
	s, _, ok := textValue(text)
	root, err := parseXML(s)
	if !ok || err != nil {
		r.unreadable("%s of connector %s is no XML", source, name)
		return facts.Unknown[[]string](source, "it is no XML", at)
	}
	list := root.values("attribute")
	if list == nil {
		list = []string{}
	}
	return facts.Known(list, source, at)
}

// fillPrivate reads what the private configuration says.
func (r *reader) fillPrivate(c *facts.Connector, row record, at time.Time) {
	source := tConnector + ".private_configuration_xml"
	text := readText(row, tConnector, "private_configuration_xml", at)
	if text.State != facts.IsKnown {
		c.Parameters = facts.Read[[]facts.Setting]{State: text.State, Source: source, Why: text.Why, At: at}
		c.PasswordHash = facts.Read[bool]{State: text.State, Source: source, Why: text.Why, At: at}
		c.Writeback = c.PasswordHash
		return
	}
	p, err := parsePrivate(text.Value, c.Kind)
	if err != nil {
		r.unreadable("%s of connector %s: %v", source, c.Name, err)
		c.Parameters = facts.Unknown[[]facts.Setting](source, err.Error(), at)
		c.PasswordHash = facts.Unknown[bool](source, err.Error(), at)
		c.Writeback = facts.Unknown[bool](source, err.Error(), at)
		return
	}
	c.Forest, c.Tenant, c.Account, c.AssemblyVersion = p.forest, p.tenant, p.account, p.assemblyVersion
	if c.Kind == facts.KindAD && c.Forest == "" {
		c.Forest = c.Name
	}
	if c.Kind == facts.KindEntra && c.Tenant == "" {
		c.Tenant = tenantFromName(c.Name)
	}
	c.Parameters = facts.Known(openSettings(p.parameters), source, at)
	c.PasswordHash = fromPointer(p.passwordHash, source, "password-hash-sync-config", at)
	c.Writeback = fromPointer(p.writeback, source, "aad-password-reset-config", at)
}

// fromPointer makes a fact of a value that may not be said.
func fromPointer(v *bool, source, element string, at time.Time) facts.Read[bool] {
	if v == nil {
		return facts.Absent[bool](source, "the connector has no "+element, at)
	}
	return facts.Known(*v, source+" "+element, at)
}

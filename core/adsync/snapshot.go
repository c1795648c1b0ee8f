package adsync

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
)

// Snapshot is what Configure changes, as it was before, for the journal: with it
// alone Restore can take everything back. As JSON it holds no secret that was
// not in the database already in the same, sealed form.
type Snapshot struct {
	Writes     plan.Writes    `json:"writes"`
	Server     ServerRow      `json:"server"`
	Connectors []ConnectorRow `json:"connectors"`
}

// ServerRow is what Configure changes in mms_server_configuration. A nil value
// is NULL, or a column that the version lacks.
type ServerRow struct {
	Parameters    *string           `json:"parameters"`
	KeysetID      *int64            `json:"keysetId"`
	Entropy       *string           `json:"entropy"` // GUID, lower case
	ConfigVersion *int64            `json:"configVersion"`
	Groups        map[string]string `json:"groups"` // column -> SID text; "" for NULL
}

// ConnectorRow is what Configure changes in one row of mms_management_agent. A
// nil value is NULL, or a column that the version lacks.
type ConnectorRow struct {
	ID         string  `json:"id"` // GUID, lower case
	Private    *string `json:"privateConfiguration"`
	Sealed     *string `json:"encryptedConfiguration"`
	KeyID      *int64  `json:"keyId"`
	Version    *int64  `json:"version"`
	FullImport *bool   `json:"fullImportRequired"`
	FullSync   *bool   `json:"fullSyncRequired"`
}

// connector gives the row of a connector, or nil.
func (s *Snapshot) connector(id string) *ConnectorRow {
	for i := range s.Connectors {
		if strings.EqualFold(s.Connectors[i].ID, id) {
			return &s.Connectors[i]
		}
	}
	return nil
}

// clone gives a copy whose rows can be changed without changing s.
func (s Snapshot) clone() Snapshot {
	s.Connectors = slices.Clone(s.Connectors)
	s.Server.Groups = maps.Clone(s.Server.Groups)
	return s
}

// loaded is a Snapshot together with how its texts lie in their columns.
type loaded struct {
	Snapshot
	s         *schema
	encodings map[string]encoding // "parameters", "private:<id>", "sealed:<id>"
}

// lockHint makes a SELECT inside a transaction keep what it read to itself
// until the end, so that nobody changes it between reading and writing.
const lockHint = " WITH (UPDLOCK, HOLDLOCK)"

// errRows is a number of rows that cannot be.
var errRows = errors.New("the table mms_server_configuration does not hold exactly one row")

// load reads the rows that w changes: the schema's two statements and two more.
func load(ctx context.Context, q Querier, w plan.Writes, hint string) (*loaded, error) {
	s, err := readSchema(ctx, ReadOnly(q))
	if err != nil {
		return nil, err
	}
	if !s.has(tServer) || !s.has(tConnector) {
		return nil, fmt.Errorf("the database has no table %s or %s", tServer, tConnector)
	}
	l := &loaded{s: s, encodings: map[string]encoding{}}
	l.Writes = w
	if err := l.loadServer(ctx, q, hint); err != nil {
		return nil, err
	}
	if err := l.loadConnectors(ctx, q, w, hint); err != nil {
		return nil, err
	}
	return l, nil
}

// loadServer reads the server's row.
func (l *loaded) loadServer(ctx context.Context, q Querier, hint string) error {
	sel := l.s.choose(tServer, append(fields("parameters", "keyset_id", "entropy", "server_configuration_version_number"), fields(groupColumns...)...))
	res, err := queryAll(ctx, q, "SELECT TOP (2) "+strings.Join(sel.list, ", ")+" FROM "+l.s.from(tServer)+hint)
	if err != nil {
		return fmt.Errorf("%s: %w", tServer, err)
	}
	if len(res.rows) != 1 {
		return errRows
	}
	row := res.records()[0]
	l.Server = ServerRow{
		KeysetID: optional(row, "keyset_id", intValue), Entropy: optional(row, "entropy", guidText),
		ConfigVersion: optional(row, "server_configuration_version_number", intValue), Groups: map[string]string{},
	}
	l.Server.Parameters, err = l.text(row, tServer, "parameters", "parameters")
	for _, c := range groupColumns {
		if v, has := row.raw(c); has {
			b, _ := v.([]byte)
			l.Server.Groups[c], _ = sidText(b)
		}
	}
	return err
}

// loadConnectors reads the rows of the connectors that w names, in its order.
func (l *loaded) loadConnectors(ctx context.Context, q Querier, w plan.Writes, hint string) error {
	sel := l.s.choose(tConnector, fields("ma_id", "private_configuration_xml", "encrypted_configuration", "key_id",
		"version_number", "full_import_required", "full_sync_required"))
	res, err := queryAll(ctx, q, "SELECT "+strings.Join(sel.list, ", ")+" FROM "+l.s.from(tConnector)+hint)
	if err != nil {
		return fmt.Errorf("%s: %w", tConnector, err)
	}
	byID := map[string]record{}
	for _, row := range res.records() {
		byID[row.guid("ma_id")] = row
	}
	for _, c := range w.Connectors {
		row, ok := byID[strings.ToLower(c.ID)]
		if !ok {
			continue
		}
		id := row.guid("ma_id")
		out := ConnectorRow{
			ID: id, KeyID: optional(row, "key_id", intValue), Version: optional(row, "version_number", intValue),
			FullImport: optional(row, "full_import_required", boolValue), FullSync: optional(row, "full_sync_required", boolValue),
		}
		var err1, err2 error
		out.Private, err1 = l.text(row, tConnector, "private_configuration_xml", "private:"+id)
		out.Sealed, err2 = l.text(row, tConnector, "encrypted_configuration", "sealed:"+id)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		l.Connectors = append(l.Connectors, out)
	}
	return nil
}

// text gives a text column and remembers how it is encoded.
func (l *loaded) text(row record, table, key, name string) (*string, error) {
	v, has := row.raw(key)
	if !has || v == nil {
		if c, ok := l.s.column(table, key); ok && strings.Contains(c.dataType, "binary") {
			l.encodings[name] = asUTF16 // what an empty binary column is to get
		}
		return nil, nil
	}
	s, enc, ok := textValue(v)
	if !ok {
		return nil, fmt.Errorf("column %s holds no text", key)
	}
	l.encodings[name] = enc
	return &s, nil
}

// optional gives a value, or nil for NULL, a missing column or another kind.
func optional[T any](row record, key string, convert func(any) (T, bool)) *T {
	v, has := row.raw(key)
	if !has || v == nil {
		return nil
	}
	out, ok := convert(v)
	if !ok {
		return nil
	}
	return &out
}

// deref gives the value behind a pointer, or the zero value.
func deref[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// same tells whether two optional values are equal.
func same[T comparable](a, b *T) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return *a == *b
}

package adsync

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// groupColumns hold the SIDs of the four ADSync groups.
var groupColumns = []string{"administrators_sid", "operators_sid", "browse_sid", "passwordset_sid"}

// readServer reads the one row of mms_server_configuration with the global
// settings and gives how many rows there are, or -1 when they could not be read.
// More than one row is a damaged database: the first is taken and it is said.
func (r *reader) readServer(ctx context.Context) int {
	want := append(fields("instance_id", "fixed_schema_version_number", "server_configuration_version_number",
		"keyset_id", "mms_timestamp", "parameters", "entropy"), fields(groupColumns...)...)
	res, err := r.fetch(ctx, tServer, want, "TOP (2) ", "")
	if err != nil {
		r.out.Settings = notRead[[]facts.Setting](tServer, r.now(), err)
		r.out.Server = unreadServer(r.now(), err)
		return -1
	}
	if len(res.rows) == 0 {
		none := fmt.Errorf("the table %s has no row", tServer)
		r.out.Settings = notRead[[]facts.Setting](tServer, r.now(), none)
		r.out.Server = unreadServer(r.now(), none)
		return 0
	}
	if len(res.rows) > 1 {
		r.unreadable("%s: more than one row, where there must be one; the first was taken", tServer)
	}
	row, at := res.records()[0], r.now()
	r.out.Server = facts.Server{
		InstanceID:    read(row, tServer, "instance_id", at, guidText),
		SchemaVersion: read(row, tServer, "fixed_schema_version_number", at, intValue),
		ConfigVersion: read(row, tServer, "server_configuration_version_number", at, intValue),
		KeysetID:      read(row, tServer, "keyset_id", at, intValue),
		Entropy:       read(row, tServer, "entropy", at, guidText),
		Timestamp:     read(row, tServer, "mms_timestamp", at, intValue),
		Groups:        r.groups(row, at),
	}
	r.out.Settings = r.settings(row, at)
	return len(res.rows)
}

// unreadServer fills the server's facts with the reason why there are none.
func unreadServer(at time.Time, err error) facts.Server {
	return facts.Server{
		InstanceID: notRead[string](tServer, at, err), SchemaVersion: notRead[int64](tServer, at, err),
		ConfigVersion: notRead[int64](tServer, at, err), KeysetID: notRead[int64](tServer, at, err),
		Entropy: notRead[string](tServer, at, err), Timestamp: notRead[int64](tServer, at, err),
		Groups: notRead[map[string]string](tServer, at, err),
	}
}

// groups reads the SIDs of the four ADSync groups. Empty ones are left out.
func (r *reader) groups(row record, at time.Time) facts.Read[map[string]string] {
	out, found := map[string]string{}, false
	for _, c := range groupColumns {
		v, has := row.raw(c)
		found = found || has
		b, _ := v.([]byte)
		if len(b) == 0 {
			continue
		}
		text, ok := sidText(b)
		if !ok {
			r.unreadable("%s.%s: %d bytes that are no security identifier", tServer, c, len(b))
			continue
		}
		out[c] = text
	}
	if !found {
		return facts.Absent[map[string]string](tServer, absentHere, at)
	}
	return facts.Known(out, tServer, at)
}

// settings reads the global settings.
func (r *reader) settings(row record, at time.Time) facts.Read[[]facts.Setting] {
	source := tServer + ".parameters"
	text := readText(row, tServer, "parameters", at)
	if text.State != facts.IsKnown {
		return facts.Read[[]facts.Setting]{State: text.State, Source: source, Why: text.Why, At: at}
	}
	list, err := ParseSettings(text.Value)
	switch {
	case err != nil:
		r.unreadable("%s: %v", source, err)
		return facts.Unknown[[]facts.Setting](source, err.Error(), at)
	case len(list) == 0 && strings.TrimSpace(text.Value) != "":
		r.unreadable("%s: no parameter was found in its %d characters", source, len(text.Value))
		return facts.Unknown[[]facts.Setting](source, "no parameter was found in it", at)
	}
	return facts.Known(list, source, at)
}

package adsync

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
)

// Mismatch is one value that is not as the plan wants it. For secrets Want and
// Got say what is expected in words.
type Mismatch struct {
	Object string `json:"object"` // "global settings", "connector fabrikam.local"
	Name   string `json:"name"`
	Want   string `json:"want"`
	Got    string `json:"got"`
}

// String gives the mismatch on one line.
func (m Mismatch) String() string {
	return fmt.Sprintf("%s, %s: %q instead of %q", m.Object, m.Name, m.Got, m.Want)
}

// Verify reads back everything that Configure wrote and compares it with the
// plan; the sealed credentials are opened with key and compared with creds. No
// mismatch means that the database is as planned. The error says that it could
// not be read. It only reads.
func Verify(ctx context.Context, q Querier, w plan.Writes, key Key, creds map[string]Credential) ([]Mismatch, error) {
	now, err := load(ctx, ReadOnly(q), w, "")
	if err != nil {
		return nil, readProblem(ctx, err)
	}
	v := &verifier{}
	v.server(now, w)
	for _, c := range w.Connectors {
		row := now.connector(c.ID)
		if row == nil {
			v.miss("connector "+c.Name, "row", "there", "gone")
			continue
		}
		v.connector(now, *row, c)
		cred, _ := credentialOf(creds, c.ID)
		v.sealed(*row, c, key, cred)
	}
	return v.out, nil
}

// verifier gathers mismatches.
type verifier struct{ out []Mismatch }

func (v *verifier) miss(object, name, want, got string) {
	v.out = append(v.out, Mismatch{object, name, want, got})
}

// same notes a mismatch unless want equals got.
func (v *verifier) same(object, name, want, got string) {
	if want != got {
		v.miss(object, name, want, got)
	}
}

// number compares a number in a column that this version may lack.
func (v *verifier) number(l *loaded, table, column, object string, want int64, got *int64) {
	if _, ok := l.s.column(table, column); ok {
		v.same(object, column, fmt.Sprint(want), fmt.Sprint(deref(got)))
	}
}

// server compares the server's row. The counter may have gone on since.
func (v *verifier) server(l *loaded, w plan.Writes) {
	const object = "server configuration"
	if !w.SettingsOnly {
		v.number(l, tServer, "keyset_id", object, w.KeysetAfter, l.Server.KeysetID)
		if _, ok := l.s.column(tServer, "entropy"); ok {
			v.same(object, "entropy", strings.ToLower(w.EntropyAfter), strings.ToLower(deref(l.Server.Entropy)))
		}
	}
	if n := l.Server.ConfigVersion; n != nil && *n < w.ConfigAfter {
		v.miss(object, "server_configuration_version_number", fmt.Sprint(w.ConfigAfter), fmt.Sprint(*n))
	}
	for _, g := range w.Groups {
		if now, has := l.Server.Groups[strings.ToLower(g.Column)]; has {
			v.same(object, g.Column, g.After, now)
		}
	}
	list, err := ParseSettings(deref(l.Server.Parameters))
	if err != nil {
		v.miss("global settings", "text", "readable", err.Error())
		return
	}
	a := facts.ADSync{Settings: facts.Known(list, tServer, time.Time{})}
	for _, s := range w.Settings {
		now, exists := a.Setting(s.Name)
		v.same("global settings", s.Name, presence(true, strings.TrimSpace(s.After)), presence(exists, now))
	}
}

// connector compares a connector's row, the account in both of its places.
func (v *verifier) connector(l *loaded, row ConnectorRow, c plan.ConnectorWrite) {
	object := "connector " + c.Name
	v.number(l, tConnector, "key_id", object, c.KeyAfter, row.KeyID)
	if row.Version != nil && *row.Version < c.VersionAfter {
		v.miss(object, "version_number", fmt.Sprint(c.VersionAfter), fmt.Sprint(*row.Version))
	}
	for _, f := range []struct {
		set    bool
		column string
		got    *bool
	}{{c.FullImport, "full_import_required", row.FullImport}, {c.FullSync, "full_sync_required", row.FullSync}} {
		if _, ok := l.s.column(tConnector, f.column); ok && f.set {
			v.same(object, f.column, "true", fmt.Sprint(deref(f.got)))
		}
	}
	root, err := parseXML(deref(row.Private))
	if err != nil {
		v.miss(object, "private_configuration_xml", "readable", err.Error())
		return
	}
	parameters := parametersOf(root)
	if c.Kind == facts.KindEntra {
		name, _ := parameterNamed(parameters, nameUserName)
		v.same(object, "parameter "+nameUserName, c.AccountAfter.User, name)
		return
	}
	for name, want := range map[string]string{nameLoginUser: c.AccountAfter.User, nameLoginDomain: c.AccountAfter.Domain} {
		element, copied := root.find(name), false
		if element != nil {
			v.same(object, "element "+name, want, element.value())
		}
		for _, p := range parameters {
			if strings.EqualFold(p.Name, name) {
				copied = true
				v.same(object, "parameter "+name, want, p.Value)
			}
		}
		if element == nil && !copied {
			v.miss(object, name, want, "not there")
		}
	}
}

// sealed opens the credentials and compares them.
func (v *verifier) sealed(row ConnectorRow, c plan.ConnectorWrite, key Key, cred Credential) {
	object, want := "connector "+c.Name, "sealed with the new key"
	list, err := Open(deref(row.Sealed), key)
	if err != nil {
		v.miss(object, "encrypted_configuration", want, err.Error())
		return
	}
	for _, a := range list {
		if strings.EqualFold(a.Name, sealedAttribute(c.Kind)) {
			if !a.Value.Same(cred.Password) {
				v.miss(object, "encrypted_configuration", want, "sealed with the new key, but another password")
			}
			return
		}
	}
	v.miss(object, "encrypted_configuration", want, "sealed with the new key, but without a password")
}

package install_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/adsync"
	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/forest/descriptor"
	"github.com/adsync-reconnect/adsync-reconnect/core/install"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/standin"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// scene is what an installation changes, for tests that compare all of it: the
// site's database, directory, tenant and pretend computer, and the data folder.
type scene struct {
	site    setup.Site
	db      *sql.DB // a connection of the test's own
	dir     string  // data folder
	windows *standin.Computer
	port    string // of the SQL Server, which differs with every site
	inside  *practice.Site
}

// sealedColumns differ with every installation, as each seals with another key;
// what is in them is compared by opening them.
var sealedColumns = map[string]bool{"encrypted_configuration": true}

// snapshot is the whole end state, by the name of what it is about: every table
// row by row and cell by cell, directory, tenant, vault and disk.
func (w *scene) snapshot(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, row := range w.rows(t, "SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_TYPE = 'BASE TABLE'") {
		name := row[0][1]
		var lines []string
		for _, cells := range w.rows(t, "SELECT * FROM ["+name+"]") {
			var line strings.Builder
			for _, c := range cells {
				if !sealedColumns[c[0]] {
					fmt.Fprintf(&line, "%s=%s|", c[0], c[1])
				}
			}
			lines = append(lines, line.String())
		}
		sort.Strings(lines)
		out["table "+name] = strings.Join(lines, "\n")
	}
	if len(out) < 18 {
		t.Fatalf("only %d tables were found", len(out))
	}
	out["properties"] = fmt.Sprint(w.rows(t, "SELECT name, CAST(value AS nvarchar(4000)) AS value FROM sys.extended_properties WHERE class = 0"))
	out["locks"] = fmt.Sprint(w.rows(t, "SELECT resource_type FROM sys.dm_tran_locks WHERE resource_type = 'APPLICATION'"))
	w.outside(t, out)
	w.disk(t, out)
	return out
}

// outside adds the accounts of the directory and the identities of the tenant.
func (w *scene) outside(t *testing.T, out map[string]string) {
	t.Helper()
	for _, f := range w.site.Answers.Forests {
		proof, err := w.site.Directory.Verify(t.Context(), setup.ForestRequest{Answer: f, Password: w.site.Secrets[answers.SecretForest(f.Forest)]}, func(string) {})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, a := range proof.Forest.OldAccounts.Value {
			names = append(names, fmt.Sprintf("%s of %s", a.Name, a.Server))
		}
		sort.Strings(names)
		out["directory "+f.Forest] = strings.Join(names, "\n")
	}
	tenant, err := w.site.Cloud.SignIn(t.Context(), setup.CloudRequest{Answer: w.site.Answers.Entra}, func(setup.Prompt) {})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, i := range tenant.Identities.Value {
		names = append(names, fmt.Sprintf("%s %s of %s", i.Kind, i.Name, i.Server))
	}
	sort.Strings(names)
	out["tenant"] = strings.Join(names, "\n")
	out["tenant's objects"] = strings.Join(w.inside.Tenant().Objects(), "\n")
	out["accounts"] = strings.Join(w.inside.Accounts(), "\n")
	out["backups"] = fmt.Sprint(len(w.inside.SQL.Backups()))
}

// disk adds the names in the vault and of the files beside it.
func (w *scene) disk(t *testing.T, out map[string]string) {
	t.Helper()
	vault, err := secret.OpenVault(install.VaultDir(w.dir), nil)
	if err != nil {
		t.Fatal(err)
	}
	names, err := vault.Names()
	if err != nil {
		t.Fatal(err)
	}
	out["vault"] = strings.Join(names, "\n")
	computer, err := w.windows.World()
	if err != nil {
		t.Fatal(err)
	}
	computer = strings.ReplaceAll(computer, strings.ToLower(w.dir), "DATA")
	if w.port != "" {
		computer = strings.ReplaceAll(computer, ","+w.port, ",PORT")
	}
	out["windows"] = computer
	groupsByName(t, out)
	var files []string
	for _, dir := range []string{install.VaultDir(w.dir), install.ReportDir(w.dir)} {
		list, err := filepath.Glob(filepath.Join(dir, ".*"))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, list...)
	}
	out["half-written files"] = strings.Join(files, "\n")
	reports, err := filepath.Glob(filepath.Join(install.ReportDir(w.dir), "reconnect-*"))
	if err != nil {
		t.Fatal(err)
	}
	out["reports"] = fmt.Sprint(len(reports))
}

// groupsByName puts the names of this computer's groups in place of their ids, in the
// database too: a group that is made a second time gets another id, as on Windows.
func groupsByName(t *testing.T, out map[string]string) {
	t.Helper()
	var world standin.World
	if err := json.Unmarshal([]byte(out["windows"]), &world); err != nil {
		t.Fatal(err)
	}
	const row = "table mms_server_configuration"
	for _, g := range world.Groups {
		sid, err := descriptor.ParseSID(g.SID)
		if err != nil {
			t.Fatal(err)
		}
		name := "id of " + g.Name
		out["windows"] = strings.ReplaceAll(out["windows"], strconv.Quote(g.SID), strconv.Quote(name))
		out[row] = strings.ReplaceAll(out[row], "_sid="+fmt.Sprintf("%d", []byte(sid)), "_sid="+name)
	}
}

// allCells gives the content of all cells one after the other, as bytes.
func allCells(t *testing.T, rows *sql.Rows) []byte {
	t.Helper()
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		for _, v := range values {
			if b, ok := v.([]byte); ok {
				out.Write(b)
			} else {
				fmt.Fprint(&out, v)
			}
			out.WriteByte('\n')
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// claimTexts gives the extended properties of the database.
func (w *scene) claimTexts(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, row := range w.rows(t, "SELECT name, CAST(value AS nvarchar(4000)) AS value FROM sys.extended_properties WHERE class = 0") {
		out = append(out, row[0][1]+" "+row[1][1])
	}
	return out
}

// rows gives all rows of a query as pairs of column and text.
func (w *scene) rows(t *testing.T, query string) [][][2]string {
	t.Helper()
	rows, err := w.db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var out [][][2]string
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		cells := make([][2]string, len(columns))
		for i, v := range values {
			cells[i] = [2]string{columns[i], fmt.Sprint(v)}
		}
		out = append(out, cells)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// opens proves that what the database has sealed opens with this computer's
// vault, and that the accounts sign in with it.
func (w *scene) opens(t *testing.T) {
	t.Helper()
	list, err := apply.FindUndoable(w.dir)
	if err != nil || len(list) != 1 || list[0].Ending != apply.Completed {
		t.Fatalf("journals %+v, %v", list, err)
	}
	p := list[0].Begin.Plan
	vault, err := secret.OpenVault(install.VaultDir(w.dir), nil)
	if err != nil {
		t.Fatal(err)
	}
	stored, err := vault.Get(install.VaultKeyset(p.Writes.KeysetAfter))
	if err != nil {
		t.Fatal(err)
	}
	key, err := adsync.KeyFromVault(stored.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	creds := map[string]adsync.Credential{}
	for _, c := range p.Writes.Connectors {
		value, err := vault.Get(install.VaultConnector(c.ID))
		if err != nil {
			t.Fatal(err)
		}
		if c.Kind == facts.KindEntra {
			var i struct{ Secret []byte }
			if err := json.Unmarshal(value.Bytes(), &i); err != nil {
				t.Fatal(err)
			}
			if value = secret.FromBytes(i.Secret); p.Identity.Kind != "user" {
				value = secret.Value{}
			}
		} else {
			w.signsIn(t, p.Accounts[slices.IndexFunc(p.Accounts, func(a plan.Account) bool { return strings.EqualFold(a.Connector, c.ID) })], value)
		}
		creds[c.ID] = adsync.Credential{Password: value}
	}
	ids, err := w.windows.Local().GroupIDs(t.Context(), *p.Computer)
	if err != nil {
		t.Fatal(err)
	}
	for i, g := range p.Writes.Groups {
		p.Writes.Groups[i].After = ids[g.Column]
	}
	wrong, err := adsync.Verify(t.Context(), w.db, p.Writes, key, creds)
	if err != nil || len(wrong) > 0 {
		t.Errorf("the database does not fit the vault: %v %v", wrong, err)
	}
}

// backedUp proves that the last backup of which the journal knows was written
// whole, was verified and is there.
func (w *scene) backedUp(t *testing.T) {
	t.Helper()
	list, err := apply.FindUndoable(w.dir)
	if err != nil || len(list) != 1 {
		t.Fatalf("journals %+v, %v", list, err)
	}
	records, _, err := apply.ReadJournal(list[0].Path)
	if err != nil {
		t.Fatal(err)
	}
	var files []struct {
		Path            string
		Whole, Verified bool
	}
	for _, r := range records {
		if r.Kind == apply.RecordKeep && r.Key == "backups" {
			if err := json.Unmarshal(r.Value, &files); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(files) == 0 || !files[len(files)-1].Whole || !files[len(files)-1].Verified {
		t.Fatalf("the journal knows of the backups %+v", files)
	}
	path := files[len(files)-1].Path
	if !slices.ContainsFunc(w.inside.SQL.Backups(), func(p string) bool { return strings.HasSuffix(strings.ToLower(p), strings.ToLower(path)) }) {
		t.Errorf("the backup %s is not among %v", path, w.inside.SQL.Backups())
	}
}

func (w *scene) signsIn(t *testing.T, a plan.Account, password secret.Value) {
	t.Helper()
	user := a.User
	if !strings.Contains(user, `\`) {
		user = a.Domain + `\` + user
	}
	_, err := w.site.Directory.Verify(t.Context(), setup.ForestRequest{
		Answer: answers.Forest{Forest: a.Forest, Option: answers.ExistingAccount, User: user}, Password: password,
	}, func(string) {})
	if err != nil {
		t.Errorf("%s does not sign in with the password in the vault: %v", user, err)
	}
}

// equal compares two states, but for what is named.
func equal(t *testing.T, when string, want, got map[string]string, but ...string) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if want[name] != got[name] && !slices.Contains(but, name) {
			n := 0 // where they part, with a little before it
			for n < min(len(want[name]), len(got[name])) && want[name][n] == got[name][n] {
				n++
			}
			n = max(n-100, 0)
			t.Errorf("%s: %s differs\nwant …%.600s\ngot  …%.600s", when, name, want[name][min(n, len(want[name])):], got[name][min(n, len(got[name])):])
		}
	}
	if len(want) != len(got) {
		t.Errorf("%s: %d parts instead of %d", when, len(got), len(want))
	}
}

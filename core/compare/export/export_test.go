package export

import (
	"archive/zip"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf16"

	"github.com/adsync-reconnect/adsync-reconnect/core/compare"
	"github.com/adsync-reconnect/adsync-reconnect/core/compare/comparetest"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// otherIDs gives the export of a server that was installed by itself: every GUID
// but that of the connector to Entra ID is another one.
func otherIDs(d comparetest.Documents) comparetest.Documents {
	out := comparetest.Documents{}
	change := strings.NewReplacer("3c000000-7b1d", "9f000000-1111", comparetest.ADConnector, "11111111-2222-4333-8444-555555555555",
		strings.ToUpper(comparetest.ADConnector), strings.ToUpper("11111111-2222-4333-8444-555555555555"),
		comparetest.Partition, "66666666-7777-4888-9999-aaaaaaaaaaaa", strings.ToUpper(comparetest.Partition), "66666666-7777-4888-9999-AAAAAAAAAAAA")
	for name, text := range d {
		out[change.Replace(name)] = change.Replace(text)
	}
	return out
}

func TestServersInstalledApart(t *testing.T) {
	base := comparetest.Small(70)
	other := otherIDs(base)
	if r := between(t, base, other); len(r.Differences) != 0 {
		t.Fatalf("%d differences, the first: %+v", len(r.Differences), r.Differences[0])
	}
	// A custom rule that was made by hand on the other server, under another name.
	other = other.Edit(strings.Replace(comparetest.Rule(65), "3c000000-7b1d", "9f000000-1111", 1), "<name>Custom 65", "<name>Sales people")
	r := between(t, base, other)
	if len(r.Differences) != 1 || r.Differences[0].Change != compare.Renamed || r.Differences[0].Severity != compare.Attention {
		t.Fatalf("a rule under another name: %+v", r.Differences)
	}
	if r.Differences[0].Before != "Custom 65" || r.Differences[0].After != "Sales people" {
		t.Errorf("%+v", r.Differences[0])
	}
}

func TestOneSided(t *testing.T) {
	base := comparetest.Small(comparetest.DefaultRules)
	less := base.Clone()
	delete(less, comparetest.Rule(4))
	r := between(t, base, less)
	if r.Counts.Dangerous != 1 || r.Differences[0].Change != compare.OnlyA || !strings.Contains(r.Differences[0].Effect, "19 transformations") {
		t.Errorf("a rule less: %+v", r.Differences)
	}
	r = between(t, less, base)
	if r.Counts.Dangerous != 1 || r.Differences[0].Change != compare.OnlyB {
		t.Errorf("a rule more: %+v", r.Differences)
	}
	gone := base.Clone()
	delete(gone, comparetest.Directory)
	for n := range comparetest.DefaultRules {
		if strings.Contains(gone[comparetest.Rule(n)], comparetest.ADConnector) {
			delete(gone, comparetest.Rule(n))
		}
	}
	r = between(t, base, gone)
	if len(r.Differences) != 1 || !strings.Contains(r.Differences[0].Details[0], "31 synchronization rules") {
		t.Errorf("a connector less is one line: %+v", r.Differences)
	}
}

// TestTwoOfAName keeps rules of one name apart.
func TestTwoOfAName(t *testing.T) {
	base := comparetest.Small(70)
	for _, n := range []int{64, 66, 68} { // one connector
		base = base.Edit(comparetest.Rule(n), "<name>Custom", "<name>Same Custom")
	}
	for n := 62; n < 70; n++ {
		text := base[comparetest.Rule(n)]
		begin, end := strings.Index(text, "<name>"), strings.Index(text, "</name>")
		base[comparetest.Rule(n)] = text[:begin] + "<name>Twin" + text[end:]
	}
	if r := between(t, base, otherIDs(base)); len(r.Differences) != 0 {
		t.Errorf("%+v", r.Differences[0])
	}
	one := otherIDs(base).Edit(strings.Replace(comparetest.Rule(66), "3c000000-7b1d", "9f000000-1111", 1), "User_", "X_")
	r := between(t, base, one)
	if len(r.Differences) != 1 || r.Differences[0].Title != "Scope" {
		t.Errorf("%+v", r.Differences)
	}
}

// TestRealisticPair finds the faults among what is normal, worst first.
func TestRealisticPair(t *testing.T) {
	base := comparetest.Small(comparetest.DefaultRules)
	other := base.Clone()
	for _, e := range append(normal(),
		edit{doc: comparetest.Directory, old: "<enabled>1<", text: "<enabled>0<"},
		edit{doc: comparetest.Directory, old: "<inclusion>OU=Partners,DC=example,DC=test</inclusion>"},
		edit{doc: comparetest.Rule(7), old: "<disabled>False", text: "<disabled>True"}) {
		if e.old == "" {
			continue
		}
		if other = other.Edit(e.doc, e.old, e.text); other == nil {
			t.Fatalf("%s changes nothing", e.name)
		}
	}
	r := between(t, base, other)
	if r.Counts.Dangerous != 3 || r.Counts.Attention != 0 || r.Counts.Expected < 15 {
		t.Fatalf("%+v: %+v", r.Counts, r.Differences)
	}
	for i, d := range r.Differences {
		if (i < 3) != (d.Severity == compare.Dangerous) {
			t.Errorf("line %d is %s", i, d.Severity)
		}
	}
	if len(r.Notes) != 0 {
		t.Errorf("notes %v", r.Notes)
	}
}

func TestReadForms(t *testing.T) {
	base := comparetest.Small(3)
	wide := fstest.MapFS{}
	for name, text := range base {
		var data []byte
		for _, u := range utf16.Encode([]rune("\ufeff" + text)) {
			data = binary.LittleEndian.AppendUint16(data, u)
		}
		folder, file, _ := strings.Cut(name, "/")
		wide["Exported-ServerConfiguration-1/"+strings.ToLower(folder)+"/"+file] = &fstest.MapFile{Data: data}
	}
	wide["Exported-ServerConfiguration-1/PersistedState.xml"] = &fstest.MapFile{Data: []byte("<x/>")}
	a, err := Read(t.Context(), wide, "wide")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "export.zip")
	writeZip(t, file, base)
	b, err := Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	if r := compare.Compare(a, b, time.Now()); len(r.Differences) != 0 {
		t.Errorf("%+v", r.Differences[0])
	}
}

func writeZip(t *testing.T, name string, d comparetest.Documents) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	for doc, text := range d {
		w, err := z.Create("ADSyncExport/" + doc)
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(z.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestRefused(t *testing.T) {
	base := comparetest.Small(3)
	without := func(names ...string) comparetest.Documents {
		d := base.Clone()
		for _, n := range names {
			delete(d, n)
		}
		return d
	}
	twice := base.Clone()
	for name, text := range base {
		twice["copy/"+name], twice["copy2/"+name] = text, text
		delete(twice, name)
	}
	for _, c := range []struct {
		name string
		d    comparetest.Documents
		code problem.Code
		part string
	}{
		{"cut off", base.Edit(comparetest.Rule(1), "</synchronizationRule>", ""), compare.CodeDamaged, "SynchronizationRule_"},
		{"no XML", base.Edit(comparetest.Directory, "<ma-data>", "ma-data"), compare.CodeDamaged, "Connector_"},
		{"something else", base.Edit(comparetest.Rule(1), "synchronizationRule>", "other>").Edit(comparetest.Rule(1), "/synchronizationRule>", "/other>"), compare.CodeDamaged, "other"},
		{"precedence", base.Edit(comparetest.Rule(1), "<precedence>101", "<precedence>high"), compare.CodeDamaged, "high"},
		{"no globals", without(comparetest.Globals), compare.CodeIncomplete, "MV.xml"},
		{"no rules", without(comparetest.Rule(0), comparetest.Rule(1), comparetest.Rule(2)), compare.CodeIncomplete, "rules"},
		{"no connectors", without(comparetest.Directory, comparetest.Cloud), compare.CodeIncomplete, "connectors"},
		{"nothing", comparetest.Documents{"readme.txt": "x"}, CodeNoExport, "holds no"},
		{"two of them", twice, CodeSeveral, "copy2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Read(t.Context(), c.d.FS(), "x")
			p := problem.As(err)
			if p == nil || p.Code != c.code || !strings.Contains(p.What+p.Why+p.Detail, c.part) || p.Fix == "" {
				t.Errorf("%v: %+v", err, p)
			}
		})
	}
	if _, err := Open(t.Context(), filepath.Join(t.TempDir(), "nowhere")); problem.As(err) == nil || problem.As(err).Code != CodeNotThere {
		t.Errorf("%v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := Read(ctx, base.FS(), "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestNotes(t *testing.T) {
	base := comparetest.Small(3)
	r := between(t, base, base)
	if !slices.ContainsFunc(r.Notes, func(n string) bool { return strings.Contains(n, "same moment") }) ||
		!slices.ContainsFunc(r.Notes, func(n string) bool { return strings.Contains(n, "Neither server") }) {
		t.Errorf("notes %q", r.Notes)
	}
	lone := base.Clone()
	delete(lone, comparetest.Directory)
	if r := between(t, base, lone); !slices.ContainsFunc(r.Notes, func(n string) bool { return strings.Contains(n, "not in b") }) {
		t.Errorf("notes %q", r.Notes)
	}
}

// TestNoSecret looks for the sealed values of an export everywhere in a report.
func TestNoSecret(t *testing.T) {
	base := comparetest.Small(3)
	other := base.Edit(comparetest.Directory, ">c2VhbGVk</parameter>", ">b3RoZXI=</parameter><parameter name=\"ProxyPassword\" type=\"string\">hunter2</parameter>")
	other = other.Edit(comparetest.Cloud, "<encrypted-attributes />", "<encrypted-attributes><attribute name=\"x\">c2VjcmV0</attribute></encrypted-attributes>")
	r := between(t, base, other)
	var text, page, data strings.Builder
	if err := errors.Join(compare.WriteText(&text, r), compare.WriteHTML(&page, r), compare.WriteJSON(&data, r)); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"c2VhbGVk", "b3RoZXI=", "hunter2", "c2VjcmV0", "YW5vdGhlcg=="} {
		if strings.Contains(text.String()+page.String()+data.String(), secret) {
			t.Errorf("%q is in the report", secret)
		}
	}
	if !strings.Contains(text.String(), "ProxyPassword") {
		t.Error("a new parameter is not told")
	}
}

// FuzzRead takes any bytes for a document of an export: it is read or refused with
// a problem that names the file, and compares with itself without a difference.
func FuzzRead(f *testing.F) {
	const (
		globals   = "<mv-data><parameter-values><parameter name='a'>1</parameter></parameter-values></mv-data>"
		connector = "<ma-data><id>{" + comparetest.ADConnector + "}</id><name>a.test</name></ma-data>"
	)
	small := comparetest.Small(1)
	f.Add([]byte(small[comparetest.Rule(0)]))
	f.Add([]byte(small[comparetest.Cloud][:4000]))
	f.Add([]byte(globals))
	f.Add([]byte(strings.Replace(connector, "ADC", "", 1)))
	f.Fuzz(func(t *testing.T, data []byte) {
		read := func() (*compare.Config, error) {
			files := comparetest.Documents{
				comparetest.Globals: globals, comparetest.Directory: connector, comparetest.Rule(0): small[comparetest.Rule(0)],
				"Connectors/fuzz.xml": string(data),
			}
			return Read(t.Context(), files.FS(), "x")
		}
		a, err := read()
		if err != nil {
			if p := problem.As(err); p == nil || !strings.Contains(p.What, ".xml") {
				t.Errorf("%v", err)
			}
			return
		}
		b, err := read()
		if err != nil {
			t.Fatal(err)
		}
		if r := compare.Compare(a, b, time.Now()); len(r.Differences) != 0 {
			t.Errorf("compared with itself: %+v", r.Differences[0])
		}
	})
}

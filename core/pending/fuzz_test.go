package pending

import (
	"strings"
	"testing"
	"time"
)

// FuzzNames takes any texts for what a row of the connector space holds: nothing
// that is written into a spreadsheet begins as a formula, and each code has words.
func FuzzNames(f *testing.F) {
	f.Add(`CN=a\,b`, "OU=x", "cd-error")
	f.Add("=HYPERLINK(1)", " -1", "8202")
	f.Add("User_5a2f6b1e-0c4d-4a86-9f3b-7d1e2c3b4a50", "{5a2f6b1e-0c4d-4a86-9f3b-7d1e2c3b4a50}", "-9223372036854775808")
	f.Add("AAECAwQFBgcICQoLDA0ODw==", "=", "")
	f.Add("\ufeff=1", "%_[\\", "InvalidSoftMatch")
	f.Fuzz(func(t *testing.T, rdn, parent, code string) {
		r := &Reader{tree: map[string]node{parent: {rdn, parent}, rdn: {parent, parent}}}
		dn := r.dn(rdn, parent) // a container in itself
		if strings.Count(dn, ",") > (maxDepth+1)*(1+strings.Count(rdn, ",")+strings.Count(parent, ",")) {
			t.Errorf("%q and %q make %q", rdn, parent, dn)
		}
		for _, cell := range r.record(Row{Name: rdn, DN: dn, Error: code, Sign: parent, Since: time.Unix(1, 0)}) {
			if c := strings.TrimLeft(cell, " \ufeff"); c != "" && strings.ContainsAny(c[:1], "=+-@\t\r\n") {
				t.Errorf("a cell %q", cell)
			}
		}
		if first := FirstComponent(dn); !strings.HasPrefix(dn, first) {
			t.Errorf("%q begins with %q", dn, first)
		}
		for _, imported := range []bool{false, true} {
			if m := MeaningOf(code, imported); m.What == "" || m.Fix == "" {
				t.Errorf("%q: %+v", code, m)
			}
		}
		for _, a := range anchors(rdn) {
			if len(a) < 4+16 {
				t.Errorf("%q has the anchor %x", rdn, a)
			}
		}
		if parts := rdnParts(rdn); len(parts) == 0 || len(escapeLike(rdn)) < len(rdn) {
			t.Errorf("%q: %q", rdn, parts)
		}
	})
}

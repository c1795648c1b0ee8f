package descriptor

import (
	"bytes"
	_ "embed"
	"encoding/hex"
	"strconv"
	"strings"
	"testing"
)

//go:embed testdata/windows.txt
var windowsMade string

// windowsVector is a line of testdata/windows.txt.
type windowsVector struct {
	name       string
	sacl, dacl int // entries; -1 for no such list
	owner      uint32
	bytes      []byte
}

func windowsVectors(tb testing.TB) []windowsVector {
	tb.Helper()
	var out []windowsVector
	number := func(s string) int {
		n, err := strconv.Atoi(s)
		if s == "-" {
			return -1
		}
		if err != nil {
			tb.Fatal(err)
		}
		return n
	}
	for line := range strings.Lines(windowsMade) {
		f := strings.Fields(line)
		if len(f) == 0 || strings.HasPrefix(line, "#") {
			continue
		}
		if len(f) != 5 {
			tb.Fatalf("a line with %d fields", len(f))
		}
		b, err := hex.DecodeString(f[4])
		if err != nil {
			tb.Fatal(err)
		}
		out = append(out, windowsVector{name: f[0], sacl: number(f[1]), dacl: number(f[2]), owner: uint32(number(f[3])), bytes: b})
	}
	if len(out) < 8 {
		tb.Fatalf("only %d descriptors", len(out))
	}
	return out
}

// TestWindowsDescriptors reads what Windows made and writes it byte for byte; an entry
// that is added goes before the inherited ones, and with it taken away all is as before.
func TestWindowsDescriptors(t *testing.T) {
	for _, v := range windowsVectors(t) {
		d, err := Parse(v.bytes)
		if err != nil {
			t.Errorf("%s: %v", v.name, err)
			continue
		}
		if out, err := d.Bytes(); err != nil || !bytes.Equal(out, v.bytes) {
			t.Errorf("%s came out as %x, %v", v.name, out, err)
		}
		if length(d.SACL) != v.sacl || length(d.DACL) != v.dacl || d.Owner.Last() != v.owner {
			t.Errorf("%s: %d audit entries, %d entries, owner %s", v.name, length(d.SACL), length(d.DACL), d.Owner)
		}
		entry := NewAllow(sid(t, someone), ControlAccess, 0, changes, GUID{})
		if !d.DACL.Add(entry) || d.DACL.Add(entry) {
			t.Errorf("%s: the entry was not added, or twice", v.name)
		}
		inherited := false
		for _, a := range d.DACL.ACEs {
			if a.Flags&Inherited != 0 {
				inherited = true
			} else if inherited {
				t.Errorf("%s: an entry stands behind inherited ones", v.name)
			}
		}
		written, err := d.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		back, err := Parse(written)
		if err != nil || !back.DACL.Has(entry) || length(back.DACL) != v.dacl+1 || length(back.SACL) != v.sacl {
			t.Errorf("%s with the entry: %v", v.name, err)
			continue
		}
		if !back.DACL.Remove(entry) || length(back.DACL) != v.dacl {
			t.Errorf("%s: the entry was not taken away", v.name)
		}
	}
}

func length(l *ACL) int {
	if l == nil {
		return -1
	}
	return len(l.ACEs)
}

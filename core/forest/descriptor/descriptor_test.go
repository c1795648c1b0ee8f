package descriptor

import (
	"bytes"
	"encoding/binary"
	"testing"
)

const someone = "S-1-5-21-1004336348-1177238915-682003330-1105"

func sid(t testing.TB, text string) SID {
	t.Helper()
	s, err := ParseSID(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var (
	user    = MustGUID("bf967aba-0de6-11d0-a285-00aa003049e2")
	changes = MustGUID("1131f6aa-9c07-11d1-f79f-00c04fc2dcd2")
	all     = MustGUID("1131f6ad-9c07-11d1-f79f-00c04fc2dcd2")
)

// windows builds a descriptor as Windows lays it out: SACL, DACL, owner, group,
// with a list that has slack and an entry of an unknown kind.
func windows(t testing.TB) []byte {
	t.Helper()
	me := sid(t, someone)
	callback := []byte{0x09, 0x02, 20, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0}
	dacl := &ACL{revision: 4, pad2: 7, slack: []byte{0, 0, 0, 0}, ACEs: []ACE{
		NewAllow(me, ControlAccess, 0, changes, GUID{}),
		{Type: 9, Flags: 2, raw: callback},
		NewAllow(LocalSystem, FullControl, ContainerInherit|Inherited, GUID{}, GUID{}),
	}}
	sacl := &ACL{revision: 2, ACEs: []ACE{{Type: 2, Flags: 0xC0, raw: []byte{2, 0xC0, 20, 0, 0x28, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0}}}}
	d := &Descriptor{
		Control: 0x8C14, revision: 1, Owner: Administrators, Group: me, SACL: sacl, DACL: dacl,
		order: []int{partSACL, partDACL, partOwner, partGroup},
	}
	b, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func samba(t testing.TB) []byte {
	t.Helper()
	d := New(DACLProtected, NewAllow(LocalSystem, FullControl, 0, GUID{}, GUID{}), NewAllow(AuthenticatedUsers, ReadProperty, ContainerInherit, GUID{}, user))
	d.Owner, d.Group = Administrators, Administrators
	d.order = []int{partOwner, partGroup, partDACL}
	b, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRoundTrip(t *testing.T) {
	for name, in := range map[string][]byte{"windows": windows(t), "samba": samba(t)} {
		d, err := Parse(in)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out, err := d.Bytes()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !bytes.Equal(in, out) {
			t.Errorf("%s: came out as\n% x, not\n% x", name, out, in)
		}
	}
}

func TestAddChangesNothingElse(t *testing.T) {
	in := windows(t)
	d, err := Parse(in)
	if err != nil {
		t.Fatal(err)
	}
	me := sid(t, someone)
	if d.DACL.Add(NewAllow(me, ControlAccess, 0, changes, GUID{})) {
		t.Error("an entry that is there was added again")
	}
	added := NewAllow(me, ControlAccess, 0, all, GUID{})
	if !d.DACL.Add(added) {
		t.Fatal("the entry was not added")
	}
	if got := d.DACL.ACEs[2]; !got.Same(added) || !d.DACL.ACEs[3].IsInherited() {
		t.Errorf("the entry stands at the wrong place: %+v", d.DACL.ACEs)
	}
	longer, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	back, err := Parse(longer)
	if err != nil {
		t.Fatal(err)
	}
	if back.Owner != Administrators || back.Group != me || len(back.DACL.ACEs) != 4 {
		t.Errorf("reading back gives %+v", back)
	}
	if !back.DACL.Remove(added) || back.DACL.Remove(added) {
		t.Error("the entry is to be removed once")
	}
	out, err := back.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(in, out) {
		t.Error("adding and removing an entry is not as if nothing was done")
	}
	if n := back.DACL.RemoveOf(me); n != 1 || len(back.DACL.ACEs) != 2 {
		t.Errorf("%d entries of the account were removed, %d are left", n, len(back.DACL.ACEs))
	}
}

func TestRevisionRisesWithAnObjectEntry(t *testing.T) {
	d := New(0, NewAllow(LocalSystem, FullControl, 0, GUID{}, GUID{}))
	d.DACL.Add(NewAllow(Administrators, ControlAccess, 0, changes, GUID{}))
	b, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if b[20] != revisionObject {
		t.Errorf("the list's revision is %d", b[20])
	}
}

func TestDamaged(t *testing.T) {
	good := windows(t)
	for n := range len(good) {
		if _, err := Parse(good[:n]); err == nil && n < len(good)-1 {
			t.Errorf("%d of %d bytes were taken for a whole descriptor", n, len(good))
		}
	}
	overlap := bytes.Clone(good)
	binary.LittleEndian.PutUint32(overlap[4:], 21)
	if _, err := Parse(overlap); err == nil {
		t.Error("overlapping parts were accepted")
	}
	if _, err := (&ACL{slack: make([]byte, 70000)}).bytes(); err == nil {
		t.Error("a list of more than 64 KiB was written")
	}
}

func TestSID(t *testing.T) {
	for _, text := range []string{"S-1-1-0", "S-1-5-18", "S-1-5-32-544", someone, "S-1-16-12288", "S-1-0x123456789abc-7"} {
		s := sid(t, text)
		if got := s.String(); got != text {
			t.Errorf("%s became %s", text, got)
		}
		if again, err := SIDFromBytes([]byte(s)); err != nil || again != s {
			t.Errorf("%s: %v %v", text, again, err)
		}
	}
	for _, text := range []string{"", "S-1", "T-1-5-18", "S-1-5-x", "S-1-5-4294967296", "S-x-5"} {
		if s, err := ParseSID(text); err == nil {
			t.Errorf("%q was read as %s", text, s)
		}
	}
	domain := sid(t, someone).Domain()
	if got := domain.String(); got != "S-1-5-21-1004336348-1177238915-682003330" {
		t.Errorf("the domain is %s", got)
	}
	if got := domain.Relative(1105).String(); got != someone {
		t.Errorf("relative gives %s", got)
	}
	if sid(t, "S-1-5").Domain() != "" || SID("").Domain() != "" || SID("").Relative(1) != "" || SID("x").String() != "" {
		t.Error("something was made of nothing")
	}
	for want, s := range map[string]SID{"S-1-1-0": Everyone, "S-1-5-11": AuthenticatedUsers, "S-1-5-9": EnterpriseDCs, "S-1-5-18": LocalSystem, "S-1-5-32-544": Administrators, "S-1-5-32-554": PreWindows2000} {
		if s.String() != want {
			t.Errorf("%s is %s", want, s)
		}
	}
}

func TestGUID(t *testing.T) {
	const text = "1131f6aa-9c07-11d1-f79f-00c04fc2dcd2"
	g, err := ParseGUID("{" + text + "}")
	if err != nil || g.String() != text || g[0] != 0xaa {
		t.Errorf("%s %v % x", g, err, g[:])
	}
	for _, bad := range []string{"", "1131f6aa9c0711d1f79f00c04fc2dcd2", "1131f6aa-9c07-11d1-f79f-00c04fc2dcdx"} {
		if _, err := ParseGUID(bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
	if _, err := GUIDFromBytes([]byte{1}); err == nil {
		t.Error("one byte is no GUID")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(windows(f))
	f.Add(samba(f))
	for _, v := range windowsVectors(f) {
		f.Add(v.bytes)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		d, err := Parse(in)
		if err != nil {
			return
		}
		out, err := d.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(in, out) {
			t.Fatalf("% x came out as % x", in, out)
		}
		if d.DACL == nil {
			return
		}
		a := NewAllow(LocalSystem, ControlAccess, 0, all, user)
		if d.DACL.Add(a) && !d.DACL.Has(a) {
			t.Fatal("what was added is not there")
		}
		d.DACL.Grants(Token{LocalSystem: true}, Question{Mask: ControlAccess, Object: all})
	})
}

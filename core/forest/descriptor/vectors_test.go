package descriptor

import (
	"bytes"
	"encoding/hex"
	"slices"
	"testing"
)

// published is the example of MS-DTYP 2.5.1.4 (learn.microsoft.com/openspecs/windows_protocols/ms-dtyp):
// O:BAG:BAD:P(A;CIOI;GRGX;;;BU)(A;CIOI;GA;;;BA)(A;CIOI;GA;;;SY)(A;CIOI;GA;;;CO)S:P(AU;FA;GR;;;WD).
// Its SACL comes first and its owner last, as Windows lays them out.
const published = "010014b090000000a0000000140000003000000002001c00010000000280140000000080010100000000000100000000" +
	"02006000040000000003180000000" + "0a00102000000000005200000002102000000031800000000100102000000000005200000002002000" +
	"0000314000000001001010000000000051200000000031400000000100101000000000003000000000102000000000005200000002002000" +
	"001020000000000052000000020020000"

// TestPublishedDescriptor reads Microsoft's example and writes it byte for byte.
func TestPublishedDescriptor(t *testing.T) {
	in, err := hex.DecodeString(published)
	if err != nil {
		t.Fatal(err)
	}
	if len(in) != 176 {
		t.Fatalf("the example has %d bytes", len(in))
	}
	d, err := Parse(in)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := d.Bytes(); err != nil || !bytes.Equal(in, out) {
		t.Errorf("it came out as\n%x, not\n%x, %v", out, in, err)
	}
	const users, creator = "S-1-5-32-545", "S-1-3-0"
	const inherit = 0x01 | ContainerInherit // OI, CI
	want := []struct {
		who  string
		mask uint32
	}{{users, GenericRead | GenericRun}, {"S-1-5-32-544", GenericAll}, {"S-1-5-18", GenericAll}, {creator, GenericAll}}
	if d.Control != 0xB014 || d.Control&DACLProtected == 0 || d.Owner != Administrators || d.Group != Administrators || len(d.DACL.ACEs) != len(want) {
		t.Fatalf("read as %+v", d)
	}
	for i, w := range want {
		if a := d.DACL.ACEs[i]; a.Type != Allow || a.Flags != inherit || a.Mask != w.mask || a.SID != sid(t, w.who) {
			t.Errorf("entry %d is %+v", i, a)
		}
	}
	if s := d.SACL.ACEs; len(s) != 1 || s[0].Type != 2 || s[0].Flags != 0x80 {
		t.Errorf("the audit entries are %+v", s)
	}
	if !slices.Equal(d.order, []int{partSACL, partDACL, partOwner, partGroup}) {
		t.Errorf("the parts lie as %v", d.order)
	}
	// An entry more, and the same one less, leaves what was there.
	entry := NewAllow(sid(t, someone), ControlAccess, 0, changes, GUID{})
	if !d.DACL.Add(entry) || !d.DACL.Remove(entry) {
		t.Fatal("the entry was not added and removed")
	}
	out, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	back, err := Parse(out)
	if err != nil || back.Owner != d.Owner || len(back.DACL.ACEs) != len(want) {
		t.Errorf("afterwards %x, %v", out, err)
	}
}

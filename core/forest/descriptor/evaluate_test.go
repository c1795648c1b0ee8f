package descriptor

import "testing"

func TestGrants(t *testing.T) {
	me, group := sid(t, someone), Administrators
	group2 := AuthenticatedUsers
	set, attr, other := MustGUID("4c164200-20c0-11d0-a768-00aa006e0529"), MustGUID("bf967a0a-0de6-11d0-a285-00aa003049e2"), MustGUID("28630ebf-41d5-11d1-a9c1-0000f80367c1")
	deny := func(s SID, mask uint32, flags byte, object GUID) ACE {
		a := NewAllow(s, mask, flags, object, GUID{})
		a.Type++
		return a
	}
	onHead := Question{Mask: ControlAccess, Object: changes}
	write := Question{Mask: WriteProperty, Object: attr, Set: set, Class: user, Below: true}
	read := Question{Mask: ReadProperty | WriteProperty, Class: user, Below: true}
	const below = ContainerInherit | InheritOnly
	for name, c := range map[string]struct {
		aces []ACE
		q    Question
		want bool
	}{
		"nothing":                    {nil, onHead, false},
		"the right itself":           {[]ACE{NewAllow(me, ControlAccess, 0, changes, GUID{})}, onHead, true},
		"another right":              {[]ACE{NewAllow(me, ControlAccess, 0, all, GUID{})}, onHead, false},
		"all rights":                 {[]ACE{NewAllow(me, ControlAccess, 0, GUID{}, GUID{})}, onHead, true},
		"full control of a group":    {[]ACE{NewAllow(group, FullControl, 0, GUID{}, GUID{})}, onHead, true},
		"generic all":                {[]ACE{NewAllow(group, GenericAll, 0, GUID{}, GUID{})}, onHead, true},
		"somebody else":              {[]ACE{NewAllow(LocalSystem, FullControl, 0, GUID{}, GUID{})}, onHead, false},
		"inherit only":               {[]ACE{NewAllow(me, ControlAccess, below, changes, GUID{})}, onHead, false},
		"for another class":          {[]ACE{NewAllow(me, ControlAccess, ContainerInherit, changes, user)}, onHead, false},
		"denied first":               {[]ACE{deny(group, ControlAccess, 0, changes), NewAllow(me, ControlAccess, 0, changes, GUID{})}, onHead, false},
		"denied after":               {[]ACE{NewAllow(me, ControlAccess, 0, changes, GUID{}), deny(group, ControlAccess, 0, changes)}, onHead, true},
		"another right denied":       {[]ACE{deny(me, ControlAccess, 0, all), NewAllow(me, ControlAccess, 0, changes, GUID{})}, onHead, true},
		"attribute":                  {[]ACE{NewAllow(me, WriteProperty, below, attr, user)}, write, true},
		"attribute of any class":     {[]ACE{NewAllow(me, WriteProperty, below, attr, GUID{})}, write, true},
		"its property set":           {[]ACE{NewAllow(me, WriteProperty, below, set, user)}, write, true},
		"another attribute":          {[]ACE{NewAllow(me, WriteProperty, below, other, user)}, write, false},
		"not inherited":              {[]ACE{NewAllow(me, WriteProperty, 0, attr, GUID{})}, write, false},
		"children only":              {[]ACE{NewAllow(me, WriteProperty, below|NoPropagate, attr, user)}, write, false},
		"two entries together":       {[]ACE{NewAllow(me, ReadProperty, below, GUID{}, user), NewAllow(group2, WriteProperty, below, GUID{}, user)}, read, true},
		"half":                       {[]ACE{NewAllow(me, ReadProperty, below, GUID{}, user)}, read, false},
		"one attribute is not all":   {[]ACE{NewAllow(me, ReadProperty|WriteProperty, below, attr, user)}, read, false},
		"one denied of all":          {[]ACE{deny(me, ReadProperty, below, attr), NewAllow(me, ReadProperty|WriteProperty, below, GUID{}, user)}, read, true},
		"generic read and write":     {[]ACE{NewAllow(me, GenericRead|GenericWrite, below, GUID{}, GUID{})}, read, true},
		"generic execute":            {[]ACE{NewAllow(me, GenericRun, below, GUID{}, GUID{})}, read, false},
		"an entry of a kind unknown": {[]ACE{{Type: 9, SID: me, Mask: FullControl}}, onHead, false},
	} {
		l := &ACL{ACEs: c.aces}
		if got := l.Grants(Token{me: true, group: true, group2: true}, c.q); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if !(*ACL)(nil).Grants(Token{}, onHead) {
		t.Error("no list at all allows everything")
	}
}

func TestParseDACL(t *testing.T) {
	l, err := ParseDACL("D:(A;;RPWPCRCCDCLCLORCWOWDSDDTSW;;;DA)(A;CIIO;RPLCLORC;;;AU)(OA;;CR;ab721a53-1e2f-11d0-9819-00aa0040529b;;WD)" +
		"(OA;;RP;;bf967aba-0de6-11d0-a285-00aa003049e2;" + someone + ")(A;;0x20;;;BA)(XA;;RP;;;AU)S:(AU;SA;WP;;;WD)")
	if err != nil {
		t.Fatal(err)
	}
	want := []ACE{
		NewAllow(AuthenticatedUsers, ReadProperty|List|ListObject|ReadControl, ContainerInherit|InheritOnly, GUID{}, GUID{}),
		NewAllow(Everyone, ControlAccess, 0, MustGUID("ab721a53-1e2f-11d0-9819-00aa0040529b"), GUID{}),
		NewAllow(sid(t, someone), ReadProperty, 0, GUID{}, user),
		NewAllow(Administrators, WriteProperty, 0, GUID{}, GUID{}),
	}
	if len(l.ACEs) != len(want) {
		t.Fatalf("%d entries: %+v", len(l.ACEs), l.ACEs)
	}
	for i, w := range want {
		if !l.ACEs[i].Same(w) {
			t.Errorf("entry %d: %+v", i, l.ACEs[i])
		}
	}
	for _, bad := range []string{"", "O:BA", "D:(A;;RP;;;AU", "D:(A;;RP)", "D:(A;;QQ;;;AU)", "D:(A;;RPW;;;AU)", "D:(A;;0xZZ;;;AU)", "D:(OA;;RP;x;;AU)"} {
		if _, err := ParseDACL(bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

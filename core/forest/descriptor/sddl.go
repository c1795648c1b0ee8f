package descriptor

import (
	"fmt"
	"strconv"
	"strings"
)

// ParseDACL reads the DACL out of a descriptor in text form (SDDL, MS-DTYP
// 2.5.1), as the schema holds the one that new objects of a class start with.
// Entries whose account or kind is not known here, for example those of the
// domain's own groups, are left out: they are about somebody else than the
// accounts asked for here.
func ParseDACL(sddl string) (*ACL, error) {
	_, text, ok := strings.Cut(sddl, "D:")
	if !ok {
		return nil, fmt.Errorf("no DACL in %q", sddl)
	}
	if i := strings.Index(text, "S:"); i >= 0 {
		text = text[:i]
	}
	l := &ACL{revision: revisionPlain}
	for {
		_, rest, found := strings.Cut(text, "(")
		if !found {
			return l, nil
		}
		one, after, closed := strings.Cut(rest, ")")
		if !closed {
			return nil, fmt.Errorf("an entry without end in %q", sddl)
		}
		text = after
		a, known, err := parseText(one)
		if err != nil {
			return nil, err
		}
		if known {
			l.ACEs = append(l.ACEs, a)
		}
	}
}

var textTypes = map[string]byte{"A": Allow, "D": Deny, "OA": AllowObject, "OD": DenyObject}

var textFlags = map[string]byte{
	"CI": ContainerInherit, "NP": NoPropagate, "IO": InheritOnly, "ID": Inherited, "OI": 0x01,
}

var textRights = map[string]uint32{
	"CC": CreateChild, "DC": DeleteChild, "LC": List, "SW": 0x8, "RP": ReadProperty, "WP": WriteProperty,
	"DT": DeleteTree, "LO": ListObject, "CR": ControlAccess, "SD": Delete, "RC": ReadControl, "WD": WriteDAC,
	"WO": WriteOwner, "GA": GenericAll, "GX": GenericRun, "GW": GenericWrite, "GR": GenericRead,
}

var textSIDs = map[string]SID{
	"WD": Everyone, "AU": AuthenticatedUsers, "ED": EnterpriseDCs, "SY": LocalSystem,
	"BA": Administrators, "RU": PreWindows2000,
}

// parseText reads type;flags;rights;object;inherited object;account.
func parseText(text string) (a ACE, known bool, err error) {
	f := strings.Split(text, ";")
	if len(f) < 6 {
		return a, false, fmt.Errorf("an entry of %d parts: %q", len(f), text)
	}
	kind, ok := textTypes[strings.TrimSpace(f[0])]
	if !ok {
		return a, false, nil
	}
	a = ACE{Type: kind, Known: true}
	for s := strings.TrimSpace(f[1]); len(s) >= 2; s = s[2:] {
		a.Flags |= textFlags[s[:2]]
	}
	if a.Mask, err = parseRights(strings.TrimSpace(f[2])); err != nil {
		return a, false, err
	}
	for i, to := range []*GUID{&a.Object, &a.Inherited} {
		if g := strings.TrimSpace(f[3+i]); g != "" {
			if *to, err = ParseGUID(g); err != nil {
				return a, false, err
			}
		}
	}
	who := strings.TrimSpace(f[5])
	if a.SID, ok = textSIDs[who]; !ok {
		if a.SID, err = ParseSID(who); err != nil {
			return a, false, nil //nolint:nilerr // a name of two letters that is not about us
		}
	}
	return a, true, nil
}

func parseRights(s string) (uint32, error) {
	if strings.HasPrefix(s, "0x") || strings.HasPrefix(s, "0X") {
		n, err := strconv.ParseUint(s[2:], 16, 32)
		if err != nil {
			return 0, fmt.Errorf("rights %q: %w", s, err)
		}
		return uint32(n), nil
	}
	var mask uint32
	for ; len(s) >= 2; s = s[2:] {
		bit, ok := textRights[s[:2]]
		if !ok {
			return 0, fmt.Errorf("rights %q are not known", s)
		}
		mask |= bit
	}
	if s != "" {
		return 0, fmt.Errorf("rights end in %q", s)
	}
	return mask, nil
}

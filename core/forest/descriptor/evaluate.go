package descriptor

// Question asks whether a right is had: on the object that carries the list
// itself, or, if Below is set, on the objects of a class beneath it, which
// inherit from it.
type Question struct {
	Mask   uint32
	Object GUID // attribute, extended right or class that the right is about; zero for all of them
	Set    GUID // the property set that Object belongs to, if any
	Class  GUID // the class of the object that is asked about
	Below  bool
}

// Token is the set of SIDs of somebody who signed in.
type Token map[SID]bool

// Grants tells whether the list allows the question to the token, as a domain
// controller decides it (MS-ADTS 5.1.3.3): entries in their order, a deny ends it,
// an allow clears what it allows. For objects below, the entries are those that
// these inherit, so an object which blocks inheritance is not told of. An entry
// that denies one attribute does not count against all attributes together.
// A missing list (nil) allows everything, as Windows has it.
func (l *ACL) Grants(t Token, q Question) bool {
	if l == nil {
		return true
	}
	left := Expand(q.Mask)
	for _, a := range l.ACEs {
		if !a.Known || !t[a.SID] || !a.reaches(q) {
			continue
		}
		mask := Expand(a.Mask)
		switch a.Type {
		case Allow, AllowObject:
			if a.covers(q) {
				left &^= mask
			}
		case Deny, DenyObject:
			if a.covers(q) && left&mask != 0 {
				return false
			}
		}
		if left == 0 {
			return true
		}
	}
	return false
}

// reaches tells whether the entry counts for the object that is asked about.
func (a ACE) reaches(q Question) bool {
	if a.Inherited != (GUID{}) && a.Inherited != q.Class {
		return false
	}
	if !q.Below {
		return a.Flags&InheritOnly == 0
	}
	return a.Flags&ContainerInherit != 0 && a.Flags&NoPropagate == 0
}

// covers tells whether the entry is about what is asked: about everything, or
// about the very attribute, right or class, or about the attribute's property set.
func (a ACE) covers(q Question) bool {
	if !a.IsObject() || a.Object == (GUID{}) || a.Object == q.Object {
		return true
	}
	return q.Set != (GUID{}) && a.Object == q.Set
}

// Expand turns generic rights into what they mean in a directory (MS-ADTS 5.1.3.2).
func Expand(mask uint32) uint32 {
	for _, g := range []struct{ bit, means uint32 }{
		{GenericAll, FullControl},
		{GenericRead, ReadControl | List | ReadProperty | ListObject},
		{GenericWrite, ReadControl | WriteProperty | 0x8}, // 0x8: validated writes
		{GenericRun, ReadControl | List},
	} {
		if mask&g.bit != 0 {
			mask = mask&^g.bit | g.means
		}
	}
	return mask
}

package local

import (
	"maps"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// Ours remembers what Install itself made or gave, so that undo takes away that and
// nothing else. Each mark is kept before the change is made and only where the thing
// was seen to be missing: what somebody else makes in the meantime carries none.
type Ours struct {
	marks map[string]bool
	keep  func(map[string]bool) error
}

// NewOurs goes on with the marks of an earlier run. keep writes them to disk; undo
// needs none.
func NewOurs(marks map[string]bool, keep func(map[string]bool) error) *Ours {
	return &Ours{marks: maps.Clone(marks), keep: keep}
}

// mine tells whether a thing carries a mark.
func (o *Ours) mine(thing string) bool { return o.marks[thing] }

// take marks a thing that is about to be made.
func (o *Ours) take(thing string) error {
	if o.marks[thing] {
		return nil
	}
	if o.marks == nil {
		o.marks = map[string]bool{}
	}
	o.marks[thing] = true
	return o.keep(maps.Clone(o.marks))
}

// The things that can be ours.
const (
	ourMember = "member"
	ourSource = "event source"
	ourMenu   = "start menu"
)

func ourGroup(name string) string  { return "group " + strings.ToLower(name) }
func ourRight(right string) string { return "right " + right }

// leftovers collects what undo could not put back. Undo goes on past each.
type leftovers struct {
	what, why, fix []string
	errs           []error
}

// failed notes what did not work, and how to do it by hand.
func (l *leftovers) failed(what string, err error, byHand string) {
	if err == nil {
		return
	}
	l.errs = append(l.errs, err)
	l.add(what, sentence("Windows says: "+reason(err)), byHand)
}

// others notes what somebody else has changed since, and is therefore left.
func (l *leftovers) others(what, byHand string) { l.add(what, "", byHand) }

func (l *leftovers) add(what, why, byHand string) {
	l.what, l.fix = append(l.what, what), append(l.fix, byHand)
	if why != "" {
		l.why = append(l.why, why)
	}
}

// problem gives one problem that names everything, nil for nothing left.
func (l *leftovers) problem() error {
	if len(l.what) == 0 {
		return nil
	}
	return &problem.Problem{
		Code: CodeLeft, What: strings.Join(l.what, " "), Why: strings.Join(l.why, " "), Fix: strings.Join(l.fix, " "),
		Cause: firstOf(l.errs),
	}
}

func firstOf(errs []error) error {
	if len(errs) == 0 {
		return nil
	}
	return errs[0]
}

// reason is what an error says, without the advice of a problem that undo replaces
// by its own.
func reason(err error) string {
	if p := problem.As(err); p != nil {
		return strings.TrimSpace(p.What + " " + p.Why)
	}
	return err.Error()
}

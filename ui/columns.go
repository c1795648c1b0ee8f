package ui

import (
	"strings"
	"sync"

	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// The columns of icon and word before the text of a row, in px with the gap behind
// them. They are as wide as the admin's language needs: a word that breaks in its
// middle is no word.
var (
	colMark = sync.OnceValue(func() float32 { // severities, and the layers of a connection
		return column(108, "severity.blocked", "severity.warning", "severity.unknown", "severity.note", "severity.pass",
			"layer.passed", "layer.failed", "layer.skipped", "layer.nottried")
	})
	colStep = sync.OnceValue(func() float32 { // states of steps
		return column(108, "step.waiting", "step.running", "step.done", "step.failed", "step.undoing", "step.undone", "step.left", "step.notrun")
	})
	colWaiting = sync.OnceValue(func() float32 { // what pending exports call for
		return column(108, "pending.danger", "pending.look", "pending.waits", "pending.nothing")
	})
	colLight = sync.OnceValue(func() float32 { // conditions and steps of staging mode
		return column(96, "staging.light.green", "staging.light.red", "staging.light.unknown",
			"staging.step.waiting", "staging.step.running", "staging.step.done", "staging.step.failed", "staging.step.undone")
	})
	colSeen = sync.OnceValue(func() float32 { // what the program sees of a task
		return column(118, "seen.done", "seen.open", "seen.unknown")
	})
)

// mostColumn bounds the columns, so that the text beside them keeps its room.
const mostColumn = 190

// column gives the width that the widest of some words needs behind its icon.
func column(least float32, keys ...string) float32 {
	words := make([]string, len(keys))
	for i, k := range keys {
		words[i] = tr(k)
	}
	text := kit.NewText(kit.Span{Text: strings.Join(words, "\n"), Bold: true, Size: kit.SizeSmall})
	return min(mostColumn, max(least, 11+5+kit.NaturalWidth(text)+14))
}

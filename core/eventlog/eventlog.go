// Package eventlog says in Windows' event log Application what this program did to a
// server, under its own source, so that monitoring and whoever comes later see it.
// Only what changes something is written there; the program's log has the rest.
package eventlog

import (
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
)

// Level is how much an entry matters.
type Level string

// The levels, which are the event log's own.
const (
	Information Level = "information"
	Warning     Level = "warning"
	Error       Level = "error"
)

// The ids of the entries. They stay what they are, as monitoring asks for them; README
// lists them. Windows' file for texts that are given whole knows 1 to 1000.
const (
	Installed    uint32 = 100 // an installation was completed
	Stopped      uint32 = 101 // an installation was stopped by its admin
	Failed       uint32 = 102 // an installation failed
	TakenBack    uint32 = 110 // an installation was taken back
	PartLeft     uint32 = 111 // an installation was taken back, but for what the text names
	LeftStaging  uint32 = 120 // staging mode was left: this is the active server
	EnterStaging uint32 = 121 // staging mode was entered
)

// Entry is one entry of the event log. Its text holds no secret.
type Entry struct {
	ID    uint32
	Level Level
	Text  string
}

// longest is how many characters an entry's text may have: the event log takes 31,839
// (https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-reporteventw).
const longest = 30000

// Ended gives the entry for how a run of Install or of undo ended; ok is false for an
// ending that is none of these.
func Ended(p plan.Plan, o apply.Outcome) (e Entry, ok bool) {
	what := "The server " + p.Server
	switch o.Ending {
	case apply.Completed:
		e = Entry{Installed, Information, what + " was connected to its ADSync database, in staging mode."}
	case apply.Stopped:
		e = Entry{Stopped, Warning, what + ": the installation was stopped before its end. It can be gone on with or taken back."}
	case apply.Broken:
		e = Entry{Failed, Error, what + ": the installation failed. It can be gone on with or taken back."}
	case apply.TakenBack:
		e = Entry{TakenBack, Information, what + ": the installation was taken back."}
	case apply.PartLeft:
		e = Entry{PartLeft, Warning, what + ": the installation was taken back, but something is left."}
	default:
		return e, false
	}
	lines := []string{e.Text}
	if o.Problem != nil && o.Ending != apply.PartLeft {
		lines = append(lines, o.Problem.Text())
	}
	lines = append(lines, o.Left...)
	lines = append(lines, "Installation "+p.ID+", by version "+p.Claim.After.Version+" of this program.")
	if o.Journal != "" {
		lines = append(lines, "Journal: "+o.Journal)
	}
	for _, r := range o.Reports {
		lines = append(lines, "Report: "+r)
	}
	e.Text = cut(strings.Join(lines, "\r\n"))
	return e, true
}

// Staging gives the entry for a change of staging mode on a server.
func Staging(server, by string, on bool) Entry {
	if on {
		return Entry{EnterStaging, Information, fmt.Sprintf("The server %s entered staging mode: it exports nothing. By %s.", server, by)}
	}
	return Entry{LeftStaging, Warning, fmt.Sprintf("The server %s left staging mode: it exports from now on. By %s.", server, by)}
}

func cut(text string) string {
	if r := []rune(text); len(r) > longest {
		return string(r[:longest]) + "…"
	}
	return text
}

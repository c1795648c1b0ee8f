// Package cli is the program without a window: it understands the command line,
// drives the same session as the window and prints what came of it, for people
// or as JSON.
package cli

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/nearest"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// Exit codes of the program, documented in the README.
const (
	ExitClean    = 0  // done, or nothing to complain about
	ExitWarnings = 1  // done or clean, with warnings or checks that could not run
	ExitBlocked  = 2  // a finding blocks the installation; nothing was changed
	ExitFailed   = 3  // it failed
	ExitUsage    = 64 // the command line or the answers file is wrong
)

// Options is the command line, understood.
type Options struct {
	Existing  bool   // /useexistingdatabase; always on, the switch is for those who know it
	Practice  bool   // /practice
	Scenario  string // of /practice, empty for the default
	Check     bool
	Install   bool
	Resume    bool
	Undo      bool
	UndoID    string // of the installation to take back, "" for the newest, an unfinished one first
	Heartbeat bool   // renew this server's claim
	Review    bool
	CSV       string // file for the list of pending exports, with /review
	Connector string // name of the connector whose list is written, with CSV
	Staging   string // leave or enter
	Compare   string // the two sides of /compare
	Answers   string // file
	JSON      bool
	Report    string // file
	With      setup.ReportParts
	Against   string // what With.Compare compares with
	withWrong string // a part of /with that there is not
	Support   string // file
	Tour      string // folder
	Version   bool
	Help      bool
}

// Headless tells whether no window is wanted.
func (o Options) Headless() bool {
	return o.works() || o.Heartbeat || o.Review || o.Staging != "" || o.Compare != "" || o.Version || o.Help || o.Tour != ""
}

// works tells whether a session is to be driven without a person.
func (o Options) works() bool { return o.Check || o.Install || o.Resume || o.Undo }

// Command names what is to be done: "check", "install", "resume" or "undo".
func (o Options) Command() string {
	switch {
	case o.Install:
		return CommandInstall
	case o.Resume:
		return CommandResume
	case o.Undo:
		return CommandUndo
	default:
		return CommandCheck
	}
}

// option describes one switch.
type option struct {
	name  string
	value string // what stands behind the colon in the help; empty when it takes none
	need  bool   // the value is required
	text  string
	set   func(*Options, string)
}

func options() []option {
	return []option{
		{"useexistingdatabase", "", false, "use the ADSync database that is there; the default and only way of working", func(o *Options, _ string) { o.Existing = true }},
		{"practice", "SCENARIO", false, "use a pretend site inside this program; nothing real is read or changed", func(o *Options, v string) { o.Practice, o.Scenario = true, v }},
		{"check", "", false, "connect, read and judge, print the findings, change nothing", func(o *Options, _ string) { o.Check = true }},
		{"install", "", false, "install unattended, with the answers of an answers file or of the practice site", func(o *Options, _ string) { o.Install = true }},
		{"resume", "", false, "go on with the installation that an earlier run left unfinished on this computer", func(o *Options, _ string) { o.Resume = true }},
		{"undo", "ID", false, "take back the installation that an earlier run left or finished on this computer; with ID exactly that one", func(o *Options, v string) { o.Undo, o.UndoID = true, v }},
		{"review", "", false, "read a database, print its configuration, pending exports and tasks; writes no more than the time of this server's own claim", func(o *Options, _ string) { o.Review = true }},
		{"csv", "FILE", true, "with /review: write the list of pending exports to FILE, as CSV", func(o *Options, v string) { o.CSV = v }},
		{"connector", "NAME", true, "with /csv: only the pending exports of this connector", func(o *Options, v string) { o.Connector = v }},
		{"staging", "leave|enter", true, "leave staging mode when every condition is fulfilled or answered for in the answers, or enter it", func(o *Options, v string) { o.Staging = v }},
		{"compare", "ACTIVE,NEW", true, "compare two configurations, each an exported folder or .zip, db (the answers' database) or another answers file", func(o *Options, v string) { o.Compare = v }},
		{"heartbeat", "", false, "renew the time of this server's claim on the database and write nothing else, for a scheduler", func(o *Options, _ string) { o.Heartbeat = true }},
		{"answers", "FILE", true, "read the answers from a JSON file (secrets only by reference)", func(o *Options, v string) { o.Answers = v }},
		{"json", "", false, "print JSON instead of text", func(o *Options, _ string) { o.JSON = true }},
		{"report", "FILE", true, "write the report to FILE, HTML or JSON by its ending", func(o *Options, v string) { o.Report = v }},
		{"with", "PARTS", true, "with /review or /staging and /report: pending, pending-all or compare=EXPORT go into the report too", (*Options).with},
		{"support", "FILE", true, "pack report, journals and log, without secrets, into FILE, a zip, for a support case", func(o *Options, v string) { o.Support = v }},
		{"tour", "DIR", true, "write a picture of every page, light and dark, into DIR", func(o *Options, v string) { o.Tour = v }},
		{"version", "", false, "print the version", func(o *Options, _ string) { o.Version = true }},
		{"?", "", false, "print this help", func(o *Options, _ string) { o.Help = true }},
	}
}

// UsageError is a wrong command line or answers file; the exit code is ExitUsage.
type UsageError struct{ Text string }

// Error gives the text.
func (e *UsageError) Error() string { return e.Text }

func usagef(format string, a ...any) error { return &UsageError{fmt.Sprintf(format, a...)} }

// ParseArgs understands the arguments after the program's name. Switches begin
// with "/", "-" or "--", in any case; a value follows a colon or an equals sign.
// Errors are *UsageError and name the nearest valid switch.
func ParseArgs(args []string) (Options, error) {
	var o Options
	for _, arg := range args {
		name, value, hasValue, ok := splitSwitch(arg)
		if !ok {
			return o, usagef("%q is not a switch. Switches begin with / or -; see /?.", arg)
		}
		if err := o.apply(arg, name, value, hasValue); err != nil {
			return o, err
		}
	}
	if o.Compare != "" {
		if _, _, err := sides(o.Compare); err != nil {
			return o, err
		}
	}
	return o, o.fits()
}

func (o *Options) apply(arg, name, value string, hasValue bool) error {
	if name == "h" || name == "help" {
		name = "?"
	}
	for _, d := range options() {
		if d.name != name {
			continue
		}
		switch {
		case hasValue && d.value == "":
			return usagef("/%s takes no value, but %q gives one.", d.name, arg)
		case d.need && value == "":
			return usagef("/%s needs a value: /%s:%s.", d.name, d.name, d.value)
		}
		d.set(o, value)
		return nil
	}
	var names []string
	for _, d := range options() {
		names = append(names, d.name)
	}
	if near := nearest.Name(name, names); near != "" {
		return usagef("There is no switch /%s. Did you mean /%s? See /? for all of them.", name, near)
	}
	return usagef("There is no switch /%s. See /? for all of them.", name)
}

// undoID is what /undo:ID takes.
var undoID = regexp.MustCompile(`^(?i:[0-9a-f]{4,32})$`)

// rule is a combination that makes no sense.
type rule struct {
	broken bool
	text   string
}

// fits refuses combinations that make no sense.
func (o *Options) fits() error {
	for _, r := range slices.Concat(o.commandRules(), o.reviewRules(), o.stagingRules(), o.withRules(), o.compareRules(), o.otherRules()) {
		if r.broken {
			return &UsageError{r.text}
		}
	}
	return nil
}

// commandRules are about what is to be done.
func (o *Options) commandRules() []rule {
	reopens := o.Resume || o.Undo
	nothing := o.Answers == "" && !o.Practice
	return []rule{
		{o.Heartbeat && (o.works() || o.Practice || o.Report != "" || o.Tour != ""), "/heartbeat goes with /answers and /json only."},
		{o.Check && o.Install, "/check changes nothing and /install does: give one of them."},
		{reopens && (o.Check || o.Install || o.Resume && o.Undo), "Give one of /check, /install, /resume and /undo."},
		{reopens && o.Practice, "/resume and /undo do not go with /practice: a practice site ends with the program."},
		{o.Install && nothing, "/install needs /answers:FILE, or /practice."},
		{o.Check && nothing, "/check needs /answers:FILE, or /practice."},
	}
}

// otherRules are about what goes with what.
func (o *Options) otherRules() []rule {
	headless := o.works() || o.Review || o.Staging != "" || o.Compare != ""
	return []rule{
		{o.UndoID != "" && !undoID.MatchString(o.UndoID), "/undo:ID takes the id of an installation, or its beginning: 4 to 32 of the digits 0 to 9 and a to f. The report and the journal's name hold it."},
		{o.Tour != "" && o.works(), "/tour makes pictures only: it does not go with /check, /install, /resume or /undo."},
		{o.JSON && !headless && !o.Heartbeat && !o.Version, "/json goes with /check, /install, /resume, /undo, /review, /compare or /version."},
		{o.Report != "" && !headless, "/report goes with /check, /install, /resume, /undo, /review or /compare."},
		{o.Report != "" && !isReport(o.Report), "/report writes HTML or JSON: end FILE with .html, .htm or .json."},
		{o.Support != "" && !headless, "/support goes with /check, /install, /resume or /undo; in the window it is under Log."},
	}
}

// isReport tells whether a file's ending says how a report is written.
func isReport(path string) bool {
	return slices.Contains([]string{".html", ".htm", ".json"}, strings.ToLower(filepath.Ext(path)))
}

func splitSwitch(arg string) (name, value string, hasValue, ok bool) {
	rest, ok := strings.CutPrefix(arg, "--")
	if !ok {
		if rest, ok = strings.CutPrefix(arg, "-"); !ok {
			rest, ok = strings.CutPrefix(arg, "/")
		}
	}
	if !ok || rest == "" {
		return "", "", false, false
	}
	if i := strings.IndexAny(rest, ":="); i >= 0 {
		return strings.ToLower(rest[:i]), rest[i+1:], true, true
	}
	return strings.ToLower(rest), "", false, true
}

// Usage is the text of /?.
func Usage() string {
	var b strings.Builder
	b.WriteString("ADSync Reconnect: set a Microsoft Entra Connect server up on the ADSync database it already has.\n\n")
	b.WriteString("adsync-reconnect [switches]      without anything to do unattended: the window\n\n")
	for _, d := range options() {
		s := "/" + d.name
		switch {
		case d.need:
			s += ":" + d.value
		case d.value != "":
			s += "[:" + d.value + "]"
		}
		fmt.Fprintf(&b, "  %-22s %s\n", s, d.text)
	}
	b.WriteString("\nSwitches may begin with /, - or --, in any case.\n")
	b.WriteString("Exit codes: 0 done or clean, 1 with warnings, 2 blocked by a finding, 3 failed, 64 wrong usage.\n")
	return b.String()
}

package preflight

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// evidence shows a reading: its value, or why there is none.
func evidence[T any](r facts.Read[T], show func(T) string) Evidence {
	e := Evidence{Source: r.Source, At: r.At}
	if v, ok := r.Get(); ok {
		e.Value = show(v)
	} else {
		e.Value = "not known: " + r.Reason()
	}
	return e
}

// text shows a string, an empty one visibly.
func text(v string) string {
	if v == "" {
		return "(empty)"
	}
	return v
}

func yesNo(v bool) string {
	if v {
		return "yes"
	}
	return "no"
}

// count writes a number with thousands separators, as the pages do: 48,211.
func count(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return sign + b.String()
}

// plural writes a number with its noun: "1 object", "2 objects".
func plural(n int64, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return count(n) + " " + one + "s"
}

// moment writes a time in UTC to the minute.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// day writes a date.
func day(t time.Time) string { return t.UTC().Format("2 January 2006") }

// ago writes how long ago t was, roughly: "4 minutes ago", "3 days ago".
func ago(now, t time.Time) string {
	d := now.Sub(t)
	switch {
	case d < -time.Minute:
		return roughly(-d) + " in the future"
	case d < time.Minute:
		return "just now"
	default:
		return roughly(d) + " ago"
	}
}

// roughly writes a duration in its largest unit.
func roughly(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < time.Hour:
		return plural(int64(d/time.Minute), "minute")
	case d < 48*time.Hour:
		return plural(int64(d/time.Hour), "hour")
	default:
		return plural(int64(d.Round(24*time.Hour)/(24*time.Hour)), "day")
	}
}

// megabytes writes a size given in MB.
func megabytes(mb int64) string {
	if mb < 1024 {
		return count(mb) + " MB"
	}
	return fmt.Sprintf("%.1f GB", float64(mb)/1024)
}

// list joins names for a sentence, the first few of them: "a, b and 3 more".
func list(names []string, most int) string {
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

// unknown makes the finding of a check that could not run.
func unknown(id string, area Area, subject, why, fix, link string, seen ...Evidence) Finding {
	return Finding{
		ID: id, Area: area, Severity: Unknown,
		Title:       subject + " could not be checked",
		Summary:     sentence(why),
		Consequence: "What could not be read is not taken for good: check it by hand before you install.",
		Fix:         fix, Link: link, Evidence: seen,
	}
}

// sentence starts a text with a capital letter and ends it with a full stop.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	s = strings.ToUpper(s[:1]) + s[1:]
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}

package tsql

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// styleLayouts are those of CONVERT's styles that write the same for all types.
var styleLayouts = map[int]string{
	101: "01/02/2006", 102: "2006.01.02", 103: "02/01/2006", 104: "02.01.2006", 105: "02-01-2006", 106: "02 Jan 2006", 107: "Jan 02, 2006",
	110: "01-02-2006", 111: "2006/01/02", 12: "060102", 112: "20060102", 8: "15:04:05", 24: "15:04:05", 108: "15:04:05",
}

// dateText writes a date and time in one of CONVERT's styles.
func dateText(t time.Time, from tds.Type, style int) (string, error) {
	if layout, ok := styleLayouts[style]; ok {
		return t.Format(layout), nil
	}
	frac := fraction(t, from)
	switch style {
	case 0, 100:
		return plainDateText(t, from, frac), nil
	case 14, 114:
		return t.Format("15:04:05") + ":" + pad(t.Nanosecond()/1e6, 3), nil
	case 20, 120:
		return dateOnly(t, from, " "), nil
	case 21, 25, 121:
		return dateOnly(t, from, " ") + timeOnly(from, frac) + offsetText(t, from, " -07:00"), nil
	case 126:
		if (from.Kind == tds.DateTime || from.Kind == tds.SmallDateTime) && t.Nanosecond() == 0 {
			frac = ""
		}
		return dateOnly(t, from, "T") + timeOnly(from, frac) + offsetText(t, from, "-07:00"), nil
	case 127:
		z := ""
		if from.Kind == tds.DateTimeOffset {
			t, z = t.UTC(), "Z"
		}
		return dateOnly(t, from, "T") + timeOnly(from, frac) + z, nil
	}
	return "", errf(281, 16, 1, "%d is not a valid style number when converting from %s to a character string.", style, typeName(from))
}

// plainDateText is style 0, which is how CAST writes each type.
func plainDateText(t time.Time, from tds.Type, frac string) string {
	switch from.Kind {
	case tds.Date:
		return t.Format("2006-01-02")
	case tds.Time:
		return t.Format("15:04:05") + frac
	case tds.DateTime2:
		return t.Format("2006-01-02 15:04:05") + frac
	case tds.DateTimeOffset:
		return t.Format("2006-01-02 15:04:05") + frac + t.Format(" -07:00")
	default:
		return fmt.Sprintf("%s %2d %d %2s", t.Format("Jan"), t.Day(), t.Year(), t.Format("3")) + t.Format(":04PM")
	}
}

func dateOnly(t time.Time, from tds.Type, sep string) string {
	const date, clock = "2006-01-02", "15:04:05"
	switch from.Kind {
	case tds.Date:
		return t.Format(date)
	case tds.Time:
		return t.Format(clock)
	default:
		return t.Format(date + sep + clock)
	}
}

func timeOnly(from tds.Type, frac string) string {
	if from.Kind == tds.Date {
		return ""
	}
	return frac
}

func offsetText(t time.Time, from tds.Type, layout string) string {
	if from.Kind == tds.DateTimeOffset {
		return t.Format(layout)
	}
	return ""
}

// fraction is the fractional second as the type shows it.
func fraction(t time.Time, from tds.Type) string {
	switch from.Kind {
	case tds.DateTime:
		return "." + pad(t.Nanosecond()/1e6, 3)
	case tds.SmallDateTime:
		return ".000"
	case tds.Date:
		return ""
	default:
	}
	if from.Scale == 0 {
		return ""
	}
	return "." + pad(t.Nanosecond()/100, 7)[:from.Scale]
}

var (
	isoDate  = regexp.MustCompile(`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})`)
	usDate   = regexp.MustCompile(`^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})`)
	dayMonth = regexp.MustCompile(`^(\d{1,2}) ([A-Za-z]{3,9}),? (\d{4})`)
	monthDay = regexp.MustCompile(`^([A-Za-z]{3,9}) +(\d{1,2}),? +(\d{4})`)
	compact  = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})(?:\D|$)`)
	clockRe  = regexp.MustCompile(`^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.:](\d{1,9}))?)? ?([AaPp][Mm])?`)
	zoneRe   = regexp.MustCompile(`^(Z|[+-]\d{2}:\d{2})$`)
)

// clock is a time of day as it was written, not yet checked.
type clock struct{ hour, minute, second, nano int }

// parseDate reads the text forms of dates: ISO 8601, compact, month/day/year
// (us_english) and those with a month's name. zone tells that an offset was given.
func parseDate(s string, style int) (t time.Time, zone, hasDate bool, ok bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC), false, true, true
	}
	y, m, d, rest, hasDate, ok := splitDate(s, style)
	if !ok {
		return t, false, false, false
	}
	c, rest := splitClock(strings.TrimLeft(strings.TrimPrefix(rest, "T"), " "))
	loc := time.UTC
	if rest != "" {
		if loc = parseZone(rest); loc == nil {
			return t, false, false, false
		}
		zone = true
	}
	if y < 1 || m < 1 || m > 12 || d < 1 || d > daysIn(y, m) || c.hour > 23 || c.minute > 59 || c.second > 59 {
		return t, false, false, false
	}
	return time.Date(y, time.Month(m), d, c.hour, c.minute, c.second, c.nano, loc), zone, hasDate, true
}

// splitClock takes a time of day off the front of s; midnight when there is none.
func splitClock(s string) (c clock, rest string) {
	p := clockRe.FindStringSubmatch(s)
	if p == nil {
		return clock{}, s
	}
	c = clock{hour: num(p[1]), minute: num(p[2]), second: num(p[3])}
	if p[4] != "" {
		c.nano = num((p[4] + "000000000")[:9])
	}
	switch ap := strings.ToUpper(p[5]); {
	case ap == "PM" && c.hour < 12:
		c.hour += 12
	case ap == "AM" && c.hour == 12:
		c.hour = 0
	}
	return c, strings.TrimLeft(s[len(p[0]):], " ")
}

// parseZone reads Z or ±hh:mm; nil for anything else.
func parseZone(s string) *time.Location {
	switch z := zoneRe.FindString(s); z {
	case "":
		return nil
	case "Z":
		return time.UTC
	default:
		off := num(z[1:3])*3600 + num(z[4:6])*60
		if z[0] == '-' {
			off = -off
		}
		return time.FixedZone("", off)
	}
}

func splitDate(s string, style int) (y, m, d int, rest string, hasDate, ok bool) {
	if c := isoDate.FindStringSubmatch(s); c != nil {
		return num(c[1]), num(c[2]), num(c[3]), s[len(c[0]):], true, true
	}
	if c := compact.FindStringSubmatch(s); c != nil {
		return num(c[1]), num(c[2]), num(c[3]), s[8:], true, true
	}
	if c := usDate.FindStringSubmatch(s); c != nil {
		if style == 103 || style == 104 || style == 105 {
			return num(c[3]), num(c[2]), num(c[1]), s[len(c[0]):], true, true
		}
		return num(c[3]), num(c[1]), num(c[2]), s[len(c[0]):], true, true
	}
	if c := dayMonth.FindStringSubmatch(s); c != nil {
		return num(c[3]), month(c[2]), num(c[1]), s[len(c[0]):], true, true
	}
	if c := monthDay.FindStringSubmatch(s); c != nil {
		return num(c[3]), month(c[1]), num(c[2]), s[len(c[0]):], true, true
	}
	if clockRe.MatchString(s) {
		return 1900, 1, 1, s, false, true
	}
	return 0, 0, 0, "", false, false
}

func num(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

func month(s string) int {
	for i := time.January; i <= time.December; i++ {
		if strings.EqualFold(s, i.String()) || strings.EqualFold(s, i.String()[:3]) {
			return int(i)
		}
	}
	return 0
}

func daysIn(y, m int) int { return time.Date(y, time.Month(m)+1, 0, 0, 0, 0, 0, time.UTC).Day() }

// toDate converts a physical value to a date or time; style is CONVERT's for text.
func toDate(x any, from, to tds.Type, style int) (any, error) {
	var t time.Time
	switch v := x.(type) {
	case string:
		if isDecimal(from.Kind) {
			f, err := toFloat(v, tds.Type{Kind: tds.VarChar}, tds.Type{Kind: tds.Float})
			if err != nil {
				return nil, err
			}
			return toDate(f, tds.Type{Kind: tds.Float}, to, style)
		}
		var err error
		if t, err = textDate(v, to, style); err != nil {
			return nil, err
		}
	case int64:
		switch {
		case !isDate(from.Kind):
			v = (v + days1900) * ticksPerDay
		case from.Kind == tds.Time && to.Kind != tds.Time:
			v += days1900 * ticksPerDay
		}
		t = fromTicks(v)
	case float64:
		t = fromTicks(int64((v + float64(days1900)) * float64(ticksPerDay)))
	case []byte:
		if from.Kind != tds.DateTimeOffset {
			return nil, errNoConvert(from, to)
		}
		t = unpackOffset(v)
	}
	return fitDate(t, from, to)
}

// textDate reads a text as a value of a date type; those without an offset take
// one in style 127 only.
func textDate(s string, to tds.Type, style int) (time.Time, error) {
	t, zone, _, ok := parseDate(s, style)
	old := to.Kind == tds.DateTime || to.Kind == tds.SmallDateTime
	if !ok || zone && old && style != 127 {
		return t, errf(241, 16, 1, "Conversion failed when converting date and/or time from character string.")
	}
	return t, nil
}

// fitDate checks the range of the target type and rounds to its precision.
func fitDate(t time.Time, from, to tds.Type) (any, error) {
	if to.Kind == tds.DateTimeOffset {
		n := roundTicks(toTicks(t), to)
		return packOffset(fromTicks(n).In(t.Location())), nil
	}
	wall := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	low, high := 1, 9999
	switch to.Kind {
	case tds.DateTime:
		low = 1753
	case tds.SmallDateTime:
		low, high = 1900, 2079
	default:
	}
	if y := wall.Year(); y < low || y > high {
		if isNumeric(from.Kind) {
			return nil, errf(8115, 16, 2, "Arithmetic overflow error converting expression to data type %s.", typeName(to))
		}
		return nil, errf(242, 16, 3, "The conversion of a %s data type to a %s data type resulted in an out-of-range value.", typeName(from), typeName(to))
	}
	n := roundTicks(toTicks(wall), to)
	if to.Kind == tds.Time {
		n %= ticksPerDay
	}
	return n, nil
}

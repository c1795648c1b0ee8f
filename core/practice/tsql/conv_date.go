package tsql

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// dateText writes a date and time in one of CONVERT's styles.
func dateText(t time.Time, from tds.Type, style int) (string, error) { //nolint:gocyclo // the rules of the language, case by case
	frac := fraction(t, from)
	switch style {
	case 0, 100:
		switch from.Kind {
		case tds.Date:
			return t.Format("2006-01-02"), nil
		case tds.Time:
			return t.Format("15:04:05") + frac, nil
		case tds.DateTime2:
			return t.Format("2006-01-02 15:04:05") + frac, nil
		case tds.DateTimeOffset:
			return t.Format("2006-01-02 15:04:05") + frac + t.Format(" -07:00"), nil
		default:
			return fmt.Sprintf("%s %2d %d %2s", t.Format("Jan"), t.Day(), t.Year(), t.Format("3")) + t.Format(":04PM"), nil
		}
	case 101:
		return t.Format("01/02/2006"), nil
	case 102:
		return t.Format("2006.01.02"), nil
	case 103:
		return t.Format("02/01/2006"), nil
	case 104:
		return t.Format("02.01.2006"), nil
	case 105:
		return t.Format("02-01-2006"), nil
	case 106:
		return t.Format("02 Jan 2006"), nil
	case 107:
		return t.Format("Jan 02, 2006"), nil
	case 8, 24, 108:
		return t.Format("15:04:05"), nil
	case 110:
		return t.Format("01-02-2006"), nil
	case 111:
		return t.Format("2006/01/02"), nil
	case 12:
		return t.Format("060102"), nil
	case 112:
		return t.Format("20060102"), nil
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
		if from.Kind == tds.DateTimeOffset {
			t = t.UTC()
		}
		z := ""
		if from.Kind == tds.DateTimeOffset {
			z = "Z"
		}
		return dateOnly(t, from, "T") + timeOnly(from, frac) + z, nil
	}
	return "", errf(281, 16, 1, "%d is not a valid style number when converting from %s to a character string.", style, typeName(from))
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

// parseDate reads the text forms of dates: ISO 8601, compact, month/day/year
// (us_english) and those with a month's name. zone tells that an offset was given.
func parseDate(s string, style int) (t time.Time, zone, hasDate bool, ok bool) { //nolint:gocyclo // the rules of the language, case by case
	s = strings.TrimSpace(s)
	if s == "" {
		return time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC), false, true, true
	}
	y, m, d, rest, hasDate, ok := splitDate(s, style)
	if !ok {
		return t, false, false, false
	}
	rest = strings.TrimLeft(strings.TrimPrefix(rest, "T"), " ")
	var hh, mm, ss, ns int
	if c := clockRe.FindStringSubmatch(rest); c != nil {
		hh, mm, ss = num(c[1]), num(c[2]), num(c[3])
		if c[4] != "" {
			ns = num((c[4] + "000000000")[:9])
		}
		switch ap := strings.ToUpper(c[5]); {
		case ap == "PM" && hh < 12:
			hh += 12
		case ap == "AM" && hh == 12:
			hh = 0
		}
		rest = strings.TrimLeft(rest[len(c[0]):], " ")
	}
	loc := time.UTC
	if rest != "" {
		z := zoneRe.FindString(rest)
		if z == "" {
			return t, false, false, false
		}
		zone = true
		if z != "Z" {
			off := num(z[1:3])*3600 + num(z[4:6])*60
			if z[0] == '-' {
				off = -off
			}
			loc = time.FixedZone("", off)
		}
	}
	if m < 1 || m > 12 || d < 1 || d > daysIn(y, m) || y < 1 || hh > 23 || mm > 59 || ss > 59 {
		return t, false, false, false
	}
	return time.Date(y, time.Month(m), d, hh, mm, ss, ns, loc), zone, hasDate, true
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

func toDate(x any, from, to tds.Type, style int) (any, error) { //nolint:gocyclo // the rules of the language, case by case
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
		p, zone, hasDate, ok := parseDate(v, style)
		if !ok || zone && (to.Kind == tds.DateTime || to.Kind == tds.SmallDateTime) && style != 127 {
			return nil, errf(241, 16, 1, "Conversion failed when converting date and/or time from character string.")
		}
		_ = hasDate
		t = p
	case int64:
		if isDate(from.Kind) {
			t = fromTicks(v)
			if from.Kind == tds.Time && to.Kind != tds.Time {
				t = fromTicks(v + days1900*ticksPerDay)
			}
		} else {
			t = fromTicks((v + days1900) * ticksPerDay)
		}
	case float64:
		t = fromTicks(int64((v + float64(days1900)) * float64(ticksPerDay)))
	case []byte:
		if from.Kind != tds.DateTimeOffset {
			return nil, errUnsupported("CONVERT(" + typeName(to) + ", " + typeName(from) + ")")
		}
		t = unpackOffset(v)
	}
	return fitDate(t, from, to)
}

// fitDate checks the range of the target type and rounds to its precision.
func fitDate(t time.Time, from, to tds.Type) (any, error) {
	if to.Kind == tds.DateTimeOffset {
		n := roundTicks(toTicks(t), to)
		return packOffset(fromTicks(n).In(t.Location())), nil
	}
	wall := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	low := 1
	high := 9999
	switch to.Kind {
	case tds.DateTime:
		low = 1753
	case tds.SmallDateTime:
		low, high = 1900, 2079
	default:
	}
	if y := wall.Year(); y < low || y > high {
		if isString(from.Kind) {
			return nil, errf(242, 16, 3, "The conversion of a %s data type to a %s data type resulted in an out-of-range value.", typeName(from), typeName(to))
		}
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

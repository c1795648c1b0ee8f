package tsql

import (
	"database/sql/driver"
	"math"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// dateParts are DATEADD's part names and abbreviations.
var dateParts = map[string]string{
	"YEAR": "year", "YY": "year", "YYYY": "year", "QUARTER": "quarter", "QQ": "quarter", "Q": "quarter",
	"MONTH": "month", "MM": "month", "M": "month", "DAYOFYEAR": "dayofyear", "DY": "dayofyear", "Y": "dayofyear",
	"DAY": "day", "DD": "day", "D": "day", "WEEK": "week", "WK": "week", "WW": "week", "WEEKDAY": "weekday", "DW": "weekday", "W": "weekday",
	"HOUR": "hour", "HH": "hour", "MINUTE": "minute", "MI": "minute", "N": "minute", "SECOND": "second", "SS": "second", "S": "second",
	"MILLISECOND": "millisecond", "MS": "millisecond", "MICROSECOND": "microsecond", "MCS": "microsecond",
	"NANOSECOND": "nanosecond", "NS": "nanosecond", "ISO_WEEK": "iso_week", "ISOWK": "iso_week", "ISOWW": "iso_week", "TZOFFSET": "tzoffset", "TZ": "tzoffset",
}

var fixedTicks = map[string]int64{
	"day": ticksPerDay, "dayofyear": ticksPerDay, "weekday": ticksPerDay, "week": 7 * ticksPerDay, "hour": 3600 * ticksPerSecond,
	"minute": 60 * ticksPerSecond, "second": ticksPerSecond, "millisecond": 10000, "microsecond": 10,
}

// timeOf gives the physical date x of kind k as a time.
func timeOf(x driver.Value, k tds.Kind) time.Time {
	if k == tds.DateTimeOffset {
		b, _ := x.([]byte)
		return unpackOffset(b)
	}
	return fromTicks(argInt(x))
}

// fnDateAdd is tsql_dateadd(part, n, x, kind, scale).
func fnDateAdd(a []driver.Value) (driver.Value, error) {
	if anyNull(a) {
		return nil, nil
	}
	t := tds.Type{Kind: tds.Kind(argInt(a[3])), Scale: uint8(argInt(a[4]))}
	x := timeOf(a[2], t.Kind)
	n := argInt(a[1])
	part := argText(a[0])
	overflow := errf(517, 16, 1, "Adding a value to a '%s' column caused an overflow.", typeName(t))
	if n > math.MaxInt32 || n < math.MinInt32 {
		return nil, errOverflow(tds.Type{}, tds.Type{Kind: tds.Int})
	}
	switch part {
	case "year":
		x = addMonths(x, 12*n)
	case "quarter":
		x = addMonths(x, 3*n)
	case "month":
		x = addMonths(x, n)
	case "nanosecond":
		x = x.Add(time.Duration(n))
	default:
		unit, ok := fixedTicks[part]
		if !ok {
			return nil, errf(9810, 16, 1, "The datepart %s is not supported by date function dateadd for data type %s.", part, typeName(t))
		}
		span := n * unit
		x = x.AddDate(0, 0, int(span/ticksPerDay)).Add(time.Duration(span%ticksPerDay) * 100)
	}
	if t.Kind == tds.Time {
		return ((toTicks(x) % ticksPerDay) + ticksPerDay) % ticksPerDay, nil
	}
	if x.Year() < 1 || x.Year() > 9999 {
		return nil, overflow
	}
	v, err := fitDate(x, t, t)
	if err != nil {
		return nil, overflow
	}
	return v, nil
}

// addMonths keeps the day of the month, or takes the last one of the month.
func addMonths(t time.Time, n int64) time.Time {
	m := int64(t.Year())*12 + int64(t.Month()) - 1 + n
	y, mo := int(m/12), int(m%12)+1
	if m < 12 || y > 9999 {
		return time.Date(10000, 1, 1, 0, 0, 0, 0, t.Location())
	}
	d := min(t.Day(), daysIn(y, mo))
	return time.Date(y, time.Month(mo), d, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location())
}

// fnDateDiff is tsql_datediff(part, a, akind, b, bkind, big): boundaries crossed.
func fnDateDiff(a []driver.Value) (driver.Value, error) {
	if anyNull(a) {
		return nil, nil
	}
	x, y := timeOf(a[1], tds.Kind(argInt(a[2]))).UTC(), timeOf(a[3], tds.Kind(argInt(a[4]))).UTC()
	if k := tds.Kind(argInt(a[2])); k == tds.Time {
		x = fromTicks(toTicks(x) + days1900*ticksPerDay)
	}
	if k := tds.Kind(argInt(a[4])); k == tds.Time {
		y = fromTicks(toTicks(y) + days1900*ticksPerDay)
	}
	var n int64
	tx, ty := toTicks(x), toTicks(y)
	switch part := argText(a[0]); part {
	case "year":
		n = int64(y.Year() - x.Year())
	case "quarter":
		n = int64((y.Year()*4 + int(y.Month()-1)/3) - (x.Year()*4 + int(x.Month()-1)/3))
	case "month":
		n = int64((y.Year()*12 + int(y.Month())) - (x.Year()*12 + int(x.Month())))
	case "week", "iso_week":
		// weeks begin on Sunday; 0001-01-01 is a Monday
		n = (ty/ticksPerDay+1)/7 - (tx/ticksPerDay+1)/7
	case "nanosecond":
		n = (ty - tx) * 100
	default:
		unit, ok := fixedTicks[part]
		if !ok {
			return nil, errf(9806, 16, 0, "The datepart %s is not supported by date function datediff.", part)
		}
		n = ty/unit - tx/unit
	}
	if argInt(a[5]) == 0 && (n > math.MaxInt32 || n < math.MinInt32) {
		return nil, errf(535, 16, 0, "The datediff function resulted in an overflow. The number of dateparts separating two date/time instances is too large. "+
			"Try to use datediff with a less precise datepart.")
	}
	return n, nil
}

// datePartOf are the parts of a date as numbers. Source: "DATEPART (Transact-SQL)",
// learn.microsoft.com/sql; weeks begin on Sunday (DATEFIRST 7).
var datePartOf = map[string]func(time.Time) int{
	"year":      time.Time.Year,
	"quarter":   func(t time.Time) int { return int(t.Month()-1)/3 + 1 },
	"month":     func(t time.Time) int { return int(t.Month()) },
	"dayofyear": time.Time.YearDay,
	"day":       time.Time.Day,
	"week": func(t time.Time) int {
		first := time.Date(t.Year(), 1, 1, 0, 0, 0, 0, t.Location())
		return (t.YearDay()-1+int(first.Weekday()))/7 + 1
	},
	"weekday":     func(t time.Time) int { return int(t.Weekday()) + 1 },
	"hour":        time.Time.Hour,
	"minute":      time.Time.Minute,
	"second":      time.Time.Second,
	"millisecond": func(t time.Time) int { return t.Nanosecond() / 1e6 },
	"microsecond": func(t time.Time) int { return t.Nanosecond() / 1e3 },
	"nanosecond":  time.Time.Nanosecond,
	"iso_week":    func(t time.Time) int { _, w := t.ISOWeek(); return w },
	"tzoffset":    func(t time.Time) int { _, off := t.Zone(); return off / 60 },
}

// fnDatePart is tsql_datepart(part, x, kind).
func fnDatePart(a []driver.Value) (driver.Value, error) {
	if anyNull(a) {
		return nil, nil
	}
	part, ok := datePartOf[argText(a[0])]
	if !ok {
		return nil, nil
	}
	return int64(part(timeOf(a[1], tds.Kind(argInt(a[2]))))), nil
}

// fnDateName is tsql_datename(part, x, kind).
func fnDateName(a []driver.Value) (driver.Value, error) {
	if anyNull(a) {
		return nil, nil
	}
	t := timeOf(a[1], tds.Kind(argInt(a[2])))
	switch argText(a[0]) {
	case "month":
		return t.Month().String(), nil
	case "weekday":
		return t.Weekday().String(), nil
	case "tzoffset":
		return t.Format("-07:00"), nil
	}
	v, err := fnDatePart(a)
	if err != nil {
		return nil, err
	}
	n, _ := v.(int64)
	return strings.TrimSpace(pad(int(n), 1)), nil
}

// fnAddDays is tsql_addday(x, days, kind): datetime plus or minus a number.
func fnAddDays(a []driver.Value) (driver.Value, error) {
	if anyNull(a) {
		return nil, nil
	}
	t := tds.Type{Kind: tds.Kind(argInt(a[2]))}
	n := argInt(a[0]) + int64(argFloat(a[1])*float64(ticksPerDay))
	return fitDate(fromTicks(n), t, t)
}

// fnDateFrom is tsql_datefrom(y, m, d): DATEFROMPARTS.
func fnDateFrom(a []driver.Value) (driver.Value, error) {
	if anyNull(a) {
		return nil, nil
	}
	y, m, d := int(argInt(a[0])), int(argInt(a[1])), int(argInt(a[2]))
	if y < 1 || y > 9999 || m < 1 || m > 12 || d < 1 || d > daysIn(y, m) {
		return nil, errf(289, 16, 1, "Cannot construct data type date, some of the arguments have values which are not valid.")
	}
	return toTicks(time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)), nil
}

package tds

import (
	"encoding/binary"
	"time"
)

// Days from 0001-01-01, on which the newer types count, to the two other epochs.
const (
	daysToUnix = 719162 // 1970-01-01
	daysTo1900 = 693595 // 1900-01-01, where datetime and smalldatetime start
	daysTo1753 = 639905 // the first day of datetime
	lastDay    = 3652058
)

// wallClock splits t into days since 0001-01-01 and nanoseconds of the day, by
// the clock that t shows: the types without an offset know no zone.
func wallClock(t time.Time) (days, nanos int64) {
	_, offset := t.Zone()
	seconds := t.Unix() + int64(offset)
	days = seconds / 86400
	rest := seconds % 86400
	if rest < 0 {
		days--
		rest += 86400
	}
	return days + daysToUnix, rest*int64(time.Second) + int64(t.Nanosecond())
}

func fromDays(days, nanos int64) time.Time {
	return time.Unix((days-daysToUnix)*86400+nanos/int64(time.Second), nanos%int64(time.Second)).UTC()
}

// scaleUnit is the length of one unit of a fractional second, in nanoseconds.
func scaleUnit(scale uint8) int64 {
	unit := int64(time.Second)
	for range scale {
		unit /= 10
	}
	return unit
}

func appendLittle(b []byte, v uint64, n int) []byte {
	for range n {
		b = append(b, byte(v))
		v >>= 8
	}
	return b
}

func little(b []byte) int64 {
	var v int64
	for i := len(b) - 1; i >= 0; i-- {
		v = v<<8 | int64(b[i])
	}
	return v
}

// appendTime adds the bytes of a date or time type, without a length.
func appendTime(b []byte, t time.Time, w wireType) ([]byte, error) {
	if w.Kind == DateTimeOffset {
		return appendOffset(b, t, w.Scale)
	}
	days, nanos := wallClock(t)
	switch w.Kind {
	case DateTime:
		return appendDateTime(b, days, nanos)
	case SmallDateTime:
		return appendSmallDateTime(b, days, nanos)
	case Date:
		return appendDays(b, days, "date")
	case Time:
		unit := scaleUnit(w.Scale)
		ticks := (nanos + unit/2) / unit % (int64(24*time.Hour) / unit)
		return appendLittle(b, uint64(ticks), timeSize(w.Scale)), nil
	default:
		return appendDateTime2(b, days, nanos, w.Scale, "datetime2")
	}
}

func appendDays(b []byte, days int64, name string) ([]byte, error) {
	if days < 0 || days > lastDay {
		return nil, overflow(name)
	}
	return appendLittle(b, uint64(days), 3), nil
}

func appendDateTime2(b []byte, days, nanos int64, scale uint8, name string) ([]byte, error) {
	unit := scaleUnit(scale)
	ticks := (nanos + unit/2) / unit
	if day := int64(24*time.Hour) / unit; ticks >= day {
		ticks -= day
		days++
	}
	return appendDays(appendLittle(b, uint64(ticks), timeSize(scale)), days, name)
}

// appendOffset adds a datetimeoffset: the moment in UTC and the offset in minutes.
func appendOffset(b []byte, t time.Time, scale uint8) ([]byte, error) {
	_, offset := t.Zone()
	days, nanos := wallClock(t.UTC())
	b, err := appendDateTime2(b, days, nanos, scale, "datetimeoffset")
	if err != nil {
		return nil, err
	}
	return binary.LittleEndian.AppendUint16(b, uint16(int16(offset/60))), nil
}

// appendDateTime adds days since 1900 and three-hundredths of a second.
func appendDateTime(b []byte, days, nanos int64) ([]byte, error) {
	ticks := (nanos*3 + 5_000_000) / 10_000_000
	if ticks >= 86400*300 {
		ticks -= 86400 * 300
		days++
	}
	if days < daysTo1753 || days > lastDay {
		return nil, overflow("datetime")
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(int32(days-daysTo1900)))
	return binary.LittleEndian.AppendUint32(b, uint32(ticks)), nil
}

// appendSmallDateTime adds days since 1900 and minutes. 29.999 seconds and more
// round up, as documented for smalldatetime.
func appendSmallDateTime(b []byte, days, nanos int64) ([]byte, error) {
	minutes := nanos / int64(time.Minute)
	if nanos%int64(time.Minute) >= 29_999_000_000 {
		minutes++
	}
	if minutes == 24*60 {
		minutes = 0
		days++
	}
	if days < daysTo1900 || days-daysTo1900 > 0xFFFF {
		return nil, overflow("smalldatetime")
	}
	b = binary.LittleEndian.AppendUint16(b, uint16(days-daysTo1900))
	return binary.LittleEndian.AppendUint16(b, uint16(minutes)), nil
}

// decodeTime reads the bytes of a date or time type. Their number has been
// checked. Values without an offset come in UTC.
func decodeTime(b []byte, w wireType) time.Time {
	switch w.Kind {
	case DateTime:
		days := int64(int32(binary.LittleEndian.Uint32(b))) + daysTo1900
		ticks := int64(binary.LittleEndian.Uint32(b[4:]))
		millis := ticks/300*1000 + (ticks%300*10+1)/3
		return fromDays(days, millis*int64(time.Millisecond))
	case SmallDateTime:
		return fromDays(int64(binary.LittleEndian.Uint16(b))+daysTo1900, int64(binary.LittleEndian.Uint16(b[2:]))*int64(time.Minute))
	case Date:
		return fromDays(little(b), 0)
	default: // the types with a scale
	}
	n := timeSize(w.Scale)
	nanos := little(b[:n]) * scaleUnit(w.Scale)
	switch w.Kind {
	case Time:
		return fromDays(0, nanos)
	case DateTime2:
		return fromDays(little(b[n:]), nanos)
	default:
		minutes := int(int16(binary.LittleEndian.Uint16(b[n+3:])))
		return fromDays(little(b[n:n+3]), nanos).In(time.FixedZone("", minutes*60))
	}
}

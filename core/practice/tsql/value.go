package tsql

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"math/big"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// How values lie in SQLite ("physical" values). Every column is declared
// without affinity, so SQLite never converts by itself:
//
//	bit and integers   INTEGER
//	real, float        REAL
//	decimal, money     TEXT with exactly scale digits, collation tsql_dec
//	character, xml     TEXT
//	binary             BLOB
//	date and time      INTEGER: 100 ns ticks since 0001-01-01 (time: since midnight)
//	datetimeoffset     BLOB: 8 bytes UTC ticks, big-endian, 2 bytes offset in minutes
//	uniqueidentifier   BLOB of 16 bytes in SQL Server's order of comparison
//	sql_variant        BLOB, see packVariant

const (
	ticksPerSecond = int64(10_000_000)
	ticksPerDay    = 86400 * ticksPerSecond
	epochSeconds   = int64(62135596800) // 0001-01-01 to 1970-01-01
	days1900       = int64(693595)      // 0001-01-01 to 1900-01-01
)

func toTicks(t time.Time) int64 {
	return (t.Unix()+epochSeconds)*ticksPerSecond + int64(t.Nanosecond())/100
}

func fromTicks(n int64) time.Time {
	s := n / ticksPerSecond
	return time.Unix(s-epochSeconds, (n-s*ticksPerSecond)*100).UTC()
}

// guidOrder are the positions of a GUID's text order that SQL Server compares,
// most significant first: the node, the clock, then the first three groups in
// their stored (little-endian) byte order.
var guidOrder = [16]int{10, 11, 12, 13, 14, 15, 8, 9, 7, 6, 5, 4, 3, 2, 1, 0}

func packGUID(g tds.GUID) []byte {
	b := make([]byte, 16)
	for i, p := range guidOrder {
		b[i] = g[p]
	}
	return b
}

func unpackGUID(b []byte) (g tds.GUID) {
	if len(b) != 16 {
		return g
	}
	for i, p := range guidOrder {
		g[p] = b[i]
	}
	return g
}

func guidText(g tds.GUID) string {
	return strings.ToUpper(fmt.Sprintf("%x-%x-%x-%x-%x", g[0:4], g[4:6], g[6:8], g[8:10], g[10:16]))
}

// parseGUID reads the text forms SQL Server takes: 36 characters, or 38 with
// braces; what follows is ignored.
func parseGUID(s string) (g tds.GUID, ok bool) {
	s = strings.TrimLeft(s, " ")
	if strings.HasPrefix(s, "{") {
		if len(s) < 38 || s[37] != '}' {
			return g, false
		}
		s = s[1:37]
	}
	if len(s) < 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return g, false
	}
	s = s[:36]
	b, err := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
	if err != nil || len(b) != 16 {
		return g, false
	}
	copy(g[:], b)
	return g, true
}

// guidBytes gives the bytes as uniqueidentifier converts to binary.
func guidBytes(g tds.GUID) []byte {
	return []byte{g[3], g[2], g[1], g[0], g[5], g[4], g[7], g[6], g[8], g[9], g[10], g[11], g[12], g[13], g[14], g[15]}
}

func guidFromBytes(b []byte) tds.GUID {
	return tds.GUID{b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]}
}

func packOffset(t time.Time) []byte {
	b := make([]byte, 10)
	_, off := t.Zone()
	binary.BigEndian.PutUint64(b, uint64(toTicks(t)))
	binary.BigEndian.PutUint16(b[8:], uint16(off/60+32768))
	return b
}

func unpackOffset(b []byte) time.Time {
	if len(b) != 10 {
		return time.Time{}
	}
	t := fromTicks(int64(binary.BigEndian.Uint64(b)))
	off := (int(binary.BigEndian.Uint16(b[8:])) - 32768) * 60
	return t.In(time.FixedZone("", off))
}

// roundTicks rounds to the precision of a date and time type.
func roundTicks(n int64, t tds.Type) int64 {
	switch t.Kind {
	case tds.DateTime:
		day, in := n/ticksPerDay, n%ticksPerDay
		units := (in*300 + ticksPerSecond/2) / ticksPerSecond
		ms := (units*10 + 1) / 3
		return day*ticksPerDay + ms*10000
	case tds.SmallDateTime:
		const minute = 60 * ticksPerSecond
		return (n + 30*ticksPerSecond - 1) / minute * minute
	case tds.Date:
		return n / ticksPerDay * ticksPerDay
	default:
		unit := int64(math.Pow10(7 - int(t.Scale)))
		return (n + unit/2) / unit * unit
	}
}

// pack gives the physical value of a value of type t. The value's Go type is
// one of those that tds.Param names; time.Time is also taken for GUID-less kinds.
func pack(t tds.Type, v any) any {
	switch x := v.(type) {
	case nil:
		return nil
	case bool:
		if x {
			return int64(1)
		}
		return int64(0)
	case int:
		return int64(x)
	case int32:
		return int64(x)
	case tds.GUID:
		return packGUID(x)
	case tds.Number:
		return fixScale(string(x), int(t.Scale))
	case tds.Variant:
		return packVariant(x.Type, pack(x.Type, x.Value))
	case time.Time:
		switch t.Kind {
		case tds.DateTimeOffset:
			return packOffset(x)
		case tds.Time:
			return toTicks(x) % ticksPerDay
		default:
			wall := time.Date(x.Year(), x.Month(), x.Day(), x.Hour(), x.Minute(), x.Second(), x.Nanosecond(), time.UTC)
			return roundTicks(toTicks(wall), t)
		}
	case []byte:
		if x == nil {
			return nil
		}
	}
	return v
}

// unpack gives the value of a physical one, as ResultWriter takes it.
func unpack(t tds.Type, v any) any {
	if v == nil {
		return nil
	}
	switch t.Kind {
	case tds.Bit:
		n, _ := v.(int64)
		return n != 0
	case tds.Real, tds.Float:
		if n, ok := v.(int64); ok {
			return float64(n)
		}
	case tds.Decimal, tds.Money, tds.SmallMoney:
		s, _ := v.(string)
		return tds.Number(s)
	case tds.UniqueIdentifier:
		b, _ := v.([]byte)
		return unpackGUID(b)
	case tds.DateTime, tds.SmallDateTime, tds.Date, tds.DateTime2, tds.Time:
		n, _ := v.(int64)
		return fromTicks(n)
	case tds.DateTimeOffset:
		b, _ := v.([]byte)
		return unpackOffset(b)
	case tds.SQLVariant:
		b, _ := v.([]byte)
		it, iv := unpackVariant(b)
		return tds.Variant{Type: it, Value: unpack(it, iv)}
	case tds.Binary, tds.VarBinary, tds.Image:
		if b, _ := v.([]byte); b == nil {
			return []byte{}
		}
	default:
	}
	return v
}

// packVariant writes a sql_variant: kind, length, precision, scale, a letter
// for the physical kind, and the value.
func packVariant(t tds.Type, v any) any {
	if v == nil {
		return nil
	}
	b := []byte{byte(t.Kind), 0, 0, 0, 0, t.Precision, t.Scale, 0}
	binary.BigEndian.PutUint32(b[1:], uint32(int32(t.Length)))
	switch x := v.(type) {
	case int64:
		b[7] = 'i'
		b = binary.BigEndian.AppendUint64(b, uint64(x))
	case float64:
		b[7] = 'f'
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(x))
	case string:
		b[7] = 's'
		b = append(b, x...)
	case []byte:
		b[7] = 'b'
		b = append(b, x...)
	}
	return b
}

func unpackVariant(b []byte) (tds.Type, any) {
	if len(b) < 8 {
		return tds.Type{}, nil
	}
	t := tds.Type{Kind: tds.Kind(b[0]), Length: int(int32(binary.BigEndian.Uint32(b[1:]))), Precision: b[5], Scale: b[6]}
	body := b[8:]
	switch {
	case b[7] == 'i' && len(body) == 8:
		return t, int64(binary.BigEndian.Uint64(body))
	case b[7] == 'f' && len(body) == 8:
		return t, math.Float64frombits(binary.BigEndian.Uint64(body))
	case b[7] == 's':
		return t, string(body)
	default:
		return t, append([]byte{}, body...)
	}
}

// parseDecimal reads a decimal text: digits and how many stand after the point.
func parseDecimal(s string) (n *big.Int, scale int, ok bool) {
	s = strings.TrimSpace(s)
	body := strings.TrimLeft(s, "+-")
	if len(s)-len(body) > 1 || body == "" || body == "." {
		return nil, 0, false
	}
	whole, frac, _ := strings.Cut(body, ".")
	for _, c := range whole + frac {
		if c < '0' || c > '9' {
			return nil, 0, false
		}
	}
	n, ok = new(big.Int).SetString("0"+whole+frac, 10)
	if strings.HasPrefix(s, "-") && ok {
		n.Neg(n)
	}
	return n, len(frac), ok
}

func pow10(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// rescale brings n from one scale to another, rounding half away from zero.
func rescale(n *big.Int, from, to int) *big.Int {
	if to >= from {
		return new(big.Int).Mul(n, pow10(to-from))
	}
	d := pow10(from - to)
	half := new(big.Int).Rsh(d, 1)
	abs := new(big.Int).Abs(n)
	abs.Add(abs, half).Quo(abs, d)
	if n.Sign() < 0 {
		abs.Neg(abs)
	}
	return abs
}

func decimalText(n *big.Int, scale int) string {
	s := new(big.Int).Abs(n).String()
	if scale > 0 {
		if len(s) <= scale {
			s = strings.Repeat("0", scale-len(s)+1) + s
		}
		s = s[:len(s)-scale] + "." + s[len(s)-scale:]
	}
	if n.Sign() < 0 {
		return "-" + s
	}
	return s
}

// fixScale writes a decimal text with exactly scale digits after the point.
func fixScale(s string, scale int) string {
	n, from, ok := parseDecimal(s)
	if !ok {
		return s
	}
	return decimalText(rescale(n, from, scale), scale)
}

// compareDecimals orders two decimal texts by value.
func compareDecimals(a, b string) int {
	if a == b {
		return 0
	}
	x, xs, ok1 := parseDecimal(a)
	y, ys, ok2 := parseDecimal(b)
	if !ok1 || !ok2 {
		return strings.Compare(a, b)
	}
	s := max(xs, ys)
	return rescale(x, xs, s).Cmp(rescale(y, ys, s))
}

package tsql

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// checkConversion refuses conversions that SQL Server does not have: 206, 257
// and 529.
func checkConversion(from, to tds.Type, explicit bool) error { //nolint:gocyclo // the rules of the language, case by case
	a, b := from.Kind, to.Kind
	if a == b || a == tds.KindNull {
		return nil
	}
	clash := errf(206, 16, 2, "Operand type clash: %s is incompatible with %s", typeName(from), typeName(to))
	implicit := errf(257, 16, 3, "Implicit conversion from data type %s to %s is not allowed. Use the CONVERT function to run this query.", typeName(from), typeName(to))
	never := error(errf(529, 16, 2, "Explicit conversion from data type %s to %s is not allowed.", typeName(from), typeName(to)))
	if !explicit {
		never = clash
	}
	needExplicit := func() error {
		if explicit {
			return nil
		}
		return implicit
	}
	switch {
	case isString(a) && isString(b):
		return nil
	case b == tds.SQLVariant:
		if isLOB(a) || a == tds.XML || from.Length == -1 {
			return never
		}
		return nil
	case a == tds.SQLVariant:
		if isLOB(b) || b == tds.XML {
			return never
		}
		return needExplicit()
	case a == tds.XML:
		if isString(b) && !isLOB(b) || isBinary(b) && !isLOB(b) {
			return needExplicit()
		}
		return never
	case b == tds.XML:
		if isString(a) || isBinary(a) {
			return nil
		}
		return never
	case isLOB(a) || isLOB(b):
		if isString(a) && isString(b) || isBinary(a) && isBinary(b) || isBinary(a) && b == tds.Image {
			return nil
		}
		return never
	case isBinary(a) && isBinary(b):
		return nil
	case isString(a):
		if isBinary(b) {
			return needExplicit()
		}
		return nil
	case isString(b):
		return nil
	case a == tds.UniqueIdentifier || b == tds.UniqueIdentifier:
		if isBinary(a) || isBinary(b) {
			return nil
		}
		return never
	case isBinary(a):
		if isFloat(b) {
			return never
		}
		return nil
	case isBinary(b):
		if isDate(a) {
			return needExplicit()
		}
		return nil
	case isDate(a) && isDate(b):
		if a == tds.Date && b == tds.Time || a == tds.Time && b == tds.Date {
			return never
		}
		return nil
	case isDate(a) && isNumeric(b):
		if a == tds.DateTime || a == tds.SmallDateTime {
			return needExplicit()
		}
		return never
	case isNumeric(a) && isDate(b):
		if b == tds.DateTime || b == tds.SmallDateTime {
			return nil
		}
		return never
	}
	return nil
}

// convert turns a physical value of one type into one of another. x is not nil.
func convert(x any, from, to tds.Type, style int) (any, error) {
	if from.Kind == tds.SQLVariant && to.Kind != tds.SQLVariant {
		b, _ := x.([]byte)
		it, iv := unpackVariant(b)
		if iv == nil {
			return nil, nil
		}
		if err := checkConversion(it, to, true); err != nil {
			return nil, err
		}
		return convert(iv, it, to, style)
	}
	switch k := to.Kind; {
	case isInt(k):
		return toInt(x, from, to)
	case isFloat(k):
		return toFloat(x, from, to)
	case isDecimal(k):
		return toDecimal(x, from, to)
	case isString(k):
		return toString(x, from, to, style)
	case isBinary(k):
		return toBinary(x, from, to, style)
	case isDate(k):
		return toDate(x, from, to, style)
	case k == tds.UniqueIdentifier:
		return toGUID(x, from)
	case k == tds.XML:
		return toXML(x, from)
	case k == tds.SQLVariant:
		if from.Kind == tds.SQLVariant {
			return x, nil
		}
		return packVariant(from, x), nil
	}
	return x, nil
}

func errConv(x any, from, to tds.Type) error {
	s, _ := x.(string)
	return errf(245, 16, 1, "Conversion failed when converting the %s value '%s' to data type %s.", typeName(from), clip(s, 256), typeName(to))
}

func errDataType(from, to tds.Type) error {
	return errf(8114, 16, 5, "Error converting data type %s to %s.", typeName(from), typeName(to))
}

func errOverflow(from, to tds.Type) error {
	return errf(8115, 16, 2, "Arithmetic overflow error converting %s to data type %s.", overflowName(from), typeName(to))
}

func overflowName(t tds.Type) string {
	if isDecimal(t.Kind) {
		return "numeric"
	}
	if isInt(t.Kind) || t.Kind == tds.KindNull {
		return "expression"
	}
	return typeName(t)
}

var intLimits = map[tds.Kind][2]int64{
	tds.TinyInt: {0, 255}, tds.SmallInt: {-32768, 32767}, tds.Int: {-2147483648, 2147483647}, tds.BigInt: {math.MinInt64, math.MaxInt64},
}

func fitInt(n int64, from, to tds.Type) (any, error) {
	if to.Kind == tds.Bit {
		if n != 0 {
			return int64(1), nil
		}
		return int64(0), nil
	}
	l := intLimits[to.Kind]
	if n < l[0] || n > l[1] {
		return nil, errOverflow(from, to)
	}
	return n, nil
}

func toInt(x any, from, to tds.Type) (any, error) { //nolint:gocyclo // the rules of the language, case by case
	switch v := x.(type) {
	case int64:
		if isDate(from.Kind) {
			d := float64(v-days1900*ticksPerDay) / float64(ticksPerDay)
			return fitInt(int64(math.Floor(d+0.5)), from, to)
		}
		return fitInt(v, from, to)
	case float64:
		if to.Kind == tds.Bit {
			return boolInt(v != 0), nil
		}
		if math.IsNaN(v) || v >= 9.3e18 || v <= -9.3e18 {
			return nil, errf(232, 16, 3, "Arithmetic overflow error for type %s, value = %f.", typeName(to), v)
		}
		return fitInt(int64(v), from, to)
	case []byte:
		var n uint64
		for _, b := range v {
			n = n<<8 | uint64(b)
		}
		switch to.Kind {
		case tds.Bit:
			return boolInt(n != 0), nil
		case tds.TinyInt:
			return int64(uint8(n)), nil
		case tds.SmallInt:
			return int64(int16(n)), nil
		case tds.Int:
			return int64(int32(n)), nil
		default:
			return int64(n), nil
		}
	case string:
		if isDecimal(from.Kind) {
			return decimalToInt(v, from, to)
		}
		return stringToInt(v, from, to)
	}
	return nil, errConv("", from, to)
}

func boolInt(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func decimalToInt(v string, from, to tds.Type) (any, error) {
	n, scale, ok := parseDecimal(v)
	if !ok {
		return nil, errDataType(from, to)
	}
	if to.Kind == tds.Bit {
		return boolInt(n.Sign() != 0), nil
	}
	n = new(big.Int).Quo(n, pow10(scale))
	if !n.IsInt64() {
		return nil, errOverflow(from, to)
	}
	return fitInt(n.Int64(), from, to)
}

func stringToInt(v string, from, to tds.Type) (any, error) {
	s := strings.TrimSpace(v)
	if to.Kind == tds.Bit {
		switch strings.ToLower(s) {
		case "true":
			return int64(1), nil
		case "false", "":
			return int64(0), nil
		}
	}
	if s == "" {
		return int64(0), nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		if _, scale, ok := parseDecimal(s); ok && scale == 0 && !strings.Contains(s, ".") || errors.Is(err, strconv.ErrRange) {
			return nil, overflowed(v, from, to)
		}
		if to.Kind == tds.BigInt {
			return nil, errDataType(from, to)
		}
		return nil, errConv(v, from, to)
	}
	out, err := fitInt(n, from, to)
	if err != nil {
		return nil, overflowed(v, from, to)
	}
	return out, nil
}

func overflowed(v string, from, to tds.Type) error {
	switch to.Kind {
	case tds.TinyInt, tds.SmallInt:
		return errf(244, 16, 2, "The conversion of the %s value '%s' overflowed an INT%d column. Use a larger integer column.", typeName(from), clip(v, 64), map[tds.Kind]int{tds.TinyInt: 1, tds.SmallInt: 2}[to.Kind])
	case tds.BigInt:
		return errf(8115, 16, 2, "Arithmetic overflow error converting expression to data type bigint.")
	default:
	}
	return errf(248, 16, 1, "The conversion of the %s value '%s' overflowed an int column.", typeName(from), clip(v, 64))
}

func toFloat(x any, from, to tds.Type) (any, error) {
	var f float64
	switch v := x.(type) {
	case int64:
		f = float64(v)
		if isDate(from.Kind) {
			f = float64(v-days1900*ticksPerDay) / float64(ticksPerDay)
		}
	case float64:
		f = v
	case string:
		s := strings.TrimSpace(v)
		n, err := strconv.ParseFloat(s, 64)
		if s == "" {
			n, err = 0, nil
		}
		if err != nil || strings.ContainsAny(s, "xXpP_nNiI") {
			return nil, errDataType(from, to)
		}
		f = n
	default:
		return nil, errDataType(from, to)
	}
	if to.Kind == tds.Real {
		if math.Abs(f) > math.MaxFloat32 {
			return nil, errOverflow(from, to)
		}
		f = float64(float32(f))
	}
	return f, nil
}

func toDecimal(x any, from, to tds.Type) (any, error) { //nolint:gocyclo // the rules of the language, case by case
	var n *big.Int
	scale := 0
	switch v := x.(type) {
	case int64:
		if isDate(from.Kind) {
			f := float64(v-days1900*ticksPerDay) / float64(ticksPerDay)
			return toDecimal(f, tds.Type{Kind: tds.Float}, to)
		}
		n = big.NewInt(v)
	case float64:
		s := strconv.FormatFloat(v, 'f', int(to.Scale), 64)
		var ok bool
		if n, scale, ok = parseDecimal(s); !ok {
			return nil, errDataType(from, to)
		}
	case string:
		var ok bool
		if to.Kind != tds.Decimal && isString(from.Kind) {
			v = strings.ReplaceAll(strings.TrimPrefix(strings.TrimSpace(v), "$"), ",", "")
			if v == "" {
				v = "0"
			}
		}
		if n, scale, ok = parseDecimal(v); !ok {
			if to.Kind != tds.Decimal {
				return nil, errf(235, 16, 0, "Cannot convert a char value to money. The char value has incorrect syntax.")
			}
			return nil, errDataType(from, to)
		}
	case []byte:
		m, err := toInt(v, from, tds.Type{Kind: tds.BigInt})
		if err != nil {
			return nil, err
		}
		i, _ := m.(int64)
		n = big.NewInt(i)
		if to.Kind != tds.Decimal {
			scale = 4
		}
	default:
		return nil, errDataType(from, to)
	}
	n = rescale(n, scale, int(to.Scale))
	if new(big.Int).Abs(n).Cmp(pow10(int(to.Precision))) >= 0 {
		if isDecimal(from.Kind) && to.Kind == tds.Decimal {
			return nil, errf(8115, 16, 8, "Arithmetic overflow error converting numeric to data type numeric.")
		}
		return nil, errf(8115, 16, 8, "Arithmetic overflow error converting %s to data type %s.", typeName(from), typeName(to))
	}
	return decimalText(n, int(to.Scale)), nil
}

func toGUID(x any, from tds.Type) (any, error) {
	switch v := x.(type) {
	case string:
		g, ok := parseGUID(v)
		if !ok {
			return nil, errf(8169, 16, 2, "Conversion failed when converting from a character string to uniqueidentifier.")
		}
		return packGUID(g), nil
	case []byte:
		if from.Kind == tds.UniqueIdentifier {
			return v, nil
		}
		b := make([]byte, 16)
		copy(b, v)
		return packGUID(guidFromBytes(b)), nil
	}
	return nil, errDataType(from, tds.Type{Kind: tds.UniqueIdentifier})
}

func toBinary(x any, from, to tds.Type, style int) (any, error) { //nolint:gocyclo // the rules of the language, case by case
	var b []byte
	switch v := x.(type) {
	case []byte:
		b = v
		if from.Kind == tds.UniqueIdentifier {
			b = guidBytes(unpackGUID(v))
		}
	case string:
		switch {
		case isDecimal(from.Kind):
			return nil, errUnsupported("CONVERT(" + typeName(to) + ", " + typeName(from) + ")")
		case style == 1 || style == 2:
			h := v
			if style == 1 {
				if len(h) < 2 || h[0] != '0' || h[1] != 'x' && h[1] != 'X' {
					return nil, errDataType(from, to)
				}
				h = h[2:]
			}
			var err error
			if b, err = hex.DecodeString(h); err != nil {
				return nil, errDataType(from, to)
			}
		case isUnicode(from.Kind) || from.Kind == tds.XML:
			b = utf16LE(v)
		default:
			b = toCP1252(v)
		}
	case int64:
		if isDate(from.Kind) {
			return nil, errUnsupported("CONVERT(" + typeName(to) + ", " + typeName(from) + ")")
		}
		full := binary.BigEndian.AppendUint64(nil, uint64(v))
		size := map[tds.Kind]int{tds.Bit: 1, tds.TinyInt: 1, tds.SmallInt: 2, tds.Int: 4, tds.BigInt: 8}[from.Kind]
		b = full[8-size:]
		if to.Length > 0 && len(b) > to.Length {
			b = b[len(b)-to.Length:]
		} else if to.Kind == tds.Binary && len(b) < to.Length {
			b = append(make([]byte, to.Length-len(b)), b...)
		}
	default:
		return nil, errUnsupported("CONVERT(" + typeName(to) + ", " + typeName(from) + ")")
	}
	if to.Length > 0 && len(b) > to.Length {
		b = b[:to.Length]
	}
	if to.Kind == tds.Binary && len(b) < to.Length {
		b = append(append([]byte{}, b...), make([]byte, to.Length-len(b))...)
	}
	return b, nil
}

package tsql

import (
	"errors"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

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

// toInt converts a physical value to bit or an integer type.
func toInt(x any, from, to tds.Type) (any, error) {
	switch v := x.(type) {
	case int64:
		if isDate(from.Kind) {
			return fitInt(int64(math.Floor(daysSince1900(v)+0.5)), from, to)
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
		return bytesToInt(v, to.Kind), nil
	case string:
		if isDecimal(from.Kind) {
			return decimalToInt(v, from, to)
		}
		return stringToInt(v, from, to)
	}
	return nil, errConv("", from, to)
}

// daysSince1900 is a physical date and time as the number that datetime counts as.
func daysSince1900(ticks int64) float64 {
	return float64(ticks-days1900*ticksPerDay) / float64(ticksPerDay)
}

// bytesToInt takes the last bytes of a binary value, the highest first, as an
// integer of kind k.
func bytesToInt(v []byte, k tds.Kind) int64 {
	var n uint64
	for _, b := range v {
		n = n<<8 | uint64(b)
	}
	switch k {
	case tds.Bit:
		return boolInt(n != 0)
	case tds.TinyInt:
		return int64(uint8(n))
	case tds.SmallInt:
		return int64(int16(n))
	case tds.Int:
		return int64(int32(n))
	default:
		return int64(n)
	}
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
			f = daysSince1900(v)
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

// toDecimal converts a physical value to decimal or money.
func toDecimal(x any, from, to tds.Type) (any, error) {
	n, scale, err := digits(x, from, to)
	if err != nil {
		return nil, err
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

// digits is a physical value as a whole number of 10^-scale.
func digits(x any, from, to tds.Type) (n *big.Int, scale int, err error) {
	switch v := x.(type) {
	case int64:
		if isDate(from.Kind) {
			return digits(daysSince1900(v), tds.Type{Kind: tds.Float}, to)
		}
		return big.NewInt(v), 0, nil
	case float64:
		n, scale, ok := parseDecimal(strconv.FormatFloat(v, 'f', int(to.Scale), 64))
		if !ok {
			return nil, 0, errDataType(from, to)
		}
		return n, scale, nil
	case string:
		return textDigits(v, from, to)
	case []byte:
		if to.Kind != tds.Decimal {
			scale = 4 // money counts in 1/10000
		}
		return big.NewInt(bytesToInt(v, tds.BigInt)), scale, nil
	}
	return nil, 0, errDataType(from, to)
}

// textDigits reads a number out of a text or another decimal; money takes $
// and thousands' commas too.
func textDigits(v string, from, to tds.Type) (*big.Int, int, error) {
	money := to.Kind != tds.Decimal
	if money && isString(from.Kind) {
		v = strings.ReplaceAll(strings.TrimPrefix(strings.TrimSpace(v), "$"), ",", "")
		if v == "" {
			v = "0"
		}
	}
	n, scale, ok := parseDecimal(v)
	switch {
	case ok:
		return n, scale, nil
	case money:
		return nil, 0, errf(235, 16, 0, "Cannot convert a char value to money. The char value has incorrect syntax.")
	}
	return nil, 0, errDataType(from, to)
}

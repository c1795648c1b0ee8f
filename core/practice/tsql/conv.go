package tsql

import (
	"encoding/binary"
	"encoding/hex"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

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

// toBinary converts a physical value to a binary type; style is CONVERT's for
// text that shows hexadecimal digits.
func toBinary(x any, from, to tds.Type, style int) (any, error) {
	var b []byte
	switch v := x.(type) {
	case []byte:
		b = v
		if from.Kind == tds.UniqueIdentifier {
			b = guidBytes(unpackGUID(v))
		}
	case string:
		var err error
		if b, err = textBytes(v, from, to, style); err != nil {
			return nil, err
		}
	case int64:
		if isDate(from.Kind) {
			return nil, errNoConvert(from, to)
		}
		b = intBytes(v, from.Kind, to)
	default:
		return nil, errNoConvert(from, to)
	}
	if to.Length > 0 && len(b) > to.Length {
		b = b[:to.Length]
	}
	if to.Kind == tds.Binary && len(b) < to.Length {
		b = append(append([]byte{}, b...), make([]byte, to.Length-len(b))...)
	}
	return b, nil
}

// errNoConvert refuses a conversion that SQL Server has and this engine has not.
func errNoConvert(from, to tds.Type) error {
	return errUnsupported("CONVERT(" + typeName(to) + ", " + typeName(from) + ")")
}

// textBytes are the bytes of a text: its digits in styles 1 (with 0x) and 2,
// else its characters.
func textBytes(v string, from, to tds.Type, style int) ([]byte, error) {
	switch {
	case isDecimal(from.Kind):
		return nil, errNoConvert(from, to)
	case style == 1:
		if len(v) < 2 || v[0] != '0' || v[1] != 'x' && v[1] != 'X' {
			return nil, errDataType(from, to)
		}
		return textBytes(v[2:], from, to, 2)
	case style == 2:
		b, err := hex.DecodeString(v)
		if err != nil {
			return nil, errDataType(from, to)
		}
		return b, nil
	case isUnicode(from.Kind) || from.Kind == tds.XML:
		return utf16LE(v), nil
	}
	return toCP1252(v), nil
}

var intSizes = map[tds.Kind]int{tds.Bit: 1, tds.TinyInt: 1, tds.SmallInt: 2, tds.Int: 4, tds.BigInt: 8}

// intBytes are an integer's bytes, the highest first; what does not fit is cut
// off, or filled up with zeroes, at the front.
func intBytes(v int64, k tds.Kind, to tds.Type) []byte {
	full := binary.BigEndian.AppendUint64(nil, uint64(v))
	b := full[8-intSizes[k]:]
	switch {
	case to.Length > 0 && len(b) > to.Length:
		return b[len(b)-to.Length:]
	case to.Kind == tds.Binary && len(b) < to.Length:
		return append(make([]byte, to.Length-len(b)), b...)
	}
	return b
}

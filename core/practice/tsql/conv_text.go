package tsql

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

func utf16LE(s string) []byte {
	u := utf16.Encode([]rune(s))
	b := make([]byte, 0, 2*len(u))
	for _, c := range u {
		b = binary.LittleEndian.AppendUint16(b, c)
	}
	return b
}

func fromUTF16LE(b []byte) string {
	u := make([]uint16, len(b)/2)
	for i := range u {
		u[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(u))
}

// toCP1252 gives the bytes of a varchar; characters outside of the code page
// become question marks.
func toCP1252(s string) []byte {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		c, ok := charmap.Windows1252.EncodeRune(r)
		if !ok {
			c = '?'
		}
		b = append(b, c)
	}
	return b
}

func fromCP1252(b []byte) string {
	var sb strings.Builder
	for _, c := range b {
		sb.WriteRune(charmap.Windows1252.DecodeByte(c))
	}
	return sb.String()
}

// narrow replaces what a varchar cannot hold.
func narrow(s string) string {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return fromCP1252(toCP1252(s))
		}
	}
	return s
}

// cutUnits cuts s to n UTF-16 units.
func cutUnits(s string, n int) string {
	if len(s) <= n {
		return s
	}
	units := 0
	for i, r := range s {
		units++
		if r >= 0x10000 {
			units++
		}
		if units > n {
			return s[:i]
		}
	}
	return s
}

func toString(x any, from, to tds.Type, style int) (any, error) {
	s, err := textOf(x, from, to, style)
	if err != nil {
		return nil, err
	}
	if !isUnicode(to.Kind) && (isUnicode(from.Kind) || from.Kind == tds.XML) {
		s = narrow(s)
	}
	if to.Length > 0 && utf16Len(s) > to.Length {
		if s, err = cutText(s, from, to); err != nil {
			return nil, err
		}
	}
	if to.Kind == tds.Char || to.Kind == tds.NChar {
		if n := utf16Len(s); n < to.Length {
			s += strings.Repeat(" ", to.Length-n)
		}
	}
	return s, nil
}

// cutText shortens the text of a value that does not fit: text is cut, an
// integer becomes an asterisk (in varchar), anything else is an overflow.
func cutText(s string, from, to tds.Type) (string, error) {
	switch {
	case isInt(from.Kind):
		if isUnicode(to.Kind) || from.Kind == tds.BigInt {
			return "", errf(8115, 16, 2, "Arithmetic overflow error converting expression to data type %s.", typeName(to))
		}
		return "*", nil
	case isDecimal(from.Kind), isFloat(from.Kind):
		return "", errf(8115, 16, 5, "Arithmetic overflow error converting %s to data type %s.", typeName(from), typeName(to))
	case from.Kind == tds.UniqueIdentifier:
		return "", errf(8170, 16, 2, "Insufficient result space to convert uniqueidentifier value to char.")
	}
	return cutUnits(s, to.Length), nil
}

func textOf(x any, from, to tds.Type, style int) (string, error) {
	switch v := x.(type) {
	case string:
		if from.Kind == tds.Money || from.Kind == tds.SmallMoney {
			return fixScale(v, 2), nil
		}
		return v, nil
	case int64:
		if isDate(from.Kind) {
			return dateText(fromTicks(v), from, style)
		}
		return strconv.FormatInt(v, 10), nil
	case float64:
		return floatText(v), nil
	case []byte:
		switch {
		case from.Kind == tds.UniqueIdentifier:
			return guidText(unpackGUID(v)), nil
		case from.Kind == tds.DateTimeOffset:
			return dateText(unpackOffset(v), from, style)
		case style == 1:
			return "0x" + strings.ToUpper(hex.EncodeToString(v)), nil
		case style == 2:
			return strings.ToUpper(hex.EncodeToString(v)), nil
		case isUnicode(to.Kind):
			return fromUTF16LE(v), nil
		default:
			return fromCP1252(v), nil
		}
	}
	return "", errDataType(from, to)
}

// floatText is style 0: at most six digits, scientific where that is shorter.
func floatText(f float64) string {
	if f == 0 {
		return "0"
	}
	if a := math.Abs(f); a >= 1e6 || a < 1e-4 {
		s := strconv.FormatFloat(f, 'e', 5, 64)
		mant, exp, _ := strings.Cut(s, "e")
		if strings.Contains(mant, ".") {
			mant = strings.TrimRight(strings.TrimRight(mant, "0"), ".")
		}
		n, _ := strconv.Atoi(exp)
		sign := "+"
		if n < 0 {
			sign, n = "-", -n
		}
		return mant + "e" + sign + pad(n, 3)
	}
	return strconv.FormatFloat(f, 'g', 6, 64)
}

func pad(n, width int) string {
	s := strconv.Itoa(n)
	for len(s) < width {
		s = "0" + s
	}
	return s
}

// toXML takes text that is well-formed XML content.
func toXML(x any, from tds.Type) (any, error) {
	var s string
	switch v := x.(type) {
	case string:
		s = v
	case []byte:
		s = string(v)
		if len(v) > 1 && v[0] == 0xFF && v[1] == 0xFE {
			s = fromUTF16LE(v[2:])
		}
	}
	if from.Kind == tds.XML {
		return s, nil
	}
	d := xml.NewDecoder(strings.NewReader(s))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			line, col := d.InputPos()
			return nil, errf(9400, 16, 1, "XML parsing: line %d, character %d, unexpected end of input", line, col)
		}
	}
	// SQL Server drops the declaration.
	if strings.HasPrefix(s, "<?xml") {
		if i := strings.Index(s, "?>"); i > 0 {
			s = strings.TrimLeft(s[i+2:], "\r\n\t ")
		}
	}
	return s, nil
}

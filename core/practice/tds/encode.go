package tds

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"time"
)

// plpChunk is the size of the pieces in which max values are sent.
const plpChunk = 1 << 20

// appendValue adds a value as it stands in ROW and RETURNVALUE, with its length
// in front. The value must be one of the Go types named at Param, or nil. scratch
// is working space, which grows as needed; its content means nothing.
func (w wireType) appendValue(b []byte, value any, scratch *[]byte) ([]byte, error) {
	if value == nil {
		return w.appendNull(b), nil
	}
	if w.Kind == SQLVariant {
		return appendVariant(b, value)
	}
	data, err := w.encode((*scratch)[:0], value)
	if err != nil {
		return nil, err
	}
	if cap(data) <= plpChunk {
		*scratch = data // a huge value's space is not kept
	}
	switch {
	case w.max:
		return appendPLP(b, data), nil
	case w.id == wireText || w.id == wireNText || w.id == wireImage:
		return append(appendTextPointer(b, len(data)), data...), nil
	case w.size > 255 || w.hasShortLength():
		if len(data) > w.size {
			return nil, fmt.Errorf("tds: a value of %d bytes does not fit the announced %d", len(data), w.size)
		}
		b = binary.LittleEndian.AppendUint16(b, uint16(len(data)))
		return append(b, data...), nil
	default:
		return append(append(b, byte(len(data))), data...), nil
	}
}

// hasShortLength tells the types whose values carry a two-byte length.
func (w wireType) hasShortLength() bool {
	switch w.Kind {
	case Char, VarChar, NChar, NVarChar, Binary, VarBinary:
		return true
	default:
		return false
	}
}

func (w wireType) appendNull(b []byte) []byte {
	switch {
	case w.max:
		return binary.LittleEndian.AppendUint64(b, plpNull)
	case w.Kind == SQLVariant:
		return binary.LittleEndian.AppendUint32(b, 0)
	case w.hasShortLength():
		return binary.LittleEndian.AppendUint16(b, maxMark)
	default:
		return append(b, 0)
	}
}

func appendPLP(b, data []byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, uint64(len(data)))
	for len(data) > 0 {
		n := min(len(data), plpChunk)
		b = binary.LittleEndian.AppendUint32(b, uint32(n))
		b = append(b, data[:n]...)
		data = data[n:]
	}
	return binary.LittleEndian.AppendUint32(b, 0)
}

// appendTextPointer adds what precedes a text, ntext or image value: a pointer
// and a timestamp, both of no meaning to a client that only reads, and the length.
func appendTextPointer(b []byte, length int) []byte {
	b = append(b, 16)
	b = append(b, make([]byte, 16+8)...)
	return binary.LittleEndian.AppendUint32(b, uint32(length))
}

// encode adds the bare bytes of a value.
func (w wireType) encode(b []byte, value any) ([]byte, error) {
	switch w.Kind {
	case Bit, TinyInt, SmallInt, Int, BigInt, KindNull:
		return w.encodeInteger(b, value)
	case Real, Float:
		return w.encodeFloat(b, value)
	case Decimal, Money, SmallMoney:
		return w.encodeNumber(b, value)
	case Char, VarChar, Text, NChar, NVarChar, NText, XML:
		if text, ok := value.(string); ok {
			return w.encodeText(b, text), nil
		}
	case Binary, VarBinary, Image:
		if data, ok := value.([]byte); ok {
			b = append(b, data...)
			for w.Kind == Binary && len(b) < w.size {
				b = append(b, 0)
			}
			return b, nil
		}
	case UniqueIdentifier:
		if g, ok := value.(GUID); ok {
			return append(b, g[3], g[2], g[1], g[0], g[5], g[4], g[7], g[6], g[8], g[9], g[10], g[11], g[12], g[13], g[14], g[15]), nil
		}
	default:
		if t, ok := value.(time.Time); ok {
			return appendTime(b, t, w)
		}
	}
	return nil, w.mismatch(value)
}

func (w wireType) mismatch(value any) error {
	return fmt.Errorf("tds: a %T cannot be sent as %s", value, w.Type)
}

func (w wireType) encodeInteger(b []byte, value any) ([]byte, error) {
	var n int64
	switch v := value.(type) {
	case int64:
		n = v
	case bool:
		if v {
			n = 1
		}
	default:
		return nil, w.mismatch(value)
	}
	low, high := int64(math.MinInt32), int64(math.MaxInt32)
	switch w.Kind {
	case Bit:
		if n != 0 {
			n = 1
		}
	case TinyInt:
		low, high = 0, math.MaxUint8
	case SmallInt:
		low, high = math.MinInt16, math.MaxInt16
	case BigInt:
		low, high = math.MinInt64, math.MaxInt64
	default: // an int
	}
	if n < low || n > high {
		return nil, overflow(w.String())
	}
	return appendLittle(b, uint64(n), w.size), nil
}

func (w wireType) encodeFloat(b []byte, value any) ([]byte, error) {
	var f float64
	switch v := value.(type) {
	case float64:
		f = v
	case int64:
		f = float64(v)
	default:
		return nil, w.mismatch(value)
	}
	if w.Kind == Real {
		if math.Abs(f) > math.MaxFloat32 {
			return nil, overflow("real")
		}
		return binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(f))), nil
	}
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(f)), nil
}

func (w wireType) encodeNumber(b []byte, value any) ([]byte, error) {
	var n Number
	switch v := value.(type) {
	case Number:
		n = v
	case int64:
		n = Number(strconv.FormatInt(v, 10))
	case float64:
		n = Number(strconv.FormatFloat(v, 'e', -1, 64))
	default:
		return nil, w.mismatch(value)
	}
	if w.Kind == Decimal {
		return appendDecimal(b, n, w.Type)
	}
	return appendMoney(b, n, w.size)
}

// encodeText adds text as UTF-16 or in the code page, where a character that it
// lacks becomes "?" as in SQL Server. The fixed types are filled with spaces.
func (w wireType) encodeText(b []byte, text string) []byte {
	switch w.Kind {
	case NChar, NVarChar, NText, XML:
		b = appendUTF16(b, text)
	default:
		for _, r := range text {
			c, ok := codePage.EncodeRune(r)
			if !ok {
				c = '?'
			}
			b = append(b, c)
		}
	}
	for w.Kind == Char && len(b) < w.size {
		b = append(b, ' ')
	}
	for w.Kind == NChar && len(b) < w.size {
		b = append(b, ' ', 0)
	}
	return b
}

// fixedIDs are the type bytes inside a sql_variant where they differ from those
// of a column.
var fixedIDs = map[Kind]byte{
	Bit: wireBit, TinyInt: wireInt1, SmallInt: wireInt2, Int: wireInt4, BigInt: wireInt8, Real: wireFloat4, Float: wireFloat8,
	Money: wireMoney, SmallMoney: wireMoney4, DateTime: wireDateTime, SmallDateTime: wireDateTime4,
}

// appendVariant adds a sql_variant: total length, type byte, property bytes and
// value, [MS-TDS] 2.2.5.5.4. A value that is no Variant gets the type that SQL
// Server would give its like.
func appendVariant(b []byte, value any) ([]byte, error) {
	v, ok := value.(Variant)
	if !ok {
		v = Variant{Type: typeOf(value), Value: value}
	}
	if v.Value == nil {
		return binary.LittleEndian.AppendUint32(b, 0), nil
	}
	w := toWire(v.Type)
	if w.max || w.Kind == SQLVariant || w.Kind == Text || w.Kind == NText || w.Kind == Image || w.Kind == KindNull {
		return nil, fmt.Errorf("tds: %s cannot stand in a sql_variant", v.Type)
	}
	if id, ok := fixedIDs[w.Kind]; ok {
		w.id = id
	}
	var properties []byte
	switch w.Kind {
	case Decimal:
		properties = []byte{w.Precision, w.Scale}
	case Time, DateTime2, DateTimeOffset:
		properties = []byte{w.Scale}
	case Binary, VarBinary:
		properties = binary.LittleEndian.AppendUint16(nil, uint16(w.size))
	case Char, VarChar, NChar, NVarChar:
		properties = binary.LittleEndian.AppendUint16(defaultCollation[:], uint16(w.size))
	default: // no properties
	}
	data, err := w.encode(nil, v.Value)
	if err != nil {
		return nil, err
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(2+len(properties)+len(data)))
	b = append(b, w.id, byte(len(properties)))
	return append(append(b, properties...), data...), nil
}

// typeOf is the type of a bare Go value.
func typeOf(value any) Type {
	switch v := value.(type) {
	case bool:
		return Type{Kind: Bit}
	case int64:
		if v == int64(int32(v)) {
			return Type{Kind: Int}
		}
		return Type{Kind: BigInt}
	case float64:
		return Type{Kind: Float}
	case Number:
		return numberType(v)
	case string:
		return Type{Kind: NVarChar, Length: max(utf16Len(v), 1)}
	case []byte:
		return Type{Kind: VarBinary, Length: max(len(v), 1)}
	case time.Time:
		return Type{Kind: DateTime2, Scale: 7}
	case GUID:
		return Type{Kind: UniqueIdentifier}
	case Variant:
		return Type{Kind: SQLVariant}
	default:
		return Type{Kind: KindNull}
	}
}

// numberType is the smallest decimal type that holds n as it is written.
func numberType(n Number) Type {
	digits, scale, point := 0, 0, false
	for _, c := range n {
		switch {
		case c == '.':
			point = true
		case c >= '0' && c <= '9':
			digits++
			if point {
				scale++
			}
		}
	}
	return Type{Kind: Decimal, Precision: uint8(min(max(digits, 1), 38)), Scale: uint8(min(scale, 38))}
}

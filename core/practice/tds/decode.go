package tds

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"
)

// readValue reads a value with its length in front, as it stands in a parameter
// or (row) in a row of a bulk load, where text, ntext and image look different.
func (w wireType) readValue(d *decoder, row bool) any {
	switch {
	case w.id == wireNull:
		return nil
	case w.max:
		data, ok := readPLP(d)
		return w.present(d, data, ok)
	case w.id == wireText || w.id == wireNText || w.id == wireImage:
		return w.readLong(d, row)
	case w.id == wireVariant:
		return readVariant(d)
	case fixedTypes[w.id].size > 0:
		return w.present(d, d.bytes(w.size), true)
	case w.id >= wireVarBinary: // two-byte lengths start here, [MS-TDS] 2.2.5.4.3
		n := d.u16()
		if n == maxMark {
			return nil
		}
		return w.present(d, d.bytes(int(n)), true)
	default:
		n := d.u8()
		if n == 0 {
			return nil
		}
		return w.present(d, d.bytes(int(n)), true)
	}
}

func (w wireType) present(d *decoder, data []byte, ok bool) any {
	if !ok || d.err != nil {
		return nil
	}
	value, err := w.decode(data)
	if err != nil {
		d.err = err
	}
	return value
}

// readLong reads text, ntext and image: with a text pointer in rows, with a bare
// length in parameters.
func (w wireType) readLong(d *decoder, row bool) any {
	if row {
		pointer := int(d.u8())
		if pointer == 0 {
			return nil
		}
		d.skip(pointer + 8)
	}
	n := d.u32()
	if n == math.MaxUint32 {
		return nil
	}
	return w.present(d, d.bytes(int(n)), true)
}

// readPLP reads a partially length-prefixed value, [MS-TDS] 2.2.5.2.3. What the
// client says about the whole length is not used: memory grows with the chunks.
func readPLP(d *decoder) (data []byte, ok bool) {
	if d.u64() == plpNull {
		return nil, false
	}
	var buf bytes.Buffer
	for d.err == nil {
		n := d.u32()
		if n == 0 {
			break
		}
		if int64(n) > int64(d.limit-buf.Len()) {
			d.err = errTooLarge
			break
		}
		if _, err := io.CopyN(&buf, d.r, int64(n)); err != nil {
			d.err = noEOF(err)
		}
	}
	if buf.Len() == 0 {
		return []byte{}, true // empty, which is not NULL
	}
	return buf.Bytes(), true
}

// readVariant reads a sql_variant, whose inner type byte decides on its shape.
func readVariant(d *decoder) any {
	total := int64(d.u32())
	if total == 0 || d.err != nil {
		return nil
	}
	id, count := d.u8(), int64(d.u8())
	if total > maxVariant+16 || total < 2+count {
		d.fail("sql_variant of %d bytes", total)
		return nil
	}
	properties := d.bytes(int(count))
	data := d.bytes(int(total - 2 - count))
	if d.err != nil {
		return nil
	}
	w, err := variantType(id, properties, len(data))
	if err != nil {
		d.err = err
		return nil
	}
	value, err := w.decode(data)
	if err != nil {
		d.err = err
		return nil
	}
	return Variant{Type: w.Type, Value: value}
}

// variantType rebuilds a type from a variant's type byte and properties.
func variantType(id byte, properties []byte, size int) (wireType, error) {
	info := append([]byte{id}, properties...)
	switch id {
	case wireGUID:
		info = append(info, 16)
	case wireNumericN, wireDecimalN:
		info = append([]byte{id, byte(size)}, properties...)
	case wireVarChar, wireChar, wireNVarChar, wireNChar:
		if len(properties) == 7 { // here the collation comes first
			info = append([]byte{id}, properties[5:]...)
			info = append(info, properties[:5]...)
		}
	}
	d := newDecoder(bytes.NewReader(info), len(info))
	w := readType(d)
	if d.err == nil && (!d.atEnd() || w.max) {
		d.fail("sql_variant of type %#02x", id)
	}
	return w, d.err
}

// decode turns a value's bytes into its Go value.
func (w wireType) decode(b []byte) (any, error) {
	if err := w.checkSize(len(b)); err != nil {
		return nil, err
	}
	switch w.Kind {
	case Bit:
		return b[0] != 0, nil
	case TinyInt:
		return int64(b[0]), nil
	case SmallInt:
		return int64(int16(binary.LittleEndian.Uint16(b))), nil
	case Int:
		return int64(int32(binary.LittleEndian.Uint32(b))), nil
	case BigInt:
		return int64(binary.LittleEndian.Uint64(b)), nil
	case Real:
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(b))), nil
	case Float:
		return math.Float64frombits(binary.LittleEndian.Uint64(b)), nil
	case Decimal:
		return decodeDecimal(b, w.Scale), nil
	case Money, SmallMoney:
		return decodeMoney(b), nil
	case UniqueIdentifier:
		return GUID{b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]}, nil
	case Binary, VarBinary, Image:
		return b, nil
	case NChar, NVarChar, NText, XML:
		// XML may open with the byte order mark of its encoding.
		return strings.TrimPrefix(fromUTF16(b), "\ufeff"), nil
	case Char, VarChar, Text:
		return w.decodeText(b), nil
	default:
		return decodeTime(b, w), nil
	}
}

func (w wireType) decodeText(b []byte) string {
	if w.utf8 {
		return strings.ToValidUTF8(string(b), "\ufffd")
	}
	var text strings.Builder
	for _, c := range b {
		text.WriteRune(codePage.DecodeByte(c))
	}
	return text.String()
}

// checkSize refuses values whose length does not suit their type, so that decode
// can index without fear.
func (w wireType) checkSize(n int) error {
	want := w.size
	switch w.Kind {
	case Char, VarChar, Text, NChar, NVarChar, NText, XML, Binary, VarBinary, Image:
		return nil
	case Decimal:
		// Clients send the magnitude in full or in as many words as it needs.
		if n >= 5 && n <= 17 && n%4 == 1 {
			return nil
		}
	case UniqueIdentifier:
		want = 16
	case Date:
		want = 3
	case Time:
		want = timeSize(w.Scale)
	case DateTime2:
		want = timeSize(w.Scale) + 3
	case DateTimeOffset:
		want = timeSize(w.Scale) + 5
	default: // the length that TYPE_INFO gave
	}
	if n == 0 || n != want || w.Kind == KindNull || w.Kind == SQLVariant {
		return fmt.Errorf("%w: a %s value of %d bytes", errMalformed, w.Type, n)
	}
	return nil
}

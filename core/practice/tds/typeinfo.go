package tds

import (
	"encoding/binary"

	"golang.org/x/text/encoding/charmap"
)

// Type bytes on the wire, [MS-TDS] 2.2.5.4.
const (
	wireNull           byte = 0x1F
	wireImage          byte = 0x22
	wireText           byte = 0x23
	wireGUID           byte = 0x24
	wireOldVarBinary   byte = 0x25
	wireIntN           byte = 0x26
	wireOldVarChar     byte = 0x27
	wireDate           byte = 0x28
	wireTime           byte = 0x29
	wireDateTime2      byte = 0x2A
	wireDateTimeOffset byte = 0x2B
	wireOldBinary      byte = 0x2D
	wireOldChar        byte = 0x2F
	wireInt1           byte = 0x30
	wireBit            byte = 0x32
	wireInt2           byte = 0x34
	wireOldDecimal     byte = 0x37
	wireInt4           byte = 0x38
	wireDateTime4      byte = 0x3A
	wireFloat4         byte = 0x3B
	wireMoney          byte = 0x3C
	wireDateTime       byte = 0x3D
	wireFloat8         byte = 0x3E
	wireOldNumeric     byte = 0x3F
	wireVariant        byte = 0x62
	wireNText          byte = 0x63
	wireBitN           byte = 0x68
	wireDecimalN       byte = 0x6A
	wireNumericN       byte = 0x6C
	wireFloatN         byte = 0x6D
	wireMoneyN         byte = 0x6E
	wireDateTimeN      byte = 0x6F
	wireMoney4         byte = 0x7A
	wireInt8           byte = 0x7F
	wireVarBinary      byte = 0xA5
	wireVarChar        byte = 0xA7
	wireBinary         byte = 0xAD
	wireChar           byte = 0xAF
	wireNVarChar       byte = 0xE7
	wireNChar          byte = 0xEF
	wireXML            byte = 0xF1
)

const (
	maxMark       = 0xFFFF // a 16-bit length that means "max"
	maxBytes      = 8000   // the longest value outside the max types
	maxVariant    = 8009
	plpNull       = 0xFFFFFFFFFFFFFFFF
	plpUnknown    = 0xFFFFFFFFFFFFFFFE
	collationUTF8 = 0x04 // fUTF8, bit 26 of the collation's first four bytes
)

// defaultCollation is SQL_Latin1_General_CP1_CI_AS: LCID 0x0409, ignore case,
// kana and width, version 0, sort id 52. Its code page is Windows-1252.
var defaultCollation = [5]byte{0x09, 0x04, 0xD0, 0x00, 0x34}

// codePage is how the char types travel.
var codePage = charmap.Windows1252

// wireType is a type as it stands in TYPE_INFO, with what is needed to read its
// values.
type wireType struct {
	Type
	id   byte
	size int  // bytes of the longest value; 0 for the types that carry no length
	max  bool // PLP: the max types and xml
	utf8 bool // a char type with a UTF-8 collation
}

// wireIDs gives the type byte under which each Kind is sent. The nullable forms
// are used throughout: they carry the fixed ones' values too.
var wireIDs = [...]byte{
	KindNull: wireIntN, Bit: wireBitN, TinyInt: wireIntN, SmallInt: wireIntN, Int: wireIntN, BigInt: wireIntN,
	Real: wireFloatN, Float: wireFloatN, Decimal: wireNumericN, Money: wireMoneyN, SmallMoney: wireMoneyN,
	Char: wireChar, VarChar: wireVarChar, Text: wireText, NChar: wireNChar, NVarChar: wireNVarChar, NText: wireNText,
	Binary: wireBinary, VarBinary: wireVarBinary, Image: wireImage, DateTime: wireDateTimeN, SmallDateTime: wireDateTimeN,
	Date: wireDate, Time: wireTime, DateTime2: wireDateTime2, DateTimeOffset: wireDateTimeOffset,
	UniqueIdentifier: wireGUID, XML: wireXML, SQLVariant: wireVariant,
}

// toWire settles how values of t are sent. A length outside what the type allows
// becomes max for the variable types and the longest one for the fixed types.
func toWire(t Type) wireType {
	if int(t.Kind) >= len(wireIDs) {
		t.Kind = KindNull
	}
	w := wireType{Type: t, id: wireIDs[t.Kind]}
	switch t.Kind {
	case Bit, TinyInt:
		w.size = 1
	case SmallInt:
		w.size = 2
	case KindNull, Int, Real, SmallMoney, SmallDateTime:
		w.size = 4
	case BigInt, Float, Money, DateTime:
		w.size = 8
	case Decimal:
		w.Precision, w.Scale = decimalFacets(t)
		w.size = decimalSize(w.Precision)
	case Char, Binary, NChar:
		w.Length = min(max(t.Length, 1), maxBytes/w.unit())
		w.size = w.Length * w.unit()
	case VarChar, VarBinary, NVarChar:
		w.max = t.Length < 0 || t.Length > maxBytes/w.unit()
		w.Length = max(t.Length, 1)
		w.size = w.Length * w.unit()
	case Time, DateTime2, DateTimeOffset:
		w.Scale = min(t.Scale, 7)
	case UniqueIdentifier:
		w.size = 16
	case XML:
		w.max = true
	default: // date, text, ntext, image and sql_variant carry no length of their own
	}
	return w
}

// unit is the number of bytes that one character of Length takes.
func (w wireType) unit() int {
	if w.Kind == NChar || w.Kind == NVarChar {
		return 2
	}
	return 1
}

func decimalFacets(t Type) (precision, scale uint8) {
	if t.Precision == 0 || t.Precision > 38 {
		return 38, min(t.Scale, 38)
	}
	return t.Precision, min(t.Scale, t.Precision)
}

// decimalSize is the number of bytes of a decimal: sign and magnitude.
func decimalSize(precision uint8) int {
	switch {
	case precision <= 9:
		return 5
	case precision <= 19:
		return 9
	case precision <= 28:
		return 13
	default:
		return 17
	}
}

// timeSize is the number of bytes of a time of day with the given scale.
func timeSize(scale uint8) int {
	switch {
	case scale <= 2:
		return 3
	case scale <= 4:
		return 4
	default:
		return 5
	}
}

// appendInfo adds TYPE_INFO as it stands in COLMETADATA and RETURNVALUE.
func (w wireType) appendInfo(b []byte) []byte {
	b = append(b, w.id)
	switch w.id {
	case wireDate:
		return b
	case wireTime, wireDateTime2, wireDateTimeOffset:
		return append(b, w.Scale)
	case wireNumericN:
		return append(b, byte(w.size), w.Precision, w.Scale)
	case wireXML:
		return append(b, 0) // no schema collection
	case wireVariant:
		return binary.LittleEndian.AppendUint32(b, maxVariant)
	case wireText, wireNText, wireImage:
		return w.appendLongInfo(b)
	case wireVarBinary, wireBinary, wireVarChar, wireChar, wireNVarChar, wireNChar:
		size := uint16(w.size)
		if w.max {
			size = maxMark
		}
		b = binary.LittleEndian.AppendUint16(b, size)
		if w.id != wireVarBinary && w.id != wireBinary {
			b = append(b, defaultCollation[:]...)
		}
		return b
	default:
		return append(b, byte(w.size))
	}
}

// appendLongInfo adds the rest of TYPE_INFO for text, ntext and image: the
// longest length, the collation and, as no table name is told, zero name parts.
func (w wireType) appendLongInfo(b []byte) []byte {
	size := uint32(0x7FFFFFFF)
	if w.id == wireNText {
		size = 0x7FFFFFFE
	}
	b = binary.LittleEndian.AppendUint32(b, size)
	if w.id != wireImage {
		b = append(b, defaultCollation[:]...)
	}
	return append(b, 0)
}

// fixedTypes are the types that are named by their byte alone.
var fixedTypes = map[byte]wireType{
	wireNull:      {Type: Type{Kind: KindNull}},
	wireInt1:      {Type: Type{Kind: TinyInt}, size: 1},
	wireBit:       {Type: Type{Kind: Bit}, size: 1},
	wireInt2:      {Type: Type{Kind: SmallInt}, size: 2},
	wireInt4:      {Type: Type{Kind: Int}, size: 4},
	wireInt8:      {Type: Type{Kind: BigInt}, size: 8},
	wireFloat4:    {Type: Type{Kind: Real}, size: 4},
	wireFloat8:    {Type: Type{Kind: Float}, size: 8},
	wireMoney:     {Type: Type{Kind: Money}, size: 8},
	wireMoney4:    {Type: Type{Kind: SmallMoney}, size: 4},
	wireDateTime:  {Type: Type{Kind: DateTime}, size: 8},
	wireDateTime4: {Type: Type{Kind: SmallDateTime}, size: 4},
}

// readType reads TYPE_INFO of a parameter or of a bulk load column.
func readType(d *decoder) wireType {
	id := d.u8()
	if w, ok := fixedTypes[id]; ok {
		w.id = id
		return w
	}
	switch id {
	case wireDate:
		return wireType{Type: Type{Kind: Date}, id: id}
	case wireTime, wireDateTime2, wireDateTimeOffset:
		return readTimeType(d, id)
	case wireNumericN, wireDecimalN, wireOldDecimal, wireOldNumeric:
		return readDecimalType(d, id)
	case wireXML:
		return readXMLType(d)
	case wireVariant:
		return wireType{Type: Type{Kind: SQLVariant}, id: id, size: int(d.u32())}
	case wireText, wireNText, wireImage:
		return readLongType(d, id)
	case wireVarBinary, wireBinary, wireVarChar, wireChar, wireNVarChar, wireNChar:
		return readStringType(d, id)
	default:
		return readByteType(d, id)
	}
}

func readTimeType(d *decoder, id byte) wireType {
	kinds := map[byte]Kind{wireTime: Time, wireDateTime2: DateTime2, wireDateTimeOffset: DateTimeOffset}
	w := wireType{Type: Type{Kind: kinds[id], Scale: d.u8()}, id: id}
	if w.Scale > 7 {
		d.fail("scale %d", w.Scale)
	}
	return w
}

func readDecimalType(d *decoder, id byte) wireType {
	w := wireType{id: id, size: int(d.u8())}
	w.Type = Type{Kind: Decimal, Precision: d.u8(), Scale: d.u8()}
	if w.Precision == 0 || w.Precision > 38 || w.Scale > w.Precision {
		d.fail("decimal(%d,%d)", w.Precision, w.Scale)
	}
	return w
}

func readXMLType(d *decoder) wireType {
	if d.u8() != 0 { // names of a schema collection
		d.shortText()
		d.shortText()
		d.skipLongText()
	}
	return wireType{Type: Type{Kind: XML, Length: -1}, id: wireXML, max: true}
}

func readLongType(d *decoder, id byte) wireType {
	kinds := map[byte]Kind{wireText: Text, wireNText: NText, wireImage: Image}
	w := wireType{Type: Type{Kind: kinds[id], Length: -1}, id: id}
	d.u32()
	if id != wireImage {
		w.utf8 = readCollation(d)
	}
	return w
}

func readStringType(d *decoder, id byte) wireType {
	kinds := map[byte]Kind{
		wireVarBinary: VarBinary, wireBinary: Binary, wireVarChar: VarChar, wireChar: Char, wireNVarChar: NVarChar, wireNChar: NChar,
	}
	w := wireType{Type: Type{Kind: kinds[id]}, id: id, size: int(d.u16())}
	w.max = w.size == maxMark
	w.Length = w.size / w.unit()
	if w.max {
		w.Length = -1
	}
	if id != wireVarBinary && id != wireBinary {
		w.utf8 = readCollation(d)
	}
	return w
}

func readCollation(d *decoder) (utf8 bool) {
	c := d.bytes(5)
	return len(c) == 5 && c[3]&collationUTF8 != 0
}

// sizedTypes are the families whose length tells which member is meant.
var sizedTypes = map[byte]map[int]Kind{
	wireIntN:      {1: TinyInt, 2: SmallInt, 4: Int, 8: BigInt},
	wireBitN:      {1: Bit},
	wireFloatN:    {4: Real, 8: Float},
	wireMoneyN:    {4: SmallMoney, 8: Money},
	wireDateTimeN: {4: SmallDateTime, 8: DateTime},
	wireGUID:      {0: UniqueIdentifier, 16: UniqueIdentifier},
}

// oldTypes are the string types of before SQL Server 7.0, of at most 255 bytes.
var oldTypes = map[byte]Kind{wireOldVarBinary: VarBinary, wireOldVarChar: VarChar, wireOldBinary: Binary, wireOldChar: Char}

// readByteType reads the types whose length is one byte.
func readByteType(d *decoder, id byte) wireType {
	family, sized := sizedTypes[id]
	kind, old := oldTypes[id]
	if !sized && !old {
		if d.err == nil {
			d.err = &ServerError{Number: 8009, Class: 16, State: 2, Message: unknownTypeText(id)}
		}
		return wireType{id: id}
	}
	w := wireType{id: id, size: int(d.u8())}
	if old {
		w.Type = Type{Kind: kind, Length: w.size}
		return w
	}
	if w.Kind, sized = family[w.size]; !sized {
		d.fail("length %d for type %#02x", w.size, id)
	}
	return w
}

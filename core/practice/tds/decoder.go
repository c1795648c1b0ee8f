package tds

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"unicode/utf16"
)

// growAbove is the length from which on a value's memory grows with the bytes
// that really arrive, instead of being set aside because the client says so.
const growAbove = 64 << 10

// decoder reads little-endian fields from a request. It remembers the first
// error and gives zero values from then on, so that parsers check once at the end.
type decoder struct {
	r     io.Reader
	limit int // the longest value that is accepted, in bytes
	err   error
	tmp   [8]byte
}

func newDecoder(r io.Reader, limit int) *decoder { return &decoder{r: r, limit: limit} }

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("%w: %s", errMalformed, fmt.Sprintf(format, args...))
	}
}

// fill reads n bytes (at most 8) into the scratch space.
func (d *decoder) fill(n int) []byte {
	b := d.tmp[:n]
	if d.err == nil {
		if _, err := io.ReadFull(d.r, b); err != nil {
			d.err = noEOF(err)
		}
	}
	if d.err != nil {
		clear(b)
	}
	return b
}

func (d *decoder) u8() byte    { return d.fill(1)[0] }
func (d *decoder) u16() uint16 { return binary.LittleEndian.Uint16(d.fill(2)) }
func (d *decoder) u32() uint32 { return binary.LittleEndian.Uint32(d.fill(4)) }
func (d *decoder) u64() uint64 { return binary.LittleEndian.Uint64(d.fill(8)) }

// bytes reads n bytes into memory of their own.
func (d *decoder) bytes(n int) []byte {
	if d.err != nil {
		return nil
	}
	if n < 0 || n > d.limit {
		d.err = errTooLarge
		return nil
	}
	if n <= growAbove {
		b := make([]byte, n)
		if _, err := io.ReadFull(d.r, b); err != nil {
			d.err = noEOF(err)
			return nil
		}
		return b
	}
	var buf bytes.Buffer
	if _, err := io.CopyN(&buf, d.r, int64(n)); err != nil {
		d.err = noEOF(err)
		return nil
	}
	return buf.Bytes()
}

// skip passes over n bytes.
func (d *decoder) skip(n int) {
	if d.err != nil {
		return
	}
	if _, err := io.CopyN(io.Discard, d.r, int64(n)); err != nil {
		d.err = noEOF(err)
	}
}

// atEnd tells whether a request that was read into memory is used up.
func (d *decoder) atEnd() bool {
	if d.err != nil {
		return true
	}
	r, ok := d.r.(interface{ Len() int })
	return ok && r.Len() == 0
}

// text16 reads n UTF-16 units.
func (d *decoder) text16(n int) string { return fromUTF16(d.bytes(2 * n)) }

// shortText reads a B_VARCHAR: a byte with the number of UTF-16 units, then those.
func (d *decoder) shortText() string { return d.text16(int(d.u8())) }

// skipLongText passes over a US_VARCHAR: two bytes with the number of UTF-16 units,
// then those.
func (d *decoder) skipLongText() { d.skip(2 * int(d.u16())) }

// allHeaders passes over the ALL_HEADERS block that starts batches, calls and
// transaction requests since TDS 7.2 ([MS-TDS] 2.2.5.3). Its content matters to
// MARS, query notifications and tracing, none of which is served.
func (d *decoder) allHeaders() {
	total := d.u32()
	if d.err == nil && (total < 4 || int64(total) > int64(d.limit)) {
		d.fail("headers of %d bytes", total)
		return
	}
	d.skip(int(total) - 4)
}

// fromUTF16 decodes little-endian UTF-16; an odd last byte is left out and a lone
// surrogate becomes U+FFFD.
func fromUTF16(b []byte) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units))
}

// appendUTF16 adds text as little-endian UTF-16.
func appendUTF16(b []byte, text string) []byte {
	for _, r := range text {
		if r < 0x10000 {
			b = append(b, byte(r), byte(r>>8))
			continue
		}
		hi, lo := utf16.EncodeRune(r)
		b = append(b, byte(hi), byte(hi>>8), byte(lo), byte(lo>>8))
	}
	return b
}

// utf16Len is the number of UTF-16 units of text, which is what SQL Server counts.
func utf16Len(text string) int {
	n := 0
	for _, r := range text {
		n++
		if r >= 0x10000 {
			n++
		}
	}
	return n
}

// cutUTF16 shortens text to at most n UTF-16 units, never inside a character.
func cutUTF16(text string, n int) string {
	for i, r := range text {
		n--
		if r >= 0x10000 {
			n--
		}
		if n < 0 {
			return text[:i]
		}
	}
	return text
}

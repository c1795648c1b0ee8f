package xmltree

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// fail makes an error at the current position.
func (p *parser) fail(format string, args ...any) error {
	at := min(p.i, len(p.s))
	line := 1 + strings.Count(p.s[:at], "\n")
	return &Error{line, fmt.Sprintf(format, args...)}
}

// unescape replaces the five entities and character references. Text without
// one is given back as it is.
func (p *parser) unescape(s string) (string, error) {
	amp := strings.IndexByte(s, '&')
	if amp < 0 {
		return s, nil
	}
	var b strings.Builder
	b.Grow(len(s))
	for amp >= 0 {
		b.WriteString(s[:amp])
		s = s[amp:]
		end := strings.IndexByte(s, ';')
		if end < 0 {
			return "", p.fail("\"&\" begins no entity")
		}
		text, ok := entity(s[1:end])
		if !ok {
			return "", p.fail("there is no entity %q", s[:min(end+1, 24)])
		}
		b.WriteString(text)
		s = s[end+1:]
		amp = strings.IndexByte(s, '&')
	}
	b.WriteString(s)
	return b.String(), nil
}

// entity gives what an entity stands for.
func entity(name string) (string, bool) {
	switch name {
	case "lt":
		return "<", true
	case "gt":
		return ">", true
	case "amp":
		return "&", true
	case "quot":
		return "\"", true
	case "apos":
		return "'", true
	}
	digits, base := strings.TrimPrefix(name, "#"), 10
	if digits == name {
		return "", false
	}
	if strings.HasPrefix(digits, "x") {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > utf8.MaxRune || n == 0 || !utf8.ValidRune(rune(n)) {
		return "", false
	}
	return string(rune(n)), true
}

// errNotText says that a file is in none of the encodings of exports.
var errNotText = errors.New("it is neither UTF-8 nor UTF-16 text")

// Decode gives the text of a file in UTF-8 or UTF-16, with or without a byte
// order mark. Exports come in all of them, depending on what wrote the file.
func Decode(data []byte) (string, error) {
	switch {
	case bytes.HasPrefix(data, []byte{0xef, 0xbb, 0xbf}):
		data = data[3:]
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}):
		return decode16(data[2:], binary.LittleEndian)
	case bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		return decode16(data[2:], binary.BigEndian)
	case len(data) >= 2 && data[0] != 0 && data[1] == 0:
		return decode16(data, binary.LittleEndian)
	case len(data) >= 2 && data[0] == 0 && data[1] != 0:
		return decode16(data, binary.BigEndian)
	}
	if !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 {
		return "", errNotText
	}
	return string(data), nil
}

// decode16 reads UTF-16 in the given byte order.
func decode16(data []byte, order binary.ByteOrder) (string, error) {
	if len(data)%2 != 0 {
		return "", errors.New("it ends in the middle of a UTF-16 character")
	}
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	text := string(utf16.Decode(units))
	if strings.IndexByte(text, 0) >= 0 {
		return "", errNotText
	}
	return text, nil
}

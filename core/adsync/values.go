package adsync

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// guidText gives a GUID as 36 lower-case characters from what the driver gives
// for a uniqueidentifier (16 bytes, the first three groups little-endian) or
// from text with or without braces. ok is false for anything else.
func guidText(v any) (string, bool) {
	switch x := v.(type) {
	case []byte:
		if len(x) == 16 {
			return guidFromBytes(x), true
		}
		return guidFromText(string(x))
	case string:
		return guidFromText(x)
	default:
		return "", false
	}
}

// guidFromBytes gives the text of a GUID in SQL Server's byte order.
func guidFromBytes(b []byte) string {
	return fmt.Sprintf("%08x-%04x-%04x-%x-%x", binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint16(b[4:]),
		binary.LittleEndian.Uint16(b[6:]), b[8:10], b[10:16])
}

// guidFromText brings a GUID's text into the form that facts use.
func guidFromText(s string) (string, bool) {
	s = strings.ToLower(strings.Trim(strings.TrimSpace(s), "{}"))
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return "", false
	}
	if _, err := hex.DecodeString(strings.ReplaceAll(s, "-", "")); err != nil {
		return "", false
	}
	return s, true
}

// sidText gives "S-1-5-21-…" for a security identifier in its binary form
// ([MS-DTYP] 2.4.2.2), and false for bytes that are none.
func sidText(b []byte) (string, bool) {
	if len(b) < 8 || b[0] != 1 || len(b) != 8+4*int(b[1]) {
		return "", false
	}
	authority := uint64(0)
	for _, c := range b[2:8] {
		authority = authority<<8 | uint64(c)
	}
	var out strings.Builder
	fmt.Fprintf(&out, "S-1-%d", authority)
	for i := 8; i < len(b); i += 4 {
		fmt.Fprintf(&out, "-%d", binary.LittleEndian.Uint32(b[i:]))
	}
	return out.String(), true
}

// sidBytes gives the binary form of a SID's text, or an error for a text that is none.
func sidBytes(text string) ([]byte, error) {
	parts := strings.Split(strings.TrimSpace(text), "-")
	if len(parts) < 3 || len(parts) > 3+15 || !strings.EqualFold(parts[0], "S") || parts[1] != "1" {
		return nil, fmt.Errorf("%q is not a security identifier", text)
	}
	authority, err := strconv.ParseUint(parts[2], 10, 48)
	if err != nil {
		return nil, fmt.Errorf("%q is not a security identifier: %w", text, err)
	}
	out := []byte{1, byte(len(parts) - 3)}
	var wide [8]byte
	binary.BigEndian.PutUint64(wide[:], authority)
	out = append(out, wide[2:]...)
	for _, p := range parts[3:] {
		n, err := strconv.ParseUint(p, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("%q is not a security identifier: %w", text, err)
		}
		out = binary.LittleEndian.AppendUint32(out, uint32(n))
	}
	return out, nil
}

// intValue gives a whole number from what the driver gives for a number column,
// or from a text that is one.
func intValue(v any) (int64, bool) {
	switch x := v.(type) {
	case int64:
		return x, true
	case bool:
		if x {
			return 1, true
		}
		return 0, true
	case float64:
		return int64(x), x == float64(int64(x))
	case []byte: // decimal
		return intValue(string(x))
	case string:
		n, err := strconv.ParseInt(strings.TrimSpace(x), 10, 64)
		return n, err == nil
	default:
		return 0, false
	}
}

// boolValue gives a truth value from bit, number or text.
func boolValue(v any) (value, ok bool) {
	if s, isText := v.(string); isText {
		return truth(s)
	}
	n, ok := intValue(v)
	return n != 0, ok
}

// truth reads "1", "true", "yes" and their opposites, in any case.
func truth(s string) (value, ok bool) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "1", "-1", "true", "yes":
		return true, true
	case "0", "false", "no", "":
		return false, true
	default:
		return false, false
	}
}

// encoding is how a text lies in a column.
type encoding int

// The encodings. Character and xml columns come decoded from the driver.
const (
	asText encoding = iota
	asUTF8
	asUTF16
)

// textValue gives the text of a character, xml or binary column and how it was
// encoded there. NULL is an empty text. ok is false for anything else.
func textValue(v any) (text string, enc encoding, ok bool) {
	switch x := v.(type) {
	case nil:
		return "", asText, true
	case string:
		return x, asText, true
	case []byte:
		return decodeBytes(x)
	default:
		return "", asText, false
	}
}

// decodeBytes reads text that lies in a binary column: UTF-16 little-endian when
// it has a zero byte where Latin text has one, else UTF-8.
func decodeBytes(b []byte) (text string, enc encoding, ok bool) {
	if len(b) >= 2 && len(b)%2 == 0 && (b[1] == 0 || b[0] == 0xff && b[1] == 0xfe) {
		return utf16Text(b), asUTF16, true
	}
	return string(b), asUTF8, utf8.Valid(b)
}

// encode gives text as the driver is to send it back into such a column.
func (e encoding) encode(text string) any {
	switch e {
	case asUTF8:
		return []byte(text)
	case asUTF16:
		return utf16Bytes(text)
	case asText:
	}
	return text
}

// utf16Text decodes UTF-16 little-endian. A byte order mark stays as U+FEFF.
func utf16Text(b []byte) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units))
}

// utf16Bytes encodes text as UTF-16 little-endian.
func utf16Bytes(text string) []byte {
	units := utf16.Encode([]rune(text))
	out := make([]byte, 0, 2*len(units))
	for _, u := range units {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	return out
}

// filetime gives the time of a Windows FILETIME: 100 ns since 1601, UTC.
func filetime(ft uint64) time.Time {
	const epoch = 116444736000000000 // 1970 in FILETIME
	d := int64(ft - epoch)
	return time.Unix(d/1e7, d%1e7*100).UTC()
}

package compare

import (
	"fmt"
	"strings"
	"time"
)

// guid gives a GUID as 36 lower-case characters without braces, or "" for any
// other text.
func guid(s string) string {
	if len(s) == 38 && s[0] == '{' && s[37] == '}' {
		s = s[1:37]
	}
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return ""
	}
	for i := range len(s) {
		c := s[i] | 0x20
		if s[i] != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return ""
		}
	}
	return strings.ToLower(s)
}

// truth reads the spellings of truth values in exports: True and False, true and
// false, 1 and 0.
func truth(s string) (value, ok bool) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "1", "true":
		return true, true
	case "0", "false":
		return false, true
	}
	return false, false
}

// timeOf reads the times of exports, which are UTC, or gives zero.
func timeOf(s string) time.Time {
	for _, form := range []string{"2006-01-02 15:04:05.999999999", time.RFC3339Nano, time.RFC1123} {
		if t, err := time.Parse(form, strings.TrimSpace(s)); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// lines gives a text with the line ends of Unix.
func lines(s string) string {
	if strings.IndexByte(s, '\r') < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// sameText tells whether two values mean the same: without regard to how a truth
// value is spelt, to the case of GUIDs and to the amount of white space.
func sameText(a, b string) bool {
	if a == b {
		return true
	}
	x, okX := truth(a)
	y, okY := truth(b)
	if okX && okY {
		return x == y
	}
	return strings.Join(strings.Fields(a), " ") == strings.Join(strings.Fields(b), " ")
}

// code gives an expression without the white space that means nothing: all that
// does not stand in quotes or in the brackets of an attribute's name.
func code(s string) string {
	if !strings.ContainsAny(s, " \t\r\n") {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	var closing byte
	for i := range len(s) {
		c := s[i]
		switch {
		case closing != 0:
			if c == closing {
				closing = 0
			}
		case c == '"':
			closing = '"'
		case c == '[':
			closing = ']'
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// dn gives a distinguished name in the form in which two spellings of it are
// equal: lower case, no white space around its parts.
func dn(s string) string {
	parts := splitDN(s)
	for i, p := range parts {
		name, value, _ := strings.Cut(p, "=")
		parts[i] = strings.ToLower(strings.TrimSpace(name) + "=" + strings.TrimSpace(value))
	}
	return strings.Join(parts, ",")
}

// splitDN splits a distinguished name at the commas that are not escaped.
func splitDN(s string) []string {
	var out []string
	begin := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case ',':
			out = append(out, s[begin:i])
			begin = i + 1
		}
	}
	return append(out, s[begin:])
}

// compareFold compares two texts without case, and with it when they are equal so.
func compareFold(a, b string) int {
	if d := strings.Compare(strings.ToLower(a), strings.ToLower(b)); d != 0 {
		return d
	}
	return strings.Compare(a, b)
}

// count gives "1 rule" or "3 rules".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

package tsql

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// collation is what a SQL Server collation's name says about comparing.
type collation uint8

// The flags of a collation; none of them is case- and accent-sensitive.
const (
	ignoreCase collation = 1 << iota
	ignoreAccent
	binaryOrder
	noCollation collation = 0x80 // not a character value
)

// collationOf reads the flags out of a collation's name. known is false for a
// name that no SQL Server collation has.
func collationOf(name string) (c collation, known bool) {
	u := strings.ToUpper(name)
	if strings.HasSuffix(u, "_BIN") || strings.HasSuffix(u, "_BIN2") || strings.HasSuffix(u, "_BIN2_UTF8") {
		return binaryOrder, true
	}
	switch {
	case strings.Contains(u, "_CI"):
		c |= ignoreCase
	case !strings.Contains(u, "_CS"):
		return 0, false
	}
	switch {
	case strings.Contains(u, "_AI"):
		c |= ignoreAccent
	case !strings.Contains(u, "_AS"):
		return 0, false
	}
	return c, true
}

// sqlName is the collation as it is registered with SQLite.
func (c collation) sqlName() string {
	switch {
	case c&binaryOrder != 0:
		return "tsql_bin"
	case c == ignoreCase:
		return "tsql_ci_as"
	case c == ignoreAccent:
		return "tsql_cs_ai"
	case c == ignoreCase|ignoreAccent:
		return "tsql_ci_ai"
	}
	return "tsql_cs_as"
}

var allCollations = []collation{0, ignoreCase, ignoreAccent, ignoreCase | ignoreAccent, binaryOrder}

// weight orders one character: first by primary, then accent, then case
// (small before capital).
type weight struct {
	primary, accent uint32
	upper           bool
}

// punctuation in the order of Windows' sort, which puts it before digits and
// letters.
const punctuation = "\t\n\v\f\r _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$"

var asciiWeights = func() (w [128]weight) {
	for i := range w {
		c := rune(i)
		switch {
		case c >= '0' && c <= '9':
			w[i].primary = uint32(200 + c)
		case unicode.IsLetter(c):
			w[i] = weight{primary: uint32(300 + 4*(unicode.ToLower(c)-'a')), upper: c <= 'Z'}
		default:
			w[i].primary = uint32(strings.IndexRune(punctuation, c) + 2)
		}
	}
	return w
}()

var runeWeights sync.Map // rune -> weight

func weightOf(r rune) weight {
	if r < 128 {
		return asciiWeights[r]
	}
	if w, ok := runeWeights.Load(r); ok {
		v, _ := w.(weight)
		return v
	}
	low := unicode.ToLower(r)
	w := weight{primary: 1000 + uint32(low), upper: low != r}
	d := norm.NFD.String(string(low))
	base, n := utf8.DecodeRuneInString(d)
	if n < len(d) && base < 128 {
		mark, _ := utf8.DecodeRuneInString(d[n:])
		w.primary, w.accent = asciiWeights[base].primary, uint32(mark)
	}
	runeWeights.Store(r, w)
	return w
}

// compare orders two strings; trailing spaces do not count.
func (c collation) compare(a, b string) int {
	if a == b {
		return 0
	}
	a, b = strings.TrimRight(a, " "), strings.TrimRight(b, " ")
	if c&binaryOrder != 0 {
		return strings.Compare(a, b)
	}
	var first difference
	for len(a) > 0 && len(b) > 0 {
		ra, na := utf8.DecodeRuneInString(a)
		rb, nb := utf8.DecodeRuneInString(b)
		a, b = a[na:], b[nb:]
		if ra == rb {
			continue
		}
		x, y := weightOf(ra), weightOf(rb)
		if x.primary != y.primary {
			return order(x.primary < y.primary)
		}
		first.note(x, y)
	}
	switch {
	case len(a) > 0:
		return 1
	case len(b) > 0:
		return -1
	}
	return first.under(c)
}

// difference is the first one in accent and in case between two strings of the
// same letters: below 0, 0 or above 0.
type difference struct{ accent, kase int }

func (d *difference) note(x, y weight) {
	if d.accent == 0 && x.accent != y.accent {
		d.accent = order(x.accent < y.accent)
	}
	if d.kase == 0 && x.upper != y.upper {
		d.kase = order(y.upper)
	}
}

// under is the order that a collation sees in the difference.
func (d *difference) under(c collation) int {
	switch {
	case c&ignoreAccent == 0 && d.accent != 0:
		return d.accent
	case c&ignoreCase == 0:
		return d.kase
	}
	return 0
}

func order(less bool) int {
	if less {
		return -1
	}
	return 1
}

// fold gives a key that is equal for exactly the strings that compare equal.
func (c collation) fold(s string) string {
	s = strings.TrimRight(s, " ")
	if c&binaryOrder != 0 {
		return s
	}
	if c&ignoreAccent != 0 {
		s = strings.Map(func(r rune) rune {
			if r < 128 {
				return r
			}
			d := norm.NFD.String(string(r))
			base, n := utf8.DecodeRuneInString(d)
			if n < len(d) && base < 128 {
				return base
			}
			return r
		}, s)
	}
	if c&ignoreCase != 0 {
		s = strings.ToLower(s)
	}
	return s
}

// sameName compares identifiers under the collation.
func (c collation) sameName(a, b string) bool { return a == b || c.fold(a) == c.fold(b) }

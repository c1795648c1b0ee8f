package compare

import (
	"strings"
	"unicode"
)

// Span is a part of a text: Same on both sides or not.
type Span struct {
	Text string
	Same bool
}

// maxTable bounds what marking costs: beyond it the whole middle is marked.
const maxTable = 1 << 20

// Emphasis splits two texts into what they share and what they do not, word by
// word, so that the changed part of a long expression can be marked.
func Emphasis(before, after string) (a, b []Span) {
	x, y := wordsOf(before), wordsOf(after)
	head := 0
	for head < len(x) && head < len(y) && x[head] == y[head] {
		head++
	}
	tail := 0
	for tail < len(x)-head && tail < len(y)-head && x[len(x)-1-tail] == y[len(y)-1-tail] {
		tail++
	}
	a, b = add(nil, true, x[:head]...), add(nil, true, y[:head]...)
	a, b = middle(a, b, x[head:len(x)-tail], y[head:len(y)-tail])
	return add(a, true, x[len(x)-tail:]...), add(b, true, y[len(y)-tail:]...)
}

// middle adds what lies between the equal ends, by the longest common sequence.
func middle(a, b []Span, x, y []string) (outA, outB []Span) {
	if len(x)*len(y) > maxTable {
		return add(a, false, x...), add(b, false, y...)
	}
	// length[i][j] is that of the longest common sequence of x[i:] and y[j:].
	width := len(y) + 1
	length := make([]uint16, (len(x)+1)*width)
	for i := len(x) - 1; i >= 0; i-- {
		for j := len(y) - 1; j >= 0; j-- {
			if x[i] == y[j] {
				length[i*width+j] = length[(i+1)*width+j+1] + 1
				continue
			}
			length[i*width+j] = max(length[(i+1)*width+j], length[i*width+j+1])
		}
	}
	i, j := 0, 0
	for i < len(x) || j < len(y) {
		switch {
		case i < len(x) && j < len(y) && x[i] == y[j]:
			a, b = add(a, true, x[i]), add(b, true, y[j])
			i++
			j++
		case j == len(y) || i < len(x) && length[(i+1)*width+j] >= length[i*width+j+1]:
			a = add(a, false, x[i])
			i++
		default:
			b = add(b, false, y[j])
			j++
		}
	}
	return a, b
}

// add appends words to the last span, or as a new one.
func add(list []Span, same bool, words ...string) []Span {
	if len(words) == 0 {
		return list
	}
	text := strings.Join(words, "")
	if n := len(list); n > 0 && list[n-1].Same == same {
		list[n-1].Text += text
		return list
	}
	return append(list, Span{text, same})
}

// wordsOf splits a text into words, white space and single signs.
func wordsOf(s string) []string {
	var out []string
	kind := func(r rune) int {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '-':
			return 1
		case unicode.IsSpace(r):
			return 2
		default:
			return 0
		}
	}
	begin, last := 0, -1
	for i, r := range s {
		k := kind(r)
		if i > 0 && (k != last || k == 0) {
			out = append(out, s[begin:i])
			begin = i
		}
		last = k
	}
	if begin < len(s) {
		out = append(out, s[begin:])
	}
	return out
}

package kit

import (
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
)

// maxWidth is a width that no line reaches.
const maxWidth = 1e6

// lineGap is added to a line's height, in parts of its text size.
const lineGap = 0.02

// breakLines wraps spans at width. Words that are wider than a line are broken
// after a separator of paths and names, or in the middle if there is none.
func breakLines(spans []Span, width float32) []textLine {
	b := breaker{width: width}
	for _, s := range spans {
		b.span(s)
	}
	b.endLine()
	y := float32(0)
	for i := range b.lines {
		b.lines[i].y = y
		y += b.lines[i].h
	}
	return b.lines
}

type breaker struct {
	width float32
	lines []textLine
	cur   textLine
	x     float32
}

func (b *breaker) span(s Span) {
	for i, para := range strings.Split(s.Text, "\n") {
		if i > 0 {
			b.endLine()
		}
		b.height(s)
		for _, word := range words(para) {
			b.word(s, word)
		}
	}
}

// word places one word with its trailing spaces.
func (b *breaker) word(s Span, word string) {
	bare := strings.TrimRight(word, " ")
	w := measure(s, bare)
	if b.x > 0 && b.x+w > b.width {
		b.endLine()
		b.height(s)
	}
	for w > b.width && utf8.RuneCountInString(bare) > 1 {
		head := fit(s, bare, b.width)
		b.put(s, head)
		b.endLine()
		b.height(s)
		word, bare = word[len(head):], bare[len(head):]
		w = measure(s, bare)
	}
	b.put(s, word)
}

// put adds text at the end of the line, joined to the last piece of the same
// style. Arrows and other symbols become pieces of their own: they come from
// another font, and Fyne would take the space after them from that font too.
func (b *breaker) put(s Span, text string) {
	for text != "" {
		run := sameKind(text)
		text = text[len(run):]
		n := len(b.cur.pieces)
		if n > 0 && b.cur.pieces[n-1].span == s && !startsSymbol(run) && !startsSymbol(b.cur.pieces[n-1].text) {
			p := &b.cur.pieces[n-1]
			p.text += run
			b.x = p.x + measure(s, p.text)
			continue
		}
		b.cur.pieces = append(b.cur.pieces, textPiece{span: s, text: run, x: b.x})
		b.x += measure(s, run)
	}
}

// isSymbol tells whether a letter is an arrow, a mathematical sign, a box, a
// dingbat or the like.
func isSymbol(r rune) bool { return r >= 0x2190 && r <= 0x2BFF }

func startsSymbol(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return isSymbol(r)
}

// sameKind gives the head of text that is all symbols or all letters.
func sameKind(text string) string {
	first := startsSymbol(text)
	for i, r := range text {
		if isSymbol(r) != first {
			return text[:i]
		}
	}
	return text
}

func (b *breaker) height(s Span) {
	h := fyne.MeasureText("Ag", s.size(), s.style()).Height + s.size()*lineGap
	b.cur.h = max(b.cur.h, h)
}

func (b *breaker) endLine() {
	if b.cur.h == 0 && len(b.cur.pieces) == 0 {
		b.height(Span{})
	}
	b.lines = append(b.lines, b.cur)
	b.cur, b.x = textLine{}, 0
}

// words splits after runs of spaces, which stay with the word before them.
func words(s string) []string {
	var out []string
	start := 0
	for i := 1; i < len(s); i++ {
		if s[i-1] == ' ' && s[i] != ' ' {
			out = append(out, s[start:i])
			start = i
		}
	}
	if start < len(s) {
		out = append(out, s[start:])
	}
	return out
}

// fit gives the longest head of word that is not wider than width, at least one
// letter, ending after a separator if one lies in the second half.
func fit(s Span, word string, width float32) string {
	end, cut := 0, 0
	for i, r := range word {
		next := i + utf8.RuneLen(r)
		if end > 0 && measure(s, word[:next]) > width {
			break
		}
		end = next
		if strings.ContainsRune(`\/.,;=-_@:&?`, r) {
			cut = next
		}
	}
	if cut > end/2 {
		return word[:cut]
	}
	return word[:end]
}

func measure(s Span, text string) float32 {
	return fyne.MeasureText(text, s.size(), s.style()).Width
}

func lineWidth(l textLine) float32 {
	w := float32(0)
	for _, p := range l.pieces {
		w = max(w, p.x+measure(p.span, strings.TrimRight(p.text, " ")))
	}
	return w
}

func linesHeight(lines []textLine) float32 {
	h := float32(0)
	for _, l := range lines {
		h += l.h
	}
	return h
}

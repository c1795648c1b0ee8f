package tsql

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind uint8

const (
	tokEOF tokenKind = iota
	tokIdent
	tokQuoted // [x] or "x"
	tokVar    // @x
	tokGlobal // @@x
	tokString
	tokNString
	tokInt
	tokDec
	tokFloat
	tokBinary
	tokOp
)

// token is one lexical element. text is the value without quotes; up is the
// upper-case form of a bare word, which is how keywords are recognised.
type token struct {
	kind tokenKind
	text string
	up   string
	pos  int
	end  int
	line int32
}

type lexer struct {
	src  string
	pos  int
	line int32
	out  []token
}

// lex cuts a batch into tokens. Its errors are SQL Server's 102, 103, 105 and 113.
func lex(src string) ([]token, error) {
	l := &lexer{src: src, line: 1}
	for {
		if err := l.space(); err != nil {
			return nil, err
		}
		if l.pos >= len(l.src) {
			l.emit(tokEOF, "", l.pos)
			return l.out, nil
		}
		if err := l.one(); err != nil {
			return nil, err
		}
	}
}

func (l *lexer) emit(k tokenKind, text string, start int) {
	t := token{kind: k, text: text, pos: start, end: l.pos, line: l.line}
	if k == tokIdent {
		t.up = strings.ToUpper(text)
	}
	l.out = append(l.out, t)
}

func (l *lexer) space() error {
	for l.pos < len(l.src) {
		c := l.src[l.pos]
		switch {
		case c == '\n':
			l.line++
			l.pos++
		case c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v':
			l.pos++
		case strings.HasPrefix(l.src[l.pos:], "--"):
			for l.pos < len(l.src) && l.src[l.pos] != '\n' {
				l.pos++
			}
		case strings.HasPrefix(l.src[l.pos:], "/*"):
			if err := l.comment(); err != nil {
				return err
			}
		default:
			r, n := utf8.DecodeRuneInString(l.src[l.pos:])
			if r != 0xFEFF && !unicode.IsSpace(r) {
				return nil
			}
			l.pos += n
		}
	}
	return nil
}

// comment skips a block comment; T-SQL's nest.
func (l *lexer) comment() error {
	depth := 0
	for l.pos < len(l.src) {
		switch {
		case strings.HasPrefix(l.src[l.pos:], "/*"):
			depth++
			l.pos += 2
		case strings.HasPrefix(l.src[l.pos:], "*/"):
			depth--
			l.pos += 2
			if depth == 0 {
				return nil
			}
		default:
			if l.src[l.pos] == '\n' {
				l.line++
			}
			l.pos++
		}
	}
	return atLine(errf(113, 15, 1, "Missing end comment mark '*/'."), l.line)
}

func isIdentStart(r rune) bool { return r == '_' || r == '#' || unicode.IsLetter(r) }

func isIdentPart(r rune) bool {
	return r == '_' || r == '#' || r == '$' || r == '@' || unicode.IsLetter(r) || unicode.IsDigit(r)
}

// one reads one token.
func (l *lexer) one() error {
	start := l.pos
	c, next := l.src[l.pos], byte(0)
	if l.pos+1 < len(l.src) {
		next = l.src[l.pos+1]
	}
	switch {
	case c == '\'':
		return l.quoted('\'', tokString, start)
	case (c == 'N' || c == 'n') && next == '\'':
		l.pos++
		return l.quoted('\'', tokNString, start)
	case c == '"':
		return l.quoted('"', tokQuoted, start)
	case c == '[':
		return l.quoted(']', tokQuoted, start)
	case c == '@':
		l.variable(start)
		return nil
	case isDigit(c) || c == '.' && isDigit(next):
		l.number(start)
		return nil
	}
	r, _ := utf8.DecodeRuneInString(l.src[l.pos:])
	if isIdentStart(r) {
		l.word()
		l.emit(tokIdent, l.src[start:l.pos], start)
		return nil
	}
	return l.operator(start)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func (l *lexer) word() {
	for l.pos < len(l.src) {
		r, n := utf8.DecodeRuneInString(l.src[l.pos:])
		if !isIdentPart(r) {
			return
		}
		l.pos += n
	}
}

func (l *lexer) variable(start int) {
	kind := tokVar
	l.pos++
	if l.pos < len(l.src) && l.src[l.pos] == '@' {
		kind = tokGlobal
		l.pos++
	}
	l.word()
	l.emit(kind, l.src[start:l.pos], start)
}

func (l *lexer) quoted(end byte, kind tokenKind, start int) error {
	line := l.line
	l.pos++
	var sb strings.Builder
	for l.pos < len(l.src) {
		c := l.src[l.pos]
		if c == end {
			if l.pos+1 < len(l.src) && l.src[l.pos+1] == end {
				sb.WriteByte(c)
				l.pos += 2
				continue
			}
			l.pos++
			if kind == tokQuoted && (sb.Len() == 0 || utf16Len(sb.String()) > 128) {
				return l.badIdent(sb.String())
			}
			l.emit(kind, sb.String(), start)
			return nil
		}
		if c == '\n' {
			l.line++
		}
		sb.WriteByte(c)
		l.pos++
	}
	return atLine(errf(105, 15, 1, "Unclosed quotation mark after the character string '%s'.", clip(sb.String(), 120)), line)
}

func (l *lexer) badIdent(s string) error {
	if s == "" {
		return atLine(errf(1038, 15, 4, "An object or column name is missing or empty. For SELECT INTO statements, verify each column has a name. "+
			"For other statements, look for empty alias names. Aliases defined as \"\" or [] are not allowed. Change the alias to a valid name."), l.line)
	}
	return atLine(errf(103, 15, 4, "The identifier that starts with '%s' is too long. Maximum length is 128.", clip(s, 116)), l.line)
}

func isHex(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// number reads an integer, a decimal, a float or 0x….
func (l *lexer) number(start int) {
	if rest := l.src[l.pos:]; strings.HasPrefix(rest, "0x") || strings.HasPrefix(rest, "0X") {
		l.pos += 2
		for l.pos < len(l.src) && isHex(l.src[l.pos]) {
			l.pos++
		}
		l.emit(tokBinary, l.src[start+2:l.pos], start)
		return
	}
	kind := tokInt
	l.digits()
	if l.pos < len(l.src) && l.src[l.pos] == '.' {
		kind = tokDec
		l.pos++
		l.digits()
	}
	if l.pos < len(l.src) && (l.src[l.pos] == 'e' || l.src[l.pos] == 'E') {
		kind = tokFloat
		l.pos++
		if l.pos < len(l.src) && (l.src[l.pos] == '+' || l.src[l.pos] == '-') {
			l.pos++
		}
		l.digits()
	}
	l.emit(kind, l.src[start:l.pos], start)
}

func (l *lexer) digits() {
	for l.pos < len(l.src) && isDigit(l.src[l.pos]) {
		l.pos++
	}
}

var operators = []string{"<>", "!=", "<=", ">=", "!<", "!>", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "::"}

func (l *lexer) operator(start int) error {
	for _, op := range operators {
		if strings.HasPrefix(l.src[l.pos:], op) {
			l.pos += 2
			l.emit(tokOp, op, start)
			return nil
		}
	}
	if strings.IndexByte("()+-*/%=<>,;.&|^~:", l.src[l.pos]) >= 0 {
		l.pos++
		l.emit(tokOp, l.src[start:l.pos], start)
		return nil
	}
	r, _ := utf8.DecodeRuneInString(l.src[l.pos:])
	return atLine(errf(102, 15, 1, "Incorrect syntax near '%c'.", r), l.line)
}

// clip cuts s to at most n characters.
func clip(s string, n int) string {
	i := 0
	for p := range s {
		if i == n {
			return s[:p]
		}
		i++
	}
	return s
}

// utf16Len is the number of UTF-16 units of s, which is what SQL Server counts.
func utf16Len(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r >= 0x10000 {
			n++
		}
	}
	return n
}

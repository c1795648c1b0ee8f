package handover

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Level is how bad a line of the trace log is.
type Level string

// The levels that the trace log knows.
const (
	LevelInfo    Level = "INFO"
	LevelWarning Level = "WARN"
	LevelVerbose Level = "VERB"
	LevelError   Level = "ERROR"
)

// Line is one line of the trace log. A line without a head of its own, as those of
// an exception have none, has the level of the one that it goes on with.
type Line struct {
	Time  string // "14:47:54.571", in the computer's own time; empty for a line that goes on
	Level Level
	Text  string
}

// maxLine is how much of one line is kept, in bytes: a log that is none must not
// fill the memory.
const maxLine = 64 << 10

// head is how a line begins: [HH:MM:SS.mmm] [ thread] [LEVEL] text.
var head = regexp.MustCompile(`^\[(\d\d:\d\d:\d\d\.\d{3})\] \[ *\d+\] \[([A-Z]+) *\] ?(.*)$`)

// encoding is how the bytes of a log stand for letters.
type encoding int

const (
	encodingOpen encoding = iota // not known yet
	encodingUTF8
	encodingLittle // UTF-16, little endian
	encodingBig    // UTF-16, big endian
)

// lineReader makes lines out of the bytes of one file, as they come.
type lineReader struct {
	encoding encoding
	rest     []byte // of a line that has not ended, undecoded
	cut      bool   // the rest of this line is left out
	level    Level
}

// feed takes the next bytes and gives the lines that they end.
func (r *lineReader) feed(data []byte) []Line {
	r.rest = append(r.rest, data...)
	if r.encoding == encodingOpen && !r.detect() {
		return nil
	}
	var out []Line
	for {
		raw, more, ok := r.next()
		if !ok {
			break
		}
		r.rest = more
		if r.cut { // the end of a line whose beginning was given already
			r.cut = false
			continue
		}
		out = append(out, r.line(r.text(raw)))
	}
	if len(r.rest) > maxLine {
		if !r.cut {
			out = append(out, r.line(r.text(r.rest[:maxLine&^1])))
		}
		// An odd byte of UTF-16 stays, so that the next ones are paired as before.
		r.rest, r.cut = append([]byte(nil), r.rest[len(r.rest)&^1:]...), true
	}
	return out
}

// detect finds out the encoding from the mark at the beginning, or from where the
// zeros are. It is false while there are too few bytes.
func (r *lineReader) detect() bool {
	switch b := r.rest; {
	case len(b) < 3:
		return false
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		r.encoding, r.rest = encodingUTF8, b[3:]
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		r.encoding, r.rest = encodingLittle, b[2:]
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		r.encoding, r.rest = encodingBig, b[2:]
	case b[1] == 0:
		r.encoding = encodingLittle
	case b[0] == 0:
		r.encoding = encodingBig
	default:
		r.encoding = encodingUTF8
	}
	return true
}

// next gives the bytes of the first whole line and what follows it.
func (r *lineReader) next() (line, more []byte, ok bool) {
	if r.encoding == encodingUTF8 {
		i := bytes.IndexByte(r.rest, '\n')
		if i < 0 {
			return nil, nil, false
		}
		return r.rest[:i], r.rest[i+1:], true
	}
	low := 0
	if r.encoding == encodingBig {
		low = 1
	}
	for i := 0; i+1 < len(r.rest); i += 2 {
		if r.rest[i+low] == '\n' && r.rest[i+1-low] == 0 {
			return r.rest[:i], r.rest[i+2:], true
		}
	}
	return nil, nil, false
}

// text decodes the bytes of a line. What is not text becomes U+FFFD.
func (r *lineReader) text(raw []byte) string {
	if r.encoding == encodingUTF8 {
		return strings.ToValidUTF8(string(raw), string(utf8.RuneError))
	}
	units := make([]uint16, 0, len(raw)/2)
	for i := 0; i+1 < len(raw); i += 2 {
		u := uint16(raw[i]) | uint16(raw[i+1])<<8
		if r.encoding == encodingBig {
			u = uint16(raw[i])<<8 | uint16(raw[i+1])
		}
		units = append(units, u)
	}
	return string(utf16.Decode(units))
}

// line takes a line apart.
func (r *lineReader) line(text string) Line {
	text = strings.TrimRight(text, " \r\t\x00")
	m := head.FindStringSubmatch(text)
	if m == nil {
		return Line{Level: r.level, Text: strings.TrimSpace(text)}
	}
	r.level = Level(m[2])
	return Line{Time: m[1], Level: r.level, Text: strings.TrimSpace(m[3])}
}

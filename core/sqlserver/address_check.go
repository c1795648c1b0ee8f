package sqlserver

import (
	"fmt"
	"net/netip"
	"strings"
	"unicode"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// quotes are the marks that come along when a name is copied out of a document.
const quotes = "\"'`\u00ab\u00bb\u2018\u2019\u201a\u201c\u201d\u201e"

// tidy drops what copying adds around a name: spaces, invisible characters and
// quotes, and spaces around the separators.
func tidy(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\u200b', r == '\u200c', r == '\u200d', r == '\u200e', r == '\u200f', r == '\u2060', r == '\ufeff', r == '\u00ad':
			return -1 // zero-width characters and soft hyphens
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, text)
	for {
		next := strings.TrimSpace(text)
		if first, last := firstRune(next), lastRune(next); len(next) > 1 && strings.ContainsRune(quotes, first) && strings.ContainsRune(quotes, last) {
			next = strings.TrimSuffix(strings.TrimPrefix(next, string(first)), string(last))
		}
		if next == text {
			break
		}
		text = next
	}
	for _, sep := range []string{`\`, ",", ":"} {
		for strings.Contains(text, " "+sep) || strings.Contains(text, sep+" ") {
			text = strings.ReplaceAll(strings.ReplaceAll(text, " "+sep, sep), sep+" ", sep)
		}
	}
	return text
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}

func lastRune(s string) (last rune) {
	for _, r := range s {
		last = r
	}
	return last
}

// checkHost accepts a computer name, a DNS name or an IP address and gives it
// without brackets; note says how something doubtful was read.
func checkHost(text string) (host, note string, p *problem.Problem) {
	bare := text
	if strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") && len(text) > 1 {
		bare = text[1 : len(text)-1]
	}
	switch {
	case text == "." || strings.EqualFold(text, "(local)"):
		return "localhost", "", nil
	case bare == "":
		return "", "", badHost(text, "The name of the computer is missing.")
	}
	if ip, ok := address(bare); ok {
		if ip.Is6() && bare == text && strings.Count(bare, ":") > 2 {
			note = "This was read as an IPv6 address without a port; with a port write [address],port."
		}
		return ip.String(), note, nil
	}
	if bare != text || strings.ContainsAny(bare, ":[]") {
		return "", "", badHost(text, "It looks like an IPv6 address, but it is none.")
	}
	if p := checkCharacters(text, answers.FieldServer); p != nil {
		return "", "", p
	}
	text = strings.TrimSuffix(text, ".")
	if why := hostFault(text); why != "" {
		return "", "", badHost(text, why)
	}
	return text, "", nil
}

// address reads an IP address, with a zone of plain characters only.
func address(text string) (netip.Addr, bool) {
	ip, err := netip.ParseAddr(text)
	if err != nil || (ip.Zone() != "" && checkCharacters(ip.Zone(), answers.FieldServer) != nil) {
		return netip.Addr{}, false
	}
	return ip, true
}

// hostFault says what is wrong with the form of a name (RFC 1123, with the
// underscore that Windows allows), or nothing.
func hostFault(text string) string {
	if text == "" || len(text) > 253 {
		return "A name has 1 to 253 characters."
	}
	labels := strings.Split(text, ".")
	for _, l := range labels {
		switch {
		case l == "":
			return "There are two dots in a row, or one at the beginning."
		case len(l) > 63:
			return "Between two dots there can be no more than 63 characters."
		case strings.HasPrefix(l, "-") || strings.HasSuffix(l, "-"):
			return "A name can't begin or end with a hyphen."
		}
	}
	if allDigits(labels[len(labels)-1]) {
		if len(labels) == 1 {
			return "A number alone is no name. A port goes behind the name, after a comma."
		}
		return "It looks like an IPv4 address, but it is none."
	}
	return ""
}

// checkCharacters objects to characters that no computer name has.
func checkCharacters(text string, field problem.Field) *problem.Problem {
	for _, r := range text {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_.", r)) {
			continue
		}
		return badCharacter(text, r, field)
	}
	return nil
}

// badCharacter makes the problem about one character, with advice for those that
// word processors put in the place of another.
func badCharacter(text string, r rune, field problem.Field) *problem.Problem {
	p := &problem.Problem{
		Code: CodeAddressCharacter, Field: field,
		What: fmt.Sprintf("%s contains %s, which can't be part of it.", shown(text), shownRune(r)),
		Fix:  "Type the name by hand: letters, digits, hyphens and dots.",
	}
	switch {
	case r == ' ':
		p.What = shown(text) + " contains a space."
	case unicode.Is(unicode.Dash, r) && r != '-':
		p.Fix = "Copying from a document turned the hyphen into a dash. Type a plain hyphen (-)."
	case r == '/':
		p.Fix = `Write the instance behind a backslash: SQL01\HYBRID.`
	case r == ';':
		p.Fix = "Write the port behind a comma: SQL01,14330."
	case r > unicode.MaxASCII && unicode.IsLetter(r):
		p.Why = "Some letters of other alphabets look like Latin ones, and names with such letters can't be looked up everywhere."
		p.Fix = "Type the name by hand with Latin letters, or use the IP address."
	}
	return p
}

// checkInstance accepts the name of an instance. Rules: SQL Server's
// documentation, "Instance configuration": 16 characters at most, a letter or an
// underscore first, then letters, digits, "$" and "_".
func checkInstance(name string, field problem.Field) (string, *problem.Problem) {
	if name == "" || strings.EqualFold(name, "MSSQLSERVER") {
		return "", nil
	}
	n := 0
	for _, r := range name {
		first := n == 0
		n++
		if unicode.IsLetter(r) || r == '_' || (!first && (unicode.IsDigit(r) || r == '$' || r == '#')) {
			continue
		}
		if first && unicode.IsDigit(r) {
			return "", badInstance(name, field, "The name of an instance begins with a letter.")
		}
		p := badCharacter(name, r, field)
		p.Code = CodeInstanceBad
		p.Fix = "Enter the instance's name alone (HYBRID), or with its port behind a comma (HYBRID,14330)."
		return "", p
	}
	if n > 16 {
		return "", badInstance(name, field, "The name of an instance has 16 characters at most.")
	}
	return name, nil
}

func badHost(text, why string) *problem.Problem {
	return &problem.Problem{
		Code: CodeAddressBad, Field: answers.FieldServer,
		What: shown(text) + " is not the name of a server.", Why: why,
		Fix: `Enter a computer name, a full DNS name or an IP address: SQL01, sql01.contoso.com, 10.1.2.3, [fd00::5].`,
	}
}

func badInstance(text string, field problem.Field, why string) *problem.Problem {
	return &problem.Problem{
		Code: CodeInstanceBad, Field: field,
		What: shown(text) + " is not the name of an instance.", Why: why,
		Fix: "Enter the instance's name alone (HYBRID), or with its port behind a comma (HYBRID,14330). Leave it empty for the default instance.",
	}
}

// shown quotes what was typed, cut to a length that fits on a page.
func shown(text string) string {
	const most = 60
	if r := []rune(text); len(r) > most {
		text = string(r[:most]) + "…"
	}
	return "“" + strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return '?'
		}
		return r
	}, text) + "”"
}

// shownRune names a character that may be invisible.
func shownRune(r rune) string {
	if unicode.IsPrint(r) {
		return fmt.Sprintf("“%c”", r)
	}
	return fmt.Sprintf("the character U+%04X", r)
}

func allDigits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != ""
}

// cutPrefixFold is strings.TrimPrefix without regard to case.
func cutPrefixFold(s, prefix string) string {
	if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):]
	}
	return s
}

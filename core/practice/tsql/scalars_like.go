package tsql

import (
	"database/sql/driver"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

func textPatIndex(a []driver.Value) (driver.Value, error) {
	pat, s := argText(a[0]), argText(a[1])
	c := collation(argInt(a[2]))
	open := !strings.HasPrefix(pat, "%")
	unit := int64(1)
	body := strings.TrimLeft(pat, "%")
	for i, r := range s {
		if (!open || i == 0) && likeMatch(s[i:], body, 0, c) {
			return unit, nil
		}
		unit += int64(utf16.RuneLen(r))
	}
	return int64(0), nil
}

// fnLike is tsql_like(x, pattern, escape or NULL, collation, unicode).
func fnLike(a []driver.Value) (driver.Value, error) {
	if a[0] == nil || a[1] == nil {
		return nil, nil
	}
	esc := rune(0)
	if a[2] != nil {
		r, n := utf8.DecodeRuneInString(argText(a[2]))
		if n != len(argText(a[2])) {
			return nil, errf(506, 16, 1, "The invalid escape character \"%s\" was specified in a LIKE predicate.", argText(a[2]))
		}
		esc = r
	}
	s, pat, c := argText(a[0]), argText(a[1]), collation(argInt(a[3]))
	ok := likeMatch(s, pat, esc, c)
	if !ok && argInt(a[4]) == 0 {
		ok = likeMatch(strings.TrimRight(s, " "), pat, esc, c)
	}
	return boolInt(ok), nil
}

// likeMatch matches a LIKE pattern: % _ [set] [^set], with backtracking to the
// last % only.
func likeMatch(s, pat string, esc rune, c collation) bool {
	starPat, starS := "", ""
	star := false
	for {
		if pat == "" {
			if s == "" {
				return true
			}
		} else if pat[0] == '%' && esc != '%' {
			pat = pat[1:]
			star, starPat, starS = true, pat, s
			continue
		} else if rs, rp, ok := likeStep(s, pat, esc, c); ok {
			s, pat = rs, rp
			continue
		}
		if !star || starS == "" {
			return false
		}
		_, n := utf8.DecodeRuneInString(starS)
		starS = starS[n:]
		s, pat = starS, starPat
	}
}

// likeStep matches one character against one pattern element.
func likeStep(s, pat string, esc rune, c collation) (string, string, bool) {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return "", "", false
	}
	p, m := utf8.DecodeRuneInString(pat)
	switch {
	case esc != 0 && p == esc:
		q, k := utf8.DecodeRuneInString(pat[m:])
		return s[n:], pat[m+k:], k > 0 && c.sameRune(r, q)
	case p == '_':
		return s[n:], pat[m:], true
	case p == '[':
		ok, rest := likeSet(r, pat[m:], esc, c)
		return s[n:], rest, ok
	}
	return s[n:], pat[m:], c.sameRune(r, p)
}

// likeSet matches r against a set; pat begins after the bracket.
func likeSet(r rune, pat string, esc rune, c collation) (bool, string) {
	not := strings.HasPrefix(pat, "^")
	if not {
		pat = pat[1:]
	}
	found := false
	for first := true; pat != ""; first = false {
		if pat[0] == ']' {
			if first {
				return not, pat[1:] // an empty set matches nothing
			}
			return found != not, pat[1:]
		}
		var lo, hi rune
		lo, hi, pat = setMember(pat, esc)
		found = found || c.within(r, lo, hi)
	}
	return false, ""
}

// setMember takes one character or range off the front of a set.
func setMember(pat string, esc rune) (lo, hi rune, rest string) {
	lo, n := utf8.DecodeRuneInString(pat)
	pat = pat[n:]
	if esc != 0 && lo == esc {
		lo, n = utf8.DecodeRuneInString(pat)
		pat = pat[n:]
	}
	hi = lo
	if strings.HasPrefix(pat, "-") && len(pat) > 1 && pat[1] != ']' {
		hi, n = utf8.DecodeRuneInString(pat[1:])
		pat = pat[1+n:]
	}
	return lo, hi, pat
}

// within tells whether r lies in a range of one or more characters.
func (c collation) within(r, lo, hi rune) bool {
	if lo == hi {
		return c.sameRune(r, lo)
	}
	return c.compare(string(r), string(lo)) >= 0 && c.compare(string(r), string(hi)) <= 0
}

package tsql

import (
	"database/sql/driver"
	"math"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// slice16 is the part of s from UTF-16 unit start (from 0) of at most n units.
func slice16(s string, start, n int) string {
	if n <= 0 {
		return ""
	}
	if isASCII(s) {
		if start >= len(s) {
			return ""
		}
		return s[start:min(len(s), start+n)]
	}
	u := utf16.Encode([]rune(s))
	if start >= len(u) {
		return ""
	}
	return string(utf16.Decode(u[start:min(len(u), start+n)]))
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// fnText is tsql_text(function, argument…): NULL when any argument is, except
// where the function says otherwise.
func fnText(a []driver.Value) (driver.Value, error) {
	op := argText(a[0])
	if anyNull(a) {
		return nil, nil
	}
	f, ok := textOps[op]
	if !ok {
		return nil, errf(195, 15, 10, "'%s' is not a recognized built-in function name.", op)
	}
	return f(a[1:])
}

var textOps = map[string]scalar{
	"len": func(a []driver.Value) (driver.Value, error) {
		return int64(utf16Len(strings.TrimRight(argText(a[0]), " "))), nil
	},
	"blen":    func(a []driver.Value) (driver.Value, error) { return int64(len(argText(a[0]))), nil },
	"nbytes":  func(a []driver.Value) (driver.Value, error) { return int64(2 * utf16Len(argText(a[0]))), nil },
	"cbytes":  func(a []driver.Value) (driver.Value, error) { return int64(len(toCP1252(argText(a[0])))), nil },
	"upper":   func(a []driver.Value) (driver.Value, error) { return strings.ToUpper(argText(a[0])), nil },
	"lower":   func(a []driver.Value) (driver.Value, error) { return strings.ToLower(argText(a[0])), nil },
	"ltrim":   func(a []driver.Value) (driver.Value, error) { return strings.TrimLeft(argText(a[0]), " "), nil },
	"rtrim":   func(a []driver.Value) (driver.Value, error) { return strings.TrimRight(argText(a[0]), " "), nil },
	"trim":    func(a []driver.Value) (driver.Value, error) { return strings.Trim(argText(a[0]), " "), nil },
	"reverse": textReverse,
	"left": func(a []driver.Value) (driver.Value, error) {
		n := argInt(a[1])
		if n < 0 {
			return nil, errf(536, 16, 1, "Invalid length parameter passed to the left function.")
		}
		return slice16(argText(a[0]), 0, int(min(n, math.MaxInt32))), nil
	},
	"right": func(a []driver.Value) (driver.Value, error) {
		n := argInt(a[1])
		if n < 0 {
			return nil, errf(536, 16, 2, "Invalid length parameter passed to the right function.")
		}
		s := argText(a[0])
		l := utf16Len(s)
		k := int(min(n, int64(l)))
		return slice16(s, l-k, k), nil
	},
	"substring": textSubstring,
	"bsubstring": func(a []driver.Value) (driver.Value, error) {
		from, to, err := window(argInt(a[1]), argInt(a[2]), int64(len(argText(a[0]))))
		if err != nil {
			return nil, err
		}
		return []byte(argText(a[0])[from:to]), nil
	},
	"replace": func(a []driver.Value) (driver.Value, error) {
		return replaceFold(argText(a[0]), argText(a[1]), argText(a[2]), collation(argInt(a[3]))), nil
	},
	"charindex": textCharIndex,
	"quotename": textQuoteName,
	"replicate": func(a []driver.Value) (driver.Value, error) {
		n := argInt(a[1])
		if n < 0 {
			return nil, nil
		}
		s := argText(a[0])
		n = min(n, int64(8000/max(1, len(s))+1))
		return cutUnits(strings.Repeat(s, int(n)), 8000), nil
	},
	"space": func(a []driver.Value) (driver.Value, error) {
		n := argInt(a[0])
		if n < 0 {
			return nil, nil
		}
		return strings.Repeat(" ", int(min(n, 8000))), nil
	},
	"stuff": textStuff,
	"ascii": func(a []driver.Value) (driver.Value, error) {
		b := toCP1252(clip(argText(a[0]), 1))
		if len(b) == 0 {
			return nil, nil
		}
		return int64(b[0]), nil
	},
	"unicode": func(a []driver.Value) (driver.Value, error) {
		u := utf16.Encode([]rune(clip(argText(a[0]), 1)))
		if len(u) == 0 {
			return nil, nil
		}
		return int64(u[0]), nil
	},
	"char": func(a []driver.Value) (driver.Value, error) {
		n := argInt(a[0])
		if n < 0 || n > 255 {
			return nil, nil
		}
		return fromCP1252([]byte{byte(n)}), nil
	},
	"nchar": func(a []driver.Value) (driver.Value, error) {
		n := argInt(a[0])
		if n < 0 || n > 65535 {
			return nil, nil
		}
		return string(rune(n)), nil
	},
	"patindex": textPatIndex,
}

func textReverse(a []driver.Value) (driver.Value, error) {
	r := []rune(argText(a[0]))
	for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
		r[i], r[j] = r[j], r[i]
	}
	return string(r), nil
}

// window gives the bounds of SUBSTRING(x, start, length) in a value of size n.
func window(start, length, n int64) (from, to int64, err error) {
	if length < 0 {
		return 0, 0, errf(537, 16, 3, "Invalid length parameter passed to the LEFT or SUBSTRING function.")
	}
	from = start - 1
	to = min(max(from+length, 0), n)
	from = min(max(from, 0), to)
	return from, to, nil
}

func textSubstring(a []driver.Value) (driver.Value, error) {
	s := argText(a[0])
	from, to, err := window(argInt(a[1]), argInt(a[2]), int64(utf16Len(s)))
	if err != nil {
		return nil, err
	}
	return slice16(s, int(from), int(to-from)), nil
}

// matchAt tells how many bytes of s from its start equal needle under c.
func (c collation) matchAt(s, needle string) int {
	i := 0
	for _, n := range needle {
		r, size := utf8.DecodeRuneInString(s[i:])
		if size == 0 || !c.sameRune(r, n) {
			return -1
		}
		i += size
	}
	return i
}

func (c collation) sameRune(a, b rune) bool {
	if a == b {
		return true
	}
	if c&binaryOrder != 0 || c == 0 {
		return false
	}
	x, y := weightOf(a), weightOf(b)
	return x.primary == y.primary && (c&ignoreAccent != 0 || x.accent == y.accent) && (c&ignoreCase != 0 || x.upper == y.upper)
}

func replaceFold(s, from, to string, c collation) string {
	if from == "" {
		return s
	}
	var sb strings.Builder
	for len(s) > 0 {
		if n := c.matchAt(s, from); n > 0 {
			sb.WriteString(to)
			s = s[n:]
			continue
		}
		_, size := utf8.DecodeRuneInString(s)
		sb.WriteString(s[:size])
		s = s[size:]
	}
	return sb.String()
}

func textCharIndex(a []driver.Value) (driver.Value, error) {
	needle, hay := argText(a[0]), argText(a[1])
	start := max(argInt(a[2]), 1)
	c := collation(argInt(a[3]))
	if needle == "" {
		return int64(0), nil
	}
	unit := int64(1)
	for i, r := range hay {
		if unit >= start && c.matchAt(hay[i:], needle) > 0 {
			return unit, nil
		}
		unit += int64(utf16.RuneLen(r))
	}
	return int64(0), nil
}

func textQuoteName(a []driver.Value) (driver.Value, error) {
	s, q := argText(a[0]), argText(a[1])
	if utf16Len(s) > 128 || q == "" {
		return nil, nil
	}
	ends := map[string]string{"[": "[]", "]": "[]", "'": "''", "\"": "\"\"", "(": "()", ")": "()", "<": "<>", ">": "<>", "{": "{}", "}": "{}", "`": "``"}[q[:1]]
	if ends == "" {
		return nil, nil
	}
	return ends[:1] + strings.ReplaceAll(s, ends[1:], ends[1:]+ends[1:]) + ends[1:], nil
}

func textStuff(a []driver.Value) (driver.Value, error) {
	s := argText(a[0])
	start, n, l := argInt(a[1]), argInt(a[2]), int64(utf16Len(s))
	if start < 1 || start > l || n < 0 {
		return nil, nil
	}
	end := min(start-1+n, l)
	return slice16(s, 0, int(start-1)) + argText(a[3]) + slice16(s, int(end), int(l-end)), nil
}

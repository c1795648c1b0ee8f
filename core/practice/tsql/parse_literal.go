package tsql

import (
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// negated folds a minus into a number, so that -2147483648 is an int.
func negated(l *litExpr) *litExpr {
	switch v := l.val.(type) {
	case int64:
		return &litExpr{l.t, -v}
	case float64:
		return &litExpr{l.t, -v}
	case tds.Number:
		if v == "2147483648" {
			return &litExpr{tds.Type{Kind: tds.Int}, int64(-2147483648)}
		}
		if strings.HasPrefix(string(v), "-") {
			return &litExpr{l.t, v[1:]}
		}
		return &litExpr{l.t, "-" + v}
	}
	return nil
}

func (p *parser) literal(t token) expr {
	switch t.kind {
	case tokString:
		return &litExpr{tds.Type{Kind: tds.VarChar, Length: max(1, utf16Len(t.text))}, t.text}
	case tokNString:
		n := max(1, utf16Len(t.text))
		if n > 4000 {
			n = -1
		}
		return &litExpr{tds.Type{Kind: tds.NVarChar, Length: n}, t.text}
	case tokInt:
		digits := strings.TrimLeft(t.text, "0")
		if n, err := strconv.ParseInt(t.text, 10, 32); err == nil {
			return &litExpr{tds.Type{Kind: tds.Int}, n}
		}
		return p.decimal(digits, 0)
	case tokDec:
		whole, frac, _ := strings.Cut(t.text, ".")
		whole = strings.TrimLeft(whole, "0")
		if frac == "" {
			return p.decimal(whole, 0)
		}
		return p.decimal(whole+"."+frac, len(frac))
	case tokFloat:
		f, err := strconv.ParseFloat(t.text, 64)
		if err != nil {
			p.fail(errf(168, 15, 1, "The floating point value '%s' is out of the range of computer representation (8 bytes).", t.text))
		}
		return &litExpr{tds.Type{Kind: tds.Float}, f}
	default:
		s := t.text
		if len(s)%2 == 1 {
			s = "0" + s
		}
		b, err := hex.DecodeString(s)
		if err != nil {
			p.unexpected()
		}
		return &litExpr{tds.Type{Kind: tds.VarBinary, Length: max(1, len(b))}, b}
	}
}

func (p *parser) decimal(s string, scale int) expr {
	prec := len(s)
	if scale > 0 {
		prec--
	}
	if strings.HasPrefix(s, ".") {
		s = "0" + s
	}
	if s == "" {
		s = "0"
	}
	if prec > 38 {
		p.fail(errf(1007, 15, 1, "The number '%s' is out of the range for numeric representation (maximum precision 38).", s))
	}
	return &litExpr{tds.Type{Kind: tds.Decimal, Precision: uint8(max(prec, 1)), Scale: uint8(scale)}, tds.Number(s)}
}

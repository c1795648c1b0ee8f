package tsql

import (
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// typeNames are the types that can be written, with sysname as its base type.
var typeNames = map[string]tds.Kind{
	"BIT": tds.Bit, "TINYINT": tds.TinyInt, "SMALLINT": tds.SmallInt, "INT": tds.Int, "INTEGER": tds.Int, "BIGINT": tds.BigInt,
	"REAL": tds.Real, "FLOAT": tds.Float, "DECIMAL": tds.Decimal, "NUMERIC": tds.Decimal, "DEC": tds.Decimal, "MONEY": tds.Money,
	"SMALLMONEY": tds.SmallMoney, "CHAR": tds.Char, "CHARACTER": tds.Char, "VARCHAR": tds.VarChar, "TEXT": tds.Text, "NCHAR": tds.NChar,
	"NVARCHAR": tds.NVarChar, "NTEXT": tds.NText, "BINARY": tds.Binary, "VARBINARY": tds.VarBinary, "IMAGE": tds.Image,
	"DATETIME": tds.DateTime, "SMALLDATETIME": tds.SmallDateTime, "DATE": tds.Date, "TIME": tds.Time, "DATETIME2": tds.DateTime2,
	"DATETIMEOFFSET": tds.DateTimeOffset, "UNIQUEIDENTIFIER": tds.UniqueIdentifier, "XML": tds.XML, "SQL_VARIANT": tds.SQLVariant,
	"SYSNAME": tds.NVarChar, "TIMESTAMP": tds.KindNull, "ROWVERSION": tds.KindNull, "HIERARCHYID": tds.KindNull, "GEOGRAPHY": tds.KindNull, "GEOMETRY": tds.KindNull,
}

// kindNames are the names that messages and sys.types give.
var kindNames = map[tds.Kind]string{
	tds.KindNull: "NULL", tds.Bit: "bit", tds.TinyInt: "tinyint", tds.SmallInt: "smallint", tds.Int: "int", tds.BigInt: "bigint",
	tds.Real: "real", tds.Float: "float", tds.Decimal: "numeric", tds.Money: "money", tds.SmallMoney: "smallmoney", tds.Char: "char",
	tds.VarChar: "varchar", tds.Text: "text", tds.NChar: "nchar", tds.NVarChar: "nvarchar", tds.NText: "ntext", tds.Binary: "binary",
	tds.VarBinary: "varbinary", tds.Image: "image", tds.DateTime: "datetime", tds.SmallDateTime: "smalldatetime", tds.Date: "date",
	tds.Time: "time", tds.DateTime2: "datetime2", tds.DateTimeOffset: "datetimeoffset", tds.UniqueIdentifier: "uniqueidentifier",
	tds.XML: "xml", tds.SQLVariant: "sql_variant",
}

// precedence is SQL Server's order of types: the higher one wins.
var precedence = map[tds.Kind]int{
	tds.KindNull: 0, tds.Binary: 1, tds.VarBinary: 2, tds.Image: 3, tds.Char: 4, tds.VarChar: 5, tds.NChar: 6, tds.NVarChar: 7,
	tds.UniqueIdentifier: 8, tds.Text: 9, tds.NText: 10, tds.Bit: 11, tds.TinyInt: 12, tds.SmallInt: 13,
	tds.Int: 14, tds.BigInt: 15, tds.SmallMoney: 16, tds.Money: 17, tds.Decimal: 18, tds.Real: 19, tds.Float: 20, tds.Time: 21,
	tds.Date: 22, tds.SmallDateTime: 23, tds.DateTime: 24, tds.DateTime2: 25, tds.DateTimeOffset: 26, tds.XML: 27, tds.SQLVariant: 28,
}

func isInt(k tds.Kind) bool { return k >= tds.Bit && k <= tds.BigInt }

func isFloat(k tds.Kind) bool { return k == tds.Real || k == tds.Float }

func isDecimal(k tds.Kind) bool { return k == tds.Decimal || k == tds.Money || k == tds.SmallMoney }

func isNumeric(k tds.Kind) bool { return k >= tds.Bit && k <= tds.SmallMoney }

func isString(k tds.Kind) bool { return k >= tds.Char && k <= tds.NText }

func isUnicode(k tds.Kind) bool { return k == tds.NChar || k == tds.NVarChar || k == tds.NText }

func isBinary(k tds.Kind) bool { return k >= tds.Binary && k <= tds.Image }

func isDate(k tds.Kind) bool { return k >= tds.DateTime && k <= tds.DateTimeOffset }

func isLOB(k tds.Kind) bool { return k == tds.Text || k == tds.NText || k == tds.Image }

// typeName is the type as messages write it, without facets.
func typeName(t tds.Type) string { return kindNames[t.Kind] }

// dataType parses a type. dflt is the length of a character or binary type
// written without one: 1 in declarations, 30 in CAST and CONVERT.
func (p *parser) dataType(dflt int) tds.Type {
	n := objName{}
	switch {
	case p.isIdent():
		n = p.object()
	case p.kw("NATIONAL"):
		p.unsupported("NATIONAL")
	case p.kw("DOUBLE"):
		p.needKw("PRECISION")
		return tds.Type{Kind: tds.Float}
	default:
		p.unexpected()
	}
	k, ok := typeNames[strings.ToUpper(n.name)]
	if !ok {
		p.fail(errf(2715, 16, 6, "Column, parameter, or variable #1: Cannot find data type %s.", n.name))
	}
	if k == tds.KindNull {
		p.unsupported(strings.ToLower(n.name))
	}
	t := tds.Type{Kind: k}
	var args []int
	isMax := false
	if p.op("(") {
		for !p.op(")") {
			if p.kw("MAX") {
				isMax = true
			} else {
				args = append(args, int(min(p.integer(), 100000)))
			}
			p.op(",")
		}
	}
	if strings.EqualFold(n.name, "sysname") {
		t.Length = 128
		return t
	}
	p.facets(&t, args, isMax, dflt)
	return t
}

// facets puts what was written in a type's parentheses into it. dflt is the
// length of a type written without one.
func (p *parser) facets(t *tds.Type, args []int, isMax bool, dflt int) {
	arg := func(i, d int) int {
		if i < len(args) {
			return args[i]
		}
		return d
	}
	name := kindNames[t.Kind]
	switch t.Kind {
	case tds.Char, tds.VarChar, tds.NChar, tds.NVarChar, tds.Binary, tds.VarBinary:
		t.Length = p.length(t.Kind, arg(0, dflt), isMax)
	case tds.Decimal:
		pr, sc := arg(0, 18), arg(1, 0)
		if pr < 1 || pr > 38 {
			p.fail(errf(2750, 16, 1, "Column or parameter #0: Specified column precision %d is greater than the maximum precision of 38.", pr))
		}
		if sc < 0 || sc > pr {
			p.fail(errf(183, 15, 1, "The scale (%d) for column '%s' must be within the range 0 to %d.", sc, name, pr))
		}
		t.Precision, t.Scale = uint8(pr), uint8(sc)
	case tds.Float:
		if n := arg(0, 53); n <= 24 {
			t.Kind = tds.Real
		}
	case tds.Time, tds.DateTime2, tds.DateTimeOffset:
		sc := arg(0, 7)
		if sc < 0 || sc > 7 {
			p.fail(errf(1002, 15, 1, "Line %d: Specified scale %d is invalid.", p.cur().line, sc))
		}
		t.Scale = uint8(sc)
	default:
		if len(args) > 0 || isMax {
			p.fail(errf(2716, 16, 1, "Column, parameter, or variable #1: Cannot specify a column width on data type %s.", name))
		}
		normalFacets(t)
	}
}

// length checks the length n of a character or binary type; -1 for max.
func (p *parser) length(k tds.Kind, n int, isMax bool) int {
	limit := 8000
	if isUnicode(k) {
		limit = 4000
	}
	switch {
	case isMax && (k == tds.VarChar || k == tds.NVarChar || k == tds.VarBinary):
		return -1
	case isMax:
		p.unexpected()
	case n < 1:
		p.fail(errf(1001, 15, 1, "Line %d: Length or precision specification %d is invalid.", p.cur().line, n))
	case n > limit:
		p.fail(errf(131, 15, 3, "The size (%d) given to the type '%s' exceeds the maximum allowed for any data type (%d).", n, kindNames[k], 8000))
	}
	return n
}

// normalFacets fills the facets which a type has by nature.
func normalFacets(t *tds.Type) {
	switch t.Kind {
	case tds.Text, tds.NText, tds.Image, tds.XML:
		t.Length = -1
	case tds.Money:
		t.Precision, t.Scale = 19, 4
	case tds.SmallMoney:
		t.Precision, t.Scale = 10, 4
	case tds.SQLVariant:
		t.Length = 8000
	default:
	}
}

// intPrecision is the decimal precision that an integer type counts as.
func intPrecision(k tds.Kind) uint8 {
	switch k {
	case tds.Bit:
		return 1
	case tds.TinyInt:
		return 3
	case tds.SmallInt:
		return 5
	case tds.Int:
		return 10
	default:
		return 19
	}
}

// unify gives the type that a and b become together in CASE, UNION or a
// comparison.
func unify(a, b tds.Type) tds.Type {
	if a.Kind == tds.KindNull {
		return b
	}
	if b.Kind == tds.KindNull {
		return a
	}
	hi, lo := a, b
	if precedence[b.Kind] > precedence[a.Kind] {
		hi, lo = b, a
	}
	switch k := hi.Kind; {
	case k == tds.Decimal:
		return unifyDecimal(hi, lo)
	case isString(k) && isString(lo.Kind) || isBinary(k) && isBinary(lo.Kind):
		return unifyLength(hi, lo)
	case isDate(lo.Kind) && (k == tds.Time || k == tds.DateTime2 || k == tds.DateTimeOffset):
		hi.Scale = max(hi.Scale, lo.Scale)
	}
	return hi
}

// unifyDecimal widens a decimal so that it holds another number's digits before
// and after the point.
func unifyDecimal(hi, lo tds.Type) tds.Type {
	p, s := lo.Precision, lo.Scale
	switch {
	case isInt(lo.Kind):
		p, s = intPrecision(lo.Kind), 0
	case !isDecimal(lo.Kind):
		return hi
	}
	scale := max(hi.Scale, s)
	whole := max(hi.Precision-hi.Scale, p-s)
	hi.Precision, hi.Scale = min(38, whole+scale), scale
	return hi
}

func unifyLength(hi, lo tds.Type) tds.Type {
	if hi.Length != lo.Length {
		switch hi.Kind {
		case tds.Char:
			hi.Kind = tds.VarChar
		case tds.NChar:
			hi.Kind = tds.NVarChar
		case tds.Binary:
			hi.Kind = tds.VarBinary
		default:
		}
	}
	if hi.Length < 0 || lo.Length < 0 {
		hi.Length = -1
		switch hi.Kind {
		case tds.NChar:
			hi.Kind = tds.NVarChar
		case tds.Char:
			hi.Kind = tds.VarChar
		default:
		}
		return hi
	}
	hi.Length = max(hi.Length, lo.Length)
	if isUnicode(hi.Kind) {
		hi.Length = min(hi.Length, 4000)
	}
	return hi
}

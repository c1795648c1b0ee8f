package tsql

import (
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// sysView is a catalogue view: its columns, and how its rows are made for a
// session and the database in which it is asked.
type sysView struct {
	id   int
	cols []sysCol
	rows func(s *Session, d *Database, args []any) ([][]any, error)
}

type sysCol struct {
	name string
	t    tds.Type
}

// columns reads a short description: "name:n database_id:i state:t …".
func columns(spec string) []sysCol {
	var out []sysCol
	for f := range strings.FieldsSeq(spec) {
		name, kind, _ := strings.Cut(f, ":")
		out = append(out, sysCol{name, viewTypes[kind]})
	}
	return out
}

var viewTypes = map[string]tds.Type{
	"n": typeSysname, "s": nvarchar(60), "m": nvarchar(-1), "l": nvarchar(4000), "x": nvarchar(260), "c2": {Kind: tds.Char, Length: 2},
	"c1": {Kind: tds.Char, Length: 1}, "i": typeInt, "b": typeBit, "h": {Kind: tds.SmallInt}, "t": {Kind: tds.TinyInt}, "I": typeBigInt,
	"d": typeDateTime, "g": typeGUID, "v": typeVariant, "sid": {Kind: tds.VarBinary, Length: 85}, "v3": varchar(3), "v10": varchar(10), "v11": varchar(11),
	"N20": {Kind: tds.Decimal, Precision: 20}, "bin": {Kind: tds.VarBinary, Length: 85},
}

var (
	views       map[string]*sysView // by lower-case schema.name
	sysTVFs     = words("fn_listextendedproperty dm_os_volume_stats dm_os_file_exists")
	historyOnly = words("backupset backupmediafamily restorehistory backupfile")
)

// systemViewOf finds a view by name; the history tables of msdb count as views.
func systemViewOf(n objName) *sysView {
	schema := strings.ToLower(n.schema)
	name := strings.ToLower(n.name)
	if historyOnly[name] && (schema == "" || schema == "dbo") {
		return views["msdb."+name]
	}
	if schema == "sys" && sysTVFs[name] || schema == "sys" || schema == "information_schema" {
		return views[schema+"."+name]
	}
	return nil
}

// systemFunction tells whether a table function is one of the catalogue's.
func systemFunction(n objName) bool {
	return sysTVFs[strings.ToLower(n.name)] && (n.schema == "" || strings.EqualFold(n.schema, "sys"))
}

func init() {
	views = map[string]*sysView{}
	for name, v := range serverViews() {
		views[name] = v
	}
	for name, v := range diskViews() {
		views[name] = v
	}
	for name, v := range objectViews() {
		views[name] = v
	}
	for name, v := range principalViews() {
		views[name] = v
	}
	id := 200
	for _, v := range views {
		id++
		v.id = id
	}
}

// needState wraps a view that asks for VIEW SERVER STATE.
func needState(rows func(s *Session, d *Database, args []any) ([][]any, error)) func(s *Session, d *Database, args []any) ([][]any, error) {
	return func(s *Session, d *Database, args []any) ([][]any, error) {
		if err := s.needServerState(); err != nil {
			return nil, err
		}
		return rows(s, d, args)
	}
}

// systemTypeIDs are the numbers of sys.types.
var systemTypeIDs = map[tds.Kind]int{
	tds.Image: 34, tds.Text: 35, tds.UniqueIdentifier: 36, tds.Date: 40, tds.Time: 41, tds.DateTime2: 42, tds.DateTimeOffset: 43, tds.TinyInt: 48,
	tds.SmallInt: 52, tds.Int: 56, tds.SmallDateTime: 58, tds.Real: 59, tds.Money: 60, tds.DateTime: 61, tds.Float: 62, tds.SQLVariant: 98, tds.NText: 99,
	tds.Bit: 104, tds.Decimal: 106, tds.SmallMoney: 122, tds.BigInt: 127, tds.VarBinary: 165, tds.VarChar: 167, tds.Binary: 173, tds.Char: 175,
	tds.NVarChar: 231, tds.NChar: 239, tds.XML: 241,
}

func catalogTypeName(k tds.Kind) string {
	if k == tds.Decimal {
		return "decimal"
	}
	return kindNames[k]
}

// fixedLengths are the bytes of types that have no length of their own; those of
// text, ntext and image are of the pointer in the row.
var fixedLengths = map[tds.Kind]int{
	tds.Bit: 1, tds.TinyInt: 1, tds.SmallInt: 2, tds.Int: 4, tds.Real: 4, tds.SmallMoney: 4, tds.SmallDateTime: 4, tds.BigInt: 8, tds.Float: 8,
	tds.Money: 8, tds.DateTime: 8, tds.Date: 3, tds.UniqueIdentifier: 16, tds.Text: 16, tds.NText: 16, tds.Image: 16, tds.XML: -1, tds.SQLVariant: 8016,
}

// maxLength is sys.columns.max_length: bytes, -1 for max.
func maxLength(t tds.Type) int {
	if n := fixedLengths[t.Kind]; n != 0 {
		return n
	}
	switch t.Kind {
	case tds.Decimal:
		return decimalLength(t.Precision)
	case tds.Time:
		return 3 + (int(t.Scale)+1)/3
	case tds.DateTime2:
		return 6 + (int(t.Scale)+1)/3
	case tds.DateTimeOffset:
		return 8 + (int(t.Scale)+1)/3
	default:
	}
	if t.Length > 0 && isUnicode(t.Kind) {
		return 2 * t.Length
	}
	return t.Length
}

// decimalLength is the bytes that a decimal takes.
func decimalLength(precision uint8) int {
	switch {
	case precision <= 9:
		return 5
	case precision <= 19:
		return 9
	case precision <= 28:
		return 13
	}
	return 17
}

// numericFacets are precision and scale as the catalogue shows them.
func numericFacets(t tds.Type) (precision, scale int) {
	switch t.Kind {
	case tds.Bit:
		return 1, 0
	case tds.TinyInt, tds.SmallInt, tds.Int, tds.BigInt:
		return int(intPrecision(t.Kind)), 0
	case tds.Real:
		return 24, 0
	case tds.Float:
		return 53, 0
	case tds.Decimal, tds.Money, tds.SmallMoney:
		return int(t.Precision), int(t.Scale)
	case tds.DateTime:
		return 23, 3
	case tds.SmallDateTime:
		return 16, 0
	case tds.Date:
		return 10, 0
	case tds.Time:
		return 9 + int(t.Scale), int(t.Scale)
	case tds.DateTime2:
		return 20 + int(t.Scale), int(t.Scale)
	case tds.DateTimeOffset:
		return 27 + int(t.Scale), int(t.Scale)
	default:
		return 0, 0
	}
}

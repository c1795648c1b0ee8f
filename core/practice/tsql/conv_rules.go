package tsql

import (
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// family groups the types that convert alike.
type family uint8

const (
	famText     family = iota // char, varchar, nchar, nvarchar
	famLongText               // text, ntext
	famBinary                 // binary, varbinary
	famImage
	famGUID
	famExact // integers, decimal, money
	famFloat
	famOldDate // datetime, smalldatetime
	famDate
	famTime
	famNewDate // datetime2, datetimeoffset
	famXML
	famVariant
	families
)

var familyOf = [...]family{
	tds.KindNull: famExact, tds.Bit: famExact, tds.TinyInt: famExact, tds.SmallInt: famExact, tds.Int: famExact, tds.BigInt: famExact,
	tds.Decimal: famExact, tds.Money: famExact, tds.SmallMoney: famExact, tds.Real: famFloat, tds.Float: famFloat,
	tds.Char: famText, tds.VarChar: famText, tds.NChar: famText, tds.NVarChar: famText, tds.Text: famLongText, tds.NText: famLongText,
	tds.Binary: famBinary, tds.VarBinary: famBinary, tds.Image: famImage, tds.DateTime: famOldDate, tds.SmallDateTime: famOldDate,
	tds.Date: famDate, tds.Time: famTime, tds.DateTime2: famNewDate, tds.DateTimeOffset: famNewDate,
	tds.UniqueIdentifier: famGUID, tds.XML: famXML, tds.SQLVariant: famVariant,
}

// conversions is the chart of "Data type conversion (Database Engine)",
// learn.microsoft.com/sql: a row for each family converted from, a column for
// each converted to. i is implicit, e needs CAST or CONVERT, a dot is never.
var conversions = [families]string{
	// to:       T L B I G N F O D M W X V
	famText:     "iie.iiiiiiiii",
	famLongText: "ii.........i.",
	famBinary:   "i.iiii.iiiiii",
	famImage:    "..ii.......i.",
	famGUID:     "i.i.i.......i",
	famExact:    "i.i..iii....i",
	famFloat:    "i.i..iii....i",
	famOldDate:  "i.e..eeiiii.i",
	famDate:     "i.e....ii.i.i",
	famTime:     "i.e....i.ii.i",
	famNewDate:  "i.e....iiii.i",
	famXML:      "e.e........i.",
	famVariant:  "e.e.eeeeeee.i",
}

// checkConversion refuses conversions that SQL Server does not have: 206, 257
// and 529. explicit is CAST and CONVERT.
func checkConversion(from, to tds.Type, explicit bool) error {
	if from.Kind == to.Kind || from.Kind == tds.KindNull {
		return nil
	}
	way := conversions[familyOf[from.Kind]][familyOf[to.Kind]]
	if to.Kind == tds.SQLVariant && from.Length == -1 {
		way = '.' // a sql_variant holds no (max)
	}
	switch {
	case way == 'i', way == 'e' && explicit:
		return nil
	case way == 'e':
		return errf(257, 16, 3, "Implicit conversion from data type %s to %s is not allowed. Use the CONVERT function to run this query.", typeName(from), typeName(to))
	case explicit:
		return errf(529, 16, 2, "Explicit conversion from data type %s to %s is not allowed.", typeName(from), typeName(to))
	}
	return errf(206, 16, 2, "Operand type clash: %s is incompatible with %s", typeName(from), typeName(to))
}

package tsql

import (
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// checkConversion refuses conversions that SQL Server does not have: 206, 257
// and 529.
func checkConversion(from, to tds.Type, explicit bool) error { //nolint:gocyclo // the rules of the language, case by case
	a, b := from.Kind, to.Kind
	if a == b || a == tds.KindNull {
		return nil
	}
	clash := errf(206, 16, 2, "Operand type clash: %s is incompatible with %s", typeName(from), typeName(to))
	implicit := errf(257, 16, 3, "Implicit conversion from data type %s to %s is not allowed. Use the CONVERT function to run this query.", typeName(from), typeName(to))
	never := error(errf(529, 16, 2, "Explicit conversion from data type %s to %s is not allowed.", typeName(from), typeName(to)))
	if !explicit {
		never = clash
	}
	needExplicit := func() error {
		if explicit {
			return nil
		}
		return implicit
	}
	switch {
	case isString(a) && isString(b):
		return nil
	case b == tds.SQLVariant:
		if isLOB(a) || a == tds.XML || from.Length == -1 {
			return never
		}
		return nil
	case a == tds.SQLVariant:
		if isLOB(b) || b == tds.XML {
			return never
		}
		return needExplicit()
	case a == tds.XML:
		if isString(b) && !isLOB(b) || isBinary(b) && !isLOB(b) {
			return needExplicit()
		}
		return never
	case b == tds.XML:
		if isString(a) || isBinary(a) {
			return nil
		}
		return never
	case isLOB(a) || isLOB(b):
		if isString(a) && isString(b) || isBinary(a) && isBinary(b) || isBinary(a) && b == tds.Image {
			return nil
		}
		return never
	case isBinary(a) && isBinary(b):
		return nil
	case isString(a):
		if isBinary(b) {
			return needExplicit()
		}
		return nil
	case isString(b):
		return nil
	case a == tds.UniqueIdentifier || b == tds.UniqueIdentifier:
		if isBinary(a) || isBinary(b) {
			return nil
		}
		return never
	case isBinary(a):
		if isFloat(b) {
			return never
		}
		return nil
	case isBinary(b):
		if isDate(a) {
			return needExplicit()
		}
		return nil
	case isDate(a) && isDate(b):
		if a == tds.Date && b == tds.Time || a == tds.Time && b == tds.Date {
			return never
		}
		return nil
	case isDate(a) && isNumeric(b):
		if a == tds.DateTime || a == tds.SmallDateTime {
			return needExplicit()
		}
		return never
	case isNumeric(a) && isDate(b):
		if b == tds.DateTime || b == tds.SmallDateTime {
			return nil
		}
		return never
	}
	return nil
}

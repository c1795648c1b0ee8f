package tds

import (
	"fmt"
	"strconv"
	"strings"
)

var kindNames = [...]string{
	KindNull: "null", Bit: "bit", TinyInt: "tinyint", SmallInt: "smallint", Int: "int", BigInt: "bigint", Real: "real",
	Float: "float", Decimal: "decimal", Money: "money", SmallMoney: "smallmoney", Char: "char", VarChar: "varchar",
	Text: "text", NChar: "nchar", NVarChar: "nvarchar", NText: "ntext", Binary: "binary", VarBinary: "varbinary",
	Image: "image", DateTime: "datetime", SmallDateTime: "smalldatetime", Date: "date", Time: "time",
	DateTime2: "datetime2", DateTimeOffset: "datetimeoffset", UniqueIdentifier: "uniqueidentifier", XML: "xml",
	SQLVariant: "sql_variant",
}

// String gives the type as T-SQL writes it, for example "nvarchar(max)".
func (t Type) String() string {
	if int(t.Kind) >= len(kindNames) {
		return fmt.Sprintf("Kind(%d)", t.Kind)
	}
	name := kindNames[t.Kind]
	switch t.Kind {
	case Decimal:
		return fmt.Sprintf("%s(%d,%d)", name, t.Precision, t.Scale)
	case Char, VarChar, NChar, NVarChar, Binary, VarBinary:
		if t.Length < 0 {
			return name + "(max)"
		}
		return fmt.Sprintf("%s(%d)", name, t.Length)
	case Time, DateTime2, DateTimeOffset:
		return fmt.Sprintf("%s(%d)", name, t.Scale)
	default:
		return name
	}
}

// ParseType reads a type as T-SQL writes it, for example "decimal(10, 2)" or
// "nvarchar(max)". It gives false for a name it does not know.
func ParseType(text string) (Type, bool) {
	name, facets, _ := strings.Cut(strings.ToLower(strings.TrimSpace(text)), "(")
	name = strings.Trim(strings.TrimSpace(name), "[]")
	facets = strings.TrimSuffix(strings.TrimSpace(facets), ")")
	if name == "sysname" {
		facets = "128"
	}
	if alias, ok := typeAliases[name]; ok {
		name = alias
	}
	for kind, known := range kindNames {
		if kind != int(KindNull) && known == name {
			return withFacets(Kind(kind), facets), true
		}
	}
	return Type{}, false
}

var typeAliases = map[string]string{
	"integer": "int", "numeric": "decimal", "dec": "decimal", "sysname": "nvarchar", "character": "char", "double precision": "float",
}

// withFacets fills in what stands between the brackets, or SQL Server's defaults
// for a parameter's type.
func withFacets(kind Kind, facets string) Type {
	t := Type{Kind: kind}
	first, second, _ := strings.Cut(facets, ",")
	switch kind {
	case Decimal:
		t.Precision = facet(first, 1, 38, 18)
		t.Scale = facet(second, 0, t.Precision, 0)
	case Char, VarChar, NChar, NVarChar, Binary, VarBinary:
		t.Length = 1
		if n, err := strconv.Atoi(strings.TrimSpace(facets)); err == nil && n > 0 {
			t.Length = n
		} else if strings.TrimSpace(facets) == "max" {
			t.Length = -1
		}
	case Text, NText, Image, XML:
		t.Length = -1
	case Time, DateTime2, DateTimeOffset:
		t.Scale = facet(first, 0, 7, 7)
	default: // the other types have no facets
	}
	return t
}

// facet reads a number from low to high, or gives the default.
func facet(text string, low, high, otherwise uint8) uint8 {
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 8)
	if err != nil || uint8(n) < low || uint8(n) > high {
		return otherwise
	}
	return uint8(n)
}

func unknownTypeText(id byte) string {
	return fmt.Sprintf("The incoming tabular data stream (TDS) remote procedure call (RPC) protocol stream is incorrect. Data type 0x%02X is unknown.", id)
}

package tds

import (
	"context"
	"database/sql"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/golang-sql/civil"
	mssql "github.com/microsoft/go-mssqldb"
)

var (
	moment   = time.Date(2024, 2, 29, 23, 59, 58, 123456700, time.UTC)
	guid     = GUID{0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F, 0x10}
	guidWire = []byte{0x04, 0x03, 0x02, 0x01, 0x06, 0x05, 0x08, 0x07, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F, 0x10}
	long     = strings.Repeat("äö€😀x", 1500) // 9,000 UTF-16 units
	blob     = []byte(strings.Repeat("\x00\x01\xfe\xff", 700_000))
)

// columnTests has every type with a value as the backend gives it and as the
// driver shows it.
var columnTests = []struct {
	typ   Type
	value any
	want  any
}{
	{Type{Kind: Bit}, true, true},
	{Type{Kind: Bit}, int64(0), false},
	{Type{Kind: TinyInt}, int64(255), int64(255)},
	{Type{Kind: SmallInt}, int64(-32768), int64(-32768)},
	{Type{Kind: Int}, int64(-2147483648), int64(-2147483648)},
	{Type{Kind: BigInt}, int64(-9223372036854775808), int64(-9223372036854775808)},
	{Type{Kind: Real}, 1.5, 1.5},
	{Type{Kind: Float}, 3.141592653589793, 3.141592653589793},
	{Type{Kind: Decimal, Precision: 9, Scale: 2}, Number("-1234567.895"), []byte("-1234567.90")},
	{Type{Kind: Decimal, Precision: 38, Scale: 0}, Number(strings.Repeat("9", 38)), []byte(strings.Repeat("9", 38))},
	{Type{Kind: Decimal, Precision: 19, Scale: 19}, Number("0.0000000000000000001"), []byte("0.0000000000000000001")},
	{Type{Kind: Decimal, Precision: 28, Scale: 4}, int64(12), []byte("12.0000")},
	{Type{Kind: Decimal, Precision: 10, Scale: 3}, 1.25e3, []byte("1250.000")},
	{Type{Kind: Money}, Number("-922337203685477.5808"), []byte("-922337203685477.5808")},
	{Type{Kind: Money}, Number("12.34565"), []byte("12.3457")},
	{Type{Kind: SmallMoney}, Number("-214748.3648"), []byte("-214748.3648")},
	{Type{Kind: Char, Length: 5}, "äb€", "äb€  "},
	{Type{Kind: VarChar, Length: 10}, "q😀ł", "q??"},
	{Type{Kind: VarChar, Length: -1}, strings.Repeat("é", 9000), strings.Repeat("é", 9000)},
	{Type{Kind: VarChar, Length: 10}, "", ""},
	{Type{Kind: Text}, "text é", "text é"},
	{Type{Kind: NChar, Length: 4}, "😀", "😀  "},
	{Type{Kind: NVarChar, Length: 4000}, strings.Repeat("ł", 4000), strings.Repeat("ł", 4000)},
	{Type{Kind: NVarChar, Length: -1}, long, long},
	{Type{Kind: NVarChar, Length: -1}, "", ""},
	{Type{Kind: NText}, "ntext ł😀", "ntext ł😀"},
	{Type{Kind: Binary, Length: 4}, []byte{1, 2}, []byte{1, 2, 0, 0}},
	{Type{Kind: VarBinary, Length: 8000}, []byte{}, []byte{}},
	{Type{Kind: VarBinary, Length: -1}, blob, blob},
	{Type{Kind: Image}, []byte{9, 8, 7}, []byte{9, 8, 7}},
	{Type{Kind: DateTime}, moment, time.Date(2024, 2, 29, 23, 59, 58, 123000000, time.UTC)},
	{Type{Kind: DateTime}, time.Date(1753, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(1753, 1, 1, 0, 0, 0, 0, time.UTC)},
	{Type{Kind: DateTime}, time.Date(2023, 12, 31, 23, 59, 59, 999_000_000, time.UTC), time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)},
	{Type{Kind: SmallDateTime}, moment, time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)},
	{Type{Kind: SmallDateTime}, time.Date(1900, 1, 1, 1, 2, 29, 998_000_000, time.UTC), time.Date(1900, 1, 1, 1, 2, 0, 0, time.UTC)},
	{Type{Kind: Date}, moment, time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)},
	{Type{Kind: Date}, time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)},
	{Type{Kind: Time, Scale: 7}, moment, time.Date(1, 1, 1, 23, 59, 58, 123456700, time.UTC)},
	{Type{Kind: Time, Scale: 0}, moment, time.Date(1, 1, 1, 23, 59, 58, 0, time.UTC)},
	{Type{Kind: DateTime2, Scale: 7}, moment, moment},
	{Type{Kind: DateTime2, Scale: 3}, moment, time.Date(2024, 2, 29, 23, 59, 58, 123000000, time.UTC)},
	{Type{Kind: DateTime2, Scale: 0}, time.Date(9998, 12, 31, 23, 59, 59, 600_000_000, time.UTC), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)},
	{Type{Kind: DateTimeOffset, Scale: 7}, moment.In(time.FixedZone("", -5*3600)), moment.In(time.FixedZone("", -5*3600))},
	{Type{Kind: UniqueIdentifier}, guid, guidWire},
	{Type{Kind: XML}, "<a b=\"ł\">😀</a>", "<a b=\"ł\">😀</a>"},
	{Type{Kind: SQLVariant}, Variant{Type{Kind: NVarChar, Length: 20}, "ł😀"}, "ł😀"},
	{Type{Kind: SQLVariant}, Variant{Type{Kind: VarChar, Length: 20}, "é"}, "é"},
	{Type{Kind: SQLVariant}, Variant{Type{Kind: Bit}, true}, true},
	{Type{Kind: SQLVariant}, Variant{Type{Kind: TinyInt}, int64(3)}, int64(3)},
	{Type{Kind: SQLVariant}, Variant{Type{Kind: SmallInt}, int64(-3)}, int64(-3)},
	{Type{Kind: SQLVariant}, "plain", "plain"},
	{Type{Kind: SQLVariant}, int64(7), int64(7)},
	{Type{Kind: SQLVariant}, int64(1) << 40, int64(1) << 40},
	{Type{Kind: SQLVariant}, 2.5, 2.5},
	{Type{Kind: SQLVariant}, Variant{Type{Kind: Real}, 2.5}, 2.5},
	{Type{Kind: SQLVariant}, Number("-1.50"), []byte("-1.50")},
	{Type{Kind: SQLVariant}, Variant{Type{Kind: Money}, Number("2.5")}, []byte("2.5000")},
	{Type{Kind: SQLVariant}, Variant{Type{Kind: SmallMoney}, Number("-2.5")}, []byte("-2.5000")},
	{Type{Kind: SQLVariant}, []byte{1, 2}, []byte{1, 2}},
	{Type{Kind: SQLVariant}, guid, guidWire},
	{Type{Kind: SQLVariant}, moment, moment},
	{Type{Kind: SQLVariant}, Variant{Type{Kind: DateTime}, moment}, time.Date(2024, 2, 29, 23, 59, 58, 123000000, time.UTC)},
	{Type{Kind: SQLVariant}, Variant{Type{Kind: SmallDateTime}, moment}, time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)},
	{Type{Kind: SQLVariant}, Variant{Type{Kind: Date}, moment}, time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)},
	{Type{Kind: SQLVariant}, Variant{Type{Kind: Time, Scale: 3}, moment}, time.Date(1, 1, 1, 23, 59, 58, 123000000, time.UTC)},
	{Type{Kind: SQLVariant}, Variant{Type{Kind: DateTimeOffset, Scale: 7}, moment}, moment},
	{Type{Kind: KindNull}, nil, nil},
}

// TestColumns sends every type in one row, then a row of NULLs (as NBCROW), then
// one column at a time with NULL (as ROW).
func TestColumns(t *testing.T) {
	s := newSite(t, nil)
	var columns []Column
	var values, nulls []any
	for i, test := range columnTests {
		column := Column{Name: fmt.Sprintf("c%d", i), Type: test.typ, Nullable: true}
		columns = append(columns, column)
		values = append(values, test.value)
		nulls = append(nulls, nil)
		s.on("null "+column.Name, rows([]Column{column}, []any{nil}))
	}
	s.on("all columns", rows(columns, values, nulls, values))
	bothWays(t, func(t *testing.T, inMemory bool) {
		db := s.open(t, inMemory, nil)
		got := readAll(t, db, "all columns")
		if len(got) != 3 {
			t.Fatalf("%d rows", len(got))
		}
		for i, test := range columnTests {
			for _, row := range []int{0, 2} {
				if !same(got[row][i], test.want) {
					t.Errorf("row %d, %s: got %s, want %s", row, test.typ, show(got[row][i]), show(test.want))
				}
			}
			if got[1][i] != nil {
				t.Errorf("%s: got %s, want NULL", test.typ, show(got[1][i]))
			}
			if single := readAll(t, db, fmt.Sprintf("null c%d", i)); len(single) != 1 || single[0][0] != nil {
				t.Errorf("%s: got %v, want NULL", test.typ, single)
			}
		}
	})
}

// TestColumnTypes checks what the driver makes of the announced types.
func TestColumnTypes(t *testing.T) {
	s := newSite(t, nil)
	columns := []Column{
		{Name: "id", Type: Type{Kind: BigInt}, Identity: true},
		{Name: "name", Type: Type{Kind: NVarChar, Length: 120}, Nullable: true},
		{Name: "price", Type: Type{Kind: Decimal, Precision: 12, Scale: 3}, Nullable: true},
		{Name: "blob", Type: Type{Kind: VarBinary, Length: -1}, Nullable: true},
	}
	s.on("typed columns", rows(columns))
	result, err := s.open(t, true, nil).QueryContext(t.Context(), "typed columns")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = result.Close() }()
	types, err := result.ColumnTypes()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range types {
		length, _ := c.Length()
		precision, scale, _ := c.DecimalSize()
		nullable, _ := c.Nullable()
		got = append(got, fmt.Sprintf("%s %s %d %d,%d %t", c.Name(), c.DatabaseTypeName(), length, precision, scale, nullable))
	}
	want := []string{"id BIGINT 0 0,0 false", "name NVARCHAR 120 0,0 true", "price DECIMAL 0 12,3 true", "blob VARBINARY 2147483645 0,0 true"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if err := result.Err(); err != nil {
		t.Error(err)
	}
}

// TestValueDoesNotFit: a value that its type cannot hold is an error, and the
// connection stays usable.
func TestValueDoesNotFit(t *testing.T) {
	s := newSite(t, nil)
	tests := []struct {
		typ    Type
		value  any
		number int32
	}{
		{Type{Kind: TinyInt}, int64(256), 8115},
		{Type{Kind: SmallInt}, int64(40000), 8115},
		{Type{Kind: Int}, int64(1) << 31, 8115},
		{Type{Kind: Real}, 1e300, 8115},
		{Type{Kind: Decimal, Precision: 3, Scale: 1}, Number("100.0"), 8115},
		{Type{Kind: SmallMoney}, Number("214748.3648"), 8115},
		{Type{Kind: Money}, Number("922337203685477.5808"), 8115},
		{Type{Kind: DateTime}, time.Date(1752, 12, 31, 0, 0, 0, 0, time.UTC), 8115},
		{Type{Kind: SmallDateTime}, time.Date(2079, 6, 7, 0, 0, 0, 0, time.UTC), 8115},
		{Type{Kind: Date}, time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), 8115},
		{Type{Kind: NVarChar, Length: 3}, "four", 50000},
		{Type{Kind: Int}, "text", 50000},
		{Type{Kind: Decimal, Precision: 3}, Number("abc"), 50000},
		{Type{Kind: Decimal, Precision: 3}, Number("1e999999999"), 50000},
		{Type{Kind: SQLVariant}, Variant{Type{Kind: XML}, "<a/>"}, 50000},
	}
	db := s.open(t, true, nil)
	for i, test := range tests {
		text := fmt.Sprintf("misfit number %d", i)
		s.on(text, rows([]Column{{Name: "c", Type: test.typ}}, []any{test.value}))
		var got any
		err := db.QueryRowContext(t.Context(), text).Scan(&got)
		if number := errorNumber(err); number != test.number {
			t.Errorf("%s %v: got %d (%v), want %d", test.typ, test.value, number, err, test.number)
		}
		if err := db.QueryRowContext(t.Context(), "select 1").Scan(&got); err != nil || got != int64(1) {
			t.Fatalf("afterwards: %v, %v", got, err)
		}
	}
}

// TestParameters sends every kind of parameter that the driver knows and checks
// what the backend gets, and what comes back when it is sent as a column.
func TestParameters(t *testing.T) {
	s := newSite(t, nil)
	var got []Param
	s.on("select @p1", func(_ context.Context, _ *fakeSession, params []Param, w ResultWriter) (int32, error) {
		got = params
		return 0, sendRows(w, []Column{{Name: "p", Type: params[0].Type, Nullable: true}}, []any{params[0].Value})
	})
	var id mssql.UniqueIdentifier
	if err := id.Scan(guidWire); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		arg  any
		typ  Type
		want any
	}{
		{nil, Type{Kind: NVarChar, Length: 1}, nil},
		{true, Type{Kind: Bit}, true},
		{sql.NullBool{}, Type{Kind: Bit}, nil},
		{byte(200), Type{Kind: TinyInt}, int64(200)},
		{int16(-2), Type{Kind: SmallInt}, int64(-2)},
		{int32(-2), Type{Kind: Int}, int64(-2)},
		{int64(-1) << 62, Type{Kind: BigInt}, int64(-1) << 62},
		{sql.NullInt64{}, Type{Kind: BigInt}, nil},
		{sql.NullInt32{}, Type{Kind: Int}, nil},
		{float32(1.5), Type{Kind: Real}, 1.5},
		{-2.25, Type{Kind: Float}, -2.25},
		{sql.NullFloat64{}, Type{Kind: Float}, nil},
		{"", Type{Kind: NVarChar, Length: -1}, ""},
		{"ł😀", Type{Kind: NVarChar, Length: 3}, "ł😀"},
		{long, Type{Kind: NVarChar, Length: -1}, long},
		{sql.NullString{}, Type{Kind: NVarChar, Length: 4000}, nil},
		{mssql.VarChar("abc"), Type{Kind: VarChar, Length: 3}, "abc"},
		{mssql.VarCharMax("abc"), Type{Kind: VarChar, Length: -1}, "abc"},
		{mssql.NVarCharMax("ł"), Type{Kind: NVarChar, Length: -1}, "ł"},
		{mssql.NChar("ł"), Type{Kind: NChar, Length: 1}, "ł"},
		{[]byte{0, 1, 2}, Type{Kind: VarBinary, Length: 3}, []byte{0, 1, 2}},
		{[]byte{}, Type{Kind: VarBinary, Length: -1}, []byte{}},
		{[]byte(nil), Type{Kind: VarBinary, Length: -1}, nil},
		{blob, Type{Kind: VarBinary, Length: -1}, blob},
		{id, Type{Kind: UniqueIdentifier}, guid},
		{moment, Type{Kind: DateTimeOffset, Scale: 7}, moment},
		{sql.NullTime{}, Type{Kind: DateTimeOffset, Scale: 7}, nil},
		{mssql.DateTime1(moment), Type{Kind: DateTime}, time.Date(2024, 2, 29, 23, 59, 58, 123000000, time.UTC)},
		{mssql.DateTimeOffset(moment), Type{Kind: DateTimeOffset, Scale: 7}, moment},
		{civil.DateOf(moment), Type{Kind: Date}, time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)},
		{civil.DateTimeOf(moment), Type{Kind: DateTime2, Scale: 7}, moment},
		{civil.TimeOf(moment), Type{Kind: Time, Scale: 7}, time.Date(1, 1, 1, 23, 59, 58, 123456700, time.UTC)},
	}
	bothWays(t, func(t *testing.T, inMemory bool) {
		db := s.open(t, inMemory, nil)
		for _, test := range tests {
			var back any
			if err := db.QueryRowContext(t.Context(), "select @p1", test.arg).Scan(&back); err != nil {
				t.Errorf("%T: %v", test.arg, err)
				continue
			}
			if got[0].Name != "@p1" || got[0].Type != test.typ || !same(got[0].Value, test.want) {
				t.Errorf("%T: got %s %s %s, want %s %s", test.arg, got[0].Name, got[0].Type, show(got[0].Value), test.typ, show(test.want))
			}
			want := test.want
			if want == guid {
				want = guidWire
			}
			if !same(back, want) {
				t.Errorf("%T came back as %s, want %s", test.arg, show(back), show(want))
			}
		}
	})
}

func readAll(t *testing.T, db *sql.DB, text string) [][]any {
	t.Helper()
	result, err := db.QueryContext(t.Context(), text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer func() { _ = result.Close() }()
	names, err := result.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all [][]any
	for result.Next() {
		row := make([]any, len(names))
		into := make([]any, len(names))
		for i := range row {
			into[i] = &row[i]
		}
		if err := result.Scan(into...); err != nil {
			t.Fatal(err)
		}
		all = append(all, row)
	}
	if err := result.Err(); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return all
}

// same compares values; times by the moment and by what the clock shows.
func same(a, b any) bool {
	ta, ok := a.(time.Time)
	tb, also := b.(time.Time)
	if ok && also {
		return ta.Equal(tb) && ta.Format(time.RFC3339Nano) == tb.Format(time.RFC3339Nano)
	}
	return reflect.DeepEqual(a, b)
}

func show(v any) string {
	text := fmt.Sprintf("%T %v", v, v)
	return text[:min(len(text), 100)]
}

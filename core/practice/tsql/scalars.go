package tsql

import (
	"bytes"
	"database/sql/driver"
	"encoding/json"
	"math/rand/v2"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// scalars are the functions that translated statements call. They are filled
// in init because some of them reach back to the sessions.
var scalars map[string]scalar

func init() {
	scalars = map[string]scalar{
		"tsql_conv": fnConv, "tsql_ck": fnCheckInt, "tsql_big": fnBig, "tsql_div": fnDiv, "tsql_mod": fnMod, "tsql_xor": fnXor,
		"tsql_fdiv": fnFloatDiv, "tsql_fck": fnFloatCheck, "tsql_dec": fnDecimal, "tsql_fold": fnFold, "tsql_like": fnLike,
		"tsql_vcmp": fnVariantCompare, "tsql_dto": fnOffsetTicks, "tsql_err": fnError, "tsql_newid": fnNewID, "tsql_ident": fnIdentity,
		"tsql_sess": fnSession, "tsql_rand": fnRand, "tsql_math": fnMath, "tsql_text": fnText,
		"tsql_dateadd": fnDateAdd, "tsql_datediff": fnDateDiff, "tsql_datepart": fnDatePart, "tsql_datename": fnDateName,
		"tsql_addday": fnAddDays, "tsql_datefrom": fnDateFrom,
	}
}

func anyNull(args []driver.Value) bool {
	for _, a := range args {
		if a == nil {
			return true
		}
	}
	return false
}

func argInt(v driver.Value) int64 {
	switch n := v.(type) {
	case int64:
		return n
	case float64:
		return int64(n)
	}
	return 0
}

func argText(v driver.Value) string {
	switch s := v.(type) {
	case string:
		return s
	case []byte:
		return string(s)
	}
	return ""
}

func argFloat(v driver.Value) float64 {
	switch n := v.(type) {
	case int64:
		return float64(n)
	case float64:
		return n
	}
	return 0
}

// fnConv is tsql_conv(spec, x).
func fnConv(a []driver.Value) (driver.Value, error) {
	if a[1] == nil {
		return nil, nil
	}
	c := convSpecOf(argInt(a[0]))
	if c.store != "" {
		if err := checkFits(a[1], c); err != nil {
			return nil, err
		}
	}
	v, err := convert(a[1], c.from, c.to, c.style)
	if err != nil && c.try {
		return nil, nil
	}
	return v, err
}

// checkFits refuses what does not fit into a column, except trailing blanks.
func checkFits(x any, c convSpec) error {
	if c.to.Length <= 0 {
		return nil
	}
	table, col, _ := strings.Cut(c.store, "\x00")
	truncated := func(v string) error {
		return errf(2628, 16, 1, "String or binary data would be truncated in table '%s', column '%s'. Truncated value: '%s'.", table, col, v)
	}
	switch v := x.(type) {
	case string:
		if isString(c.to.Kind) && isString(c.from.Kind) && len(v) > c.to.Length && utf16Len(strings.TrimRight(v, " ")) > c.to.Length {
			return truncated(clip(cutUnits(v, c.to.Length), 100))
		}
	case []byte:
		if isBinary(c.to.Kind) && isBinary(c.from.Kind) && len(bytes.TrimRight(v, "\x00")) > c.to.Length {
			return truncated("")
		}
	}
	return nil
}

func fnFold(a []driver.Value) (driver.Value, error) {
	if a[0] == nil {
		return nil, nil
	}
	return collation(argInt(a[1])).fold(argText(a[0])), nil
}

func fnOffsetTicks(a []driver.Value) (driver.Value, error) {
	b, ok := a[0].([]byte)
	if !ok {
		return nil, nil
	}
	return toTicks(unpackOffset(b)), nil
}

func fnError(a []driver.Value) (driver.Value, error) {
	se := new(tds.ServerError)
	if err := json.Unmarshal([]byte(argText(a[0])), se); err != nil {
		return nil, err
	}
	return nil, se
}

func fnNewID([]driver.Value) (driver.Value, error) { return packGUID(newGUID()), nil }

func fnRand([]driver.Value) (driver.Value, error) { return rand.Float64(), nil } //nolint:gosec // T-SQL's RAND

func fnIdentity(a []driver.Value) (driver.Value, error) {
	v, ok := identities.Load(argInt(a[0]))
	st, isState := v.(*identityState)
	if !ok || !isState {
		return nil, errf(50000, 16, 1, "the identity column is gone")
	}
	n := st.next.Add(st.incr.Load()) - st.incr.Load()
	st.last.Store(n)
	return n, nil
}

// fnSession is tsql_sess(session, function, argument…).
func fnSession(a []driver.Value) (driver.Value, error) {
	v, _ := sessions.Load(argInt(a[0]))
	s, ok := v.(*Session)
	if !ok {
		return nil, errf(50000, 16, 1, "the session is gone")
	}
	name := strings.Clone(argText(a[1]))
	args := make([]any, len(a)-2)
	for i, x := range a[2:] {
		if t, isText := x.(string); isText {
			x = strings.Clone(t)
		}
		args[i] = x
	}
	f := sessionFuncs[name]
	v, err := f.call(s, args)
	if err != nil {
		return nil, err
	}
	return pack(f.t, v), nil
}

// variantFamily groups types as SQL Server does for comparing sql_variant.
func variantFamily(k tds.Kind) int {
	switch {
	case isDate(k):
		return 6
	case isFloat(k):
		return 5
	case isNumeric(k):
		return 4
	case isString(k):
		return 3
	case isBinary(k):
		return 2
	}
	return 1
}

// fnVariantCompare is tsql_vcmp(a, b, collation): -1, 0 or 1.
func fnVariantCompare(a []driver.Value) (driver.Value, error) {
	x, ok1 := a[0].([]byte)
	y, ok2 := a[1].([]byte)
	if !ok1 || !ok2 {
		return nil, nil
	}
	xt, xv := unpackVariant(x)
	yt, yv := unpackVariant(y)
	if f, g := variantFamily(xt.Kind), variantFamily(yt.Kind); f != g {
		return int64(order(f < g)), nil
	}
	to := unify(xt, yt)
	xv, err := convert(xv, xt, to, 0)
	if err != nil {
		return nil, err
	}
	if yv, err = convert(yv, yt, to, 0); err != nil {
		return nil, err
	}
	return int64(comparePhysical(xv, yv, to, collation(argInt(a[2])))), nil
}

func comparePhysical(x, y any, t tds.Type, c collation) int {
	switch v := x.(type) {
	case int64:
		w, _ := y.(int64)
		return compareOrdered(v, w)
	case float64:
		w, _ := y.(float64)
		return compareOrdered(v, w)
	case string:
		w, _ := y.(string)
		if isDecimal(t.Kind) {
			return compareDecimals(v, w)
		}
		return c.compare(v, w)
	case []byte:
		w, _ := y.([]byte)
		return bytes.Compare(v, w)
	}
	return 0
}

func compareOrdered[T int64 | float64](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

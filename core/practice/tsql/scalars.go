package tsql

import (
	"bytes"
	"database/sql/driver"
	"encoding/json"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"

	"modernc.org/sqlite"

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

// fnCheckInt is tsql_ck(kind, x): the result of an integer operation.
func fnCheckInt(a []driver.Value) (driver.Value, error) {
	k := tds.Kind(argInt(a[0]))
	switch v := a[1].(type) {
	case int64:
		return fitInt(v, tds.Type{}, tds.Type{Kind: k})
	case float64:
		return nil, errOverflow(tds.Type{}, tds.Type{Kind: k})
	}
	return nil, nil
}

// fnBig is tsql_big(op, a, b) on bigint.
func fnBig(a []driver.Value) (driver.Value, error) {
	if anyNull(a) {
		return nil, nil
	}
	x, y := big.NewInt(argInt(a[1])), big.NewInt(argInt(a[2]))
	switch argText(a[0]) {
	case "+":
		x.Add(x, y)
	case "-":
		x.Sub(x, y)
	default:
		x.Mul(x, y)
	}
	if !x.IsInt64() {
		return nil, errOverflow(tds.Type{}, tds.Type{Kind: tds.BigInt})
	}
	return x.Int64(), nil
}

func errDivide() error { return errf(8134, 16, 1, "Divide by zero error encountered.") }

func fnDiv(a []driver.Value) (driver.Value, error) {
	if anyNull(a) {
		return nil, nil
	}
	x, y := argInt(a[0]), argInt(a[1])
	if y == 0 {
		return nil, errDivide()
	}
	if x == math.MinInt64 && y == -1 {
		return nil, errOverflow(tds.Type{}, tds.Type{Kind: tds.BigInt})
	}
	return x / y, nil
}

func fnMod(a []driver.Value) (driver.Value, error) {
	if anyNull(a) {
		return nil, nil
	}
	x, y := argInt(a[0]), argInt(a[1])
	if y == 0 {
		return nil, errDivide()
	}
	if y == -1 {
		return int64(0), nil
	}
	return x % y, nil
}

func fnXor(a []driver.Value) (driver.Value, error) {
	if anyNull(a) {
		return nil, nil
	}
	return argInt(a[0]) ^ argInt(a[1]), nil
}

func fnFloatDiv(a []driver.Value) (driver.Value, error) {
	if anyNull(a) {
		return nil, nil
	}
	y := argFloat(a[1])
	if y == 0 {
		return nil, errDivide()
	}
	return argFloat(a[0]) / y, nil
}

func fnFloatCheck(a []driver.Value) (driver.Value, error) {
	if a[0] == nil {
		return nil, nil
	}
	f := argFloat(a[0])
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return nil, errf(8115, 16, 2, "Arithmetic overflow error converting expression to data type float.")
	}
	return f, nil
}

// fnDecimal is tsql_dec(op, a, b, precision, scale).
func fnDecimal(a []driver.Value) (driver.Value, error) {
	if a[1] == nil || a[2] == nil {
		return nil, nil
	}
	x, xs, ok1 := parseDecimal(argText(a[1]))
	y, ys, ok2 := parseDecimal(argText(a[2]))
	if !ok1 || !ok2 {
		return nil, errf(8114, 16, 5, "Error converting data type varchar to numeric.")
	}
	prec, scale := int(argInt(a[3])), int(argInt(a[4]))
	op := argText(a[0])
	if (op == "/" || op == "%") && y.Sign() == 0 {
		return nil, errDivide()
	}
	s := max(xs, ys)
	switch op {
	case "+":
		x = new(big.Int).Add(rescale(x, xs, s), rescale(y, ys, s))
	case "-":
		x = new(big.Int).Sub(rescale(x, xs, s), rescale(y, ys, s))
	case "*":
		x, s = new(big.Int).Mul(x, y), xs+ys
	case "/":
		x, s = new(big.Int).Quo(rescale(x, xs, xs+scale+ys), y), xs+scale
	default:
		x = new(big.Int).Rem(rescale(x, xs, s), rescale(y, ys, s))
	}
	if s > scale && op == "/" {
		x = x.Quo(x, pow10(s-scale)) // division truncates
		s = scale
	}
	x = rescale(x, s, scale)
	if new(big.Int).Abs(x).Cmp(pow10(prec)) >= 0 {
		return nil, errf(8115, 16, 2, "Arithmetic overflow error converting expression to data type numeric.")
	}
	return decimalText(x, scale), nil
}

// decimalSum is tsql_sumdec(x, scale): NULL when there was no value.
type decimalSum struct {
	n     *big.Int
	scale int
}

func (d *decimalSum) Step(_ *sqlite.FunctionContext, a []driver.Value) error {
	return d.add(a, 1)
}

func (d *decimalSum) add(a []driver.Value, sign int64) error {
	d.scale = int(argInt(a[1]))
	if a[0] == nil {
		return nil
	}
	n, s, ok := parseDecimal(argText(a[0]))
	if !ok {
		return callbackError{errf(8114, 16, 5, "Error converting data type varchar to numeric.")}
	}
	if d.n == nil {
		d.n = new(big.Int)
	}
	n = rescale(n, s, d.scale)
	d.n.Add(d.n, n.Mul(n, big.NewInt(sign)))
	return nil
}

func (d *decimalSum) WindowInverse(_ *sqlite.FunctionContext, a []driver.Value) error {
	return d.add(a, -1)
}

func (d *decimalSum) WindowValue(*sqlite.FunctionContext) (driver.Value, error) {
	if d.n == nil {
		return nil, nil
	}
	return decimalText(d.n, d.scale), nil
}

func (d *decimalSum) Final(*sqlite.FunctionContext) {}

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

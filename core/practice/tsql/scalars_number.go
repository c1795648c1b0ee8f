package tsql

import (
	"database/sql/driver"
	"math"
	"math/big"
	"strings"
	"unicode"

	"modernc.org/sqlite"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

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

// fnMath is tsql_math(function, argument…) on float.
func fnMath(a []driver.Value) (driver.Value, error) { //nolint:gocyclo // the rules of the language, case by case
	if anyNull(a) {
		return nil, nil
	}
	x := argFloat(a[1])
	domain := errf(3623, 16, 1, "An invalid floating point operation occurred.")
	switch argText(a[0]) {
	case "sqrt":
		if x < 0 {
			return nil, domain
		}
		return math.Sqrt(x), nil
	case "square":
		return x * x, nil
	case "exp":
		return math.Exp(x), nil
	case "log":
		if x <= 0 {
			return nil, domain
		}
		return math.Log(x), nil
	case "log10":
		if x <= 0 {
			return nil, domain
		}
		return math.Log10(x), nil
	case "pi":
		return math.Pi, nil
	case "power":
		return math.Pow(x, argFloat(a[2])), nil
	case "floor":
		return math.Floor(x), nil
	case "ceiling":
		return math.Ceil(x), nil
	case "round":
		f := math.Pow10(int(argInt(a[2])))
		return math.Round(x*f) / f, nil
	case "isnumeric":
		return boolInt(isNumericText(argText(a[1]))), nil
	case "isdate":
		_, _, _, ok := parseDate(argText(a[1]), 0)
		return boolInt(ok && strings.TrimSpace(argText(a[1])) != ""), nil
	case "iabs":
		n := argInt(a[1])
		if n < 0 {
			n = -n
		}
		return n, nil
	case "abs":
		return math.Abs(x), nil
	case "isign":
		return int64(compareOrdered(argInt(a[1]), 0)), nil
	case "dabs":
		return strings.TrimPrefix(argText(a[1]), "-"), nil
	}
	return nil, errf(195, 15, 10, "'%s' is not a recognized built-in function name.", argText(a[0]))
}

func isNumericText(s string) bool {
	s = strings.TrimSpace(s)
	if s == "" {
		return false
	}
	if _, _, ok := parseDecimal(strings.TrimPrefix(s, "$")); ok {
		return true
	}
	if strings.IndexFunc(s, func(r rune) bool { return !unicode.IsDigit(r) && !strings.ContainsRune("+-.eE", r) }) >= 0 {
		return false
	}
	_, err := toFloat(s, tds.Type{Kind: tds.VarChar}, tds.Type{Kind: tds.Float})
	return err == nil
}

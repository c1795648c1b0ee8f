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

// mathFuncs are the functions of tsql_math, with the function's name as the
// first argument.
var mathFuncs = map[string]func([]driver.Value) (driver.Value, error){
	"sqrt":    floatFunc(math.Sqrt, 0),
	"square":  floatFunc(func(x float64) float64 { return x * x }, math.Inf(-1)),
	"exp":     floatFunc(math.Exp, math.Inf(-1)),
	"log":     floatFunc(math.Log, math.SmallestNonzeroFloat64),
	"log10":   floatFunc(math.Log10, math.SmallestNonzeroFloat64),
	"floor":   floatFunc(math.Floor, math.Inf(-1)),
	"ceiling": floatFunc(math.Ceil, math.Inf(-1)),
	"abs":     floatFunc(math.Abs, math.Inf(-1)),
	"power":   func(a []driver.Value) (driver.Value, error) { return math.Pow(argFloat(a[1]), argFloat(a[2])), nil },
	"round": func(a []driver.Value) (driver.Value, error) {
		f := math.Pow10(int(argInt(a[2])))
		return math.Round(argFloat(a[1])*f) / f, nil
	},
	"isnumeric": func(a []driver.Value) (driver.Value, error) { return boolInt(isNumericText(argText(a[1]))), nil },
	"isdate": func(a []driver.Value) (driver.Value, error) {
		_, _, _, ok := parseDate(argText(a[1]), 0)
		return boolInt(ok && strings.TrimSpace(argText(a[1])) != ""), nil
	},
	"iabs": func(a []driver.Value) (driver.Value, error) {
		n := argInt(a[1])
		if n < 0 {
			n = -n
		}
		return n, nil
	},
	"isign": func(a []driver.Value) (driver.Value, error) { return int64(compareOrdered(argInt(a[1]), 0)), nil },
	"dabs":  func(a []driver.Value) (driver.Value, error) { return strings.TrimPrefix(argText(a[1]), "-"), nil },
}

// floatFunc makes a function of one float, which must not be below low: 3623.
func floatFunc(f func(float64) float64, low float64) func([]driver.Value) (driver.Value, error) {
	return func(a []driver.Value) (driver.Value, error) {
		x := argFloat(a[1])
		if x < low {
			return nil, errf(3623, 16, 1, "An invalid floating point operation occurred.")
		}
		return f(x), nil
	}
}

// fnMath is tsql_math(function, argument…).
func fnMath(a []driver.Value) (driver.Value, error) {
	if anyNull(a) {
		return nil, nil
	}
	f, ok := mathFuncs[argText(a[0])]
	if !ok {
		return nil, errf(195, 15, 10, "'%s' is not a recognized built-in function name.", argText(a[0]))
	}
	return f(a)
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

package tds

import (
	"encoding/binary"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// overflow is SQL Server's error for a value that a type cannot hold.
func overflow(typeName string) error {
	return &ServerError{
		Number: 8115, Class: 16, State: 2,
		Message: "Arithmetic overflow error converting expression to data type " + typeName + ".",
	}
}

// scaled gives n times 10^scale as a whole number, rounded half away from zero
// as SQL Server does.
func (n Number) scaled(scale uint8) (*big.Int, error) {
	text := strings.TrimSpace(string(n))
	if exponent := strings.IndexAny(text, "eE"); exponent >= 0 {
		return scaledExponent(text, exponent, scale)
	}
	negative := strings.HasPrefix(text, "-")
	whole, fraction, _ := strings.Cut(strings.TrimLeft(text, "+-"), ".")
	if whole+fraction == "" || strings.Trim(whole+fraction, "0123456789") != "" || len(text) > 100 {
		return nil, fmt.Errorf("tds: %q is no decimal number", text)
	}
	up := len(fraction) > int(scale) && fraction[scale] >= '5'
	if len(fraction) > int(scale) {
		fraction = fraction[:scale]
	}
	fraction += strings.Repeat("0", int(scale)-len(fraction))
	value, ok := new(big.Int).SetString(whole+fraction, 10)
	if !ok {
		return nil, fmt.Errorf("tds: %q is no decimal number", text)
	}
	if up {
		value.Add(value, big.NewInt(1))
	}
	if negative {
		value.Neg(value)
	}
	return value, nil
}

// scaledExponent handles "1.5E3". The exponent is bounded, or a short text could
// ask for a number of any size.
func scaledExponent(text string, at int, scale uint8) (*big.Int, error) {
	exponent, err := strconv.Atoi(text[at+1:])
	if err != nil || exponent < -60 || exponent > 60 {
		return nil, fmt.Errorf("tds: %q is no decimal number", text)
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil, fmt.Errorf("tds: %q is no decimal number", text)
	}
	return Number(r.FloatString(int(scale) + 1)).scaled(scale)
}

// unscaled writes value / 10^scale as text.
func unscaled(value *big.Int, scale uint8) Number {
	digits := new(big.Int).Abs(value).String()
	if missing := int(scale) + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	if scale > 0 {
		point := len(digits) - int(scale)
		digits = digits[:point] + "." + digits[point:]
	}
	if value.Sign() < 0 {
		digits = "-" + digits
	}
	return Number(digits)
}

// appendDecimal adds sign and little-endian magnitude, without a length.
func appendDecimal(b []byte, n Number, t Type) ([]byte, error) {
	value, err := n.scaled(t.Scale)
	if err != nil {
		return nil, err
	}
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(t.Precision)), nil)
	if value.CmpAbs(limit) >= 0 {
		return nil, overflow("numeric")
	}
	sign := byte(1)
	if value.Sign() < 0 {
		sign = 0
	}
	magnitude := make([]byte, decimalSize(t.Precision)-1)
	value.FillBytes(magnitude)
	b = append(b, sign)
	for i := len(magnitude) - 1; i >= 0; i-- {
		b = append(b, magnitude[i])
	}
	return b, nil
}

// decodeDecimal reads sign and little-endian magnitude.
func decodeDecimal(b []byte, scale uint8) Number {
	magnitude := make([]byte, len(b)-1)
	for i, v := range b[1:] {
		magnitude[len(magnitude)-1-i] = v
	}
	value := new(big.Int).SetBytes(magnitude)
	if b[0] == 0 {
		value.Neg(value)
	}
	return unscaled(value, scale)
}

// appendMoney adds an amount as ten-thousandths: 4 bytes, or 8 with the high half
// first.
func appendMoney(b []byte, n Number, size int) ([]byte, error) {
	value, err := n.scaled(4)
	if err != nil {
		return nil, err
	}
	if size == 4 {
		if !value.IsInt64() || value.Int64() != int64(int32(value.Int64())) {
			return nil, overflow("smallmoney")
		}
		return binary.LittleEndian.AppendUint32(b, uint32(value.Int64())), nil
	}
	if !value.IsInt64() {
		return nil, overflow("money")
	}
	amount := uint64(value.Int64())
	b = binary.LittleEndian.AppendUint32(b, uint32(amount>>32))
	return binary.LittleEndian.AppendUint32(b, uint32(amount)), nil
}

// decodeMoney reads 4 or 8 bytes of ten-thousandths.
func decodeMoney(b []byte) Number {
	amount := int64(int32(binary.LittleEndian.Uint32(b)))
	if len(b) == 8 {
		amount = amount<<32 | int64(binary.LittleEndian.Uint32(b[4:]))
	}
	return unscaled(big.NewInt(amount), 4)
}

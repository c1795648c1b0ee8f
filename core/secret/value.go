// Package secret holds values that must not be seen: Value for passwords, keys
// and tokens in memory, and Vault for those that this server keeps at rest.
package secret

import (
	"fmt"
	"log/slog"
)

// mask is what every way of printing a Value gives.
const mask = "***"

// Value is a secret in memory. However it is printed, formatted, logged or
// marshalled, it shows as "***"; only Reveal gives its text. The zero Value is
// an empty secret. Values are compared with Same.
type Value struct{ text []byte }

// New wraps text as a secret.
func New(text string) Value { return Value{text: []byte(text)} }

// FromBytes wraps a copy of b as a secret.
func FromBytes(b []byte) Value { return Value{text: append([]byte(nil), b...)} }

// IsEmpty tells whether there is nothing in the secret.
func (v Value) IsEmpty() bool { return len(v.text) == 0 }

// Reveal gives the secret's text. Call it as late as possible, at the point
// where the driver or the wire needs it, and keep the result in no variable
// that lives on.
func (v Value) Reveal() string { return string(v.text) }

// Bytes gives a copy of the secret's bytes, under the rule of Reveal.
func (v Value) Bytes() []byte { return append([]byte(nil), v.text...) }

// Same tells whether two secrets hold the same text.
func (v Value) Same(o Value) bool { return string(v.text) == string(o.text) }

// String gives "***", or nothing for an empty secret.
func (v Value) String() string {
	if v.IsEmpty() {
		return ""
	}
	return mask
}

// GoString gives the same as String, for %#v.
func (v Value) GoString() string { return v.String() }

// Format makes every verb of package fmt print the mask.
func (v Value) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(v.String())) }

// MarshalText makes encoding/json and the like write the mask.
func (v Value) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// LogValue makes log/slog write the mask.
func (v Value) LogValue() slog.Value { return slog.StringValue(v.String()) }

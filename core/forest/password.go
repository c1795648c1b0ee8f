package forest

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf16"

	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// passwordBytes makes a password of 256 random bits.
const passwordBytes = 32

// newPassword makes a random password of at least min characters with small and
// capital letters and digits, which meets the complexity rule of every domain.
func newPassword(minimum int) (secret.Value, error) {
	n := max(passwordBytes, (minimum*3+3)/4)
	for {
		b := make([]byte, n)
		if _, err := rand.Read(b); err != nil {
			return secret.Value{}, fmt.Errorf("make a password: %w", err)
		}
		text := base64.RawStdEncoding.EncodeToString(b)
		if complexEnough(text) {
			return secret.New(text), nil
		}
	}
}

// complexEnough wants three of the kinds of characters that the rule counts.
func complexEnough(text string) bool {
	return strings.ContainsAny(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") &&
		strings.ContainsAny(text, "abcdefghijklmnopqrstuvwxyz") && strings.ContainsAny(text, "0123456789")
}

// unicodePwd gives the form in which Active Directory takes a password: in double
// quotes, UTF-16 little-endian (MS-ADTS 3.1.1.3.1.5).
func unicodePwd(password secret.Value) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(`"` + password.Reveal() + `"`)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}

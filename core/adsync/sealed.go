package adsync

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// The layout of encrypted_configuration, as public write-ups of real servers
// give it: Base64 of a DWORD with the length of what follows the first two
// DWORDs, a DWORD 8, 16 bytes of initialisation vector and the ciphertext of
// AES-256 in CBC mode with PKCS#7 padding.
const (
	sealedHead = 8
	sealedMark = 8 // the second DWORD; its meaning is not public
	keySize    = 32
)

// vaultMagic marks a key in the vault, so that other bytes are not taken for one.
const vaultMagic = "ARK1"

// Key is the key that seals the credentials in the database. It prints as "***"
// and leaves the process only into the vault.
type Key struct{ value secret.Value }

// NewKey makes a new random key.
func NewKey() Key {
	b := make([]byte, keySize)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the process instead
	return Key{secret.FromBytes(b)}
}

// MarshalVaultBytes gives the key in the form that the vault keeps.
func (k Key) MarshalVaultBytes() []byte { return append([]byte(vaultMagic), k.value.Bytes()...) }

// KeyFromVault gives the key back from MarshalVaultBytes, or an error for bytes
// that hold none.
func KeyFromVault(b []byte) (Key, error) {
	if len(b) != len(vaultMagic)+keySize || string(b[:len(vaultMagic)]) != vaultMagic {
		return Key{}, errors.New("the vault's entry is not a key of this program")
	}
	return Key{secret.FromBytes(b[len(vaultMagic):])}, nil
}

// Fingerprint gives 16 hex digits that tell keys apart without telling the key.
func (k Key) Fingerprint() string {
	sum := sha256.Sum256(append([]byte("adsync-reconnect key "), k.value.Bytes()...))
	return fmt.Sprintf("%x", sum[:8])
}

// String gives "***".
func (k Key) String() string { return k.value.String() }

// Attribute is one sealed value, for example "password".
type Attribute struct {
	Name  string
	Value secret.Value
}

// Seal seals attributes in the column's documented layout with a fresh
// initialisation vector. It fails for a zero Key and for values that XML cannot hold.
func Seal(attributes []Attribute, key Key) (string, error) {
	block, err := key.block()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("<encrypted-attributes>")
	for _, a := range attributes {
		name, err1 := escapeAttr(a.Name)
		value, err2 := escapeText(a.Value.Reveal())
		if err1 != nil || err2 != nil {
			return "", fmt.Errorf("the value of %s cannot be written as XML: it holds control characters or is not Unicode text", a.Name)
		}
		b.WriteString(`<attribute name="` + name + `">` + value + `</attribute>`)
	}
	b.WriteString("</encrypted-attributes>")
	plain := utf16Bytes(b.String())
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	for range pad {
		plain = append(plain, byte(pad))
	}
	out := make([]byte, sealedHead+aes.BlockSize+len(plain))
	binary.LittleEndian.PutUint32(out, uint32(aes.BlockSize+len(plain)))
	binary.LittleEndian.PutUint32(out[4:], sealedMark)
	iv := out[sealedHead : sealedHead+aes.BlockSize]
	_, _ = rand.Read(iv)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(out[sealedHead+aes.BlockSize:], plain)
	return base64.StdEncoding.EncodeToString(out), nil
}

// errCannotOpen is a sealed text that this key does not open.
var errCannotOpen = errors.New("the sealed credentials do not open with this key")

// Open opens what Seal sealed. The error never tells why a well-made text does
// not open: the layout has no proof of origin, so there is nothing to tell.
func Open(blob string, key Key) ([]Attribute, error) {
	raw, wrong := sealedBytes(blob)
	if wrong != "" {
		return nil, errors.New("the sealed credentials are not well made: " + wrong)
	}
	block, err := key.block()
	if err != nil {
		return nil, err
	}
	iv, body := raw[sealedHead:sealedHead+aes.BlockSize], raw[sealedHead+aes.BlockSize:]
	plain := make([]byte, len(body))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, body)
	pad := int(plain[len(plain)-1])
	if pad < 1 || pad > aes.BlockSize {
		return nil, errCannotOpen
	}
	for _, c := range plain[len(plain)-pad:] {
		if int(c) != pad {
			return nil, errCannotOpen
		}
	}
	plain = plain[:len(plain)-pad]
	root, err := parseXML(utf16Text(plain))
	if err != nil || len(plain)%2 != 0 || root.find("encrypted-attributes") == nil {
		return nil, errCannotOpen
	}
	var out []Attribute
	for _, n := range root.all("attribute") {
		name, _ := n.attr("name")
		out = append(out, Attribute{Name: name, Value: secret.New(n.text)})
	}
	return out, nil
}

// block gives the cipher of the key.
func (k Key) block() (cipher.Block, error) {
	b := k.value.Bytes()
	if len(b) != keySize {
		return nil, errors.New("there is no key to seal the credentials with")
	}
	return aes.NewCipher(b)
}

// sealedBytes decodes a sealed text and checks its form; wrong says what is wrong.
func sealedBytes(blob string) (raw []byte, wrong string) {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(blob))
	switch {
	case err != nil:
		return nil, "it is not Base64"
	case len(raw) < sealedHead+2*aes.BlockSize:
		return nil, fmt.Sprintf("it is too short (%d bytes)", len(raw))
	case uint64(binary.LittleEndian.Uint32(raw)) != uint64(len(raw)-sealedHead):
		return nil, fmt.Sprintf("its length field says %d, but %d bytes follow", binary.LittleEndian.Uint32(raw), len(raw)-sealedHead)
	case len(raw)%aes.BlockSize != sealedHead:
		return nil, "it does not consist of whole cipher blocks"
	}
	return raw, ""
}

// describeSealed tells what encrypted_configuration looks like without opening it.
func describeSealed(blob string) facts.Sealed {
	if strings.TrimSpace(blob) == "" {
		return facts.Sealed{}
	}
	raw, wrong := sealedBytes(blob)
	return facts.Sealed{Present: true, WellMade: wrong == "", Bytes: len(raw), Wrong: wrong}
}

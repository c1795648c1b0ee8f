package secret

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"

	"github.com/adsync-reconnect/adsync-reconnect/core/wholefile"
)

// keyFile is the name of the key's file beside the vault.
const keyFile = "vault.key"

// keySize is the size of the key in the file and of the key made from it, in bytes.
const keySize = 32

// NewFileProtector gives the protection for systems that have none of their own:
// AES-256-GCM with the item's name as additional data. The key is made from a
// random one in a file in dir (mode 0600, made when missing) and from machine, a
// text that only this computer knows, so that the folder alone opens nothing
// elsewhere. It keeps out whoever cannot read the file; root can.
func NewFileProtector(dir, machine string) (Protector, error) {
	p := &fileProtector{path: filepath.Join(dir, keyFile), machine: machine}
	err := p.read()
	if errors.Is(err, os.ErrNotExist) {
		fresh, keyErr := newKey()
		if keyErr != nil {
			return nil, vaultFileProblem(p.path, keyErr)
		}
		err = p.replace(fresh)
	}
	return p, err
}

// fileProtector seals with the first key of its file and opens with any: while
// the vault changes over to a new key the old one stands behind it.
type fileProtector struct {
	path, machine string
	raw           []byte // the file: one key after the other
	keys          []cipher.AEAD
}

func newKey() ([]byte, error) {
	raw := make([]byte, keySize)
	_, err := rand.Read(raw)
	return raw, err
}

// use takes the keys of a file.
func (p *fileProtector) use(raw []byte) error {
	if len(raw) == 0 || len(raw)%keySize != 0 {
		return damagedVault(p.path, errors.New("the key has the wrong length"))
	}
	var keys []cipher.AEAD
	for i := 0; i < len(raw); i += keySize {
		key, err := hkdf.Key(sha256.New, raw[i:i+keySize], []byte(p.machine), "ADSync Reconnect vault", keySize)
		if err != nil {
			return vaultFileProblem(p.path, err)
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return vaultFileProblem(p.path, err)
		}
		seal, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return vaultFileProblem(p.path, err)
		}
		keys = append(keys, seal)
	}
	p.raw, p.keys = raw, keys
	return nil
}

// rotate puts a new key before the old one, in the file too. finish forgets the
// old one; until then whatever either sealed can be opened.
func (p *fileProtector) rotate() (finish func() error, err error) {
	fresh, err := newKey()
	if err != nil {
		return nil, vaultFileProblem(p.path, err)
	}
	if err := p.replace(append(fresh, p.raw...)); err != nil {
		return nil, err
	}
	return func() error { return p.replace(p.raw[:keySize:keySize]) }, nil
}

// read uses the keys of the file as it is now: another vault of this computer may
// have rotated them.
func (p *fileProtector) read() error {
	raw, err := os.ReadFile(p.path)
	if err != nil {
		return vaultFileProblem(p.path, err)
	}
	if bytes.Equal(raw, p.raw) {
		return nil
	}
	return p.use(raw)
}

// replace writes the file and uses its keys.
func (p *fileProtector) replace(raw []byte) error {
	if err := wholefile.Write(p.path, raw); err != nil {
		return vaultFileProblem(p.path, err)
	}
	return p.use(raw)
}

func bound(name string) []byte { return []byte("ADSync Reconnect vault item: " + name) }

// Protect seals an item; the nonce stands at its front.
func (p *fileProtector) Protect(name string, plain []byte) ([]byte, error) {
	if err := p.read(); err != nil {
		return nil, err
	}
	return p.keys[0].Seal(nil, nil, plain, bound(name)), nil
}

// Unprotect opens an item.
func (p *fileProtector) Unprotect(name string, sealed []byte) ([]byte, error) {
	if err := p.read(); err != nil {
		return nil, err
	}
	for _, key := range p.keys {
		if plain, err := key.Open(nil, nil, sealed, bound(name)); err == nil {
			return plain, nil
		}
	}
	return nil, damagedVault(name, errNotOpened)
}

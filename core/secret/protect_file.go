package secret

import (
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
	path := filepath.Join(dir, keyFile)
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		raw = make([]byte, keySize)
		if _, err := rand.Read(raw); err != nil {
			return nil, vaultFileProblem(path, err)
		}
		err = wholefile.Write(path, raw)
	}
	if err != nil {
		return nil, vaultFileProblem(path, err)
	}
	if len(raw) != keySize {
		return nil, damagedVault(path, errors.New("the key has the wrong length"))
	}
	key, err := hkdf.Key(sha256.New, raw, []byte(machine), "ADSync Reconnect vault", keySize)
	if err != nil {
		return nil, vaultFileProblem(path, err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, vaultFileProblem(path, err)
	}
	seal, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, vaultFileProblem(path, err)
	}
	return fileProtector{seal}, nil
}

type fileProtector struct{ aead cipher.AEAD }

func bound(name string) []byte { return []byte("ADSync Reconnect vault item: " + name) }

// Protect seals an item; the nonce stands at its front.
func (p fileProtector) Protect(name string, plain []byte) ([]byte, error) {
	return p.aead.Seal(nil, nil, plain, bound(name)), nil
}

// Unprotect opens an item.
func (p fileProtector) Unprotect(name string, sealed []byte) ([]byte, error) {
	plain, err := p.aead.Open(nil, nil, sealed, bound(name))
	if err != nil {
		return nil, damagedVault(name, errNotOpened)
	}
	return plain, nil
}

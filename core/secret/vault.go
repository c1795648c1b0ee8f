package secret

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/wholefile"
)

// Codes of the vault's problems.
const (
	CodeVaultMachine problem.Code = "vault.machine" // the vault belongs to another computer
	CodeVaultDamaged problem.Code = "vault.damaged" // file or item changed or damaged
	CodeVaultMissing problem.Code = "vault.missing" // there is no such item
	CodeVaultFile    problem.Code = "vault.file"    // the file can't be read or written
	CodeVaultName    problem.Code = "vault.name"    // an item needs a name
	CodeVaultVersion problem.Code = "vault.version" // another version of the form
)

// vaultFormat is the version of the vault file's form.
const vaultFormat = 1

// vaultFile is the file's name in the vault's folder.
const vaultFile = "vault.json"

// Protector seals the vault's items at rest. The name of the item is bound into
// its protection: what was sealed under one name does not open under another.
// Both methods give an error that holds no part of the secret.
type Protector interface {
	Protect(name string, plain []byte) ([]byte, error)
	Unprotect(name string, sealed []byte) ([]byte, error)
}

// Vault is where this server's secrets rest: a file in a folder of its own that
// is replaced as a whole, never changed in place. Its methods may be called from
// any goroutine. It belongs to the computer that made it.
type Vault struct {
	dir     string
	protect Protector
	machine string

	mu sync.Mutex
}

// vaultContent is the file: sealed items by name.
type vaultContent struct {
	Format  int               `json:"vault"`
	Machine string            `json:"machine"` // fingerprint of the computer
	Items   map[string][]byte `json:"items"`
}

// OpenVault opens the vault in dir, or prepares one. p is nil for the protection
// of this system: DPAPI on Windows, a key file beside the vault elsewhere. A
// vault that was made on another computer is refused with CodeVaultMachine.
// Errors are *problem.Problem.
func OpenVault(dir string, p Protector) (*Vault, error) {
	id, err := machineID()
	if err != nil {
		return nil, vaultFileProblem(dir, err)
	}
	return openVault(dir, p, id)
}

func openVault(dir string, p Protector, machine string) (*Vault, error) {
	if err := privateDir(dir); err != nil {
		return nil, vaultFileProblem(dir, err)
	}
	sum := sha256.Sum256([]byte("ADSync Reconnect vault on " + machine))
	v := &Vault{dir: dir, protect: p, machine: hex.EncodeToString(sum[:])}
	if _, err := v.load(); err != nil {
		return nil, err
	}
	if p == nil {
		own, err := systemProtector(dir, machine)
		if err != nil {
			return nil, err
		}
		v.protect = own
	}
	return v, nil
}

// Put keeps a secret under a name, in place of what was there. It is on disk
// when Put returns.
func (v *Vault) Put(name string, value Value) error {
	if strings.TrimSpace(name) == "" || len(name) > 250 {
		return &problem.Problem{Code: CodeVaultName, What: "An item of the vault needs a name.", Fix: "Report this: it is a fault of the program."}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	c, err := v.load()
	if err != nil {
		return err
	}
	sealed, err := v.protect.Protect(name, value.text)
	if err != nil {
		return problem.From(err)
	}
	c.Items[name] = sealed
	return v.save(c)
}

// Get gives the secret under a name. There is a problem with CodeVaultMissing
// when there is none, with CodeVaultDamaged when it does not open.
func (v *Vault) Get(name string) (Value, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	c, err := v.load()
	if err != nil {
		return Value{}, err
	}
	sealed, ok := c.Items[name]
	if !ok {
		return Value{}, &problem.Problem{
			Code: CodeVaultMissing, What: "The vault holds no " + name + ".",
			Fix: "Give the credential again.",
		}
	}
	plain, err := v.protect.Unprotect(name, sealed)
	if err != nil {
		return Value{}, problem.From(err)
	}
	return Value{text: plain}, nil
}

// Delete removes the secret under a name, and is content when there is none.
func (v *Vault) Delete(name string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	c, err := v.load()
	if err != nil {
		return err
	}
	if _, ok := c.Items[name]; !ok {
		return nil
	}
	delete(c.Items, name)
	return v.save(c)
}

// rotator is a protection with a key of its own that can be exchanged.
type rotator interface {
	rotate() (finish func() error, err error)
}

// Rotate seals every item anew, with a new key where the protection has one of its
// own (Windows changes that of DPAPI by itself), so that a copy of the old files
// opens nothing that comes later. Whenever it is cut off, everything opens.
func (v *Vault) Rotate() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	c, err := v.load()
	if err != nil {
		return err
	}
	plain := make(map[string][]byte, len(c.Items))
	for name, sealed := range c.Items {
		if plain[name], err = v.protect.Unprotect(name, sealed); err != nil {
			return problem.From(err)
		}
	}
	finish := func() error { return nil }
	if r, ok := v.protect.(rotator); ok {
		if finish, err = r.rotate(); err != nil {
			return err
		}
	}
	for name, text := range plain {
		if c.Items[name], err = v.protect.Protect(name, text); err != nil {
			return problem.From(err)
		}
		clear(text)
	}
	if err := v.save(c); err != nil {
		return err
	}
	return finish()
}

// Names gives the names of all items, sorted.
func (v *Vault) Names() ([]string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	c, err := v.load()
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(c.Items))
	for n := range c.Items {
		names = append(names, n)
	}
	slices.Sort(names)
	return names, nil
}

// load reads the file; one that is not there is an empty vault.
func (v *Vault) load() (vaultContent, error) {
	empty := vaultContent{Format: vaultFormat, Machine: v.machine, Items: map[string][]byte{}}
	data, err := os.ReadFile(v.path())
	if errors.Is(err, os.ErrNotExist) {
		return empty, nil
	}
	if err != nil {
		return empty, vaultFileProblem(v.path(), err)
	}
	var c vaultContent
	if err := json.Unmarshal(data, &c); err != nil {
		return empty, damagedVault(v.path(), err)
	}
	switch {
	case c.Format != vaultFormat:
		return empty, &problem.Problem{
			Code: CodeVaultVersion, What: "The vault was made by another version of this program.",
			Fix: "Use that version, or give the credentials again.", Detail: v.path(),
		}
	case c.Machine != v.machine:
		return empty, otherMachine(v.path())
	case c.Items == nil:
		c.Items = map[string][]byte{}
	}
	return c, nil
}

// save replaces the file as a whole.
func (v *Vault) save(c vaultContent) error {
	data, err := json.MarshalIndent(c, "", " ")
	if err != nil {
		return vaultFileProblem(v.path(), err)
	}
	if err := wholefile.Write(v.path(), data); err != nil {
		return vaultFileProblem(v.path(), err)
	}
	return nil
}

func (v *Vault) path() string { return filepath.Join(v.dir, vaultFile) }

func vaultFileProblem(path string, err error) *problem.Problem {
	p := problem.From(err)
	return &problem.Problem{
		Code: CodeVaultFile, What: "The vault for this server's secrets can't be used.", Why: p.What, Fix: p.Fix,
		Detail: path + ": " + err.Error(), Cause: err,
	}
}

// errNotOpened is what is told of an item that does not open; more would help an
// attacker only.
var errNotOpened = errors.New("the item does not open under its name with this computer's key")

func damagedVault(where string, err error) *problem.Problem {
	return &problem.Problem{
		Code: CodeVaultDamaged, What: "A secret in the vault is damaged or was changed.",
		Why:    "Each item opens only unchanged, under its own name and on this computer.",
		Fix:    "Restore the vault's folder from a backup of this computer, or give the credentials again.",
		Detail: where + ": " + err.Error(), Cause: err,
	}
}

func otherMachine(path string) *problem.Problem {
	return &problem.Problem{
		Code: CodeVaultMachine, What: "The vault belongs to another computer.",
		Why:    "What is in it opens only on the computer that made it.",
		Fix:    "Move the folder away and give the credentials again on this computer.",
		Detail: path,
	}
}

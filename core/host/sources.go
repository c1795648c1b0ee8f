package host

import (
	"context"
	"io/fs"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// Registry reads below HKEY_LOCAL_MACHINE, in the 64-bit view; what 32-bit
// programs see is under WOW6432Node. What does not exist gives an error that is
// fs.ErrNotExist.
type Registry interface {
	// Value gives a string, an int64, a []string or a []byte.
	Value(path, name string) (any, error)
	// Names lists the values of a key.
	Names(path string) ([]string, error)
	// Keys lists the keys directly below a key.
	Keys(path string) ([]string, error)
}

// Services reads the list of services.
type Services interface {
	// Service tells of a service by its short name; one that is not there is no error.
	Service(ctx context.Context, name string) (facts.Service, error)
}

// Accounts reads local groups and user rights.
type Accounts interface {
	// Groups lists the local groups.
	Groups(ctx context.Context) ([]facts.LocalGroup, error)
	// Holders gives who holds a user right.
	Holders(ctx context.Context, right string) ([]facts.Principal, error)
	// Membership tells what the computer belongs to.
	Membership() (facts.Membership, error)
}

// Machine reads the computer's size and what this process may do.
type Machine interface {
	// Memory gives the physical memory in MB, and the number of processors.
	Memory() (mb, cores int64, err error)
	// Disk gives the free and the whole size of a drive, "C:", in MB.
	Disk(drive string) (free, total int64, err error)
	// MayWrite tells whether this process may add keys below a registry key; the
	// error is why not.
	MayWrite(path string) error
}

// Hardware reads what the registry does not tell.
type Hardware interface {
	// TPM tells of the chip; that there is none is no error.
	TPM() (facts.TPM, error)
	// InUse tells whether a program keeps the file open for itself, as SQL Server does
	// with its databases. The path is Windows'.
	InUse(path string) (bool, error)
}

// Sources is where the facts of a Windows computer are read.
type Sources struct {
	Registry Registry
	Services Services
	Accounts Accounts
	Machine  Machine
	Hardware Hardware
	// Files is the drive that Windows is on, with slashes and without the drive's
	// letter: "Windows/Microsoft.NET/…".
	Files fs.FS
	// Drive is its name, "C:".
	Drive string
}

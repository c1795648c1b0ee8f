// Package local sets this server up: the local groups of the synchronization
// service, the user right of its account, the database it uses, the permissions of
// the program's folder and the source in the event log. Everything that it changes
// it can put back. On Windows it does so for real (This); the practice site has a
// stand-in.
package local

import (
	"context"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// Codes of the problems on this computer.
const (
	CodeNotHere problem.Code = "server.nothere"  // this is not Windows
	CodeStart   problem.Code = "server.start"    // the service did not start
	CodeStop    problem.Code = "server.stop"     // the service did not stop
	CodeChange  problem.Code = "server.change"   // something could not be read or changed
	CodeLeft    problem.Code = "server.left"     // something could not be put back
	CodeSecret  problem.Code = "server.password" // the service account's password is not known
)

// Services are the services of this computer.
type Services interface {
	// Service tells of a service; one that is not there is no error.
	Service(ctx context.Context, name string) (facts.Service, error)
	// SetAccount changes who a service signs in as; the password is empty for
	// virtual and managed accounts.
	SetAccount(ctx context.Context, name, account string, password secret.Value) error
	// Run starts or stops a service and waits until it is so, or says why not. A
	// service that is so already is no error.
	Run(ctx context.Context, name string, run bool) error
}

// Settings are values below HKEY_LOCAL_MACHINE.
type Settings interface {
	// Get gives a text; there is false when the key or the value does not exist.
	Get(path, name string) (value string, there bool, err error)
	// Set writes a text (string) or a number (int64) and makes the key.
	Set(path, name string, value any) error
	// Delete removes a value, or with an empty name the key with all its values.
	// What is not there is no error.
	Delete(path, name string) error
}

// Groups are the local groups.
type Groups interface {
	// Group gives the id of a group, empty when it is not there.
	Group(ctx context.Context, name string) (sid string, err error)
	// Create makes a group; one that is there is no error.
	Create(ctx context.Context, name, comment string) error
	// Remove removes a group; one that is not there is no error.
	Remove(ctx context.Context, name string) error
}

// Members are the members of local groups.
type Members interface {
	// Of tells whether an account is a member by itself, and names the other members.
	Of(ctx context.Context, group, account string) (has bool, others []string, err error)
	// Add and Drop change that; what is so already is no error.
	Add(ctx context.Context, group, account string) error
	Drop(ctx context.Context, group, account string) error
}

// Rights are the user rights of the local security policy.
type Rights interface {
	// Holds tells whether an account holds a right by itself, or as one of all
	// services.
	Holds(ctx context.Context, account, right string) (bool, error)
	// Grant and Revoke change that for the account itself.
	Grant(ctx context.Context, account, right string) error
	Revoke(ctx context.Context, account, right string) error
}

// Folders are the permissions of folders, as SDDL
// (https://learn.microsoft.com/windows/win32/secauthz/security-descriptor-string-format).
type Folders interface {
	Access(path string) (string, error)
	SetAccess(path, sddl string) error
}

// Menu is the Start menu of all users.
type Menu interface {
	// Entry gives the program that an entry starts; one that is not there is no error.
	Entry(name string) (program string, there bool, err error)
	// Add makes an entry.
	Add(name, program string) error
	// Remove removes an entry; one that is not there is no error.
	Remove(name string) error
}

// MenuEntry is the name of the program's entry in the Start menu, which is also that
// of the installer's.
const MenuEntry = "ADSync Reconnect"

// Computer is this computer, as far as Install changes it.
type Computer struct {
	Services Services
	Settings Settings
	Groups   Groups
	Members  Members
	Rights   Rights
	Folders  Folders
	Menu     Menu
	// Program is the path of the wizard, for the Start menu; empty for no entry.
	Program string
}

// Here tells whether there is a computer to work on: it is not on other systems
// than Windows.
func (c Computer) Here() bool { return c.Services != nil }

// change makes a problem of what could not be read or changed.
func change(what string, err error) error {
	if err == nil || problem.As(err) != nil {
		return err
	}
	return &problem.Problem{
		Code: CodeChange, What: what + " did not work.", Why: "Windows says: " + err.Error() + ".",
		Fix: "See that the program runs as administrator and that no group policy forbids it, then try again.", Cause: err,
	}
}

package winapi

import (
	"errors"
	"runtime"
	"unsafe"

	"golang.org/x/sys/windows"
)

// What may be done with the local security policy
// (https://learn.microsoft.com/windows/win32/secmgmt/policy-object-access-rights).
const (
	policyViewLocal    = 0x0001
	policyCreate       = 0x0010
	policyLookup       = 0x0800
	statusNoMore       = windows.NTStatus(0x8000001A) // STATUS_NO_MORE_ENTRIES
	statusNameNotFound = windows.NTStatus(0xC0000034) // STATUS_OBJECT_NAME_NOT_FOUND
)

var (
	advapi32      = windows.NewLazySystemDLL("advapi32.dll")
	lsaOpen       = advapi32.NewProc("LsaOpenPolicy")
	lsaClose      = advapi32.NewProc("LsaClose")
	lsaFree       = advapi32.NewProc("LsaFreeMemory")
	lsaHolders    = advapi32.NewProc("LsaEnumerateAccountsWithUserRight")
	lsaRights     = advapi32.NewProc("LsaEnumerateAccountRights")
	lsaAdd        = advapi32.NewProc("LsaAddAccountRights")
	lsaRemove     = advapi32.NewProc("LsaRemoveAccountRights")
	errNoFunction = errors.New("this Windows lacks a function of the local security policy")
)

// lsaString is LSA_UNICODE_STRING: lengths in bytes.
type lsaString struct {
	length, maximum uint16
	buffer          *uint16
}

func newLSAString(s string) (lsaString, error) {
	u, err := windows.UTF16FromString(s)
	if err != nil {
		return lsaString{}, err
	}
	n := uint16((len(u) - 1) * 2)
	return lsaString{length: n, maximum: n + 2, buffer: &u[0]}, nil
}

func (s lsaString) text() string {
	if s.buffer == nil {
		return ""
	}
	return windows.UTF16ToString(unsafe.Slice(s.buffer, int(s.length)/2))
}

// objectAttributes is LSA_OBJECT_ATTRIBUTES, of which nothing is used.
type objectAttributes struct {
	length     uint32
	root       windows.Handle
	name       *lsaString
	attributes uint32
	security   uintptr
	quality    uintptr
}

// policy opens the local security policy for the time of do.
func policy(access uint32, do func(handle uintptr) error) error {
	for _, p := range []*windows.LazyProc{lsaOpen, lsaClose, lsaFree, lsaHolders, lsaRights, lsaAdd, lsaRemove} {
		if err := p.Find(); err != nil {
			return errors.Join(errNoFunction, err)
		}
	}
	var attributes objectAttributes
	attributes.length = uint32(unsafe.Sizeof(attributes))
	var handle uintptr
	r, _, _ := lsaOpen.Call(0, uintptr(unsafe.Pointer(&attributes)), uintptr(access), uintptr(unsafe.Pointer(&handle)))
	if err := status(r); err != nil {
		return err
	}
	defer func() { _, _, _ = lsaClose.Call(handle) }()
	return do(handle)
}

// status turns the answer of a function of the policy into an error.
func status(r uintptr) error {
	if s := windows.NTStatus(uint32(r)); s != 0 {
		return s
	}
	return nil
}

// RightHolders gives the ids of the accounts and groups that hold a user right.
func RightHolders(right string) ([]string, error) {
	name, err := newLSAString(right)
	if err != nil {
		return nil, err
	}
	var out []string
	err = policy(policyViewLocal|policyLookup, func(h uintptr) error {
		var list **windows.SID
		var n uint32
		r, _, _ := lsaHolders.Call(h, uintptr(unsafe.Pointer(&name)), uintptr(unsafe.Pointer(&list)), uintptr(unsafe.Pointer(&n)))
		if s := windows.NTStatus(uint32(r)); s == statusNoMore || s == statusNameNotFound {
			return nil
		}
		if err := status(r); err != nil {
			return err
		}
		defer func() { _, _, _ = lsaFree.Call(uintptr(unsafe.Pointer(list))) }()
		for _, sid := range unsafe.Slice(list, n) {
			out = append(out, sid.String())
		}
		return nil
	})
	runtime.KeepAlive(name)
	return out, err
}

// AccountRights gives the user rights that an account holds by itself.
func AccountRights(sid *windows.SID) ([]string, error) {
	var out []string
	err := policy(policyViewLocal|policyLookup, func(h uintptr) error {
		var list *lsaString
		var n uint32
		r, _, _ := lsaRights.Call(h, uintptr(unsafe.Pointer(sid)), uintptr(unsafe.Pointer(&list)), uintptr(unsafe.Pointer(&n)))
		if windows.NTStatus(uint32(r)) == statusNameNotFound {
			return nil // the policy does not know the account
		}
		if err := status(r); err != nil {
			return err
		}
		defer func() { _, _, _ = lsaFree.Call(uintptr(unsafe.Pointer(list))) }()
		for _, s := range unsafe.Slice(list, n) {
			out = append(out, s.text())
		}
		return nil
	})
	runtime.KeepAlive(sid)
	return out, err
}

// GrantRight gives an account a user right; having it already is no error.
func GrantRight(sid *windows.SID, right string) error {
	name, err := newLSAString(right)
	if err != nil {
		return err
	}
	err = policy(policyViewLocal|policyCreate|policyLookup, func(h uintptr) error {
		r, _, _ := lsaAdd.Call(h, uintptr(unsafe.Pointer(sid)), uintptr(unsafe.Pointer(&name)), 1)
		return status(r)
	})
	runtime.KeepAlive(sid)
	runtime.KeepAlive(name)
	return err
}

// RevokeRight takes a user right from an account; not having it is no error.
func RevokeRight(sid *windows.SID, right string) error {
	name, err := newLSAString(right)
	if err != nil {
		return err
	}
	err = policy(policyViewLocal|policyCreate|policyLookup, func(h uintptr) error {
		r, _, _ := lsaRemove.Call(h, uintptr(unsafe.Pointer(sid)), 0, uintptr(unsafe.Pointer(&name)), 1)
		if windows.NTStatus(uint32(r)) == statusNameNotFound {
			return nil
		}
		return status(r)
	})
	runtime.KeepAlive(sid)
	runtime.KeepAlive(name)
	return err
}

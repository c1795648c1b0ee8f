package winapi

import (
	"errors"
	"fmt"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Errors of the functions for local groups
// (https://learn.microsoft.com/windows/win32/netmgmt/network-management-error-codes).
const (
	nerrGroupNotFound  = syscall.Errno(2220)
	errNoAlias         = syscall.Errno(1376)
	errMemberNotIn     = syscall.Errno(1377)
	errMemberIn        = syscall.Errno(1378)
	errAliasExists     = syscall.Errno(1379)
	nerrGroupExists    = syscall.Errno(2223)
	maxPreferredLength = 0xFFFFFFFF
)

var (
	netapi32     = windows.NewLazySystemDLL("netapi32.dll")
	groupEnum    = netapi32.NewProc("NetLocalGroupEnum")
	groupAdd     = netapi32.NewProc("NetLocalGroupAdd")
	groupDel     = netapi32.NewProc("NetLocalGroupDel")
	groupMembers = netapi32.NewProc("NetLocalGroupGetMembers")
	memberAdd    = netapi32.NewProc("NetLocalGroupAddMembers")
	memberDel    = netapi32.NewProc("NetLocalGroupDelMembers")
)

// net calls a function of netapi32, which gives its error as the result. What the
// arguments point at stays in its place until it has returned.
//
//go:uintptrescapes
func net(p *windows.LazyProc, args ...uintptr) error {
	if err := p.Find(); err != nil {
		return err
	}
	if r, _, _ := p.Call(args...); r != 0 {
		return syscall.Errno(r)
	}
	return nil
}

// groupInfo1 is LOCALGROUP_INFO_1.
type groupInfo1 struct{ name, comment *uint16 }

// memberInfo0 is LOCALGROUP_MEMBERS_INFO_0.
type memberInfo0 struct{ sid *windows.SID }

// LocalGroups gives the names of the local groups.
func LocalGroups() ([]string, error) {
	var buf *byte
	var n, total uint32
	err := net(groupEnum, 0, 1, uintptr(unsafe.Pointer(&buf)), maxPreferredLength,
		uintptr(unsafe.Pointer(&n)), uintptr(unsafe.Pointer(&total)), 0)
	if err != nil {
		return nil, fmt.Errorf("list local groups: %w", err)
	}
	defer func() { _ = windows.NetApiBufferFree(buf) }() // nothing follows from a buffer that stays
	var out []string
	for _, g := range unsafe.Slice((*groupInfo1)(unsafe.Pointer(buf)), n) {
		out = append(out, windows.UTF16PtrToString(g.name))
	}
	return out, nil
}

// GroupMembers gives the ids of a local group's members.
func GroupMembers(group string) ([]*windows.SID, error) {
	name, err := windows.UTF16PtrFromString(group)
	if err != nil {
		return nil, err
	}
	var buf *byte
	var n, total uint32
	err = net(groupMembers, 0, uintptr(unsafe.Pointer(name)), 0, uintptr(unsafe.Pointer(&buf)), maxPreferredLength,
		uintptr(unsafe.Pointer(&n)), uintptr(unsafe.Pointer(&total)), 0)
	if err != nil {
		return nil, fmt.Errorf("list members of %s: %w", group, err)
	}
	defer func() { _ = windows.NetApiBufferFree(buf) }()
	var out []*windows.SID
	for _, m := range unsafe.Slice((*memberInfo0)(unsafe.Pointer(buf)), n) {
		sid, err := m.sid.Copy()
		if err != nil {
			return nil, err
		}
		out = append(out, sid)
	}
	return out, nil
}

// AddGroup makes a local group; one that is there already is no error.
func AddGroup(group, comment string) error {
	name, err := windows.UTF16PtrFromString(group)
	if err != nil {
		return err
	}
	text, err := windows.UTF16PtrFromString(comment)
	if err != nil {
		return err
	}
	info := groupInfo1{name, text}
	return but(net(groupAdd, 0, 1, uintptr(unsafe.Pointer(&info)), 0), nerrGroupExists, errAliasExists)
}

// RemoveGroup removes a local group; one that is not there is no error.
func RemoveGroup(group string) error {
	name, err := windows.UTF16PtrFromString(group)
	if err != nil {
		return err
	}
	return but(net(groupDel, 0, uintptr(unsafe.Pointer(name))), nerrGroupNotFound, errNoAlias)
}

// AddMember puts an account into a local group; being there already is no error.
func AddMember(group string, sid *windows.SID) error {
	return member(memberAdd, group, sid, errMemberIn)
}

// RemoveMember takes an account out of a local group; not being there is no error.
func RemoveMember(group string, sid *windows.SID) error {
	return member(memberDel, group, sid, errMemberNotIn, nerrGroupNotFound, errNoAlias)
}

func member(p *windows.LazyProc, group string, sid *windows.SID, fine ...syscall.Errno) error {
	name, err := windows.UTF16PtrFromString(group)
	if err != nil {
		return err
	}
	info := memberInfo0{sid}
	return but(net(p, 0, uintptr(unsafe.Pointer(name)), 0, uintptr(unsafe.Pointer(&info)), 1), fine...)
}

// but lets the errors pass that are fine.
func but(err error, fine ...syscall.Errno) error {
	for _, f := range fine {
		if errors.Is(err, f) {
			return nil
		}
	}
	return err
}

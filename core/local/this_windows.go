package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/winapi"
)

// This gives the computer that the program runs on.
func This() Computer {
	return Computer{
		Services: scm{}, Settings: settings{}, Groups: groups{}, Members: members{}, Rights: rights{}, Folders: folders{},
		Menu: startMenu{}, Program: wizard(),
	}
}

// settings are the registry, in the 64-bit view.
type settings struct{}

func (settings) Get(path, name string) (string, bool, error) {
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, path, registry.QUERY_VALUE|registry.WOW64_64KEY)
	if errors.Is(err, fs.ErrNotExist) {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	defer func() { _ = k.Close() }() // it was only read
	v, _, err := k.GetStringValue(name)
	if errors.Is(err, fs.ErrNotExist) {
		return "", false, nil
	}
	return v, err == nil, err
}

func (settings) Set(path, name string, value any) error {
	k, _, err := registry.CreateKey(registry.LOCAL_MACHINE, path, registry.SET_VALUE|registry.WOW64_64KEY)
	if err != nil {
		return err
	}
	switch v := value.(type) {
	case int64:
		err = k.SetDWordValue(name, uint32(v))
	case string:
		if strings.Contains(v, "%") {
			err = k.SetExpandStringValue(name, v)
		} else {
			err = k.SetStringValue(name, v)
		}
	default:
		err = fmt.Errorf("a %T is not written to the registry", value)
	}
	return errors.Join(err, k.Close())
}

func (settings) Delete(path, name string) error {
	if name == "" {
		return absent(registry.DeleteKey(registry.LOCAL_MACHINE, path))
	}
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, path, registry.SET_VALUE|registry.WOW64_64KEY)
	if err != nil {
		return absent(err)
	}
	return errors.Join(absent(k.DeleteValue(name)), k.Close())
}

// absent lets pass that something is not there.
func absent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// groups and members are the local groups.
type (
	groups  struct{}
	members struct{}
)

// own writes a local group's name so that a domain's group of that name is not meant.
func own(name string) (string, error) {
	computer, err := windows.ComputerName()
	return computer + `\` + name, err
}

func (groups) Group(_ context.Context, name string) (string, error) {
	list, err := winapi.LocalGroups()
	if err != nil {
		return "", err
	}
	if !slices.ContainsFunc(list, func(g string) bool { return strings.EqualFold(g, name) }) {
		return "", nil
	}
	full, err := own(name)
	if err != nil {
		return "", err
	}
	sid, _, _, err := windows.LookupSID("", full)
	if err != nil { // BUILTIN groups are not the computer's
		sid, _, _, err = windows.LookupSID("", name)
	}
	if err != nil {
		return "", err
	}
	return sid.String(), nil
}

func (groups) Create(_ context.Context, name, comment string) error {
	return winapi.AddGroup(name, comment)
}
func (groups) Remove(_ context.Context, name string) error { return winapi.RemoveGroup(name) }

func (members) Of(_ context.Context, group, account string) (has bool, others []string, err error) {
	sid, _, _, err := windows.LookupSID("", account)
	if err != nil {
		return false, nil, err
	}
	list, err := winapi.GroupMembers(group)
	if err != nil {
		return false, nil, err
	}
	for _, m := range list {
		if m.Equals(sid) {
			has = true
			continue
		}
		name := m.String() // of an account that is gone
		if user, domain, _, err := m.LookupAccount(""); err == nil {
			name = domain + `\` + user
		}
		others = append(others, name)
	}
	return has, others, nil
}

func (members) Add(_ context.Context, group, account string) error {
	sid, _, _, err := windows.LookupSID("", account)
	if err != nil {
		return err
	}
	return winapi.AddMember(group, sid)
}

func (members) Drop(_ context.Context, group, account string) error {
	sid, _, _, err := windows.LookupSID("", account)
	if err != nil {
		return err
	}
	return winapi.RemoveMember(group, sid)
}

// rights are those of the local security policy.
type rights struct{}

func (rights) Holds(_ context.Context, account, right string) (bool, error) {
	ids, err := winapi.RightHolders(right)
	if err != nil {
		return false, err
	}
	virtual := strings.HasPrefix(strings.ToLower(account), `nt service\`)
	if virtual && right == facts.RightService && slices.Contains(ids, facts.AllServices) {
		return true, nil
	}
	sid, _, _, err := windows.LookupSID("", account)
	if err != nil {
		return false, err
	}
	return slices.Contains(ids, sid.String()), nil
}

func (rights) Grant(_ context.Context, account, right string) error {
	sid, _, _, err := windows.LookupSID("", account)
	if err != nil {
		return err
	}
	return winapi.GrantRight(sid, right)
}

func (rights) Revoke(_ context.Context, account, right string) error {
	sid, _, _, err := windows.LookupSID("", account)
	if err != nil {
		return err
	}
	return winapi.RevokeRight(sid, right)
}

// folders are the access lists of folders.
type folders struct{}

func (folders) Access(path string) (string, error) {
	d, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		return "", err
	}
	return d.String(), nil
}

func (folders) SetAccess(path, sddl string) error {
	d, err := windows.SecurityDescriptorFromString(sddl)
	if err != nil {
		return err
	}
	list, _, err := d.DACL()
	if err != nil {
		return err
	}
	control, _, err := d.Control()
	if err != nil {
		return err
	}
	// Protected means that nothing comes from the folder above.
	kind := windows.SECURITY_INFORMATION(windows.DACL_SECURITY_INFORMATION | windows.UNPROTECTED_DACL_SECURITY_INFORMATION)
	if control&windows.SE_DACL_PROTECTED != 0 {
		kind = windows.DACL_SECURITY_INFORMATION | windows.PROTECTED_DACL_SECURITY_INFORMATION
	}
	return windows.SetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, kind, nil, nil, list, nil)
}

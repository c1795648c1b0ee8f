package host

import (
	"errors"

	"golang.org/x/sys/windows"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/winapi"
)

// hardware is that of this computer.
type hardware struct{}

func (hardware) TPM() (facts.TPM, error) {
	version, err := winapi.TPMVersion()
	return facts.TPM{Present: version != "", Version: version}, err
}

// InUse opens the file for reading, letting everybody else do what they want with it,
// and closes it at once: only who keeps it for himself is in the way of that.
func (hardware) InUse(path string) (bool, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return false, err
	}
	const all = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE
	h, err := windows.CreateFile(name, windows.GENERIC_READ, all, nil, windows.OPEN_EXISTING, 0, 0)
	if errors.Is(err, windows.ERROR_SHARING_VIOLATION) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	return false, windows.CloseHandle(h)
}

// principal gives who an id is; a local group comes with its members. Of an account
// that can't be found, as one that was deleted, the id is all that is known.
func principal(id string) (facts.Principal, error) {
	p := facts.Principal{SID: id}
	name, domain, kind, found := lookUp(id)
	if !found {
		return p, nil
	}
	if p.Name = name; domain != "" {
		p.Name = domain + `\` + name
	}
	p.Unread = kind == windows.SidTypeGroup
	if kind != windows.SidTypeAlias {
		return p, nil
	}
	members, err := winapi.GroupMembers(name)
	if err != nil {
		return p, err
	}
	for _, m := range members {
		p.Members = append(p.Members, winapi.AccountName(m))
	}
	return p, nil
}

func lookUp(id string) (name, domain string, kind uint32, found bool) {
	sid, err := windows.StringToSid(id)
	if err == nil {
		name, domain, kind, err = sid.LookupAccount("")
	}
	return name, domain, kind, err == nil
}

package host

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/winapi"
)

func system(ctx context.Context, c *facts.Computer, now time.Time) {
	c.Domain = domain(now)
	c.Admin = facts.Known(windows.GetCurrentProcessToken().IsElevated(), "process token", now)
	Read(ctx, thisComputer(), c, now)
}

func syncService(ctx context.Context, now time.Time) facts.Read[facts.SyncService] {
	r := reader{thisComputer(), now}
	return fact(r, hklm+adsyncService, func() (facts.SyncService, error) { return r.syncService(ctx) })
}

// thisComputer gives the sources of the computer that the program runs on.
func thisComputer() Sources {
	folder, err := windows.GetSystemWindowsDirectory()
	if err != nil {
		folder = `C:\Windows`
	}
	drive := filepath.VolumeName(folder)
	return Sources{
		Registry: localMachine{}, Services: serviceList{}, Accounts: accounts{}, Machine: machine{}, Hardware: hardware{},
		Files: os.DirFS(drive + `\`), Drive: drive,
	}
}

func domain(now time.Time) facts.Read[string] {
	const source = "GetComputerNameEx"
	var n uint32 = 256
	buf := make([]uint16, n)
	if err := windows.GetComputerNameEx(windows.ComputerNameDnsDomain, &buf[0], &n); err != nil {
		return facts.Unknown[string](source, err.Error(), now)
	}
	return facts.Known(windows.UTF16ToString(buf[:n]), source, now)
}

// localMachine is the registry below HKEY_LOCAL_MACHINE.
type localMachine struct{}

func open(path string, access uint32) (registry.Key, error) {
	return registry.OpenKey(registry.LOCAL_MACHINE, path, access|registry.WOW64_64KEY)
}

func (localMachine) Value(path, name string) (any, error) {
	k, err := open(path, registry.QUERY_VALUE)
	if err != nil {
		return nil, err
	}
	defer func() { _ = k.Close() }() // it was only read
	_, kind, err := k.GetValue(name, nil)
	if err != nil {
		return nil, err
	}
	switch kind {
	case registry.SZ, registry.EXPAND_SZ:
		v, _, err := k.GetStringValue(name)
		return v, err
	case registry.MULTI_SZ:
		v, _, err := k.GetStringsValue(name)
		return v, err
	case registry.DWORD, registry.QWORD:
		v, _, err := k.GetIntegerValue(name)
		return int64(v), err
	case registry.BINARY:
		v, _, err := k.GetBinaryValue(name)
		return v, err
	default:
		return nil, errors.New("the value is of a kind that is not read")
	}
}

func (localMachine) Names(path string) ([]string, error) {
	return listed(path, registry.QUERY_VALUE, func(k registry.Key) ([]string, error) { return k.ReadValueNames(-1) })
}

func (localMachine) Keys(path string) ([]string, error) {
	return listed(path, registry.ENUMERATE_SUB_KEYS, func(k registry.Key) ([]string, error) { return k.ReadSubKeyNames(-1) })
}

func listed(path string, access uint32, list func(registry.Key) ([]string, error)) ([]string, error) {
	k, err := open(path, access)
	if err != nil {
		return nil, err
	}
	defer func() { _ = k.Close() }()
	return list(k)
}

// serviceList asks the service control manager, with the least rights.
type serviceList struct{}

func (serviceList) Service(_ context.Context, name string) (facts.Service, error) {
	scm, err := windows.OpenSCManager(nil, nil, windows.SC_MANAGER_CONNECT)
	if err != nil {
		return facts.Service{}, err
	}
	defer func() { _ = windows.CloseServiceHandle(scm) }()
	short, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return facts.Service{}, err
	}
	h, err := windows.OpenService(scm, short, windows.SERVICE_QUERY_CONFIG|windows.SERVICE_QUERY_STATUS)
	if errors.Is(err, windows.ERROR_SERVICE_DOES_NOT_EXIST) {
		return facts.Service{}, nil
	}
	if err != nil {
		return facts.Service{}, err
	}
	defer func() { _ = windows.CloseServiceHandle(h) }()
	return winapi.QueryService(h)
}

// accounts are those of this computer.
type accounts struct{}

func (accounts) Groups(ctx context.Context) ([]facts.LocalGroup, error) {
	names, err := winapi.LocalGroups()
	if err != nil {
		return nil, err
	}
	var out []facts.LocalGroup
	for _, name := range names {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		g := facts.LocalGroup{Name: name}
		if sid, _, _, err := windows.LookupSID("", Name()+`\`+name); err == nil {
			g.SID = sid.String()
		} else if sid, _, _, err := windows.LookupSID("", name); err == nil {
			g.SID = sid.String()
		}
		if strings.HasPrefix(strings.ToLower(name), "adsync") {
			members, err := winapi.GroupMembers(name)
			if err != nil {
				return nil, err
			}
			for _, m := range members {
				g.Members = append(g.Members, winapi.AccountName(m))
			}
		}
		out = append(out, g)
	}
	return out, nil
}

func (accounts) Holders(_ context.Context, right string) ([]facts.Principal, error) {
	ids, err := winapi.RightHolders(right)
	if err != nil {
		return nil, err
	}
	var out []facts.Principal
	for _, id := range ids {
		p, err := principal(id)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

func (accounts) Membership() (facts.Membership, error) {
	var name *uint16
	var kind uint32
	if err := windows.NetGetJoinInformation(nil, &name, &kind); err != nil {
		return facts.Membership{}, err
	}
	defer func() { _ = windows.NetApiBufferFree((*byte)(unsafe.Pointer(name))) }()
	return facts.Membership{Name: windows.UTF16PtrToString(name), Domain: kind == syscall.NetSetupDomainName}, nil
}

// machine is this computer.
type machine struct{}

func (machine) Memory() (mb, cores int64, err error) {
	bytes, err := winapi.Memory()
	return int64(bytes >> 20), int64(runtime.NumCPU()), err
}

func (machine) Disk(drive string) (free, total int64, err error) {
	root, err := windows.UTF16PtrFromString(drive + `\`)
	if err != nil {
		return 0, 0, err
	}
	var mine, all, rest uint64
	err = windows.GetDiskFreeSpaceEx(root, &mine, &all, &rest)
	return int64(mine >> 20), int64(all >> 20), err
}

func (machine) MayWrite(path string) error {
	k, err := open(path, registry.CREATE_SUB_KEY|registry.SET_VALUE)
	if err != nil {
		return err
	}
	return k.Close()
}

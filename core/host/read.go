package host

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// hklm starts the source of what was read in the registry.
const hklm = `HKLM\`

// reader reads the facts of one moment.
type reader struct {
	Sources
	now time.Time
}

// Read fills in what the sources tell of a Windows computer. It changes nothing
// and never fails: what can't be read is unknown, with the reason.
func Read(ctx context.Context, s Sources, c *facts.Computer, now time.Time) {
	r := reader{s, now}
	c.Windows = fact(r, hklm+currentVersion, r.windows)
	c.Installed = r.installed()
	c.Products = fact(r, hklm+upgradeCodes, r.products)
	c.Membership = fact(r, "NetGetJoinInformation", r.Accounts.Membership)
	c.DotNet = fact(r, hklm+dotNet, r.dotNet)
	c.TLS = fact(r, hklm+schannel, func() ([]facts.RegistryValue, error) { return r.values(tlsValues()) })
	c.DCOM = fact(r, hklm+ole, func() ([]facts.RegistryValue, error) { return r.values(dcomValues()) })
	c.PowerShell = fact(r, hklm+powerShell, r.powerShell)
	c.EventLog = fact(r, "the service EventLog", func() (facts.EventLog, error) { return r.eventLog(ctx) })
	c.Proxy = fact(r, "machine.config and "+hklm+winHTTP, r.proxy)
	c.CodePage = fact(r, hklm+codePage, func() (string, error) { return r.text(codePage, "ACP") })
	c.Reboot = fact(r, hklm+sessionManager, r.reboot)
	c.Time = fact(r, hklm+w32time, func() (facts.TimeService, error) { return r.timeService(ctx) })
	c.Service = fact(r, hklm+adsyncService, func() (facts.SyncService, error) { return r.syncService(ctx) })
	c.SecondaryLogon = fact(r, "the service seclogon", func() (facts.Service, error) { return r.Services.Service(ctx, "seclogon") })
	c.LocalDB = fact(r, hklm+sharedInstances, r.localDB)
	c.Groups = fact(r, "local groups", func() ([]facts.LocalGroup, error) { return r.Accounts.Groups(ctx) })
	c.Rights = fact(r, "local security policy", func() ([]facts.UserRight, error) { return r.rights(ctx) })
	c.BrowserGuard = fact(r, hklm+activeSetup, r.browserGuard)
	c.TPM = fact(r, "Tbsi_GetDeviceInfo", r.Hardware.TPM)
	r.size(c)
}

// fact makes a reading of what read gives.
func fact[T any](r reader, source string, read func() (T, error)) facts.Read[T] {
	v, err := read()
	if err != nil {
		return facts.Unknown[T](source, err.Error(), r.now)
	}
	return facts.Known(v, source, r.now)
}

// text reads a value as text; what is not there is empty.
func (r reader) text(path, name string) (string, error) {
	v, err := r.Registry.Value(path, name)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read %s in %s%s: %w", name, hklm, path, err)
	}
	return show(v), nil
}

// number reads a value as a number; what is not there is 0.
func (r reader) number(path, name string) (int64, error) {
	t, err := r.text(path, name)
	if err != nil || t == "" {
		return 0, err
	}
	n, err := strconv.ParseInt(t, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s in %s%s is %q, which is no number", name, hklm, path, t)
	}
	return n, nil
}

// keys lists the keys below path; none when it is not there.
func (r reader) keys(path string) ([]string, error) {
	list, err := r.Registry.Keys(path)
	return below(list, path, err)
}

// names lists the values in path; none when it is not there.
func (r reader) names(path string) ([]string, error) {
	list, err := r.Registry.Names(path)
	return below(list, path, err)
}

func below(list []string, path string, err error) ([]string, error) {
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list %s%s: %w", hklm, path, err)
	}
	return list, nil
}

// values reads each of the values that are wanted.
func (r reader) values(list []facts.RegistryValue) ([]facts.RegistryValue, error) {
	for i := range list {
		v, err := r.Registry.Value(list[i].Path, list[i].Name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read %s in %s%s: %w", list[i].Name, hklm, list[i].Path, err)
		}
		list[i].Present, list[i].Value = true, show(v)
	}
	return list, nil
}

// show writes a registry value as text; of binary data only its length, as it
// means nothing to a person.
func show(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case []string:
		return strings.Join(v, "; ")
	case []byte:
		return fmt.Sprintf("%d bytes", len(v))
	default:
		return fmt.Sprint(v)
	}
}

package host

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// uninstall is where Windows lists installed products.
const uninstall = `SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall`

// products are the names under which Microsoft's setup was listed over the years.
var products = []string{"microsoft entra connect sync", "microsoft entra connect", "microsoft azure ad connect", "azure ad connect"}

func system(_ context.Context, c *facts.Computer, now time.Time) {
	c.Installed = installed(now)
	c.Domain = domain(now)
	c.Admin = facts.Known(windows.GetCurrentProcessToken().IsElevated(), "process token", now)
}

// installed gives the version of Microsoft Entra Connect on this computer,
// empty when it is not installed.
func installed(now time.Time) facts.Read[string] {
	const source = `HKLM\` + uninstall
	root, err := registry.OpenKey(registry.LOCAL_MACHINE, uninstall, registry.ENUMERATE_SUB_KEYS|registry.WOW64_64KEY)
	if err != nil {
		return facts.Unknown[string](source, err.Error(), now)
	}
	defer root.Close()
	names, err := root.ReadSubKeyNames(-1)
	if err != nil {
		return facts.Unknown[string](source, err.Error(), now)
	}
	for _, name := range names {
		version, err := productVersion(name)
		if err != nil {
			return facts.Unknown[string](source, err.Error(), now)
		}
		if version != "" {
			return facts.Known(version, source+`\`+name, now)
		}
	}
	return facts.Unknown[string](source, "Microsoft Entra Connect is not installed on this computer", now)
}

// productVersion gives the version of one entry if it is the product, else "".
func productVersion(name string) (string, error) {
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, uninstall+`\`+name, registry.QUERY_VALUE|registry.WOW64_64KEY)
	if err != nil {
		return "", fmt.Errorf("open %s: %w", name, err)
	}
	defer k.Close()
	display, _, err := k.GetStringValue("DisplayName")
	if errors.Is(err, registry.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read %s: %w", name, err)
	}
	for _, p := range products {
		if !strings.EqualFold(strings.TrimSpace(display), p) {
			continue
		}
		version, _, err := k.GetStringValue("DisplayVersion")
		if err != nil {
			return "", fmt.Errorf("read version of %s: %w", display, err)
		}
		return version, nil
	}
	return "", nil
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

package host

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// Where Windows Installer and SQL Server list what is installed.
const (
	uninstall       = `SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall`
	upgradeCodes    = `SOFTWARE\Classes\Installer\UpgradeCodes`
	machineProducts = `SOFTWARE\Microsoft\Windows\CurrentVersion\Installer\UserData\S-1-5-18\Products`
	adsyncService   = `SYSTEM\CurrentControlSet\Services\ADSync`
	sharedInstances = `SOFTWARE\Microsoft\Microsoft SQL Server Local DB\Shared Instances`
	engineSetup     = `SOFTWARE\Microsoft\AD Sync`
	engineFolder    = "Program Files/Microsoft Azure AD Sync/Data"
	serviceProfile  = "Windows/ServiceProfiles/ADSync/AppData/Local/Microsoft/Microsoft SQL Server Local DB/Instances"
)

// wizards are the names under which Microsoft's setup was listed over the years.
var wizards = []string{"microsoft entra connect sync", "microsoft entra connect", "microsoft azure ad connect", "azure ad connect"}

// family gives the upgrade codes of the product's parts, as its own setup asks for them.
func family() []struct{ code, component string } {
	return []struct{ code, component string }{
		{"d61eb959-f2d1-4170-be64-4dc367f451ea", facts.ComponentWizard},
		{"545334d7-13cd-4bab-8da1-2775fa8cf7c2", facts.ComponentEngine},
		{"bef7e7d9-2ac2-44b9-abfc-3335222b92a7", facts.ComponentDirSync},
		{"dc9e604e-37b0-4efc-b429-21721cf49d0d", facts.ComponentDirSync},
		{"3cd653e3-5195-4ff2-9d6c-db3dacc82c25", "Synchronization agent"},
		{"114fb294-8aa6-43db-9e5c-4ede5e32886f", "Health agent for sync"},
		{"0c06f9df-c56b-42c4-a41b-f5f64d01a35c", "Authentication agent"},
		{"fb3feca7-5190-43e7-8d4b-5eec88ed9455", "Authentication agent"},
		{"886051ec-1165-4df8-a492-19d1e0ff57ee", "Administration agent"},
		{"f0176a51-908a-4240-8853-e229d0ae3f39", "SQL Server LocalDB 2019"},
		{"c3593f78-0f11-4d8d-8d82-55460308e261", "SQL Server LocalDB 2012"},
	}
}

// packed writes a GUID as Windows Installer names its keys: without braces and
// dashes, the digits of the first three parts reversed, of the others in pairs. What
// is no GUID gives nothing.
func packed(guid string) string {
	g := strings.ToUpper(strings.NewReplacer("{", "", "}", "", "-", "").Replace(guid))
	if _, err := hex.DecodeString(g); err != nil || len(g) != 32 {
		return ""
	}
	var b strings.Builder
	at := 0
	for _, n := range []int{8, 4, 4, 2, 2, 2, 2, 2, 2, 2, 2} {
		for i := at + n - 1; i >= at; i-- {
			b.WriteByte(g[i])
		}
		at += n
	}
	return b.String()
}

// unpacked turns a packed GUID back into {GUID}, empty for anything else.
func unpacked(p string) string {
	g := packed(p) // reversing twice gives the original
	if g == "" {
		return ""
	}
	return "{" + g[:8] + "-" + g[8:12] + "-" + g[12:16] + "-" + g[16:20] + "-" + g[20:] + "}"
}

// products lists the installed parts of the product's family, and what an earlier
// installation left in the list of upgrades: the product's setup fails on that.
func (r reader) products() ([]facts.Product, error) {
	var out []facts.Product
	for _, f := range family() {
		codes, err := r.names(upgradeCodes + `\` + packed(f.code))
		if err != nil {
			return nil, err
		}
		for _, code := range codes {
			p := facts.Product{Component: f.component, Code: unpacked(code)}
			if p.Code == "" {
				continue // the key's default value
			}
			properties := machineProducts + `\` + strings.ToUpper(code) + `\InstallProperties`
			if err := r.texts(properties, map[string]*string{"DisplayName": &p.Name, "DisplayVersion": &p.Version}); err != nil {
				return nil, err
			}
			p.Leftover = p.Name == "" && p.Version == ""
			out = append(out, p)
		}
	}
	return out, nil
}

// installed gives the version of Microsoft Entra Connect on this computer, from
// the list of installed programs.
func (r reader) installed() facts.Read[string] {
	const source = hklm + uninstall
	names, err := r.Registry.Keys(uninstall)
	if err != nil {
		return facts.Unknown[string](source, err.Error(), r.now)
	}
	for _, name := range names {
		var display, version string
		if err := r.texts(uninstall+`\`+name, map[string]*string{"DisplayName": &display, "DisplayVersion": &version}); err != nil {
			return facts.Unknown[string](source, err.Error(), r.now)
		}
		for _, w := range wizards {
			if strings.EqualFold(strings.TrimSpace(display), w) && version != "" {
				return facts.Known(version, source+`\`+name, r.now)
			}
		}
	}
	return facts.Unknown[string](source, "Microsoft Entra Connect is not installed on this computer", r.now)
}

// syncService reads the synchronization service and the database it uses.
func (r reader) syncService(ctx context.Context) (facts.SyncService, error) {
	s, err := r.Services.Service(ctx, "ADSync")
	if err != nil || !s.Installed {
		return facts.SyncService{Service: s}, err
	}
	out := facts.SyncService{Service: s}
	err = r.texts(adsyncService+`\Parameters`, map[string]*string{
		"Server": &out.Server, "SQLInstance": &out.Instance, "DBName": &out.Database, "Path": &out.Path,
	})
	if err == nil && out.Path == "" {
		out.Path, err = r.text(engineSetup, "Location")
	}
	return out, err
}

// localDB lists the shared LocalDB instances and the database files that the
// synchronization service keeps in one.
func (r reader) localDB() ([]facts.LocalDB, error) {
	var out []facts.LocalDB
	keys, err := r.keys(sharedInstances)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		out = append(out, facts.LocalDB{Instance: k})
	}
	for _, pattern := range []string{engineFolder + "/*.mdf", engineFolder + "/*/*.mdf", serviceProfile + "/*/ADSync.mdf"} {
		files, err := fs.Glob(r.Files, pattern)
		if err != nil {
			return nil, fmt.Errorf("look for %s: %w", pattern, err)
		}
		for _, f := range files {
			info, err := fs.Stat(r.Files, f)
			if errors.Is(err, fs.ErrNotExist) {
				continue // gone in this moment
			}
			if err != nil {
				return nil, err
			}
			path := r.Drive + `\` + strings.ReplaceAll(f, "/", `\`)
			out = append(out, facts.LocalDB{File: path, SizeMB: info.Size() >> 20, State: r.fileState(path)})
		}
	}
	return out, nil
}

// fileState tells whether a database file is in use: LocalDB keeps it open as long as
// the instance runs. (The instance belongs to the service's account, and LocalDB's own
// list shows each user his own only.)
func (r reader) fileState(path string) string {
	switch open, err := r.Hardware.InUse(path); {
	case err != nil:
		return "unknown: " + err.Error()
	case open:
		return facts.FileOpen
	default:
		return facts.FileClosed
	}
}

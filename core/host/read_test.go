package host

import (
	"context"
	"encoding/binary"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// prepared is a registry of a test: path, name, value. A key without values has
// the empty name.
type prepared map[string]map[string]any

func (p prepared) Value(path, name string) (any, error) {
	for k, values := range p {
		if !strings.EqualFold(k, path) {
			continue
		}
		if v, ok := values[name]; ok {
			return v, nil
		}
	}
	return nil, fs.ErrNotExist
}

func (p prepared) Names(path string) ([]string, error) {
	values, ok := p[path]
	if !ok {
		return nil, fs.ErrNotExist
	}
	var out []string
	for name := range values {
		out = append(out, name)
	}
	slices.Sort(out)
	return out, nil
}

func (p prepared) Keys(path string) ([]string, error) {
	var out []string
	for k := range p {
		rest, below := strings.CutPrefix(k, path+`\`)
		name, _, _ := strings.Cut(rest, `\`)
		if below && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	if out == nil {
		return nil, fs.ErrNotExist
	}
	slices.Sort(out)
	return out, nil
}

// locked is a registry that nobody may read.
type locked struct{}

var errDenied = errors.New("access is denied")

func (locked) Value(string, string) (any, error)     { return nil, errDenied }
func (locked) Names(string) ([]string, error)        { return nil, errDenied }
func (locked) Keys(string) ([]string, error)         { return nil, errDenied }
func (locked) MayWrite(string) error                 { return errDenied }
func (locked) TPM() (facts.TPM, error)               { return facts.TPM{}, errDenied }
func (locked) Memory() (int64, int64, error)         { return 0, 0, errDenied }
func (locked) Disk(string) (int64, int64, error)     { return 0, 0, errDenied }
func (locked) Membership() (facts.Membership, error) { return facts.Membership{}, errDenied }
func (locked) Open(string) (fs.File, error)          { return nil, errDenied }
func (locked) Service(context.Context, string) (facts.Service, error) {
	return facts.Service{}, errDenied
}
func (locked) InUse(string) (bool, error)                         { return false, errDenied }
func (locked) Groups(context.Context) ([]facts.LocalGroup, error) { return nil, errDenied }
func (locked) Holders(context.Context, string) ([]facts.Principal, error) {
	return nil, errDenied
}

// some is a computer on which everything can be asked.
type some struct{}

func (some) MayWrite(string) error             { return nil }
func (some) Memory() (int64, int64, error)     { return 16384, 4, nil }
func (some) Disk(string) (int64, int64, error) { return 90000, 128000, nil }
func (some) TPM() (facts.TPM, error)           { return facts.TPM{Present: true, Version: "2.0"}, nil }

func (some) InUse(path string) (bool, error) { return strings.HasSuffix(path, `\ADSync.mdf`), nil }

func (some) Membership() (facts.Membership, error) {
	return facts.Membership{Name: "CONTOSO", Domain: true}, nil
}

func (some) Service(_ context.Context, name string) (facts.Service, error) {
	return facts.Service{Installed: true, State: "running", Start: "automatic", Account: name}, nil
}

func (some) Groups(context.Context) ([]facts.LocalGroup, error) {
	return []facts.LocalGroup{{Name: "ADSyncAdmins", SID: "S-1-5-21-1-2-3-1005"}}, nil
}

func (some) Holders(_ context.Context, right string) ([]facts.Principal, error) {
	return []facts.Principal{{SID: facts.AllServices, Name: right}}, nil
}

func sources(r Registry) Sources {
	return Sources{Registry: r, Services: some{}, Accounts: some{}, Machine: some{}, Hardware: some{}, Files: fstest.MapFS{}, Drive: "C:"}
}

func read(t *testing.T, s Sources) facts.Computer {
	t.Helper()
	var c facts.Computer
	Read(t.Context(), s, &c, time.Now())
	return c
}

// reasons lists the facts that were not read, with why.
func reasons(c facts.Computer) map[string]string {
	out := map[string]string{}
	for name, r := range map[string]interface{ Reason() string }{
		"windows": c.Windows, "installed": c.Installed, "products": c.Products, "membership": c.Membership, "dotnet": c.DotNet,
		"tls": c.TLS, "dcom": c.DCOM, "powershell": c.PowerShell, "eventlog": c.EventLog, "proxy": c.Proxy, "codepage": c.CodePage,
		"reboot": c.Reboot, "time": c.Time, "service": c.Service, "seclogon": c.SecondaryLogon, "localdb": c.LocalDB,
		"groups": c.Groups, "rights": c.Rights, "memory": c.MemoryMB, "cores": c.Cores, "disk": c.Disk,
		"clock": c.ClockMHz, "tpm": c.TPM, "guard": c.BrowserGuard,
	} {
		if why := r.Reason(); why != "" {
			out[name] = why
		}
	}
	return out
}

// Nothing that is refused is taken for something.
func TestRead_refused(t *testing.T) {
	c := read(t, Sources{Registry: locked{}, Services: locked{}, Accounts: locked{}, Machine: locked{}, Hardware: locked{}, Files: locked{}, Drive: "C:"})
	got := reasons(c)
	if len(got) != 24 {
		t.Errorf("%d facts are unknown, want all 24: %v", len(got), got)
	}
	for name, why := range got {
		if !strings.Contains(why, "denied") {
			t.Errorf("%s: %q does not say why", name, why)
		}
	}
}

func TestRead_windows(t *testing.T) {
	c := read(t, sources(prepared{
		currentVersion: {"ProductName": "Windows Server 2022 Standard", "EditionID": "ServerStandard", "InstallationType": "Server Core", "CurrentBuild": "20348", "UBR": int64(2966)},
		productOptions: {"ProductType": "LanmanNT"},
	}))
	w := c.Windows.Or(facts.Windows{})
	if w.Build != 20348 || w.Revision != 2966 || !w.Core() || !w.Controller || w.Client() {
		t.Errorf("windows = %+v", c.Windows)
	}
	c = read(t, sources(prepared{currentVersion: {"CurrentBuild": "abc"}}))
	if c.Windows.State != facts.IsUnknown {
		t.Errorf("a build that is no number: %+v", c.Windows)
	}
}

func TestRead_powerShell(t *testing.T) {
	engine := map[string]any{"PowerShellVersion": "5.1.17763.1"}
	for name, k := range map[string]struct {
		r    prepared
		want facts.PowerShell
	}{
		"none":    {prepared{}, facts.PowerShell{}},
		"default": {prepared{powerShell: engine}, facts.PowerShell{Version: "5.1.17763.1"}},
		"machine": {prepared{powerShell: engine, shellPolicy: {"ExecutionPolicy": "Bypass"}}, facts.PowerShell{Version: "5.1.17763.1", Policy: "Bypass"}},
		"group": {
			prepared{powerShell: engine, shellPolicy: {"ExecutionPolicy": "Bypass"}, shellGroup: {"EnableScripts": int64(1), "ExecutionPolicy": "AllSigned"}},
			facts.PowerShell{Version: "5.1.17763.1", Policy: "AllSigned", ByGroupPolicy: true},
		},
		"group forbids": {
			prepared{powerShell: engine, shellGroup: {"EnableScripts": int64(0)}},
			facts.PowerShell{Version: "5.1.17763.1", Policy: "Restricted", ByGroupPolicy: true},
		},
		"transcripts": {
			prepared{powerShell: engine, shellGroup + `\Transcription`: {"EnableTranscripting": int64(1)}},
			facts.PowerShell{Version: "5.1.17763.1", Transcription: true},
		},
	} {
		if c := read(t, sources(k.r)); c.PowerShell.Value != k.want || c.PowerShell.State != facts.IsKnown {
			t.Errorf("%s: %+v, want %+v", name, c.PowerShell, k.want)
		}
	}
}

func TestRead_reboot(t *testing.T) {
	for name, k := range map[string]struct {
		r    prepared
		want int
	}{
		"nothing":    {prepared{}, 0},
		"features":   {prepared{servicing + `\RebootPending`: {}}, 1},
		"updates":    {prepared{windowsUpdate + `\RebootRequired`: {}}, 1},
		"no files":   {prepared{sessionManager: {"PendingFileRenameOperations": []string{"", ""}}}, 0},
		"files":      {prepared{sessionManager: {"PendingFileRenameOperations": []string{`\??\C:\x`, ""}}}, 1},
		"new name":   {prepared{computerName + "ActiveComputerName": {"ComputerName": "A"}, computerName + "ComputerName": {"ComputerName": "B"}}, 1},
		"same name":  {prepared{computerName + "ActiveComputerName": {"ComputerName": "A"}, computerName + "ComputerName": {"ComputerName": "a"}}, 0},
		"everything": {prepared{servicing + `\RebootPending`: {}, windowsUpdate + `\RebootRequired`: {}, sessionManager: {"PendingFileRenameOperations": []string{"x"}}}, 3},
	} {
		if c := read(t, sources(k.r)); c.Reboot.State != facts.IsKnown || len(c.Reboot.Value) != k.want {
			t.Errorf("%s: %+v, want %d", name, c.Reboot, k.want)
		}
	}
}

func TestRead_products(t *testing.T) {
	const wizard, engine = "12345678-9ABC-DEF0-1234-56789ABCDEF0", "AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE"
	r := prepared{
		upgradeCodes + `\` + packed("d61eb959-f2d1-4170-be64-4dc367f451ea"): {packed(wizard): ""},
		upgradeCodes + `\` + packed("545334d7-13cd-4bab-8da1-2775fa8cf7c2"): {packed(engine): "", "": "default"},
		machineProducts + `\` + packed(wizard) + `\InstallProperties`:       {"DisplayName": "Microsoft Entra Connect Sync", "DisplayVersion": "2.6.92.0"},
		uninstall + `\{` + wizard + `}`:                                     {"DisplayName": "Microsoft Entra Connect Sync", "DisplayVersion": "2.6.92.0"},
		uninstall + `\Other`:                                                {"DisplayName": "Notepad"},
	}
	c := read(t, sources(r))
	want := []facts.Product{
		{Component: facts.ComponentWizard, Code: "{" + wizard + "}", Name: "Microsoft Entra Connect Sync", Version: "2.6.92.0"},
		{Component: facts.ComponentEngine, Code: "{" + engine + "}", Leftover: true},
	}
	if !slices.Equal(c.Products.Value, want) {
		t.Errorf("products = %+v, want %+v", c.Products, want)
	}
	if v := c.Installed.Or(""); v != "2.6.92.0" {
		t.Errorf("installed = %+v", c.Installed)
	}
}

func TestPacked(t *testing.T) {
	const g, p = "{12345678-9ABC-DEF0-1234-56789ABCDEF0}", "87654321CBA90FED21436587A9CBED0F"
	if got := packed(g); got != p {
		t.Errorf("packed = %s, want %s", got, p)
	}
	if got := unpacked(p); got != g {
		t.Errorf("unpacked = %s, want %s", got, g)
	}
	if packed("x") != "" || unpacked("") != "" {
		t.Error("what is no GUID must give nothing")
	}
}

func TestRead_service(t *testing.T) {
	c := read(t, sources(prepared{
		adsyncService + `\Parameters`: {"Server": "(localdb)", "SQLInstance": `.\ADSync2019`, "DBName": "ADSync"},
		engineSetup:                   {"Location": `C:\Program Files\Microsoft Azure AD Sync\`},
	}))
	s := c.Service.Or(facts.SyncService{})
	if !s.UsesLocalDB() || s.Database != "ADSync" || !s.Running() || s.Path == "" {
		t.Errorf("service = %+v", c.Service)
	}
}

func TestRead_localDB(t *testing.T) {
	s := sources(prepared{sharedInstances + `\ADSync2019`: {"InstanceName": "x"}})
	s.Files = fstest.MapFS{
		engineFolder + "/ADSync2019/ADSync.mdf": {Data: make([]byte, 5<<20)},
		engineFolder + "/other.txt":             {Data: []byte("x")},
		engineFolder + "/Old.mdf":               {Data: []byte("x")},
	}
	want := []facts.LocalDB{
		{Instance: "ADSync2019"},
		{File: `C:\Program Files\Microsoft Azure AD Sync\Data\Old.mdf`, State: facts.FileClosed},
		{File: `C:\Program Files\Microsoft Azure AD Sync\Data\ADSync2019\ADSync.mdf`, SizeMB: 5, State: facts.FileOpen},
	}
	if c := read(t, s); !slices.Equal(c.LocalDB.Value, want) {
		t.Errorf("LocalDB = %+v, want %+v", c.LocalDB, want)
	}
	s.Hardware = locked{}
	if c := read(t, s); len(c.LocalDB.Value) != 3 || !strings.Contains(c.LocalDB.Value[2].State, "denied") {
		t.Errorf("a file that may not be opened: %+v", c.LocalDB)
	}
}

func TestRead_proxy(t *testing.T) {
	named := binary.LittleEndian.AppendUint32(nil, 40)
	for _, n := range []uint32{0, 3, 8} {
		named = binary.LittleEndian.AppendUint32(named, n)
	}
	named = append(named, "proxy:80\x00\x00\x00\x00"...)
	const config = `<configuration><system.net><defaultProxy enabled="%"><proxy usesystemdefault="true" proxyaddress=" http://p:8080 "/></defaultProxy></system.net></configuration>`
	for name, k := range map[string]struct {
		file string
		http []byte
		want facts.Proxy
		bad  bool
	}{
		"nothing":   {want: facts.Proxy{}},
		"default":   {file: `<configuration><system.net/></configuration>`, want: facts.Proxy{}},
		"machine":   {file: strings.Replace(config, "%", "true", 1), want: facts.Proxy{Machine: "http://p:8080", Default: "enabled=true, usesystemdefault=true"}},
		"off":       {file: strings.Replace(config, "%", "false", 1), want: facts.Proxy{Default: "enabled=false, usesystemdefault=true"}},
		"WinHTTP":   {http: named, want: facts.Proxy{WinHTTP: "proxy:80"}},
		"direct":    {http: []byte{40, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}, want: facts.Proxy{}},
		"cut off":   {http: named[:20], want: facts.Proxy{}},
		"too short": {http: named[:7], want: facts.Proxy{}},
		"no XML":    {file: "<configuration", bad: true},
	} {
		s := sources(prepared{})
		if k.http != nil {
			s.Registry = prepared{winHTTP: {"WinHttpSettings": k.http}}
		}
		if k.file != "" {
			s.Files = fstest.MapFS{machineConfig: {Data: []byte(k.file)}}
		}
		c := read(t, s)
		if k.bad != (c.Proxy.State == facts.IsUnknown) || c.Proxy.Value != k.want {
			t.Errorf("%s: %+v, want %+v", name, c.Proxy, k.want)
		}
	}
}

func TestRead_tls(t *testing.T) {
	c := read(t, sources(prepared{
		netStrong:           {"SystemDefaultTlsVersions": int64(1), "SchUseStrongCrypto": int64(0)},
		schannel + "Client": {"Enabled": int64(1), "DisabledByDefault": int64(0)},
	}))
	var good, there int
	for _, v := range c.TLS.Value {
		if v.Good() {
			good++
		}
		if v.Present {
			there++
		}
	}
	if len(c.TLS.Value) != 8 || good != 3 || there != 4 {
		t.Errorf("%d good and %d there of %d: %+v", good, there, len(c.TLS.Value), c.TLS.Value)
	}
}

func TestRead_hardware(t *testing.T) {
	c := read(t, sources(prepared{
		processor:   {"~MHz": int64(2100)},
		guardAdmins: {"IsInstalled": int64(1)},
		guardUsers:  {"IsInstalled": int64(0)},
	}))
	if v := c.ClockMHz.Or(0); v != 2100 {
		t.Errorf("clock = %+v", c.ClockMHz)
	}
	if v, ok := c.BrowserGuard.Get(); !ok || !v.Admins || v.Users {
		t.Errorf("guard = %+v", c.BrowserGuard)
	}
	if v := c.TPM.Or(facts.TPM{}); v.Version != "2.0" {
		t.Errorf("TPM = %+v", c.TPM)
	}
	c = read(t, sources(prepared{}))
	if c.ClockMHz.State != facts.IsUnknown {
		t.Errorf("a clock that Windows does not tell: %+v", c.ClockMHz)
	}
	if v, ok := c.BrowserGuard.Get(); !ok || v.Admins || v.Users {
		t.Errorf("no guard: %+v", c.BrowserGuard)
	}
}

package host

import (
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// Where the protection of connections is set.
const (
	schannel    = `SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\`
	netStrong   = `SOFTWARE\Microsoft\.NETFramework\v4.0.30319`
	netStrong32 = `SOFTWARE\WOW6432Node\Microsoft\.NETFramework\v4.0.30319`
	ole         = `SOFTWARE\Microsoft\Ole`
	winHTTP     = `SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Connections`

	machineConfig = "Windows/Microsoft.NET/Framework64/v4.0.30319/Config/machine.config"
)

// tlsValues are the values that Microsoft asks for
// (https://learn.microsoft.com/entra/identity/hybrid/connect/reference-connect-tls-enforcement).
func tlsValues() []facts.RegistryValue {
	var out []facts.RegistryValue
	for _, path := range []string{netStrong, netStrong32} {
		for _, name := range []string{"SystemDefaultTlsVersions", "SchUseStrongCrypto"} {
			out = append(out, facts.RegistryValue{Path: path, Name: name, Want: "1"})
		}
	}
	for _, side := range []string{"Server", "Client"} {
		out = append(out,
			facts.RegistryValue{Path: schannel + side, Name: "Enabled", Want: "1"},
			facts.RegistryValue{Path: schannel + side, Name: "DisabledByDefault", Want: "0"})
	}
	return out
}

// dcomValues are the values that the product's setup looks for.
func dcomValues() []facts.RegistryValue {
	return []facts.RegistryValue{
		{Path: ole, Name: "MachineAccessRestriction"},
		{Path: ole, Name: "MachineLaunchRestriction"},
		{Path: ole, Name: "DefaultLaunchPermission"},
	}
}

// proxy reads the proxy of .NET and that of WinHTTP.
func (r reader) proxy() (facts.Proxy, error) {
	text, err := fs.ReadFile(r.Files, machineConfig)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return facts.Proxy{}, err
	}
	var p facts.Proxy
	if err == nil {
		if p, err = parseMachineConfig(text); err != nil {
			return p, err
		}
	}
	v, err := r.Registry.Value(winHTTP, "WinHttpSettings")
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err != nil {
		return p, fmt.Errorf("read WinHttpSettings in %s%s: %w", hklm, winHTTP, err)
	}
	raw, ok := v.([]byte)
	if !ok {
		return p, errors.New("WinHttpSettings is no binary value")
	}
	p.WinHTTP = parseWinHTTP(raw)
	return p, nil
}

// parseMachineConfig gives what system.net/defaultProxy says
// (https://learn.microsoft.com/dotnet/framework/configure-apps/file-schema/network/defaultproxy-element-network-settings).
func parseMachineConfig(text []byte) (facts.Proxy, error) {
	var c struct {
		Net struct {
			Default *struct {
				Enabled string `xml:"enabled,attr"`
				Proxy   struct {
					Address string `xml:"proxyaddress,attr"`
					System  string `xml:"usesystemdefault,attr"`
					Detect  string `xml:"autoDetect,attr"`
				} `xml:"proxy"`
			} `xml:"defaultProxy"`
		} `xml:"system.net"`
	}
	if err := xml.Unmarshal(text, &c); err != nil {
		return facts.Proxy{}, fmt.Errorf("machine.config is no valid XML: %w", err)
	}
	d := c.Net.Default
	if d == nil {
		return facts.Proxy{}, nil
	}
	p := facts.Proxy{Machine: strings.TrimSpace(d.Proxy.Address)}
	var say []string
	for _, a := range [][2]string{{"enabled", d.Enabled}, {"usesystemdefault", d.Proxy.System}, {"autoDetect", d.Proxy.Detect}} {
		if a[1] != "" {
			say = append(say, a[0]+"="+a[1])
		}
	}
	p.Default = strings.Join(say, ", ")
	if strings.EqualFold(d.Enabled, "false") {
		p.Machine = ""
	}
	return p, nil
}

// parseWinHTTP gives the proxy in the binary value that "netsh winhttp set proxy"
// writes: three numbers of 32 bits (size, counter, flags; 2 in flags means a proxy
// is named), the length of the proxy's name and the name. The layout is that of
// the value itself; a value of another form counts as direct access.
func parseWinHTTP(raw []byte) string {
	const head, named = 16, 2
	if len(raw) < head || binary.LittleEndian.Uint32(raw[8:])&named == 0 {
		return ""
	}
	n := int(binary.LittleEndian.Uint32(raw[12:]))
	if n > len(raw)-head {
		return ""
	}
	return string(raw[head : head+n])
}

package entra

import "golang.org/x/sys/windows/registry"

// readProxySettings reads the Internet settings of the user who runs the program.
// What can't be read or is switched off counts as no proxy: the connection then
// tells whether that was right.
func readProxySettings() proxySettings {
	k, err := registry.OpenKey(registry.CURRENT_USER, `Software\Microsoft\Windows\CurrentVersion\Internet Settings`, registry.QUERY_VALUE)
	if err != nil {
		return proxySettings{}
	}
	defer func() { _ = k.Close() }()
	if on, _, err := k.GetIntegerValue("ProxyEnable"); err != nil || on == 0 {
		return proxySettings{}
	}
	var s proxySettings
	if s.server, _, err = k.GetStringValue("ProxyServer"); err != nil {
		return proxySettings{}
	}
	if s.bypass, _, err = k.GetStringValue("ProxyOverride"); err != nil {
		s.bypass = "" // no exceptions are set
	}
	return s
}

//go:build !windows

package entra

// readProxySettings gives nothing: the environment is this system's setting.
func readProxySettings() proxySettings { return proxySettings{} }

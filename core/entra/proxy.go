package entra

import (
	"net"
	"net/http"
	"net/url"
	"path"
	"strings"
)

// proxySettings are the Internet settings of a Windows user (docs:
// windows/win32/wininet/setting-and-retrieving-internet-options).
type proxySettings struct {
	server string // "proxy:8080", or "http=a:80;https=b:8080"
	bypass string // "*.contoso.com;10.*;<local>"
}

// systemProxy gives the proxy for a request: the environment's, else the
// system's; nil for a direct connection.
func systemProxy(r *http.Request) (*url.URL, error) {
	u, err := http.ProxyFromEnvironment(r)
	if u != nil || err != nil {
		return u, err
	}
	return readProxySettings().proxy(r.URL)
}

// proxy gives the proxy for an address.
func (s proxySettings) proxy(to *url.URL) (*url.URL, error) {
	server := s.forScheme(to.Scheme)
	if server == "" || s.passes(to.Hostname()) {
		return nil, nil
	}
	if !strings.Contains(server, "://") {
		server = "http://" + server
	}
	return url.Parse(server)
}

func (s proxySettings) forScheme(scheme string) string {
	for _, part := range strings.FieldsFunc(s.server, func(r rune) bool { return r == ';' || r == ' ' }) {
		name, server, named := strings.Cut(part, "=")
		if !named {
			return part
		}
		if strings.EqualFold(name, scheme) {
			return server
		}
	}
	return ""
}

// passes tells whether a host is reached without the proxy.
func (s proxySettings) passes(host string) bool {
	host = strings.ToLower(host)
	if ip := net.ParseIP(host); host == "localhost" || (ip != nil && ip.IsLoopback()) {
		return true
	}
	for _, pattern := range strings.FieldsFunc(strings.ToLower(s.bypass), func(r rune) bool { return r == ';' || r == ' ' || r == ',' }) {
		if pattern == "<local>" {
			if !strings.Contains(host, ".") {
				return true
			}
			continue
		}
		if _, rest, ok := strings.Cut(pattern, "://"); ok {
			pattern = rest
		}
		if ok, err := path.Match(pattern, host); err == nil && ok {
			return true
		}
	}
	return false
}

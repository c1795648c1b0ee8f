package entra

import (
	"net/url"
	"testing"
)

func TestProxySettings(t *testing.T) {
	const login = "https://login.microsoftonline.com/x"
	cases := []struct{ server, bypass, to, want string }{
		{"", "", login, ""},
		{"proxy:8080", "", login, "http://proxy:8080"},
		{"http://proxy:8080", "", login, "http://proxy:8080"},
		{"http=a:80;https=b:8080", "", login, "http://b:8080"},
		{"http=a:80;ftp=c:21", "", login, ""},
		{"proxy:8080", "*.contoso.com;<local>", login, "http://proxy:8080"},
		{"proxy:8080", "*.microsoftonline.com", login, ""},
		{"proxy:8080", "LOGIN.microsoftonline.com;10.*", login, ""},
		{"proxy:8080", "https://*.microsoftonline.com", login, ""},
		{"proxy:8080", "<local>", "https://intranet/", ""},
		{"proxy:8080", "10.*", "https://10.1.2.3/", ""},
		{"proxy:8080", "", "http://localhost:4711/", ""},
		{"proxy:8080", "", "http://127.0.0.1:4711/", ""},
	}
	for _, x := range cases {
		u, err := url.Parse(x.to)
		if err != nil {
			t.Fatal(err)
		}
		got, err := proxySettings{x.server, x.bypass}.proxy(u)
		if err != nil {
			t.Fatal(err)
		}
		text := ""
		if got != nil {
			text = got.String()
		}
		if text != x.want {
			t.Errorf("%q with %q to %s: %q, want %q", x.server, x.bypass, x.to, text, x.want)
		}
	}
}

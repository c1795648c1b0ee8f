package entra

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

const (
	fuzzTenant = "a663168d-6ff4-4d3c-99f6-a68fa20329ca"
	fuzzHost   = "https://login.microsoftonline.com/"
	fuzzGraph  = "https://graph.microsoft.com/v1.0"
)

// answering is a transport that answers each request with what answer makes of it.
type answering func(r *http.Request) (status int, header http.Header, body string)

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	status, header, body := a(r)
	if header == nil {
		header = http.Header{}
	}
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: r,
	}, nil
}

// fuzzClient makes a client over a transport, whose pauses are checked and not waited for.
func fuzzClient(t *testing.T, a answering) *Client {
	c := New(Params{
		Now: func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) },
		Pause: func(_ context.Context, d time.Duration) error {
			if d < 0 || d > longestPause {
				t.Errorf("a pause of %s", d)
			}
			return nil
		},
	})
	c.wire.client.Transport = a
	return c
}

// fuzzStatus keeps a status within what a server can send as the last word.
func fuzzStatus(n uint16) int { return 200 + int(n)%400 }

// FuzzGraph lets Graph answer anything, one line of the data for each request: the
// tenant is read or refused with a problem, no pause is longer than allowed, the
// token goes to Graph alone, and it ends.
func FuzzGraph(f *testing.F) {
	org := `{"value":[{"id":"` + fuzzTenant + `","displayName":"Contoso","onPremisesSyncEnabled":true,"onPremisesLastSyncDateTime":"2026-01-02T03:04:05Z","verifiedDomains":[{"name":"contoso.test","isInitial":true}]}]}`
	f.Add(org+"\n"+`{"id":"1","userPrincipalName":"a@contoso.test","userType":"Member"}`, "", "", uint16(0))
	f.Add(strings.Replace(org, `{"value"`, `{"@odata.nextLink":"`+fuzzGraph+`/organization?$skiptoken=x","value"`, 1), "", "", uint16(0))
	f.Add(strings.Replace(org, `{"value"`, `{"@odata.nextLink":"https://elsewhere.test/v1.0/organization","value"`, 1), "", "", uint16(0))
	f.Add(`{"error":{"code":"Authorization_RequestDenied","message":"no"}}`, "5", "", uint16(203))
	f.Add("<html>busy</html>", "99999999999999", "", uint16(229))
	f.Add("", "Fri, 02 Jan 2026 03:04:10 GMT", "", uint16(303))
	f.Add(org+"\n[]\n{\"configuration\":{\"accidentalDeletionPrevention\":{\"synchronizationPreventionType\":\"enabledForCount\",\"alertThreshold\":500}},\"features\":{\"aEnabled\":true}}", "", "", uint16(0))
	f.Add(`{}`, "", `Bearer error="insufficient_claims", claims="e30="`, uint16(201))
	f.Fuzz(func(t *testing.T, body, retry, challenge string, status uint16) {
		lines := strings.Split(body, "\n")
		n := 0
		c := fuzzClient(t, func(r *http.Request) (int, http.Header, string) {
			if !strings.HasPrefix(r.URL.String(), fuzzGraph+"/") {
				t.Errorf("a token was sent to %s", r.URL)
			}
			line := lines[min(n, len(lines)-1)]
			n++
			return fuzzStatus(status), http.Header{"Retry-After": {retry}, "Www-Authenticate": {challenge}, "Date": {retry}}, line
		})
		at := place{id: fuzzTenant}
		at.cloud = clouds()[0]
		s := &session{place: at}
		s.graph = newGraph(c, at, &fixed{})
		if _, err := c.read(t.Context(), s); err != nil && problem.As(err) == nil {
			t.Errorf("no problem: %v", err)
		}
		if n > 20*pages*tries {
			t.Errorf("%d requests", n)
		}
	})
}

// FuzzSignIn lets the sign-in service answer anything: its discovery document and
// its token, with the id token inside, which MSAL takes apart.
func FuzzSignIn(f *testing.F) {
	const document = `{"issuer":"https://login.microsoftonline.com/` + fuzzTenant + `/v2.0","authorization_endpoint":"` + fuzzHost + fuzzTenant + `/oauth2/v2.0/authorize","token_endpoint":"` + fuzzHost + fuzzTenant + `/oauth2/v2.0/token","cloud_instance_name":"microsoftonline.com"}`
	encoded := base64.RawURLEncoding.EncodeToString
	id := encoded([]byte(`{"alg":"none"}`)) + "." + encoded([]byte(`{"oid":"1","tid":"`+fuzzTenant+`","preferred_username":"a@contoso.test"}`)) + "."
	info := encoded([]byte(`{"uid":"1","utid":"` + fuzzTenant + `"}`))
	good := `{"token_type":"Bearer","expires_in":3600,"access_token":"a","scope":"s","client_info":"` + info + `","id_token":"` + id + `"}`
	f.Add(document, good, uint16(0))
	f.Add(document, strings.Replace(good, id, "..", 1), uint16(0))
	f.Add(document, strings.Replace(good, id, "a.b.c", 1), uint16(0))
	f.Add(document, `{"error":"invalid_grant","error_description":"AADSTS50126: wrong","claims":"{}"}`, uint16(200))
	f.Add(strings.Replace(document, fuzzTenant, "x", 1), good, uint16(0))
	f.Add(`{"issuer":"https://login.microsoftonline.com/`+fuzzTenant+`/v2.0","token_endpoint":"https://elsewhere.test/token"}`, good, uint16(0))
	f.Fuzz(func(t *testing.T, document, answer string, status uint16) {
		c := fuzzClient(t, func(r *http.Request) (int, http.Header, string) {
			switch {
			case strings.HasSuffix(r.URL.Path, "/openid-configuration"):
				return http.StatusOK, nil, document
			case strings.HasSuffix(r.URL.Path, "/discovery/instance"):
				return http.StatusOK, nil, `{"tenant_discovery_endpoint":"` + fuzzHost + fuzzTenant + `/v2.0/.well-known/openid-configuration","metadata":[]}`
			default:
				return fuzzStatus(status), nil, answer
			}
		})
		at, err := c.discover(t.Context(), "contoso.test", "")
		if err != nil {
			if problem.As(err) == nil {
				t.Errorf("no problem: %v", err)
			}
			return
		}
		if !guid.MatchString(at.id) || at.login == "" || at.graph == "" {
			t.Fatalf("a place %+v", at)
		}
		client, err := public.New(DefaultClient, public.WithAuthority(at.authority()), public.WithHTTPClient(c.wire))
		if err != nil {
			return
		}
		res, err := client.AcquireTokenByAuthCode(t.Context(), "code", "http://localhost", []string{"s"})
		if claims := claimsOf(err); err == nil && claims != "" {
			t.Errorf("claims %q without an error", claims)
		}
		if err != nil {
			if p := c.translate(t.Context(), err); problem.As(p) == nil {
				t.Errorf("no problem: %v", p)
			}
			return
		}
		who := person{tenant: at.id}
		if err := who.keep(res); (err == nil) != who.known || err != nil && problem.As(err) == nil {
			t.Errorf("kept %v: %v", who.known, err)
		}
	})
}

// FuzzTexts reads what comes in headers and in the service's sentences.
func FuzzTexts(f *testing.F) {
	f.Add("7", 1)
	f.Add("9223372036854775807", 3)
	f.Add("-1", 2)
	f.Add("Fri, 02 Jan 2026 03:04:10 GMT", 1)
	f.Add(`Bearer error="insufficient_claims", claims="eyJhIjoxfQ"`, 1)
	f.Add(`AADSTS50126: Error validating credentials.\r\nTrace ID: 1`, 1)
	f.Add("AADSTS99999999", 1)
	f.Fuzz(func(t *testing.T, text string, try int) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fuzzGraph, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusUnauthorized} {
			resp := &http.Response{StatusCode: status, Header: http.Header{"Retry-After": {text}, "Www-Authenticate": {text}}}
			wait, again := retryAfter(r, resp, 1+max(try, -try)%tries, time.Now())
			if again && (wait < 0 || wait > longestPause) {
				t.Errorf("%q: a pause of %s", text, wait)
			}
			if c := challenge(resp); c != "" && status != http.StatusUnauthorized {
				t.Errorf("%q: claims %q", text, c)
			}
		}
		if p := fromSTS(text); p != nil && (p.Code == "" || p.What == "" || p.Fix == "") {
			t.Errorf("%q: %+v", text, p)
		}
	})
}

// FuzzCertificate takes any bytes for what signs a service principal in.
func FuzzCertificate(f *testing.F) {
	pair, err := newKeyPair(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	if err != nil {
		f.Fatal(err)
	}
	bundle, err := pair.bundle()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(bundle.Bytes())
	f.Add(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.cert.Raw}))
	f.Add(pair.cert.Raw)
	f.Add([]byte("a client secret"))
	f.Add([]byte("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"))
	f.Add([]byte("0\x82\x00\x10\x02\x01\x030\x0b\x06\x09*\x86H\x86\xf7\x0d\x01\x07\x01"))
	c := New(Params{})
	at := place{cloud: clouds()[0], id: fuzzTenant}
	f.Fuzz(func(t *testing.T, data []byte) {
		if looksLikeCertificate(data) {
			list, key, err := azidentity.ParseCertificates(data, nil)
			if err == nil && (len(list) == 0 || key == nil) {
				t.Errorf("%q: %d certificates and no error", data, len(list))
			}
		}
		_, err := c.credential(at, DefaultClient, secret.FromBytes(data))
		if err == nil && looksLikeCertificate(data) {
			if _, _, err := azidentity.ParseCertificates(data, nil); err != nil {
				t.Errorf("%q signs in, and is no certificate: %v", data, err)
			}
		}
		if list, err := x509.ParseCertificates(data); err == nil && len(list) > len(data) {
			t.Errorf("%d certificates in %d bytes", len(list), len(data))
		}
	})
}

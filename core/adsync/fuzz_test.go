package adsync

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// FuzzClaim: whatever stands in the extended property, a claim without a server is
// none, and one that was understood is written and read again as the same.
func FuzzClaim(f *testing.F) {
	f.Add(`{"server":"SYNC01","at":"2026-01-02T03:04:05Z","installation":"0123456789abcdef","version":"1.0"}`)
	f.Add(`{"Server":"x","server":"","at":null}`)
	f.Add(`{"server":"S","at":"0000-00-00T00:00:00Z"}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, text string) {
		c, ok := parseClaim(text)
		if !ok {
			return
		}
		if c.Server == "" {
			t.Fatalf("%q is the claim of nobody", text)
		}
		data, err := json.Marshal(c)
		if err != nil {
			return // a year that RFC 3339 can't write: it is refused when it is to be put back
		}
		again, ok := parseClaim(string(data))
		if !ok || !sameClaim(&c, &again) || !c.At.Equal(again.At) {
			t.Errorf("%q: %+v became %+v", text, c, again)
		}
		if p := claimChanged(&c, text); p.What == "" || p.Fix == "" {
			t.Errorf("%q: %+v", text, p)
		}
	})
}

// FuzzCookie: a cookie's time lies in the years of Active Directory, and what
// stands around the value changes nothing.
func FuzzCookie(f *testing.F) {
	raw := append([]byte("MSDS\x03\x00\x00\x00"), 0x80, 0x3e, 0xd5, 0xde, 0xb1, 0x9d, 0xdb, 0x01)
	f.Add(base64.StdEncoding.EncodeToString(raw))
	f.Add(" TVNEUwMAAAAAAAAA\r\nAAAAAA== ")
	f.Add("TVNEUwMAAAD//////////w==")
	f.Add("TVNEUwQAAAAAAAAAAAAAAA==")
	f.Fuzz(func(t *testing.T, text string) {
		at, err := CookieTime(text)
		if err == nil && (at.Year() < 1999 || at.Year() > 2200 || at.Location() != time.UTC) {
			t.Errorf("%q gives %s", text, at)
		}
		kind := cookieFact(text, "", facts.KindAD, "test", at)
		if _, known := kind.Get(); known != (err == nil) {
			t.Errorf("%q: %v, and the fact says %v", text, err, kind.State)
		}
	})
}

// FuzzDocuments takes any text for each document that the database keeps: it is
// read or refused, nothing panics, and an account read is an account that an edit
// finds.
func FuzzDocuments(f *testing.F) {
	f.Add(`<adma-configuration><forest-name>contoso.test</forest-name><forest-login-user>svc</forest-login-user><forest-login-domain>CONTOSO</forest-login-domain><password-hash-sync-config><enabled>1</enabled></password-hash-sync-config></adma-configuration>`)
	f.Add(`<MAConfig><parameter-values><parameter name="UserName" type="string" use="connectivity">Sync_A_0123456789ab@contoso.test</parameter></parameter-values><extension-config><assembly-version>1.1</assembly-version></extension-config></MAConfig>`)
	f.Add(`<filter><object-classes><object-class>user</object-class></object-classes><containers><inclusions><inclusion>DC=a</inclusion></inclusions></containers></filter>`)
	f.Add(`<custom-data><adma-partition-data><cookie>TVNEUw==</cookie><preferred-dcs><dc>a</dc></preferred-dcs><last-dc>b</last-dc></adma-partition-data></custom-data>`)
	f.Add(`<configuration><step><step-type type="apply-rules"><apply-rules-subtype>apply-pending</apply-rules-subtype></step-type></step></configuration>`)
	f.Add(`<?xml version="1.0" encoding="utf-16"?><synchronizationRule><id>{5a2f6b1e-0c4d-4a86-9f3b-7d1e2c3b4a50}</id><name>In</name><precedence>100</precedence><direction>Inbound</direction></synchronizationRule>`)
	f.Add(strings.Repeat("<a>", 300))
	f.Add("x<!--c-->y<![CDATA[z]]>\x00")
	f.Fuzz(func(t *testing.T, text string) {
		_, errSettings := ParseSettings(text)
		for _, kind := range []facts.ConnectorKind{facts.KindAD, facts.KindEntra, facts.KindOther} {
			p, err := parsePrivate(text, kind)
			if (err == nil) != (errSettings == nil) {
				t.Fatalf("%q: %v as %s, and %v as settings", text, err, kind, errSettings)
			}
			if err == nil && kind == facts.KindOther && p.account != (facts.Account{}) {
				t.Errorf("%q: an account of another kind: %+v", text, p.account)
			}
		}
		root, err := parseXML(text)
		if err != nil {
			return
		}
		_, _ = steps(root), preferred(root.find("preferred-dcs"))
		if looksLikeRule(text) && root.find("synchronizationRule") != nil {
			if _, err := ruleFrom(root.find("synchronizationRule"), time.Time{}); err != nil {
				t.Errorf("%q: %v", text, err)
			}
		}
		if _, err := scanXML(text); err != nil {
			t.Errorf("%q can be read and not edited: %v", text, err)
		}
	})
}

// FuzzSealed opens any text as sealed credentials: only what Seal made opens.
func FuzzSealed(f *testing.F) {
	key := Key{secret.FromBytes([]byte(strings.Repeat("k", keySize)))}
	good, err := Seal([]Attribute{{"password", secret.New("x")}}, key)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:40])
	f.Add("")
	f.Fuzz(func(t *testing.T, blob string) {
		s := describeSealed(blob)
		_, err := Open(blob, key)
		if err == nil && !s.WellMade {
			t.Errorf("%q opens and is not well made: %s", blob, s.Wrong)
		}
		if s.WellMade && (s.Wrong != "" || s.Bytes < sealedHead) {
			t.Errorf("%q: %+v", blob, s)
		}
	})
}

// FuzzValues reads the values that a driver may give for a column.
func FuzzValues(f *testing.F) {
	f.Add([]byte("\x01\x05\x00\x00\x00\x00\x00\x05\x15\x00\x00\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\xf4\x01\x00\x00"), "S-1-5-21-1-2-3-500")
	f.Add([]byte("{5a2f6b1e-0c4d-4a86-9f3b-7d1e2c3b4a50}"), "00:30:00")
	f.Add([]byte("<\x00a\x00/\x00>\x00"), "Thu, 01 Jan 2026 00:00:00 GMT")
	f.Add([]byte("0123456789abcdef"), "1.02:03:04.5")
	f.Add([]byte{0xff, 0xfe, 0, 0xd8}, "-1")
	f.Fuzz(func(t *testing.T, b []byte, text string) {
		if id, ok := guidText(b); ok {
			if again, ok := guidFromText(id); !ok || again != id {
				t.Errorf("the GUID of %q is %q", b, id)
			}
		}
		if sid, ok := sidText(b); ok {
			if back, err := sidBytes(sid); len(b) <= 8+4*15 && (err != nil || string(back) != string(b)) {
				t.Errorf("%x is %s, which is %x (%v)", b, sid, back, err)
			}
		}
		if back, err := sidBytes(text); err == nil {
			if _, ok := sidText(back); !ok {
				t.Errorf("%q becomes bytes that are no SID: %x", text, back)
			}
		}
		if s, enc, ok := decodeBytes(b); ok && enc == asUTF8 && s != string(b) {
			t.Errorf("%q became %q", b, s)
		}
		if d, err := parseTimeSpan(text); err == nil && (d < 0 || fmt.Sprint(d) == "") {
			t.Errorf("%q is %s", text, d)
		}
		if at, err := parseDate(text); err == nil && at.Location() != time.UTC {
			t.Errorf("%q is %s", text, at)
		}
		_, _ = intValue(text)
		_, _ = truth(text)
	})
}

// TestXML_manyPieces: the time for a text in many pieces grows with its length, not
// with its square; what was set aside tells, without a clock.
func TestXML_manyPieces(t *testing.T) {
	allocated := func(pieces int) uint64 {
		text := "<a>" + strings.Repeat("x<!---->", pieces) + "</a>"
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err1 := parseXML(text)
		_, err2 := scanXML(text)
		runtime.ReadMemStats(&after)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		return after.TotalAlloc - before.TotalAlloc
	}
	small, large := allocated(1000), allocated(16_000)
	if large > 40*small {
		t.Errorf("sixteen times the pieces take %d bytes instead of %d", large, small)
	}
}

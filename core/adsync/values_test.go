package adsync

import (
	"encoding/base64"
	"encoding/binary"
	"testing"
	"time"
)

func TestGUIDText(t *testing.T) {
	const want = "b891884f-051e-4a83-95af-2544101c9083"
	bytes := []byte{0x4f, 0x88, 0x91, 0xb8, 0x1e, 0x05, 0x83, 0x4a, 0x95, 0xaf, 0x25, 0x44, 0x10, 0x1c, 0x90, 0x83}
	for _, v := range []any{bytes, want, "{B891884F-051E-4A83-95AF-2544101C9083}", " " + want + " ", []byte(want)} {
		if got, ok := guidText(v); !ok || got != want {
			t.Errorf("%v: %q %v", v, got, ok)
		}
	}
	for _, v := range []any{nil, "", "x", want + "0", "b891884g-051e-4a83-95af-2544101c9083", 5} {
		if got, ok := guidText(v); ok || got != "" {
			t.Errorf("%v: %q %v", v, got, ok)
		}
	}
}

func TestSIDThereAndBack(t *testing.T) {
	for _, text := range []string{"S-1-5-32-544", "S-1-5-21-1-2-4294967295-1001", "S-1-5-80-3245704983", "S-1-1-0"} {
		b, err := sidBytes(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := sidText(b); !ok || got != text {
			t.Errorf("%s: %q %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "S-1", "S-2-5-1", "S-1-5-x", "S-1-5-4294967296", "x"} {
		if b, err := sidBytes(text); err == nil {
			t.Errorf("%q gave % x", text, b)
		}
	}
	for _, b := range [][]byte{nil, {1, 1, 0, 0, 0, 0, 0, 5}, {2, 0, 0, 0, 0, 0, 0, 5}} {
		if text, ok := sidText(b); ok {
			t.Errorf("% x gave %q", b, text)
		}
	}
}

func TestTextInBinaryColumns(t *testing.T) {
	const text = "\ufeff<a>ö🔑</a>"
	for _, enc := range []encoding{asText, asUTF8, asUTF16} {
		got, back, ok := textValue(enc.encode(text))
		if got != text || back != enc || !ok {
			t.Errorf("%v: %q %v %v", enc, got, back, ok)
		}
	}
	if _, _, ok := textValue([]byte{0xff, 0xfd, 0x80}); ok {
		t.Error("bytes that are no text were taken for one")
	}
}

func TestCookieTime(t *testing.T) {
	// The head of the cookie in a public export: 2016-05-03 14:09:19 UTC.
	const public = "TVNEUwMAAABEZn1iRaXRAQAAAAAAAAAAuAAAAMGNEwAAAAAA"
	got, err := CookieTime(" " + public[:20] + "\r\n" + public[20:])
	if want := time.Date(2016, 5, 3, 14, 9, 19, 0, time.UTC); err != nil || !got.Truncate(time.Second).Equal(want) {
		t.Errorf("got %v %v, want %v", got, err, want)
	}
	version := make([]byte, 24)
	copy(version, "MSDS")
	binary.LittleEndian.PutUint32(version[4:], 4)
	never := make([]byte, 24)
	copy(never, "MSDS\x03")
	for _, bad := range []string{"", "abc", "AAAA", base64.StdEncoding.EncodeToString(version), base64.StdEncoding.EncodeToString(never), "TVNEUwM="} {
		if got, err := CookieTime(bad); err == nil {
			t.Errorf("%q gave %v", bad, got)
		}
	}
}

func TestDatesAndDurationsOfTheSettings(t *testing.T) {
	got, err := parseDate("Tue, 03 May 2016 14:39:16 GMT")
	if err != nil || !got.Equal(time.Date(2016, 5, 3, 14, 39, 16, 0, time.UTC)) {
		t.Errorf("%v %v", got, err)
	}
	if _, err := parseDate("gestern"); err == nil {
		t.Error("a word was taken for a date")
	}
	for text, want := range map[string]time.Duration{
		"00:30:00": 30 * time.Minute, "7.00:00:00": 7 * 24 * time.Hour, "1.02:03:04.5": 26*time.Hour + 3*time.Minute + 4500*time.Millisecond,
	} {
		if d, err := parseTimeSpan(text); err != nil || d != want {
			t.Errorf("%q: %v %v, want %v", text, d, err, want)
		}
	}
	for _, bad := range []string{"", "30", "1:2", "-1:00:00", "a:b:c"} {
		if d, err := parseTimeSpan(bad); err == nil {
			t.Errorf("%q gave %v", bad, d)
		}
	}
}

func TestPreviousServerNames(t *testing.T) {
	for text, want := range map[string]string{
		"Sync_CONTOSO-SYNC01_e3c03195e061@contoso.onmicrosoft.com": "CONTOSO-SYNC01",
		"sync_SRV_1_0123456789ab@t":                                "SRV_1",
		"ConnectSyncProvisioning_SYNC02_0123456789ab":              "SYNC02",
		"admin@contoso.com":                                        "",
		"Sync_@x":                                                  "",
	} {
		got := ""
		if m := previousNames.FindStringSubmatch(text); m != nil {
			got = m[1]
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

package adsync

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

func TestSealOpens(t *testing.T) {
	key := NewKey()
	for _, password := range []string{"", "p", "Pä$$ <w>&\"örd'\r\n ", strings.Repeat("x", 500), "🔑"} {
		blob, err := Seal([]Attribute{{"password", secret.New(password)}, {`q"`, secret.New("2")}}, key)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Open(blob, key)
		if err != nil || len(got) != 2 || got[0].Name != "password" || got[0].Value.Reveal() != password || got[1].Name != `q"` {
			t.Errorf("%q: opened %d attributes, err %v", password, len(got), err)
		}
		raw, err := base64.StdEncoding.DecodeString(blob)
		if err != nil || int(binary.LittleEndian.Uint32(raw)) != len(raw)-8 || binary.LittleEndian.Uint32(raw[4:]) != 8 || (len(raw)-24)%16 != 0 {
			t.Errorf("layout: %d bytes, head % x, err %v", len(raw), raw[:8], err)
		}
		if d := describeSealed(blob); !d.Present || !d.WellMade || d.Bytes != len(raw) || d.Wrong != "" {
			t.Errorf("described as %+v", d)
		}
		if strings.Contains(blob, "password") {
			t.Error("the text is not sealed")
		}
	}
}

func TestSealIsNeverTheSameTwice(t *testing.T) {
	key := NewKey()
	a, err1 := Seal(nil, key)
	b, err2 := Seal(nil, key)
	if err1 != nil || err2 != nil || a == b {
		t.Errorf("two seals: %v %v, equal %v", err1, err2, a == b)
	}
}

func TestOpenRefuses(t *testing.T) {
	key := NewKey()
	good, err := Seal([]Attribute{{"password", secret.New("geheim")}}, key)
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := base64.StdEncoding.DecodeString(good)
	long := append([]byte(nil), raw...)
	long[0]++
	cases := map[string]string{
		"empty": "", "not Base64": "%%%", "short": "AAAA", "cut": base64.StdEncoding.EncodeToString(raw[:len(raw)-3]),
		"length": base64.StdEncoding.EncodeToString(long),
	}
	for name, blob := range cases {
		if _, err := Open(blob, key); err == nil {
			t.Errorf("%s: opened", name)
		}
		if d := describeSealed(blob); d.WellMade || (blob != "") != d.Present || (blob != "" && d.Wrong == "") {
			t.Errorf("%s: described as %+v", name, d)
		}
	}
	for range 64 { // a wrong key gives a right padding once in 256 times; the XML must not be right then
		if _, err := Open(good, NewKey()); err == nil {
			t.Fatal("opened with another key")
		}
	}
	if _, err := Open(good, Key{}); err == nil {
		t.Error("opened without a key")
	}
	if _, err := Seal(nil, Key{}); err == nil {
		t.Error("sealed without a key")
	}
	_, err = Seal([]Attribute{{"password", secret.New("a\x01b")}}, key)
	if err == nil || strings.Contains(err.Error(), "a\x01b") {
		t.Errorf("control character: %v", err)
	}
}

func TestKeyRestsInTheVaultOnly(t *testing.T) {
	key := NewKey()
	back, err := KeyFromVault(key.MarshalVaultBytes())
	if err != nil || back.Fingerprint() != key.Fingerprint() || back.Fingerprint() == NewKey().Fingerprint() {
		t.Errorf("back from the vault: %v", err)
	}
	for _, b := range [][]byte{nil, []byte("ARK1"), append([]byte("XXXX"), make([]byte, 32)...)} {
		if _, err := KeyFromVault(b); err == nil {
			t.Errorf("%q was taken for a key", b)
		}
	}
	j, err := json.Marshal(struct{ K Key }{key})
	shown := fmt.Sprintf("%v %+v %s", key, key, j)
	if err != nil || strings.Contains(shown, string(key.value.Bytes())) || !strings.Contains(shown, "***") {
		t.Errorf("shown as %q, err %v", shown, err)
	}
}

// A sealed text of the documented size: 248 bytes, length field 240.
func TestSealedFormOfAPublicSample(t *testing.T) {
	raw := make([]byte, 248)
	binary.LittleEndian.PutUint32(raw, 240)
	binary.LittleEndian.PutUint32(raw[4:], 8)
	if d := describeSealed(base64.StdEncoding.EncodeToString(raw)); !d.WellMade {
		t.Errorf("%+v", d)
	}
}

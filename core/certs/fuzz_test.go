package certs

import (
	"crypto/sha256"
	"encoding/pem"
	"testing"
)

// FuzzParse takes any bytes for a file of certificates: it gives some or an error,
// and each can be described and pinned.
func FuzzParse(f *testing.F) {
	c := made(f)
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
	f.Add(text)
	f.Add(c.Raw)
	f.Add(append(append([]byte("-----BEGIN X-----\nAAAA\n-----END X-----\n"), text...), text...))
	f.Add(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("x")}))
	f.Add([]byte("-----BEGIN CERTIFICATE-----\n"))
	f.Add([]byte{0x30, 0x82, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := parse(data)
		if (len(list) == 0) != (err != nil) {
			t.Fatalf("%d certificates and %v", len(list), err)
		}
		for _, c := range list {
			d := Describe(c)
			if pin, ok := Pin(d.SHA256); !ok || pin != Fingerprint(c) || len(d.DNSNames) != len(c.DNSNames)+len(c.IPAddresses) {
				t.Errorf("%+v", d)
			}
		}
	})
}

// FuzzPin: what is accepted is accepted again as itself.
func FuzzPin(f *testing.F) {
	f.Add("AB:CD")
	f.Add("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
	f.Add(" - ")
	f.Fuzz(func(t *testing.T, text string) {
		pin, ok := Pin(text)
		if !ok {
			return
		}
		if again, ok := Pin(pin); !ok || again != pin || pin != "" && len(pin) != 2*sha256.Size {
			t.Errorf("%q is the pin %q", text, pin)
		}
	})
}

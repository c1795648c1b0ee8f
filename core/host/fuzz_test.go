package host

import (
	"bytes"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// FuzzMachineConfig takes any bytes for machine.config.
func FuzzMachineConfig(f *testing.F) {
	f.Add([]byte(`<configuration><system.net><defaultProxy enabled="true"><proxy usesystemdefault="true" proxyaddress="http://proxy:8080" autoDetect="false"/></defaultProxy></system.net></configuration>`))
	f.Add([]byte(`<configuration/>`))
	f.Add([]byte("\xff\xfe<\x00"))
	f.Add([]byte(`<?xml version="1.0" encoding="utf-16"?><configuration/>`))
	f.Add([]byte(`<a><system.net><defaultProxy enabled="FALSE"><proxy proxyaddress=" x "/></defaultProxy></system.net></a>`))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := parseMachineConfig(text)
		if err != nil && p != (facts.Proxy{}) {
			t.Errorf("%q: %v, and %+v", text, err, p)
		}
		if p.Machine != strings.TrimSpace(p.Machine) || p.WinHTTP != "" {
			t.Errorf("%q: %+v", text, p)
		}
	})
}

// FuzzRegistry takes any bytes and texts for what the registry holds: each fact is
// known or says why not.
func FuzzRegistry(f *testing.F) {
	f.Add([]byte("\x28\x00\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x0a\x00\x00\x00proxy:8080"), "2.6.92.0", int64(533325))
	f.Add([]byte("\x28\x00\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\xff\xff\xff\xffx"), "", int64(-1))
	f.Add([]byte{0, 0, 0, 0}, "D61EB9591F2D0714EB46D43C76F154AE", int64(1<<62))
	f.Add([]byte{}, "C:\\Program Files\\x\x00", int64(0))
	f.Fuzz(func(t *testing.T, raw []byte, text string, n int64) {
		if got := parseWinHTTP(raw); !bytes.Contains(raw, []byte(got)) {
			t.Errorf("%x names the proxy %q", raw, got)
		}
		if u := unpacked(text); u != "" && !strings.EqualFold(unpacked(packed(u)), u) {
			t.Errorf("%q is %q, which is packed as %q", text, u, packed(u))
		}
		for _, v := range []any{raw, text, n, []string{text, text}, nil} {
			r := reader{Sources{
				Registry: every{v, text}, Files: fstest.MapFS{machineConfig: &fstest.MapFile{Data: raw}},
			}, time.Time{}}
			installed := r.installed()
			if _, known := installed.Get(); !known && installed.Reason() == "" {
				t.Errorf("%v: an unknown version without a reason", v)
			}
			for _, read := range []func() error{
				func() error { _, err := r.windows(); return err }, func() error { _, err := r.products(); return err },
				func() error { _, err := r.dotNet(); return err }, func() error { _, err := r.powerShell(); return err },
				func() error { _, err := r.proxy(); return err }, func() error { _, err := r.reboot(); return err },
				func() error { _, err := r.localDB(); return err },
			} {
				if err := read(); err != nil && err.Error() == "" {
					t.Errorf("%v: an error without words", v)
				}
			}
		}
	})
}

// every is a registry with one value under every name and one key below every path.
type every struct {
	value any
	name  string
}

func (e every) Value(string, string) (any, error) {
	if e.value == nil {
		return nil, fs.ErrNotExist
	}
	return e.value, nil
}
func (e every) Names(string) ([]string, error) { return []string{e.name}, nil }
func (e every) Keys(string) ([]string, error)  { return []string{e.name}, nil }

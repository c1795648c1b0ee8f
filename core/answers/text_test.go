package answers

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"
)

// utf16File is what Windows PowerShell's Out-File makes of a text.
func utf16File(text string, big bool) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune("\ufeff" + text)) {
		low, high := byte(u), byte(u>>8)
		if big {
			low, high = high, low
		}
		out = append(out, low, high)
	}
	return out
}

func TestParse_textOfPowerShell(t *testing.T) {
	const text = "{\r\n\"sql\": {\"server\": \"SQL-Müller\"}}\r\n"
	for name, data := range map[string][]byte{
		"UTF-8": []byte(text), "UTF-8 with mark": []byte("\ufeff" + text),
		"UTF-16 LE": utf16File(text, false), "UTF-16 BE": utf16File(text, true),
	} {
		if a, err := Parse(data); err != nil || a.SQL.Server != "SQL-Müller" {
			t.Errorf("%s: %v, %v", name, a.SQL.Server, err)
		}
	}
}

// A password that was written by PowerShell is that password, not its UTF-16.
func TestSecrets_textOfPowerShell(t *testing.T) {
	s := Source{ReadFile: func(string) ([]byte, error) { return utf16File("geheim-ü\r\n", false), nil }}
	v, err := s.lookup(SecretRef{File: "pw.txt"})
	if err != nil || v.Reveal() != "geheim-ü" {
		t.Errorf("got %d bytes, %v", len(v.Reveal()), err)
	}
}

// A path that never ends must not fill the memory.
func TestSystem_endless(t *testing.T) {
	path := filepath.Join(t.TempDir(), "large.json")
	if err := os.WriteFile(path, make([]byte, MaxFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := System().ReadFile(path); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("got %v", err)
	}
}

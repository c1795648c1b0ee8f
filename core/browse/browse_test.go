package browse

import "testing"

func TestCheck_webPagesOnly(t *testing.T) {
	for address, fits := range map[string]bool{
		"https://learn.microsoft.com/entra?a=b#c": true,
		"https://127.0.0.1:4431/":                 true,
		"http://example.org/":                     false,
		"file:///C:/Windows/System32/calc.exe":    false,
		"C:\\Windows\\System32\\calc.exe":         false,
		"calc.exe":                                false,
		"ms-settings:about":                       false,
		"https:///nowhere":                        false,
		"https://user:secret@example.org/":        false,
		"https://example.org/%zz":                 false,
		"":                                        false,
	} {
		if err := check(address); (err == nil) != fits {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestOpen_refusesWithoutAskingTheSystem(t *testing.T) {
	if err := Open("file:///etc/passwd"); err == nil {
		t.Error("a file was opened")
	}
}

//go:build !cli

package main

import (
	"os"
	"strings"
)

// plainLocale replaces the locale "C", which servers and scripts often have and
// Fyne complains of, by English, which it means.
func plainLocale() {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		value := os.Getenv(name)
		if value == "" {
			continue
		}
		if base, _, _ := strings.Cut(value, "."); base == "C" || base == "POSIX" {
			_ = os.Setenv(name, "en_US.UTF-8") // a valid name and value: it can't fail
		}
	}
	if os.Getenv("LC_ALL")+os.Getenv("LC_MESSAGES")+os.Getenv("LANG") == "" {
		_ = os.Setenv("LANG", "en_US.UTF-8")
	}
}

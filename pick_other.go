//go:build !windows && !cli

package main

import "fyne.io/fyne/v2"

// systemSave and systemFolder give nothing: other systems have no picker that the
// window could use without more libraries. Fyne's own serves there.
func systemSave(fyne.Window, string) func() string { return nil }

func systemFolder(fyne.Window) func() string { return nil }

//go:build !cli && ci

package main

import "fyne.io/fyne/v2"

// stage makes the app ready to paint without a display: Fyne's stand-in for a
// desktop, which the tag ci brings, looks for the canvas of its last window.
func stage(a fyne.App) fyne.App {
	a.NewWindow("")
	return a
}

//go:build !cli && !ci

package main

import "fyne.io/fyne/v2"

// stage makes the app ready to paint without a display; a desktop's needs nothing.
func stage(a fyne.App) fyne.App { return a }

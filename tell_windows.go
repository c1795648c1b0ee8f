//go:build !cli

package main

import (
	"golang.org/x/sys/windows"

	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// tell shows a text in a message box where there is no console to read it: a
// program with a window has none, unless its output was redirected. It says
// whether it did.
func tell(text string, failed bool) bool {
	if h, err := windows.GetStdHandle(windows.STD_ERROR_HANDLE); err == nil && h != 0 && h != windows.InvalidHandle {
		return false
	}
	body, err := windows.UTF16PtrFromString(text)
	if err != nil {
		return false
	}
	title, err := windows.UTF16PtrFromString(setup.ProgramName)
	if err != nil {
		return false
	}
	icon := uint32(windows.MB_ICONINFORMATION)
	if failed {
		icon = windows.MB_ICONERROR
	}
	_, err = windows.MessageBox(0, body, title, windows.MB_OK|windows.MB_SETFOREGROUND|icon)
	return err == nil
}

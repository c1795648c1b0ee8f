package main

import (
	"fmt"

	"golang.org/x/sys/windows"
)

// searchSystem32 is LOAD_LIBRARY_SEARCH_SYSTEM32.
const searchSystem32 = 0x800

// restrictLibraries makes Windows look for libraries in its own folder only, so
// that a file put beside this elevated program is not loaded.
// https://learn.microsoft.com/windows/win32/api/libloaderapi/nf-libloaderapi-setdefaultdlldirectories
func restrictLibraries() error {
	set := windows.NewLazySystemDLL("kernel32.dll").NewProc("SetDefaultDllDirectories")
	if err := set.Find(); err != nil {
		return fmt.Errorf("restrict where libraries are loaded from: %w", err)
	}
	if ok, _, err := set.Call(searchSystem32); ok == 0 {
		return fmt.Errorf("restrict where libraries are loaded from: %w", err)
	}
	return nil
}

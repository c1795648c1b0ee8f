//go:build !cli

package main

import (
	"path/filepath"
	"runtime"
	"unsafe"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver"
	"golang.org/x/sys/windows"
)

var (
	getSaveFileName  = windows.NewLazySystemDLL("comdlg32.dll").NewProc("GetSaveFileNameW")
	shell32          = windows.NewLazySystemDLL("shell32.dll")
	browseForFolder  = shell32.NewProc("SHBrowseForFolderW")
	pathFromItemList = shell32.NewProc("SHGetPathFromIDListEx")
)

// longest is how many UTF-16 units a path may have.
const longest = 32768

// openFileName is OPENFILENAMEW.
// https://learn.microsoft.com/windows/win32/api/commdlg/ns-commdlg-openfilenamew
type openFileName struct {
	size             uint32
	owner, instance  uintptr
	filter           *uint16
	customFilter     *uint16
	maxCustomFilter  uint32
	filterIndex      uint32
	file             *uint16
	maxFile          uint32
	fileTitle        *uint16
	maxFileTitle     uint32
	initialDir       *uint16
	title            *uint16
	flags            uint32
	fileOffset       uint16
	fileExtension    uint16
	defaultExtension *uint16
	customData       uintptr
	hook             uintptr
	templateName     *uint16
	reserved         uintptr
	reservedSize     uint32
	flagsEx          uint32
}

const (
	overwritePrompt = 0x2
	noChangeDir     = 0x8
	pathMustExist   = 0x800
	explorerLook    = 0x80000
)

// systemSave gives a function that lets the admin choose where a file goes, by the
// dialog of Windows, and waits for the choice: "" if there is none. It is to be
// called on a goroutine of its own, so that the window goes on painting. It gives
// nil where Windows has no such dialog.
func systemSave(w fyne.Window, suggested string) func() string {
	name, err := windows.UTF16FromString(filepath.Base(suggested))
	if err != nil || getSaveFileName.Find() != nil {
		return nil
	}
	dir, err := windows.UTF16PtrFromString(filepath.Dir(suggested))
	if err != nil {
		return nil
	}
	owner := handle(w)
	return func() string {
		runtime.LockOSThread() // the dialog's messages come to the thread that opened it
		defer runtime.UnlockOSThread()
		file := make([]uint16, longest)
		copy(file, name)
		o := openFileName{
			owner: owner, file: &file[0], maxFile: longest, initialDir: dir,
			flags: overwritePrompt | noChangeDir | pathMustExist | explorerLook,
		}
		o.size = uint32(unsafe.Sizeof(o))
		if ok, _, _ := getSaveFileName.Call(uintptr(unsafe.Pointer(&o))); ok == 0 {
			return "" // cancelled, or refused: the path can still be typed
		}
		return windows.UTF16ToString(file)
	}
}

// browseInfo is BROWSEINFOW.
// https://learn.microsoft.com/windows/win32/api/shlobj_core/ns-shlobj_core-browseinfow
type browseInfo struct {
	owner, root uintptr
	name        *uint16
	title       *uint16
	flags       uint32
	callback    uintptr
	data        uintptr
	image       int32
}

const (
	foldersOnly = 0x1
	newLook     = 0x40
)

// systemFolder gives a function that lets the admin choose a folder, as systemSave
// does for a file.
func systemFolder(w fyne.Window) func() string {
	if browseForFolder.Find() != nil || pathFromItemList.Find() != nil {
		return nil
	}
	owner := handle(w)
	return func() string {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if err := windows.CoInitializeEx(0, windows.COINIT_APARTMENTTHREADED); err == nil {
			defer windows.CoUninitialize()
		}
		path := make([]uint16, longest)
		b := browseInfo{owner: owner, name: &path[0], flags: foldersOnly | newLook}
		list, _, _ := browseForFolder.Call(uintptr(unsafe.Pointer(&b)))
		if list == 0 {
			return ""
		}
		defer freeItemList(list)
		if ok, _, _ := pathFromItemList.Call(list, uintptr(unsafe.Pointer(&path[0])), longest, 0); ok == 0 {
			return ""
		}
		return windows.UTF16ToString(path)
	}
}

var taskMemFree = windows.NewLazySystemDLL("ole32.dll").NewProc("CoTaskMemFree")

func freeItemList(list uintptr) { _, _, _ = taskMemFree.Call(list) }

// handle gives the window that a dialog belongs to.
func handle(w fyne.Window) (owner uintptr) {
	if native, ok := w.(driver.NativeWindow); ok {
		native.RunNative(func(context any) {
			if c, ok := context.(driver.WindowsWindowContext); ok {
				owner = c.HWND
			}
		})
	}
	return owner
}

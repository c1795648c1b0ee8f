package winapi

import (
	"errors"
	"fmt"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// The shell's link object and the interfaces of it that are used
// (https://learn.microsoft.com/windows/win32/api/shobjidl_core/nn-shobjidl_core-ishelllinkw).
var (
	ole32           = windows.NewLazySystemDLL("ole32.dll")
	createInstance  = ole32.NewProc("CoCreateInstance")
	clsidShellLink  = windows.GUID{Data1: 0x00021401, Data4: [8]byte{0xC0, 0, 0, 0, 0, 0, 0, 0x46}}
	iidShellLinkW   = windows.GUID{Data1: 0x000214F9, Data4: [8]byte{0xC0, 0, 0, 0, 0, 0, 0, 0x46}}
	iidPersistFile  = windows.GUID{Data1: 0x0000010B, Data4: [8]byte{0xC0, 0, 0, 0, 0, 0, 0, 0x46}}
	errNoLinkObject = errors.New("the shell gives no link object")
)

const (
	inProcess    = 1 // CLSCTX_INPROC_SERVER
	apartment    = 2 // COINIT_APARTMENTTHREADED
	rawPath      = 4 // SLGP_RAWPATH
	longPath     = 1024
	falseResult  = 1          // S_FALSE: COM was started on this thread already
	changedModel = 0x80010106 // RPC_E_CHANGED_MODE: likewise, of the other kind
)

// Positions in the interfaces' tables of functions, from their headers.
const (
	atQuery, atRelease                           = 0, 2
	linkGetPath, linkSetDescription              = 3, 7
	linkSetWorkingDirectory, linkSetPath         = 9, 20
	persistLoad, persistSave                     = 5, 6
	tableLength                                  = 21
	storageRead                          uintptr = 0 // STGM_READ
)

// object is a COM object: its first word points to its table of functions.
type object struct{ table *[tableLength]uintptr }

// call calls a function of an object. what names it in the error.
func (o *object) call(what string, at int, args ...uintptr) error {
	all := append([]uintptr{uintptr(unsafe.Pointer(o))}, args...)
	r, _, _ := syscall.SyscallN(o.table[at], all...)
	runtime.KeepAlive(o)
	return result(what, r)
}

func (o *object) release() { _ = o.call("Release", atRelease) } // it gives a count, not a result

// result turns an HRESULT into an error. Release gives a count, which is none.
func result(what string, r uintptr) error {
	if int32(uint32(r)) >= 0 {
		return nil
	}
	return fmt.Errorf("%s: %w", what, syscall.Errno(uint32(r)))
}

// link works on a shell link with its file, on a thread on which COM is started.
func link(do func(shell, file *object) error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	switch err := windows.CoInitializeEx(0, apartment); {
	case err == nil, errors.Is(err, syscall.Errno(falseResult)):
		defer windows.CoUninitialize()
	case errors.Is(err, syscall.Errno(changedModel)):
	default:
		return fmt.Errorf("CoInitializeEx: %w", err)
	}
	var shell, file *object
	r, _, _ := createInstance.Call(uintptr(unsafe.Pointer(&clsidShellLink)), 0, inProcess,
		uintptr(unsafe.Pointer(&iidShellLinkW)), uintptr(unsafe.Pointer(&shell)))
	if err := result("CoCreateInstance", r); err != nil {
		return err
	}
	if shell == nil {
		return errNoLinkObject
	}
	defer shell.release()
	err := shell.call("QueryInterface", atQuery, uintptr(unsafe.Pointer(&iidPersistFile)), uintptr(unsafe.Pointer(&file)))
	if err != nil {
		return err
	}
	if file == nil {
		return errNoLinkObject
	}
	defer file.release()
	return do(shell, file)
}

// SaveLink writes a shortcut to program, in whose folder it starts.
func SaveLink(path, program, folder, description string) error {
	texts, err := utf16All(path, program, folder, description)
	if err != nil {
		return err
	}
	return link(func(shell, file *object) error {
		for _, set := range []struct {
			what string
			at   int
			text *uint16
		}{
			{"SetPath", linkSetPath, texts[1]},
			{"SetWorkingDirectory", linkSetWorkingDirectory, texts[2]},
			{"SetDescription", linkSetDescription, texts[3]},
		} {
			if err := shell.call(set.what, set.at, uintptr(unsafe.Pointer(set.text))); err != nil {
				return err
			}
		}
		return file.call("Save", persistSave, uintptr(unsafe.Pointer(texts[0])), 1)
	})
}

// ReadLink gives the program that a shortcut starts.
func ReadLink(path string) (string, error) {
	texts, err := utf16All(path)
	if err != nil {
		return "", err
	}
	var out [longPath]uint16
	err = link(func(shell, file *object) error {
		if err := file.call("Load", persistLoad, uintptr(unsafe.Pointer(texts[0])), storageRead); err != nil {
			return err
		}
		return shell.call("GetPath", linkGetPath, uintptr(unsafe.Pointer(&out[0])), longPath, 0, rawPath)
	})
	return windows.UTF16ToString(out[:]), err
}

func utf16All(texts ...string) ([]*uint16, error) {
	var out []*uint16
	for _, t := range texts {
		p, err := windows.UTF16PtrFromString(t)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

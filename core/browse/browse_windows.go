package browse

import (
	"errors"
	"fmt"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// open asks the desktop's Explorer, which runs without administrator rights, to
// open the address: a browser that this program started would have them. A process
// without those rights opens it itself, where there is no Explorer.
// https://devblogs.microsoft.com/oldnewthing/20131118-00/?p=2643
func open(address string) error {
	err := byDesktop(address)
	if err == nil || windows.GetCurrentProcessToken().IsElevated() {
		return err
	}
	a, err := windows.UTF16PtrFromString(address)
	if err != nil {
		return err
	}
	return windows.ShellExecute(0, nil, a, nil, nil, windows.SW_SHOWNORMAL)
}

// Classes, interfaces and numbers of methods are those of the Windows SDK's
// ExDisp.idl, ShObjIdl_core.idl, ShlDisp.idl and servprov.idl.
var (
	classShellWindows    = guid(0x9BA05972, 0xF6A8, 0x11CF, 0xA4, 0x42, 0x00, 0xA0, 0xC9, 0x0A, 0x8F, 0x39)
	idShellWindows       = guid(0x85CB6900, 0x4D95, 0x11CF, 0x96, 0x0C, 0x00, 0x80, 0xC7, 0xF4, 0xEE, 0x85)
	idServiceProvider    = guid(0x6D5140C1, 0x7436, 0x11CE, 0x80, 0x34, 0x00, 0xAA, 0x00, 0x60, 0x09, 0xFA)
	serviceTopBrowser    = guid(0x4C96BE40, 0x915C, 0x11CF, 0x99, 0xD3, 0x00, 0xAA, 0x00, 0x4A, 0xE8, 0x37)
	idShellBrowser       = guid(0x000214E2, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46)
	idDispatch           = guid(0x00020400, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46)
	idFolderViewDual     = guid(0xE7A1AF80, 0x4D96, 0x11CF, 0x96, 0x0C, 0x00, 0x80, 0xC7, 0xF4, 0xEE, 0x85)
	idShellDispatch2     = guid(0xA4C6892C, 0x3BA9, 0x11D2, 0x9D, 0xEA, 0x00, 0xC0, 0x4F, 0xB1, 0x61, 0x62)
	ole32                = windows.NewLazySystemDLL("ole32.dll")
	oleaut32             = windows.NewLazySystemDLL("oleaut32.dll")
	coCreateInstance     = ole32.NewProc("CoCreateInstance")
	coAllowSetForeground = ole32.NewProc("CoAllowSetForegroundWindow")
	sysAllocString       = oleaut32.NewProc("SysAllocString")
	sysFreeString        = oleaut32.NewProc("SysFreeString")
)

// Numbers of the methods that are called.
const (
	queryInterface       = 0
	release              = 2
	queryService         = 3
	findWindowSW         = 15
	queryActiveShellView = 15
	getItemObject        = 15
	getApplication       = 7
	shellExecute         = 31
)

func guid(a uint32, b, c uint16, d ...byte) *windows.GUID {
	g := &windows.GUID{Data1: a, Data2: b, Data3: c}
	copy(g.Data4[:], d)
	return g
}

// object is a COM object: a pointer to its table of methods.
type object struct{ methods *[64]uintptr }

// call calls a method; what says which in an error.
func (o *object) call(what string, method int, args ...uintptr) error {
	all := append([]uintptr{uintptr(unsafe.Pointer(o))}, args...)
	if r, _, _ := syscall.SyscallN(o.methods[method], all...); int32(r) < 0 {
		return fmt.Errorf("%s: 0x%08X", what, uint32(r))
	}
	return nil
}

func (o *object) release() {
	_, _, _ = syscall.SyscallN(o.methods[release], uintptr(unsafe.Pointer(o)))
}

// variant is VARIANT on 64-bit Windows: kind 0 is empty, 3 a number.
type variant struct {
	kind  uint16
	_     [3]uint16
	value uint64
	_     uint64
}

// byDesktop goes from the desktop's window to its Explorer and lets that open the
// address.
func byDesktop(address string) error {
	runtime.LockOSThread() // COM is set up for a thread
	defer runtime.UnlockOSThread()
	if err := windows.CoInitializeEx(0, windows.COINIT_APARTMENTTHREADED); err == nil || errors.Is(err, syscall.Errno(1)) { // S_FALSE: it was already
		defer windows.CoUninitialize()
	}
	shell, err := desktopShell()
	if err != nil {
		return fmt.Errorf("ask the desktop to open a page: %w", err)
	}
	defer shell.release()
	text, err := windows.UTF16PtrFromString(address)
	if err != nil {
		return err
	}
	file, _, _ := sysAllocString.Call(uintptr(unsafe.Pointer(text)))
	if file == 0 {
		return windows.ERROR_NOT_ENOUGH_MEMORY
	}
	defer func() { _, _, _ = sysFreeString.Call(file) }()
	_, _, _ = coAllowSetForeground.Call(uintptr(unsafe.Pointer(shell)), 0)
	none, show := variant{}, variant{kind: 3, value: windows.SW_SHOWNORMAL}
	empty := uintptr(unsafe.Pointer(&none))
	err = shell.call("IShellDispatch2.ShellExecute", shellExecute, file, empty, empty, empty, uintptr(unsafe.Pointer(&show)))
	runtime.KeepAlive(&none)
	runtime.KeepAlive(&show)
	return err
}

// desktopShell gives the IShellDispatch2 of the desktop's Explorer.
func desktopShell() (*object, error) {
	var windowsOfShell *object
	if r, _, _ := coCreateInstance.Call(uintptr(unsafe.Pointer(classShellWindows)), 0, windows.CLSCTX_LOCAL_SERVER,
		uintptr(unsafe.Pointer(idShellWindows)), uintptr(unsafe.Pointer(&windowsOfShell))); int32(r) < 0 {
		return nil, fmt.Errorf("there is no Explorer: 0x%08X", uint32(r))
	}
	defer windowsOfShell.release()
	at, none, hwnd := variant{kind: 3}, variant{}, int32(0) // 0 is CSIDL_DESKTOP
	const desktop, needDispatch = 8, 1                      // SWC_DESKTOP, SWFO_NEEDDISPATCH
	var found *object
	err := windowsOfShell.call("IShellWindows.FindWindowSW", findWindowSW, uintptr(unsafe.Pointer(&at)), uintptr(unsafe.Pointer(&none)),
		desktop, uintptr(unsafe.Pointer(&hwnd)), needDispatch, uintptr(unsafe.Pointer(&found)))
	if err != nil {
		return nil, err
	}
	if found == nil {
		return nil, errors.New("there is no desktop")
	}
	return follow(found, []step{
		{what: "IServiceProvider", method: queryInterface, id: idServiceProvider},
		{what: "IServiceProvider.QueryService", method: queryService, service: serviceTopBrowser, id: idShellBrowser},
		{what: "IShellBrowser.QueryActiveShellView", method: queryActiveShellView},
		{what: "IShellView.GetItemObject", method: getItemObject, id: idDispatch, background: true},
		{what: "IShellFolderViewDual", method: queryInterface, id: idFolderViewDual},
		{what: "IShellFolderViewDual.get_Application", method: getApplication},
		{what: "IShellDispatch2", method: queryInterface, id: idShellDispatch2},
	})
}

// step leads from one object to the next one.
type step struct {
	what        string
	method      int
	service, id *windows.GUID // arguments, where there are any
	background  bool          // the first argument is what is behind all items
}

// follow goes the steps. It releases every object but the last one.
func follow(o *object, steps []step) (*object, error) {
	for _, s := range steps {
		var next *object
		var args []uintptr
		if s.background {
			args = append(args, 0) // SVGIO_BACKGROUND
		}
		if s.service != nil {
			args = append(args, uintptr(unsafe.Pointer(s.service)))
		}
		if s.id != nil {
			args = append(args, uintptr(unsafe.Pointer(s.id)))
		}
		err := o.call(s.what, s.method, append(args, uintptr(unsafe.Pointer(&next)))...)
		o.release()
		if err != nil {
			return nil, err
		}
		if next == nil {
			return nil, errors.New(s.what + ": nothing")
		}
		o = next
	}
	return o, nil
}

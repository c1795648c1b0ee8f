package glfw

import (
	"image"
	"syscall"
	"unsafe"

	"github.com/go-gl/glfw/v3.4/glfw"

	"fyne.io/fyne/v2"
)

var (
	setDIBitsToDevice = syscall.NewLazyDLL("gdi32.dll").NewProc("SetDIBitsToDevice")
	getDC             = user32.NewProc("GetDC")
	releaseDC         = user32.NewProc("ReleaseDC")
	getSystemMetrics  = user32.NewProc("GetSystemMetrics")
	blitFailed        bool // was told once
)

// remoteSession tells whether the screen is shown on another computer (RDP).
// https://learn.microsoft.com/windows/win32/api/winuser/nf-winuser-getsystemmetrics
func remoteSession() bool {
	const smRemoteSession = 0x1000
	r, _, _ := getSystemMetrics.Call(smRemoteSession)
	return r != 0
}

// bitmapInfo is BITMAPINFOHEADER.
type bitmapInfo struct {
	size                   uint32
	width, height          int32
	planes, bits           uint16
	compression, sizeImage uint32
	xPerMeter, yPerMeter   int32
	used, important        uint32
}

// blit sends rows of BGRA to an area of the window through GDI.
// https://learn.microsoft.com/windows/win32/api/wingdi/nf-wingdi-setdibitstodevice
func blit(v *glfw.Window, pix []byte, r image.Rectangle) {
	w, h := r.Dx(), r.Dy()
	info := bitmapInfo{size: 40, width: int32(w), height: -int32(h), planes: 1, bits: 32} // height below 0: top row first
	hwnd := uintptr(unsafe.Pointer(v.GetWin32Window()))
	dc, _, err := getDC.Call(hwnd)
	if dc == 0 {
		blitError("GetDC", err)
		return
	}
	lines, _, err := setDIBitsToDevice.Call(dc, uintptr(r.Min.X), uintptr(r.Min.Y), uintptr(w), uintptr(h),
		0, 0, 0, uintptr(h), uintptr(unsafe.Pointer(&pix[0])), uintptr(unsafe.Pointer(&info)), 0)
	if lines == 0 {
		blitError("SetDIBitsToDevice", err)
	}
	_, _, _ = releaseDC.Call(hwnd, dc)
}

func blitError(what string, err error) {
	if !blitFailed {
		blitFailed = true
		fyne.LogError("painting the window: "+what, err)
	}
}

package winapi

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

var memoryStatus = windows.NewLazySystemDLL("kernel32.dll").NewProc("GlobalMemoryStatusEx")

// memoryStatusEx is MEMORYSTATUSEX.
type memoryStatusEx struct {
	length, load uint32
	total, free  uint64
	rest         [5]uint64
}

// Memory gives the physical memory in bytes.
func Memory() (uint64, error) {
	var m memoryStatusEx
	m.length = uint32(unsafe.Sizeof(m))
	if err := memoryStatus.Find(); err != nil {
		return 0, err
	}
	if ok, _, err := memoryStatus.Call(uintptr(unsafe.Pointer(&m))); ok == 0 {
		return 0, err
	}
	return m.total, nil
}

package winapi

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"
)

var tpmInfo = windows.NewLazySystemDLL("tbs.dll").NewProc("Tbsi_GetDeviceInfo")

// tpmDeviceInfo is TPM_DEVICE_INFO.
type tpmDeviceInfo struct{ structure, version, kind, revision uint32 }

// What Tbsi_GetDeviceInfo answers where there is no chip, or none that is switched on
// (https://learn.microsoft.com/windows/win32/tbs/tbs-return-codes).
const (
	tbsNotFound = 0x8028400F // TBS_E_TPM_NOT_FOUND
	tbsDisabled = 0x80284010 // TBS_E_SERVICE_DISABLED
)

// TPMVersion gives the version of the computer's TPM, "1.2" or "2.0", and nothing
// where there is none
// (https://learn.microsoft.com/windows/win32/api/tbs/nf-tbs-tbsi_getdeviceinfo).
func TPMVersion() (string, error) {
	if err := tpmInfo.Find(); err != nil {
		return "", err
	}
	var info tpmDeviceInfo
	r, _, _ := tpmInfo.Call(unsafe.Sizeof(info), uintptr(unsafe.Pointer(&info)))
	switch code := uint32(r); {
	case code == tbsNotFound || code == tbsDisabled:
		return "", nil
	case code != 0:
		return "", fmt.Errorf("ask for the TPM: 0x%08X", code)
	case info.version == 1:
		return "1.2", nil
	case info.version == 2:
		return "2.0", nil
	}
	return "", fmt.Errorf("the TPM says that it is of version %d, which is not known", info.version)
}

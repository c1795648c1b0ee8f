package apply

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"path/filepath"
	"strings"

	"golang.org/x/sys/windows"
)

// lockComputer makes a mutex that all sessions of this computer see, named after
// the file. That it exists is the lock, not who owns it: ownership would belong
// to a thread. Windows removes it with its last handle, so with the process at
// the latest.
func lockComputer(path string) (unlock func(), err error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(strings.ToLower(full)))
	name, err := windows.UTF16PtrFromString(`Global\ADSyncReconnect-` + hex.EncodeToString(sum[:16]))
	if err != nil {
		return nil, err
	}
	handle, err := windows.CreateMutex(nil, false, name)
	switch {
	case errors.Is(err, windows.ERROR_ALREADY_EXISTS):
		_ = windows.CloseHandle(handle) // it is the other one's mutex
		return nil, errHeld
	case errors.Is(err, windows.ERROR_ACCESS_DENIED):
		return nil, errHeld // of another user, who lets nobody open it
	case err != nil:
		return nil, err
	}
	return func() { _ = windows.CloseHandle(handle) }, nil
}

// stillActive is the exit code of a process that has not ended: STILL_ACTIVE of
// https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-getexitcodeprocess
const stillActive = 259

// lives tells whether there is a process with that id. One that may not be asked is there.
func lives(pid int) bool {
	handle, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, uint32(pid))
	if err != nil {
		return errors.Is(err, windows.ERROR_ACCESS_DENIED)
	}
	defer func() { _ = windows.CloseHandle(handle) }()
	var code uint32
	return windows.GetExitCodeProcess(handle, &code) != nil || code == stillActive
}

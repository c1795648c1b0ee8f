package problem

import (
	"errors"
	"syscall"
)

// Windows Sockets error numbers. Package syscall has invented values for the
// POSIX names on Windows, so that the numbers are compared here; none of them is
// a number of the same meaning elsewhere, and none is used on other systems.
// Source: Windows Sockets Error Codes, learn.microsoft.com/windows/win32/winsock.
const (
	wsaDenied          = 10013
	wsaNetUnreachable  = 10051
	wsaAborted         = 10053
	wsaReset           = 10054
	wsaTimedOut        = 10060
	wsaRefused         = 10061
	wsaHostUnreachable = 10065
	winDiskFull        = 112 // ERROR_DISK_FULL, on Windows only
	winWriteProtect    = 19  // ERROR_WRITE_PROTECT, on Windows only
)

// errno gives the system's error number inside err, or 0.
func errno(err error) uint64 {
	var n syscall.Errno
	if errors.As(err, &n) {
		return uint64(n)
	}
	return 0
}

func isRefused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }

func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.ECONNABORTED) || errors.Is(err, syscall.EPIPE)
}

func isUnreachable(err error) bool {
	return errors.Is(err, syscall.EHOSTUNREACH) || errors.Is(err, syscall.ENETUNREACH) ||
		errors.Is(err, syscall.EADDRNOTAVAIL) || errors.Is(err, syscall.ENETDOWN)
}

func isDiskFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || (onWindows && errno(err) == winDiskFull)
}

func isReadOnly(err error) bool {
	return errors.Is(err, syscall.EROFS) || (onWindows && errno(err) == winWriteProtect)
}

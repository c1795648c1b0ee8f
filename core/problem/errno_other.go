//go:build !windows

package problem

// onWindows tells whether error numbers are those of Windows.
const onWindows = false

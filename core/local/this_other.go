//go:build !windows

package local

// This gives the computer that the program runs on: none, as it is not Windows.
func This() Computer { return Computer{} }

//go:build !windows

package main

// restrictLibraries is for Windows, which looks for libraries beside the program.
func restrictLibraries() error { return nil }

//go:build !windows || cli

package main

// tell is for programs without a console; this one is heard on its own.
func tell(string, bool) bool { return false }

//go:build !cli

package main

import "github.com/adsync-reconnect/adsync-reconnect/core/problem"

// noWindow is what a build without OpenGL panics with when the system refuses it
// a window; see tools/_softpaint.
type noWindow interface {
	error
	NoWindow()
}

// recovered turns that panic into a problem, and lets every other panic go on.
func recovered(cause any) error {
	if cause == nil {
		return nil
	}
	w, ok := cause.(noWindow)
	if !ok {
		panic(cause)
	}
	return &problem.Problem{
		Code:  "window.none",
		What:  "ADSync Reconnect cannot open its window.",
		Why:   "The system refused to make one: " + w.Error() + ". Nothing was changed.",
		Fix:   "Sign in to the desktop of this computer, directly or by Remote Desktop, and start the program there. Without a desktop (Server Core, a service, a remote shell) use the console program: adsync-reconnect-cli.exe /?",
		Cause: w,
	}
}

//go:build !cli

package main

import (
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// noWindow is what a build without OpenGL panics with when the system refuses it
// a window; see tools/_softpaint.
type noWindow interface {
	error
	NoWindow()
}

// notInitialized begins what GLFW's binding panics with where Windows refuses even
// the hidden window that GLFW starts with: the binding prints that refusal, and goes on.
const notInitialized = "NotInitialized: "

// recovered turns that panic into a problem, and lets every other panic go on.
func recovered(cause any) error {
	if cause == nil {
		return nil
	}
	why := fmt.Sprint(cause)
	if _, ok := cause.(noWindow); !ok && !strings.HasPrefix(why, notInitialized) {
		panic(cause)
	}
	err, _ := cause.(error)
	return &problem.Problem{
		Code:  "window.none",
		What:  "ADSync Reconnect cannot open its window.",
		Why:   "The system refused to make one: " + why + ". Nothing was changed.",
		Fix:   "Sign in to the desktop of this computer, directly or by Remote Desktop, and start the program there. Without a desktop (Server Core, a service, a remote shell) use the console program: adsync-reconnect-cli.exe /?",
		Cause: err,
	}
}

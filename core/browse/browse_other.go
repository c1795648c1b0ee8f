//go:build !windows

package browse

import (
	"io"
	"sync"

	"github.com/pkg/browser"
)

var quiet sync.Once

// open opens the browser as MSAL does. What the system's opener prints is dropped:
// the unattended run's output is for programs.
func open(address string) error {
	quiet.Do(func() { browser.Stdout, browser.Stderr = io.Discard, io.Discard })
	return browser.OpenURL(address)
}

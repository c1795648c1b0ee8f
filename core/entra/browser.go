package entra

import (
	"io"
	"sync"

	"github.com/pkg/browser"
)

var browserOutput sync.Once

// openBrowser opens the system's browser as MSAL does. What the system's opener
// prints is dropped: the unattended run's output is for programs.
func openBrowser(address string) error {
	browserOutput.Do(func() { browser.Stdout, browser.Stderr = io.Discard, io.Discard })
	return browser.OpenURL(address)
}

// Package browse opens a page in the system's browser, without handing the
// browser the administrator rights that this program runs with.
package browse

import (
	"fmt"
	"net/url"
)

// Open opens an https address in the browser. It gives an error for any other
// address, and where no browser could be opened: then the address is to be shown.
func Open(address string) error {
	if err := check(address); err != nil {
		return err
	}
	return open(address)
}

// check refuses what is no web page: the system would start programs by other
// schemes, and files by none.
func check(address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return fmt.Errorf("open a page: %w", err)
	}
	if u.Scheme != "https" || u.Host == "" || u.User != nil {
		return fmt.Errorf("open a page: %q is no https address", address)
	}
	return nil
}

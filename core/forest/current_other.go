//go:build !windows

package forest

// windowsContext is Windows' own Kerberos; nil where there is none.
var windowsContext currentContext

// CurrentUser names the Windows user who can sign in to forests without a password,
// as DOMAIN\user; empty where there is none.
func CurrentUser() string { return "" }

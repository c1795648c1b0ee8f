//go:build !windows

package sqlserver

import "github.com/adsync-reconnect/adsync-reconnect/core/answers"

// Elsewhere a Windows account signs in with NTLM, and there is no current
// Windows user.
const (
	canSSPI         = false
	accountProvider = providerNTLM
	defaultSignIn   = answers.SignInSQL
)

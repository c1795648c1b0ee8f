package sqlserver

import "github.com/adsync-reconnect/adsync-reconnect/core/answers"

// On Windows the system signs in, as the current user or with DOMAIN\user.
const (
	canSSPI         = true
	accountProvider = providerSSPI
	defaultSignIn   = answers.SignInWindows
)

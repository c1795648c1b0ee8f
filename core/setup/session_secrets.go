package setup

import (
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// givenBy tells which secrets there are.
func givenBy(secrets map[string]secret.Value) Given {
	has := func(key string) bool { return !secrets[key].IsEmpty() }
	g := Given{SQL: has(answers.SecretSQL), Service: has(answers.SecretService), Entra: has(answers.SecretEntra)}
	for key, v := range secrets {
		if !v.IsEmpty() {
			g = g.with(key)
		}
	}
	return g
}

// sameSecret tells whether an event types a password that is known already, so
// that nothing has changed.
func (s *Session) sameSecret(e Event) bool {
	switch e := e.(type) {
	case SQLPasswordTyped:
		return s.state.Given.SQL != e.Password.IsEmpty() && s.secrets[answers.SecretSQL].Same(e.Password)
	case ComparePasswordTyped:
		return s.state.Given.Compare != e.Password.IsEmpty() && s.secrets[secretCompare].Same(e.Password)
	case ServicePasswordTyped:
		return s.state.Given.Service != e.Password.IsEmpty() && s.secrets[answers.SecretService].Same(e.Password)
	}
	return false
}

// keepSecret takes a typed password to where the session keeps it, once Reduce
// has taken the event: never while Install runs with the ones it was given.
func (s *Session) keepSecret(e Event, effect Effect) {
	if given, ok := e.(PasswordsGiven); ok && s.state.asks() {
		for key, password := range given.Passwords {
			if !password.IsEmpty() {
				s.secrets[key] = password
			}
		}
		return
	}
	if typed, ok := e.(ComparePasswordTyped); ok {
		s.secrets[secretCompare] = typed.Password
		return
	}
	if s.state.installing() || index(s.state.Page) >= index(PageInstalling) || IsAfter(s.state.Page) {
		return
	}
	switch e := e.(type) {
	case SQLPasswordTyped:
		s.secrets[answers.SecretSQL] = e.Password
	case ServicePasswordTyped:
		s.secrets[answers.SecretService] = e.Password
	case ForestGiven:
		if _, taken := effect.(VerifyForest); taken {
			s.keepForest(e)
		}
	}
}

// keepForest takes the passwords of a forest to where the session keeps them.
func (s *Session) keepForest(e ForestGiven) {
	name := strings.TrimSpace(e.Forest.Forest)
	if !e.Password.IsEmpty() {
		s.secrets[answers.SecretForest(name)] = e.Password
	}
	if !e.GrantPassword.IsEmpty() {
		s.secrets[answers.SecretGrant(name)] = e.GrantPassword
	}
}

package practice

import (
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// currentSAM is who runs the program on the pretend computer, in the first forest.
const currentSAM = "ea"

// currentName names that one, as setup.Site.CurrentUser.
func (d *directory) currentName() string {
	if d.home == nil {
		return ""
	}
	return d.home.netbios + `\` + currentSAM
}

// enter signs in to a forest with a password, or as the current user of the pretend
// computer, whom only the own forest knows. The caller holds the lock.
func (d *directory) enter(f *forest, c apply.Credential) (*account, error) {
	if !c.Current {
		return f.signIn(c.User, c.Password)
	}
	if a := f.accounts[currentSAM]; f == d.home && a != nil {
		return a, nil
	}
	return nil, &problem.Problem{
		Code: "ad.current-user", What: "Signing in to " + f.controller() + " as the current Windows user did not work.",
		Why: d.currentName() + " is an account of another forest.", Fix: "Give a user name and a password here.",
	}
}

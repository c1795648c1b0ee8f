package facts

import "time"

// Computer is what was seen of the computer that the program runs on.
type Computer struct {
	Name      Read[string] `json:"name"`      // host name, upper case, without domain
	Installed Read[string] `json:"installed"` // version of Microsoft Entra Connect on this computer: "2.6.92.0"
	User      Read[string] `json:"user"`      // DOMAIN\user, as the program runs
	OS        Read[string] `json:"os"`
	Domain    Read[string] `json:"domain"` // DNS name of the domain it belongs to, empty for none
	Admin     Read[bool]   `json:"admin"`
	Now       time.Time    `json:"now"`
}

package practice

import (
	"fmt"
	"slices"
)

// Accounts describes every account of the pretend forests with its rights, so that
// two states can be compared. Passwords are left out.
func (s *Site) Accounts() []string {
	d := s.directory
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []string
	for _, f := range d.forests {
		for _, a := range f.accounts {
			var rights []string
			for r := range a.rights {
				rights = append(rights, fmt.Sprint(r))
			}
			slices.Sort(rights)
			out = append(out, fmt.Sprintf("%s\\%s %q, rights %v, disabled %t, wrong passwords %d",
				f.netbios, a.sam, a.description, rights, a.disabled, a.bad))
		}
	}
	slices.Sort(out)
	return out
}

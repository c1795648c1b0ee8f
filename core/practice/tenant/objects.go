package tenant

import (
	"fmt"
	"slices"
)

// Objects describes every application and every user of the tenant with what
// they may do, without the ids that differ in each tenant, so that two states can
// be compared.
func (s *Server) Objects() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, a := range s.apps {
		out = append(out, fmt.Sprintf("application %s, notes %q, %d keys, secret %t, principal %t, roles %v, directory %v, app roles %v, assigned %v",
			a.name, a.notes, len(a.keys), a.secret != "", a.principal != "", a.roles, a.directory, s.assignedTo(a.principal), s.rolesOf(a.principal)))
	}
	for _, u := range s.people {
		out = append(out, fmt.Sprintf("user %s %q, roles %v, assigned %v", u.upn, u.name, u.active, s.rolesOf(u.id)))
	}
	slices.Sort(out)
	return out
}

// assignedTo gives the app roles of a service principal by their value.
func (s *state) assignedTo(principal string) []string {
	var out []string
	for _, a := range s.assignments {
		if principal != "" && a.principal == principal {
			out = append(out, s.principal(a.resource).appRoles[a.role])
		}
	}
	slices.Sort(out)
	return out
}

// rolesOf gives the directory roles that were assigned to somebody.
func (s *state) rolesOf(principal string) []string {
	var out []string
	for _, a := range s.given {
		if principal != "" && a.principal == principal {
			out = append(out, a.role)
		}
	}
	slices.Sort(out)
	return out
}

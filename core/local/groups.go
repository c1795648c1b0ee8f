package local

import (
	"context"

	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
)

// GroupsBefore is how the local groups were.
type GroupsBefore struct {
	There  map[string]bool `json:"there"`  // by name
	Member bool            `json:"member"` // the member of the plan was in the first group
}

// LookGroups tells how the local groups are.
func (c Computer) LookGroups(ctx context.Context, s plan.ThisServer) (GroupsBefore, error) {
	b := GroupsBefore{There: map[string]bool{}}
	for _, g := range s.Groups {
		sid, err := c.Groups.Group(ctx, g.Name)
		if err != nil {
			return b, change("Looking for the local group "+g.Name, err)
		}
		b.There[g.Name] = sid != ""
	}
	if s.Member == "" || !b.There[s.Groups[0].Name] {
		return b, nil
	}
	var err error
	b.Member, err = c.Members.Has(ctx, s.Groups[0].Name, s.Member)
	return b, change("Reading the members of "+s.Groups[0].Name, err)
}

const groupComment = "Members may use the synchronization service of Microsoft Entra Connect."

// MakeGroups makes the groups that are missing and puts the member into the first.
func (c Computer) MakeGroups(ctx context.Context, s plan.ThisServer, say func(string, int, int)) error {
	for i, g := range s.Groups {
		say(g.Name, i+1, len(s.Groups))
		if err := c.Groups.Create(ctx, g.Name, groupComment); err != nil {
			return change("Making the local group "+g.Name, err)
		}
	}
	if s.Member == "" {
		return nil
	}
	return change("Adding "+s.Member+" to "+s.Groups[0].Name, c.Members.Add(ctx, s.Groups[0].Name, s.Member))
}

// GroupIDs gives the id of each group by its column; one that is not there is empty.
func (c Computer) GroupIDs(ctx context.Context, s plan.ThisServer) (map[string]string, error) {
	out := map[string]string{}
	for _, g := range s.Groups {
		sid, err := c.Groups.Group(ctx, g.Name)
		if err != nil {
			return nil, change("Looking for the local group "+g.Name, err)
		}
		out[g.Column] = sid
	}
	return out, nil
}

// DropGroups puts the groups back as they were, the last one first.
func (c Computer) DropGroups(ctx context.Context, s plan.ThisServer, before GroupsBefore) error {
	if first := s.Groups[0].Name; s.Member != "" && !before.Member && before.There[first] {
		if err := c.Members.Drop(ctx, first, s.Member); err != nil {
			return change("Taking "+s.Member+" out of "+first, err)
		}
	}
	for i := len(s.Groups) - 1; i >= 0; i-- {
		name := s.Groups[i].Name
		if before.There[name] {
			continue
		}
		if err := c.Groups.Remove(ctx, name); err != nil {
			return change("Removing the local group "+name, err)
		}
	}
	return nil
}

package local

import (
	"context"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
)

const groupComment = "Members may use the synchronization service of Microsoft Entra Connect."

// MakeGroups makes the groups that are missing and puts the member into the first.
func (c Computer) MakeGroups(ctx context.Context, s plan.ThisServer, ours *Ours, say func(string, int, int)) error {
	for i, g := range s.Groups {
		say(g.Name, i+1, len(s.Groups))
		sid, err := c.Groups.Group(ctx, g.Name)
		if err != nil {
			return change("Looking for the local group "+g.Name, err)
		}
		if sid != "" {
			continue
		}
		if err := ours.take(ourGroup(g.Name)); err != nil {
			return err
		}
		if err := c.Groups.Create(ctx, g.Name, groupComment); err != nil {
			return change("Making the local group "+g.Name, err)
		}
	}
	if s.Member == "" {
		return nil
	}
	first := s.Groups[0].Name
	has, _, err := c.Members.Of(ctx, first, s.Member)
	if err != nil || has {
		return change("Reading the members of "+first, err)
	}
	if err := ours.take(ourMember); err != nil {
		return err
	}
	return change("Adding "+s.Member+" to "+first, c.Members.Add(ctx, first, s.Member))
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

// DropGroups removes the groups and the membership that are ours, the last one
// first. It goes on past what fails. A group that others have joined since stays.
// The error is a problem that names all that is left.
func (c Computer) DropGroups(ctx context.Context, s plan.ThisServer, ours *Ours) error {
	var left leftovers
	first := s.Groups[0].Name
	if ours.mine(ourMember) && !ours.mine(ourGroup(first)) {
		c.dropMember(ctx, first, s.Member, &left)
	}
	for i := len(s.Groups) - 1; i >= 0; i-- {
		if name := s.Groups[i].Name; ours.mine(ourGroup(name)) {
			c.dropGroup(ctx, name, s.Member, &left)
		}
	}
	return left.problem()
}

// dropMember takes the member out of a group that stays.
func (c Computer) dropMember(ctx context.Context, group, member string, left *leftovers) {
	sid, err := c.Groups.Group(ctx, group)
	if err == nil && sid == "" {
		return // somebody removed the group, and the membership with it
	}
	if err == nil {
		err = c.Members.Drop(ctx, group, member)
	}
	left.failed(member+" is still a member of the local group "+group+".", err,
		`By hand: net localgroup "`+group+`" "`+member+`" /delete.`)
}

// dropGroup removes a group unless somebody else has joined it.
func (c Computer) dropGroup(ctx context.Context, group, member string, left *leftovers) {
	byHand := `By hand, once nobody needs it: net localgroup "` + group + `" /delete.`
	sid, err := c.Groups.Group(ctx, group)
	if err == nil && sid == "" {
		return
	}
	var others []string
	if err == nil {
		_, others, err = c.Members.Of(ctx, group, member)
	}
	if err == nil && len(others) > 0 {
		left.others("The local group "+group+" stays, as others have joined it since: "+strings.Join(others, ", ")+".", byHand)
		return
	}
	if err == nil {
		err = c.Groups.Remove(ctx, group)
	}
	left.failed("The local group "+group+" is still there.", err, byHand)
}

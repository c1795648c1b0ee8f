package standin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

var errNoGroup = errors.New("the specified local group does not exist")

// Group implements local.Groups.
func (c *Computer) Group(_ context.Context, name string) (sid string, err error) {
	err = c.see(func(w *World) error { sid = w.Groups[lower(name)].SID; return nil })
	return sid, err
}

// Create implements local.Groups.
func (c *Computer) Create(ctx context.Context, name, _ string) error {
	return c.edit(ctx, "Create "+name, func(w *World) error {
		if _, there := w.Groups[lower(name)]; there {
			return nil
		}
		w.Groups[lower(name)] = Group{Name: name, SID: fmt.Sprint(machineSID, w.NextID)}
		w.NextID++
		return nil
	})
}

// Remove implements local.Groups.
func (c *Computer) Remove(ctx context.Context, name string) error {
	return c.edit(ctx, "Remove "+name, func(w *World) error {
		delete(w.Groups, lower(name))
		return nil
	})
}

// Of implements local.Members.
func (c *Computer) Of(_ context.Context, group, account string) (has bool, others []string, err error) {
	err = c.see(func(w *World) error {
		for _, m := range w.Groups[lower(group)].Members {
			if strings.EqualFold(m, account) {
				has = true
			} else {
				others = append(others, m)
			}
		}
		return nil
	})
	return has, others, err
}

// Add implements local.Members.
func (c *Computer) Add(ctx context.Context, group, account string) error {
	return c.member(ctx, "Add", group, account, true)
}

// Drop implements local.Members.
func (c *Computer) Drop(ctx context.Context, group, account string) error {
	return c.member(ctx, "Drop", group, account, false)
}

func (c *Computer) member(ctx context.Context, call, group, account string, in bool) error {
	return c.edit(ctx, call, func(w *World) error {
		g, there := w.Groups[lower(group)]
		if !there {
			return errNoGroup
		}
		g.Members = slices.DeleteFunc(slices.Clone(g.Members), func(m string) bool { return strings.EqualFold(m, account) })
		if in {
			g.Members = append(g.Members, account)
		}
		if len(g.Members) == 0 {
			g.Members = nil
		}
		w.Groups[lower(group)] = g
		return nil
	})
}

// Holds implements local.Rights.
func (c *Computer) Holds(_ context.Context, account, right string) (held bool, err error) {
	err = c.see(func(w *World) error { held = holds(w, account, right); return nil })
	return held, err
}

// holds tells whether an account holds a right, or all services do and it is one.
func holds(w *World, account, right string) bool {
	if slices.Contains(w.Rights[lower(account)], right) {
		return true
	}
	virtual := strings.HasPrefix(lower(account), `nt service\`)
	return virtual && right == facts.RightService && slices.Contains(w.Rights[`nt service\all services`], right)
}

// Grant implements local.Rights.
func (c *Computer) Grant(ctx context.Context, account, right string) error {
	return c.edit(ctx, "Grant", func(w *World) error {
		if !slices.Contains(w.Rights[lower(account)], right) {
			w.Rights[lower(account)] = append(w.Rights[lower(account)], right)
		}
		return nil
	})
}

// Revoke implements local.Rights.
func (c *Computer) Revoke(ctx context.Context, account, right string) error {
	return c.edit(ctx, "Revoke", func(w *World) error {
		rest := slices.DeleteFunc(slices.Clone(w.Rights[lower(account)]), func(r string) bool { return r == right })
		if len(rest) == 0 {
			delete(w.Rights, lower(account))
			return nil
		}
		w.Rights[lower(account)] = rest
		return nil
	})
}

// Package standin is a pretend Windows computer for core/local: local groups, user
// rights, one service with its parameters and folders with their permissions, in
// memory or, for several processes, in a file. It refuses what Windows refuses.
package standin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/local"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// World is what the computer holds. Keys are in lower case.
type World struct {
	Groups   map[string]Group         `json:"groups"`
	Rights   map[string][]string      `json:"rights"` // by account
	Services map[string]facts.Service `json:"services"`
	Values   map[string]string        `json:"values"`         // by path and name, "path|name"
	Access   map[string]string        `json:"access"`         // SDDL by folder
	Menu     map[string]string        `json:"menu,omitempty"` // programs by entry of the Start menu
	NextID   int                      `json:"nextId"`
}

// Group is a local group.
type Group struct {
	Name    string   `json:"name"`
	SID     string   `json:"sid"`
	Members []string `json:"members"`
}

const machineSID = "S-1-5-21-2208105917-411020553-990213462-"

// inherited is what the program's folder has by itself.
const inherited = "D:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIID;0x1200a9;;;BU)"

// Computer is the pretend computer. Its zero value is not useful; see New and Open.
type Computer struct {
	// Fault is asked at every change, before it is made and after, and can make it
	// fail. It may be nil.
	Fault func(call string, after bool) error
	// Passwords are those of domain accounts, by DOMAIN\sam in lower case, so that a
	// wrong one is refused at the start of the service.
	Passwords map[string]string

	mu    sync.Mutex
	path  string
	world World
	wrong bool // the service was given a wrong password
}

// New gives a computer as its facts describe it.
func New(c facts.Computer) *Computer {
	w := World{
		Groups: map[string]Group{}, Rights: map[string][]string{}, Services: map[string]facts.Service{},
		Values: map[string]string{}, Access: map[string]string{}, NextID: 1005,
	}
	for _, g := range c.Groups.Or(nil) {
		w.Groups[lower(g.Name)] = Group{Name: g.Name, SID: g.SID, Members: g.Members}
	}
	for _, r := range c.Rights.Or(nil) {
		for _, p := range r.Holders {
			key := lower(p.Name)
			w.Rights[key] = append(w.Rights[key], r.Name)
		}
	}
	if s, ok := c.Service.Get(); ok && s.Installed {
		w.Services["adsync"] = s.Service
		for name, v := range map[string]string{"Server": s.Server, "SQLInstance": s.Instance, "DBName": s.Database} {
			w.Values[key(parameters, name)] = v
		}
	}
	return &Computer{world: w}
}

const parameters = `SYSTEM\CurrentControlSet\Services\ADSync\Parameters`

// Save keeps the computer in a file from now on, for other processes to Open.
func (c *Computer) Save(path string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.path = path
	return c.store()
}

// Open gives the computer of a file, which it reads at every call and writes at
// every change.
func Open(path string) *Computer { return &Computer{path: path} }

// Local gives the computer as core/local works on it.
func (c *Computer) Local() local.Computer {
	return local.Computer{
		Services: c, Settings: c, Groups: c, Members: c, Rights: c, Folders: c,
		Menu: startMenu{c}, Program: Wizard,
	}
}

// World gives a copy of what the computer holds, as JSON that can be compared.
func (c *Computer) World() (string, error) {
	var out string
	err := c.see(func(w *World) error {
		copied := *w
		copied.NextID = 0 // ids are never used twice
		b, err := json.MarshalIndent(copied, "", " ")
		out = string(b)
		return err
	})
	return out, err
}

// Facts gives local groups and service as they are now.
func (c *Computer) Facts(f *facts.Computer) error {
	return c.see(func(w *World) error {
		if s, ok := w.Services["adsync"]; ok {
			old := f.Service.Value
			old.Service = s
			old.Server, old.Instance = w.Values[key(parameters, "Server")], w.Values[key(parameters, "SQLInstance")]
			old.Database = w.Values[key(parameters, "DBName")]
			f.Service = facts.Known(old, f.Service.Source, f.Now)
		}
		var groups []facts.LocalGroup
		for _, g := range w.Groups {
			groups = append(groups, facts.LocalGroup{Name: g.Name, SID: g.SID, Members: g.Members})
		}
		slices.SortFunc(groups, func(a, b facts.LocalGroup) int { return strings.Compare(a.Name, b.Name) })
		f.Groups = facts.Known(groups, f.Groups.Source, f.Now)
		return nil
	})
}

func lower(s string) string        { return strings.ToLower(s) }
func key(path, name string) string { return lower(path) + "|" + lower(name) }
func (c *Computer) store() error   { return c.write(c.world) }
func (c *Computer) inMemory() bool { return c.path == "" }
func (c *Computer) write(w World) error {
	if c.inMemory() {
		return nil
	}
	b, err := json.Marshal(w)
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.path+".new", b, 0o600); err != nil {
		return err
	}
	return os.Rename(c.path+".new", c.path)
}

// see reads the computer.
func (c *Computer) see(do func(*World) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.inMemory() {
		b, err := os.ReadFile(c.path)
		if err != nil {
			return err
		}
		c.world = World{}
		if err := json.Unmarshal(b, &c.world); err != nil {
			return err
		}
	}
	return do(&c.world)
}

// edit changes it.
func (c *Computer) edit(ctx context.Context, call string, do func(*World) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.Fault != nil {
		if err := c.Fault(call, false); err != nil {
			return err
		}
	}
	err := c.see(func(w *World) error {
		if err := do(w); err != nil {
			return err
		}
		return c.store()
	})
	if err == nil && c.Fault != nil {
		err = c.Fault(call, true)
	}
	return err
}

// Service implements local.Services.
func (c *Computer) Service(_ context.Context, name string) (out facts.Service, err error) {
	err = c.see(func(w *World) error { out = w.Services[lower(name)]; return nil })
	return out, err
}

var errNoService = errors.New("the specified service does not exist as an installed service")

// SetAccount implements local.Services.
func (c *Computer) SetAccount(ctx context.Context, name, account string, password secret.Value) error {
	return c.edit(ctx, "SetAccount", func(w *World) error {
		s, ok := w.Services[lower(name)]
		if !ok {
			return errNoService
		}
		s.Account = account
		w.Services[lower(name)] = s
		want, domain := c.Passwords[lower(account)]
		c.wrong = domain && want != password.Reveal()
		return nil
	})
}

// Run implements local.Services. Windows starts a service only if its account holds
// the right to log on as one.
func (c *Computer) Run(ctx context.Context, name string, run bool) error {
	return c.edit(ctx, fmt.Sprintf("Run %t", run), func(w *World) error {
		s, ok := w.Services[lower(name)]
		switch {
		case !ok:
			return errNoService
		case run && c.wrong:
			return errors.New("the service did not start due to a logon failure (1069, event 7038)")
		case run && !holds(w, s.Account, facts.RightService):
			return errors.New("the service did not start due to a logon failure (1069, event 7041)")
		case run && w.Values[key(parameters, "Server")] == "":
			return errors.New("the service ended with the service-specific error 6324 (event 7024)")
		}
		s.State = "stopped"
		if run {
			s.State = "running"
		}
		w.Services[lower(name)] = s
		return nil
	})
}

// Get implements local.Settings.
func (c *Computer) Get(path, name string) (value string, there bool, err error) {
	err = c.see(func(w *World) error { value, there = w.Values[key(path, name)]; return nil })
	return value, there, err
}

// Set implements local.Settings.
func (c *Computer) Set(path, name string, value any) error {
	return c.edit(context.Background(), "Set "+name, func(w *World) error {
		w.Values[key(path, name)] = fmt.Sprint(value)
		return nil
	})
}

// Delete implements local.Settings.
func (c *Computer) Delete(path, name string) error {
	return c.edit(context.Background(), "Delete "+name, func(w *World) error {
		if name != "" {
			delete(w.Values, key(path, name))
			return nil
		}
		for k := range w.Values {
			if strings.HasPrefix(k, lower(path)+"|") {
				delete(w.Values, k)
			}
		}
		return nil
	})
}

// Access implements local.Folders.
func (c *Computer) Access(path string) (out string, err error) {
	err = c.see(func(w *World) error {
		if out = w.Access[lower(path)]; out == "" {
			out = inherited
		}
		return nil
	})
	return out, err
}

// SetAccess implements local.Folders.
func (c *Computer) SetAccess(path, sddl string) error {
	return c.edit(context.Background(), "SetAccess", func(w *World) error {
		delete(w.Access, lower(path))
		if sddl != inherited {
			w.Access[lower(path)] = sddl
		}
		return nil
	})
}

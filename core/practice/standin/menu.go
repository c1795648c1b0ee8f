package standin

import "context"

// startMenu is the Start menu of the pretend computer: a type of its own, as it has
// an Add and a Remove like the groups.
type startMenu struct{ c *Computer }

// Wizard is the path of the program on the pretend computer.
const Wizard = `C:\Program Files\ADSync Reconnect\adsync-reconnect.exe`

// Entry implements local.Menu.
func (m startMenu) Entry(name string) (program string, there bool, err error) {
	err = m.c.see(func(w *World) error { program, there = w.Menu[name]; return nil })
	return program, there, err
}

// Add implements local.Menu.
func (m startMenu) Add(name, program string) error {
	return m.c.edit(context.Background(), "Menu "+name, func(w *World) error {
		if w.Menu == nil {
			w.Menu = map[string]string{}
		}
		w.Menu[name] = program
		return nil
	})
}

// Remove implements local.Menu.
func (m startMenu) Remove(name string) error {
	return m.c.edit(context.Background(), "Menu remove "+name, func(w *World) error {
		delete(w.Menu, name)
		if len(w.Menu) == 0 {
			w.Menu = nil
		}
		return nil
	})
}

//go:build !cli

package main

import (
	"context"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync/atomic"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"github.com/adsync-reconnect/adsync-reconnect/assets"
	"github.com/adsync-reconnect/adsync-reconnect/core/browse"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// appID is the program's id for the desktop, as in FyneApp.toml.
const appID = "io.github.adsync-reconnect.wizard"

// garbage is how much memory in percent of what is in use may be garbage before it
// is collected. The wizard waits for people nearly all the time and often runs on a
// server that is short of memory: half of Go's 100 costs milliseconds per page and
// saves a quarter of its memory.
const garbage = 50

// window opens the wizard and returns when it is closed, or when the system has
// no window to give.
func window(_ context.Context, p setup.Params) (err error) {
	defer func() {
		if cause := recovered(recover()); cause != nil {
			err = cause
		}
	}()
	debug.SetGCPercent(garbage)
	a := app.NewWithID(appID)
	a.SetIcon(fyne.NewStaticResource("icon.png", assets.Icon))
	a.Settings().SetTheme(kit.Theme{})
	w := a.NewWindow(setup.ProgramName)
	w.SetMaster()
	w.SetPadded(false)

	var shell atomic.Pointer[ui.Shell]
	p.OnChange = func() {
		if s := shell.Load(); s != nil {
			s.Changed()
		}
	}
	p.RenewClaim = true
	board := &clipboard{app: a}
	p.Clipboard = board
	session := setup.NewSession(p)
	s := ui.New(w.Canvas(), session, hooks(a, w, p))
	shell.Store(s)
	if session.State().SetUp() {
		session.Dispatch(setup.AfterOpened{}) // its admin comes for what is left to do
	}
	w.SetContent(s.Object())
	w.Resize(fyne.NewSize(ui.DefaultWidth, ui.DefaultHeight))
	w.SetCloseIntercept(s.AskClose)
	w.CenterOnScreen()
	a.Lifecycle().SetOnStarted(s.Start)
	w.ShowAndRun()
	board.over.Store(true) // its loop has ended, and nothing would be done on it
	return session.Close()
}

// hooks are what the window gets from the desktop.
func hooks(a fyne.App, w fyne.Window, p setup.Params) ui.Hooks {
	pick := &picker{window: w}
	return ui.Hooks{
		OnUI:       fyne.Do,
		OpenURL:    browse.Open,
		Copy:       func(text string) { a.Clipboard().SetContent(text) },
		PickSave:   pick.save,
		PickFolder: pick.folder,
		SaveDir:    saveDir(p.DataDir),
		Scenarios:  scenarios(),
		Close:      w.Close,
		Log:        p.Book,
	}
}

// saveDir is where reports and plans are suggested to be kept: the admin's
// documents if there are any, else with the program's data.
func saveDir(dataDir string) string {
	if home, err := os.UserHomeDir(); err == nil {
		documents := filepath.Join(home, "Documents")
		if info, err := os.Stat(documents); err == nil && info.IsDir() {
			return documents
		}
		return home
	}
	return dataDir
}

// scenarios are the practice sites for the window's list.
func scenarios() []ui.Scenario {
	var list []ui.Scenario
	for _, s := range practice.Scenarios() {
		list = append(list, ui.Scenario{Name: s.Name, Title: s.Title, Text: s.Text})
	}
	return list
}

// clipboard is the system's, which only the window's goroutine may touch.
type clipboard struct {
	app  fyne.App
	over atomic.Bool // there is no window any more
}

func (c *clipboard) Content() (text string) {
	if !c.over.Load() {
		fyne.DoAndWait(func() { text = c.app.Clipboard().Content() })
	}
	return text
}

func (c *clipboard) SetContent(text string) {
	if !c.over.Load() {
		fyne.DoAndWait(func() { c.app.Clipboard().SetContent(text) })
	}
}

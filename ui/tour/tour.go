// Package tour makes pictures of the wizard's pages and dialogs without a
// display: for /tour, for the README and for whoever has to look at all of them.
//
// It paints with Fyne's software canvas. That needs a fyne.App for theme and
// fonts, but neither a window nor a display: app.NewWithID is enough, as it only
// connects to the display when a window is made. Fyne's test package is not used.
package tour

import (
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/theme"

	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// Options say what the pictures are like. The zero value gives light and dark at
// 100 % in the window's default size.
type Options struct {
	Dir       string          // folder for the pictures, made when missing
	Size      fyne.Size       // of the window in px at 100 %
	Scale     float32         // 1 for 100 %, 2 for 200 %
	OnlyLight bool            // leave the dark ones out
	Scenarios []ui.Scenario   // for the dialog Practice
	Log       ui.Log          // for the dialog Log, may be nil
	Hooks     func(*ui.Hooks) // changes the hooks of the window, may be nil
}

// Tour makes pictures. It belongs to one goroutine.
type Tour struct {
	o     Options
	app   fyne.App
	names []string
}

// New makes a tour with an app, whose theme it sets for each picture.
func New(app fyne.App, o Options) *Tour {
	if o.Size.IsZero() {
		o.Size = fyne.NewSize(ui.DefaultWidth, ui.DefaultHeight)
	}
	if o.Scale == 0 {
		o.Scale = 1
	}
	return &Tour{o: o, app: app}
}

// Files gives the paths of the pictures made so far.
func (t *Tour) Files() []string { return t.names }

// Shoot makes the pictures of one state, NAME.png and NAME-dark.png. open, if
// any, opens a dialog over the page.
func (t *Tour) Shoot(name string, state setup.State, open func(*ui.Shell)) error {
	if err := t.one(name, state, theme.VariantLight, open); err != nil || t.o.OnlyLight {
		return err
	}
	return t.one(name+"-dark", state, theme.VariantDark, open)
}

// ShootAll makes the pictures of a page and of every dialog it can open.
func (t *Tour) ShootAll(name string, state setup.State) error {
	if err := t.Shoot(name, state, nil); err != nil {
		return err
	}
	for _, d := range dialogs(state, len(t.o.Scenarios) > 0) {
		if err := t.Shoot(name+"-"+d.name, state, d.open); err != nil {
			return err
		}
	}
	return nil
}

// Render paints one state as it looks in a window.
func (t *Tour) Render(state setup.State, variant fyne.ThemeVariant, open func(*ui.Shell)) image.Image {
	t.app.Settings().SetTheme(kit.Theme{Pinned: true, Variant: variant})
	c := software.NewCanvas()
	c.SetPadded(false)
	c.SetScale(t.o.Scale)
	hooks := ui.Hooks{Still: true, Scenarios: t.o.Scenarios, SaveDir: "reports"}
	hooks.Now = clockAt(state.Now)
	hooks.Log = t.o.Log
	if t.o.Hooks != nil {
		t.o.Hooks(&hooks)
	}
	shell := ui.New(c, fixed{state}, hooks)
	c.SetContent(shell.Object())
	c.Resize(t.o.Size)
	c.Unfocus()
	if open != nil {
		open(shell)
	}
	return c.Capture()
}

func (t *Tour) one(name string, state setup.State, v fyne.ThemeVariant, open func(*ui.Shell)) error {
	if err := os.MkdirAll(t.o.Dir, 0o755); err != nil {
		return fmt.Errorf("folder for the pictures: %w", err)
	}
	path := filepath.Join(t.o.Dir, name+".png")
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("picture %s: %w", name, err)
	}
	err = png.Encode(f, t.Render(state, v, open))
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fmt.Errorf("picture %s: %w", name, err)
	}
	t.names = append(t.names, path)
	return nil
}

// fixed is a session that always shows the same state.
type fixed struct{ state setup.State }

func (f fixed) State() setup.State   { return f.state }
func (f fixed) Dispatch(setup.Event) {}

// shot is a dialog over a page.
type shot struct {
	name string
	open func(*ui.Shell)
}

// dialogs gives the dialogs that a page in this state can open.
func dialogs(s setup.State, practice bool) []shot {
	list := []shot{{"help", (*ui.Shell).ShowHelp}}
	if s.Page == setup.PageInstalling && s.Install.Outcome == nil {
		list = append(list, shot{"log", (*ui.Shell).ShowLog})
	}
	switch s.Page {
	case setup.PageWelcome:
		list = append(list, shot{"licence", (*ui.Shell).ShowLicence}, shot{"privacy", (*ui.Shell).ShowPrivacy})
		if practice {
			list = append(list, shot{"practice", (*ui.Shell).ShowPractice})
		}
	case setup.PageDirectories:
		for _, f := range s.Forests {
			name := f.Name
			list = append(list, shot{"account-" + strings.ReplaceAll(name, ".", "-"), func(sh *ui.Shell) { sh.ShowAccount(name) }})
			if len(list) == 3 {
				break
			}
		}
	case setup.PageReady:
		list = append(list, shot{"save", (*ui.Shell).ShowSavePlan})
	case setup.PageInstalling:
		list = append(list, shot{"close", (*ui.Shell).ShowClose}, shot{"undo", (*ui.Shell).ShowUndo})
	case setup.PageComplete:
		list = append(list, shot{"save", (*ui.Shell).ShowSaveReport})
		if len(s.Tasks) > 0 {
			list = append(list, shot{"task", func(sh *ui.Shell) { sh.ShowTask(s.Tasks[0]) }})
		}
	default:
		list = append(list, afterDialogs(s)...)
	}
	if len(s.Problems) > 0 {
		list = append(list, shot{"problem", func(sh *ui.Shell) { sh.ShowProblem(s.Problems[0]) }})
	}
	return list
}

// afterDialogs gives those of Additional tasks.
func afterDialogs(s setup.State) []shot {
	var list []shot
	switch s.Page {
	case setup.PagePending:
		list = append(list, shot{"csv", (*ui.Shell).ShowSavePending})
	case setup.PageTasks:
		if s.After != nil && len(s.After.Tasks) > 0 {
			list = append(list, shot{"task", func(sh *ui.Shell) { sh.ShowTask(s.After.Tasks[0]) }})
		}
	case setup.PageUndo:
		if s.CanUndo() {
			list = append(list, shot{"ask", (*ui.Shell).ShowUndo})
		}
	case setup.PageOverview:
		if s.After != nil && s.After.Facts != nil {
			list = append(list, shot{"save", (*ui.Shell).ShowSaveReport})
		}
	case setup.PageStaging:
		return stagingDialogs(s)
	default: // help alone
	}
	return list
}

// stagingDialogs gives the sign-in of the conditions, and what asks before a switch.
func stagingDialogs(s setup.State) []shot {
	var list []shot
	if on, known := s.InStaging(); on && known && s.Busy == nil {
		list = append(list, shot{"signin", (*ui.Shell).ShowGateSignIn})
	}
	for name, purpose := range map[string]plan.Purpose{"leave": plan.Leaves, "enter": plan.Enters} {
		if ok, _ := s.CanSwitch(purpose); ok {
			list = append(list, shot{name, func(sh *ui.Shell) { sh.ShowSwitch(purpose) }})
		}
	}
	return list
}

// clockAt is a clock that stands still.
func clockAt(t time.Time) func() time.Time { return func() time.Time { return t } }

package ui

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/internal/fixture"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// BenchmarkRefresh is what one change of the state costs the window, without painting.
func BenchmarkRefresh(b *testing.B) {
	for name, s := range map[string]setup.State{
		"components": fixture.Components(), "check": fixture.Check(), "directories-40": fixture.Directories(fixture.Forests(40)...), "ready": fixture.Ready(),
	} {
		b.Run(name, func(b *testing.B) {
			app := test.NewTempApp(b)
			app.Settings().SetTheme(kit.Theme{})
			win := app.NewWindow("bench")
			session := &pretend{state: s, frozen: true}
			shell := New(win.Canvas(), session, Hooks{Still: true})
			win.SetContent(shell.Object())
			win.Resize(fyne.NewSize(DefaultWidth, DefaultHeight))
			for b.Loop() {
				session.state.Rev++
				shell.Refresh()
			}
		})
	}
}

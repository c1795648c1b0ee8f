package tour

import (
	"image/png"
	"maps"
	"os"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui"
	"github.com/adsync-reconnect/adsync-reconnect/ui/internal/fixture"
)

// states are all pages with realistic values.
func states() map[string]setup.State {
	return map[string]setup.State{
		"1-welcome": fixture.Practice(fixture.Welcome()), "1-welcome-real": fixture.Welcome(), "1-welcome-found": fixture.Found(),
		"2-components": fixture.Components(), "2-components-untrusted": fixture.Untrusted(), "2-components-wrong": fixture.WrongPassword(),
		"2-components-busy": fixture.Busy(fixture.Components(), true),
		"3-check":           fixture.Check(), "3-check-40": fixture.Clean(fixture.Forests(40)...), "3-check-1": fixture.Busy(fixture.Clean("contoso.local"), false),
		"4-entra": fixture.Entra(), "4-entra-prompt": fixture.EntraPrompt(), "4-entra-busy": fixture.EntraBusy(), "4-entra-failed": fixture.EntraFailed(), "4-entra-signedin": fixture.SignedIn(),
		"5-directories": fixture.Directories(), "5-directories-40": fixture.Directories(fixture.Forests(40)...), "5-directories-1": fixture.Green("contoso.local"),
		"5-directories-lacking": fixture.Lacking(), "5-directories-locked": fixture.Locked(), "5-directories-untrusted": fixture.DCUntrusted(),
		"5-directories-grant": fixture.GrantRefused(), "5-directories-current": fixture.CurrentUser(),
		"3-check-full": fixture.CheckFull(), "6-ready-full": fixture.ReadyFull(), "7-installing-full": fixture.InstallingFull(),
		"3-check-takeover": fixture.Claimed(""), "3-check-takeover-agreed": fixture.Claimed("sync09"),
		"6-ready-backup": fixture.BackedUp(), "6-ready-backup-refused": fixture.BackupRefused(), "6-ready-backup-denied": fixture.BackupDenied(),
		"6-ready": fixture.Practice(fixture.Ready()), "7-installing": fixture.Installing(), "7-installing-broken": fixture.Broken(), "7-installing-undone": fixture.Undone(),
		"7-handover-waiting": fixture.HandOverWaiting(), "7-handover-half": fixture.HandOverHalf(),
		"7-handover-failed": fixture.HandOverFailed(), "7-handover-done": fixture.HandOverDone(),
		"8-complete":   fixture.Complete(),
		"a-connection": fixture.Connection(), "a-overview": fixture.Overview(), "a-tasks": fixture.AfterTasks(), "a-undo": fixture.AfterUndo(), "a-undo-none": fixture.After(setup.PageUndo),
		"d-staging": fixture.Staging(), "d-staging-green": fixture.StagingGreen(), "d-staging-overridden": fixture.StagingOverridden(),
		"d-staging-running": fixture.StagingRunning(), "d-staging-done": fixture.StagingDone(), "d-staging-failed": fixture.StagingFailed(), "d-staging-live": fixture.StagingLive(),
		"b-pending": fixture.Pending(), "b-pending-million": fixture.PendingMillion(), "b-pending-nothing": fixture.PendingNothing(),
		"b-pending-uncounted": fixture.PendingUncounted(), "b-pending-busy": fixture.PendingBusy(), "b-pending-object": fixture.PendingObject(),
		"a-compare": fixture.Compare(), "a-compare-same": fixture.ComparedSame(), "a-compare-many": fixture.ComparedMany(), "a-compare-refused": fixture.CompareRefused(),
		"a-compare-database": fixture.CompareDatabase(), "a-compare-folders": fixture.CompareFolders(), "a-compare-onesided": fixture.ComparedOneSided(),
	}
}

// few leaves the pictures out that only a person wants to see.
func few(all map[string]setup.State) map[string]setup.State {
	if os.Getenv("RECONNECT_PICTURES") != "" {
		only := os.Getenv("RECONNECT_PICTURES_OF") // the beginning of their names
		maps.DeleteFunc(all, func(name string, _ setup.State) bool { return !strings.HasPrefix(name, only) })
		return all
	}
	return map[string]setup.State{"complete": all["8-complete"], "overview": all["a-overview"]}
}

// TestShootAll makes every picture; RECONNECT_PICTURES names a folder to keep them in.
func TestShootAll(t *testing.T) {
	app := test.NewTempApp(t)
	dir := os.Getenv("RECONNECT_PICTURES")
	if dir == "" {
		dir = t.TempDir()
	}
	tour := New(app, Options{Dir: dir, Log: fixture.Log{}, Scenarios: []ui.Scenario{
		{Name: "healthy", Title: "A healthy database", Text: "The server died yesterday; nothing stands against setting a new one up."},
		{Name: "two-forests", Title: "Two forests", Text: "Two forests, one with a child domain; some deletions and an export error wait."},
	}})
	for name, s := range few(states()) {
		if err := tour.ShootAll(name, s); err != nil {
			t.Fatal(err)
		}
	}
	if len(tour.Files()) < 4 {
		t.Errorf("only %d pictures", len(tour.Files()))
	}
	for _, path := range tour.Files() {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		cfg, err := png.DecodeConfig(f)
		_ = f.Close()
		if err != nil || cfg.Width != ui.DefaultWidth || cfg.Height != ui.DefaultHeight {
			t.Errorf("%s: %dx%d, %v", path, cfg.Width, cfg.Height, err)
		}
	}
}

// TestShootAtScalesAndSizes makes pictures in the smallest window and at 200 %.
func TestShootAtScalesAndSizes(t *testing.T) {
	app := test.NewTempApp(t)
	dir := os.Getenv("RECONNECT_PICTURES")
	if dir == "" {
		dir = t.TempDir()
	}
	small := New(app, Options{Dir: dir + "/small", Size: fyne.NewSize(ui.MinWidth, ui.MinHeight), OnlyLight: true})
	large := New(app, Options{Dir: dir + "/200", Scale: 2, OnlyLight: true})
	for name, s := range few(states()) {
		for _, tour := range []*Tour{small, large} {
			if err := tour.Shoot(name, s, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	img := large.Render(fixture.Check(), 1, nil)
	if got := img.Bounds().Dx(); got != 2*ui.DefaultWidth {
		t.Errorf("a picture at 200 %% is %d px wide", got)
	}
}

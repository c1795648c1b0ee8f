package ui

import (
	"testing"

	"fyne.io/fyne/v2/test"

	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/internal/fixture"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// choice finds a check by its label.
func (w *window) choice(label string) *kit.Check {
	w.t.Helper()
	for _, o := range w.objects() {
		if c, ok := o.(*kit.Check); ok && c.Label() == label {
			return c
		}
	}
	w.t.Fatalf("there is no choice %q", label)
	return nil
}

func TestBackupChoice(t *testing.T) {
	w := open(t, fixture.Ready(), true)
	w.lacks("Folder or file on SQL Server's computer")
	test.Tap(w.choice("Back the database up first"))
	if e, ok := last[setup.OptionsEdited](w.session); !ok || !e.Options.Backup.On {
		t.Fatalf("options %+v", e)
	}
	w.show(fixture.BackedUp())
	w.wants("Folder or file on SQL Server's computer", "copy-only, with checksums, compressed, verified afterwards")
	w.entries()[0].SetText(`E:\x`)
	if e, _ := last[setup.OptionsEdited](w.session); e.Options.Backup.Path != `E:\x` || !e.Options.Backup.On {
		t.Errorf("options %+v", e.Options)
	}
	test.Tap(w.choice("Start the synchronization afterwards"))
	if e, _ := last[setup.OptionsEdited](w.session); !e.Options.StartSync || !e.Options.Backup.On {
		t.Errorf("one choice undoes the other: %+v", e.Options)
	}
}

func TestBackupChoice_refusedAndDenied(t *testing.T) {
	w := open(t, fixture.BackupRefused(), true)
	w.wants("it is no full path", "Folder or file on SQL Server's computer")
	w = open(t, fixture.BackupDenied(), true)
	w.wants("This login may not back the database up")
	if c := w.choice("Back the database up first"); !c.Disabled() {
		t.Error("it can be chosen")
	}
}

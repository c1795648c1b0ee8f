package install

import (
	"encoding/json"
	"path/filepath"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
)

// Remains says which backups were made, or begun, by installations of this computer
// that never got to their first change: nothing is to be taken up there, so nobody
// else would mention them. A journal that can't be read tells nothing.
func (i *Installer) Remains() []string {
	paths, err := filepath.Glob(apply.JournalPath(i.p.DataDir, "*"))
	if err != nil {
		return nil
	}
	var out []string
	for _, path := range paths {
		records, _, err := apply.ReadJournal(path)
		if err != nil || changed(records) {
			continue
		}
		for _, f := range backupsOf(records) {
			text := "A backup that was begun lies, perhaps half, at " + f.Path
			if f.Whole {
				text = "A whole backup lies at " + f.Path
			}
			out = append(out, text+" on SQL Server's computer, made for the installation "+records[0].Begin.Plan.ID[:8]+".")
		}
	}
	return out
}

// changed tells whether a step that changes something was ever begun.
func changed(records []apply.Record) bool {
	alters := map[string]bool{}
	for _, s := range records[0].Begin.Plan.Steps {
		alters[s.ID] = s.Alters()
	}
	for _, r := range records {
		if r.Kind == apply.RecordIntent && alters[r.Step] {
			return true
		}
	}
	return false
}

// backupsOf gives the files that the journal knows of.
func backupsOf(records []apply.Record) (files []backupFile) {
	for _, r := range records {
		if r.Kind != apply.RecordKeep || r.Key != keyBackups || !strings.EqualFold(r.Step, string(plan.KindBackup)) {
			continue
		}
		var now []backupFile
		if json.Unmarshal(r.Value, &now) == nil {
			files = now
		}
	}
	return files
}

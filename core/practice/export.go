package practice

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"testing/fstest"

	"github.com/adsync-reconnect/adsync-reconnect/core/adsync"
	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/probe"
	"github.com/adsync-reconnect/adsync-reconnect/core/sqlserver"
)

// sampleExport gives the export of a pretend active server: the configuration of
// this site's database with differences of every class.
func (s *Site) sampleExport(ctx context.Context) (fs.FS, error) {
	p := &probe.Probe{Dialer: s.sql.network, Roots: s.sql.roots, Now: s.options.Now}
	db, _, err := sqlserver.Connect(ctx, p.Config(s.answers().SQL, s.secrets()[answers.SecretSQL]))
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }() // nothing was written
	documents, err := adsync.Export(ctx, db)
	if err != nil {
		return nil, err
	}
	files := fstest.MapFS{}
	disabled := false
	for i, d := range documents {
		text := sampleEdits.Replace(d.Text)
		if isRule := strings.HasPrefix(d.Name, "SynchronizationRules/"); isRule && !disabled {
			text = strings.Replace(text, "<disabled>False<", "<disabled>True<", 1)
			disabled = text != d.Text
		}
		folder, _, _ := strings.Cut(d.Name, "/")
		files[fmt.Sprintf("%s/%03d.xml", folder, i)] = &fstest.MapFile{Data: []byte(text), Mode: 0o600}
	}
	return files, nil
}

// sampleEdits are how the pretend active server differs: by what two servers
// differ in anyway, by settings that need a look, and by filtering.
var sampleEdits = strings.NewReplacer(
	"<mv-data>", `<saved-mv-configuration server="SYNC00" export-date="2026-01-15 08:00:00.000"><mv-data>`,
	"</mv-data>", "</mv-data></saved-mv-configuration>",
	"Sync_"+sitePrevious+"_", "Sync_SYNC00_",
	"<last-dc>", "<last-dc>OLD-",
	"<exclusion>OU=Retired,OU=Corp,", "<exclusion>OU=Former,OU=Corp,",
	`dataType="String">00:30:00<`, `dataType="String">01:00:00<`,
	"<page-size>500<", "<page-size>250<",
)

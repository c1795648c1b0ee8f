package plan_test

import (
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	ft "github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// backupInput asks for a backup on a server whose way change describes.
func backupInput(path string, change func(*facts.Set)) plan.Input {
	in := input()
	in.Answers.Options.Backup = answers.Backup{On: true, Path: path}
	now := ft.Now()
	in.Facts.Database.BackupWay = facts.BackupWay{
		Folder: facts.Known(`D:\Backup`, "test", now), Allowed: facts.Known(true, "test", now), Verify: facts.Known(true, "test", now),
		Volumes: facts.Known([]facts.Volume{{Root: `C:\`, FreeBytes: 1 << 20}, {Root: `D:\`, FreeBytes: 1 << 40}}, "test", now),
		Linux:   facts.Known(false, "test", now),
	}
	if change != nil {
		change(&in.Facts)
	}
	return in
}

func TestBackup_path(t *testing.T) {
	linux := func(s *facts.Set) {
		s.Database.BackupWay.Linux = facts.Known(true, "test", ft.Now())
		s.Database.BackupWay.Folder = facts.Known("/var/opt/mssql/data", "test", ft.Now())
	}
	name := "ADSync_" + input().Installation[:12] + "_" + input().Now.UTC().Format("20060102T150405Z") + ".bak"
	for typed, c := range map[string]struct {
		change func(*facts.Set)
		want   string
		code   problem.Code
	}{
		"":                       {nil, `D:\Backup\` + name, ""},
		" ":                      {linux, "/var/opt/mssql/data/" + name, ""},
		`E:\x\`:                  {nil, `E:\x\` + name, ""},
		`E:\`:                    {nil, `E:\` + name, ""},
		`\\nas\share`:            {nil, `\\nas\share\` + name, ""},
		`E:\O'Neil; DROP\my.BAK`: {nil, `E:\O'Neil; DROP\my.BAK`, ""},
		"/backup":                {linux, "/backup/" + name, ""},
		"/backup ":               {nil, "", plan.CodeBackupPath},
		`E:\y`:                   {linux, "", plan.CodeBackupPath},
		`backup`:                 {nil, "", plan.CodeBackupPath},
		`\\nas`:                  {nil, "", plan.CodeBackupPath},
		`E:\a|b`:                 {nil, "", plan.CodeBackupPath},
		"E:\\a\nb":               {nil, "", plan.CodeBackupPath},
		"https://x/y":            {nil, "", plan.CodeBackupPath},
		`E:\` + long(250):        {nil, "", plan.CodeBackupPath},
		`C:\x`:                   {nil, "", plan.CodeBackupSpace},
		`C:\x\a.bak`: {func(s *facts.Set) {
			s.Database.BackupWay.Volumes = facts.Unknown[[]facts.Volume]("t", "no right", ft.Now())
		}, `C:\x\a.bak`, ""},
		`E:\denied`:                 {func(s *facts.Set) { s.Database.BackupWay.Allowed = facts.Known(false, "t", ft.Now()) }, "", plan.CodeBackupDenied},
		`E:\right not known\a.bak`:  {func(s *facts.Set) { s.Database.BackupWay.Allowed = facts.Unknown[bool]("t", "x", ft.Now()) }, `E:\right not known\a.bak`, ""},
		`E:\managed instance\a.bak`: {func(s *facts.Set) { s.SQL.EngineEdition = facts.Known(int64(8), "t", ft.Now()) }, "", plan.CodeBackupDenied},
	} {
		p, err := plan.Build(backupInput(typed, c.change))
		if c.code != "" {
			if got := problem.As(err); got == nil || got.Code != c.code || got.Field != answers.FieldBackupPath {
				t.Errorf("%q: %v, want %s", typed, err, c.code)
			}
			continue
		}
		if err != nil || p.Backup == nil || p.Backup.Path != c.want {
			t.Errorf("%q: %+v, %v, want %s", typed, p.Backup, err, c.want)
		}
	}
}

func long(n int) string { return strings.Repeat("x", n) }

func TestBackup_step(t *testing.T) {
	p, err := plan.Build(backupInput("", func(s *facts.Set) {
		s.Database.BackupWay.Folder = facts.Absent[string]("t", "not told", ft.Now())
		s.Database.BackupWay.Verify = facts.Known(false, "t", ft.Now())
		s.SQL.EngineEdition = facts.Known(int64(4), "t", ft.Now())
	}))
	if err != nil {
		t.Fatal(err)
	}
	if p.Steps[0].Kind != plan.KindRecheck || p.Steps[1].Kind != plan.KindBackup || p.Steps[2].Kind != plan.KindClaim {
		t.Fatalf("the steps begin with %s, %s, %s", p.Steps[0].Kind, p.Steps[1].Kind, p.Steps[2].Kind)
	}
	s := p.Steps[1]
	if p.Backup.Compress || strings.ContainsAny(p.Backup.Path, `\/`) || !strings.Contains(s.Summary, "not verified") || strings.Contains(s.Summary, "compressed") {
		t.Errorf("%+v, %+v", p.Backup, s)
	}
	if s.Alters() || !strings.Contains(s.Undo, "stays") {
		t.Errorf("undo: %q", s.Undo)
	}
	without, err := plan.Build(input())
	if err != nil || without.Backup != nil || len(without.Steps) != len(p.Steps)-1 {
		t.Errorf("without a backup: %v, %d steps", err, len(without.Steps))
	}
}

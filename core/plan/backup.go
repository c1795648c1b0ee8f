package plan

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// Codes of the problems of a planned backup.
const (
	CodeBackupPath   problem.Code = "plan.backup.path"  // the path can't be one of SQL Server's computer
	CodeBackupSpace  problem.Code = "plan.backup.space" // there is not enough room
	CodeBackupDenied problem.Code = "plan.backup.right" // server or login does not allow it
)

// Backup is the copy-only backup that is made before the first change.
type Backup struct {
	Database string `json:"database"`
	Path     string `json:"path"` // on SQL Server's computer; a bare name goes to its default folder
	Media    string `json:"media"`
	Compress bool   `json:"compress"`
	Verify   bool   `json:"verify"` // false when the login may not
	MB       int64  `json:"mb"`     // what it may take at most, 0 when not known
}

// maxBackupPath is the longest name of a backup device, in characters.
const maxBackupPath = 259

var (
	windowsPath = regexp.MustCompile(`^([A-Za-z]:\\|\\\\[^\\/]+\\[^\\/]+(\\|$))`)
	badOnDisk   = regexp.MustCompile(`[\x00-\x1f<>"|?*]`)
)

// backup plans the backup, nil when none is wanted.
func (b *builder) backup() (*Backup, *problem.Problem) {
	o := b.in.Answers.Options.Backup
	if !o.On {
		return nil, nil
	}
	if ok, why := preflight.CanBackup(b.set); !ok {
		return nil, &problem.Problem{
			Code: CodeBackupDenied, Field: answers.FieldBackupPath, What: "The database can't be backed up from here.", Why: why,
			Fix: "Have it backed up by somebody who may, then install without this choice.",
		}
	}
	path, p := b.backupPath(o)
	if p != nil {
		return nil, p
	}
	// Express and Web can't compress; an edition that is not known is taken for one of them.
	edition := b.set.SQL.EngineEdition.Or(0)
	compress := (edition == 2 || edition == 3) && !strings.Contains(b.set.SQL.Edition.Or(""), "Web")
	out := &Backup{
		Database: b.set.Database.Name, Path: path, Media: "ADSync Reconnect " + b.in.Installation,
		Compress: compress, Verify: preflight.CanVerify(b.set), MB: b.set.Database.DataMB.Or(0),
	}
	return out, roomFor(b.set, out)
}

// roomFor compares the volume's free space with the whole size of the data: what
// compression saves is not known beforehand.
func roomFor(set facts.Set, b *Backup) *problem.Problem {
	path := b.Path
	if !strings.ContainsAny(path, `\/`) {
		return nil // where the default folder lies is not known
	}
	v, ok := set.Database.BackupWay.VolumeOf(path)
	if !ok || b.MB == 0 || v.FreeBytes>>20 >= b.MB {
		return nil
	}
	return &problem.Problem{
		Code: CodeBackupSpace, Field: answers.FieldBackupPath,
		What: fmt.Sprintf("There is not enough room on %s of SQL Server's computer: %d MB are free, and the backup may take %d MB.", v.Root, v.FreeBytes>>20, b.MB),
		Why:  "A full disk would stop other databases of the server too.",
		Fix:  "Give a folder on another disk or a share.",
	}
}

// backupPath gives the file to write: what was typed is a folder, unless it ends
// with .bak.
func (b *builder) backupPath(o answers.Backup) (string, *problem.Problem) {
	name := fmt.Sprintf("ADSync_%s_%s.bak", b.suffix(), b.in.Now.UTC().Format("20060102T150405Z"))
	folder := strings.TrimSpace(o.Path)
	if folder == "" {
		folder = b.set.Database.BackupWay.Folder.Or("")
		if folder == "" {
			return name, nil
		}
	} else if why := pathFault(folder, b.set.Database.BackupWay.Linux); why != "" {
		return "", badPath(why)
	}
	path := folder
	if !strings.HasSuffix(strings.ToLower(folder), ".bak") {
		separator := `\`
		if strings.HasPrefix(folder, "/") {
			separator = "/"
		}
		path = strings.TrimRight(folder, `\/`) + separator + name
	}
	if len([]rune(path)) > maxBackupPath {
		return "", badPath(fmt.Sprintf("it is longer than the %d characters that SQL Server takes", maxBackupPath))
	}
	return path, nil
}

func badPath(why string) *problem.Problem {
	return &problem.Problem{
		Code: CodeBackupPath, Field: answers.FieldBackupPath, What: "This can't be where the backup goes: " + why + ".",
		Fix: `Give a folder as SQL Server's own computer sees it: D:\Backup, \\server\share or, on Linux, /var/opt/mssql/backup.`,
	}
}

// pathFault says what is wrong with a typed path, empty for nothing.
func pathFault(path string, linux facts.Read[bool]) string {
	isLinux, known := linux.Get()
	slash := strings.HasPrefix(path, "/")
	switch {
	case badOnDisk.MatchString(path):
		return "it has characters that no path can have"
	case strings.Contains(path, "://"):
		return "backups to a URL need credentials that this program does not make"
	case slash && known && !isLinux:
		return "SQL Server runs on Windows, where no path begins with /"
	case !slash && known && isLinux:
		return "SQL Server runs on Linux, where a full path begins with /"
	case !slash && !windowsPath.MatchString(path):
		return "it is no full path"
	}
	return ""
}

// step gives the plan's step. Its undo leaves the file: a backup is never deleted
// by the program.
func (b *Backup) step(database string) Step {
	how := []string{"copy-only, with checksums"}
	if b.Compress {
		how = append(how, "compressed")
	}
	if b.Verify {
		how = append(how, "verified afterwards")
	} else {
		how = append(how, "not verified afterwards, as the login may not create databases")
	}
	return Step{
		ID: string(KindBackup), Kind: KindBackup, Title: "Back the database up",
		Summary: strings.Join(how, ", "),
		Changes: []Change{{Target: database, Object: "backup on SQL Server's computer", Name: "file", After: b.Path}},
		Undo:    "The backup stays: " + b.Path + ". Nobody but you deletes it.",
	}
}

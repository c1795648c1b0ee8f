package tsql

import (
	"fmt"
	"strings"
	"time"
)

// Disk is what the pretend server's computer has to back up to. Backups take no
// real space: only their names, sizes and labels are kept.
type Disk struct {
	// BackupFolder is the default folder for backups; by default the one beside
	// the data. One that begins with / makes the server one on Linux.
	BackupFolder string
	// FreeBytes is what is free on its volume; default 64 GB.
	FreeBytes int64
	// Denied lists folders which the server's account may not write to.
	Denied []string
	// Folders lists further folders that exist.
	Folders []string
	// Step is how long a tenth of a backup or of its check takes; default none.
	Step time.Duration
}

// backupFile is a pretended backup file.
type backupFile struct {
	path, media, database string
	size                  int64
	checksum, torn        bool
}

// backupFolder is where backups go by default, with the separator at its end.
func (s *Server) backupFolder() string {
	if f := s.cfg.Disk.BackupFolder; f != "" {
		return strings.TrimRight(f, `\/`) + separatorOf(f)
	}
	return strings.TrimSuffix(dataPath(s), `DATA\`) + `Backup\`
}

func (s *Server) onLinux() bool { return strings.HasPrefix(s.cfg.Disk.BackupFolder, "/") }

func separatorOf(path string) string {
	if strings.HasPrefix(path, "/") {
		return "/"
	}
	return `\`
}

func (s *Server) freeBytes() int64 {
	free := s.cfg.Disk.FreeBytes
	if free == 0 {
		free = 64 << 30
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.backups {
		free -= f.size
	}
	return max(free, 0)
}

// fullPath completes a name without a folder with the default folder.
func (s *Server) fullPath(path string) string {
	if strings.HasPrefix(path, "/") || strings.HasPrefix(path, `\\`) || len(path) > 2 && path[1] == ':' {
		return path
	}
	return s.backupFolder() + path
}

// folderKey makes names of folders comparable.
func (s *Server) folderKey(path string) string {
	path = strings.TrimRight(path, `\/`)
	if s.onLinux() {
		return path
	}
	return strings.ToLower(strings.ReplaceAll(path, "/", `\`))
}

// folderOf is the folder of a file.
func folderOf(path string) string {
	i := strings.LastIndexAny(path, `\/`)
	return path[:max(i, 0)]
}

func (s *Server) folderExists(path string) bool {
	key := s.folderKey(path)
	for _, f := range append([]string{s.backupFolder(), dataPath(s), `C:`, "/tmp"}, append(s.cfg.Disk.Folders, s.cfg.Disk.Denied...)...) {
		if s.folderKey(f) == key {
			return true
		}
	}
	return false
}

func (s *Server) folderDenied(path string) bool {
	for _, f := range s.cfg.Disk.Denied {
		if s.folderKey(f) == s.folderKey(path) {
			return true
		}
	}
	return false
}

// Backups gives the paths of the backup files that were written.
func (s *Server) Backups() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, f := range s.backups {
		out = append(out, f.path)
	}
	return out
}

// RemoveBackups deletes all backup files.
func (s *Server) RemoveBackups() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.backups = nil
}

// DamageBackups makes all backup files fail their check.
func (s *Server) DamageBackups() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.backups {
		f.torn = true
	}
}

func (s *Server) backupAt(path string) *backupFile {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.backups {
		if s.folderKey(f.path) == s.folderKey(path) {
			return f
		}
	}
	return nil
}

// diskViews are the views and functions about the server's disks.
func diskViews() map[string]*sysView {
	return map[string]*sysView{
		"sys.dm_os_host_info": {
			cols: columns("host_platform:l host_distribution:l host_release:l host_service_pack_level:l host_sku:i os_language_version:i host_architecture:l"),
			rows: needState(rowsHostInfo),
		},
		"sys.dm_os_enumerate_fixed_drives": {
			cols: columns("fixed_drive_path:l drive_type:i drive_type_desc:l free_space_in_bytes:I"),
			rows: needState(rowsFixedDrives),
		},
		"sys.dm_os_volume_stats": {
			cols: columns("database_id:i file_id:i volume_mount_point:l volume_id:l logical_volume_name:l file_system_type:l total_bytes:I available_bytes:I"),
			rows: needState(rowsVolume),
		},
		"sys.dm_os_file_exists": {
			cols: columns("file_exists:i file_is_a_directory:i parent_directory_exists:i"),
			rows: needState(rowsFileExists),
		},
	}
}

func rowsHostInfo(s *Session, _ *Database, _ []any) ([][]any, error) {
	platform := "Windows"
	if s.srv.onLinux() {
		platform = "Linux"
	}
	return [][]any{{platform, platform, "", "", 0, 1033, "X64"}}, nil
}

// volume is where the server's files lie.
func (s *Server) volume() string {
	if s.onLinux() {
		return "/"
	}
	return s.backupFolder()[:3]
}

func rowsFixedDrives(s *Session, _ *Database, _ []any) ([][]any, error) {
	return [][]any{{s.srv.volume(), 3, "DRIVE_FIXED", s.srv.freeBytes()}}, nil
}

func rowsVolume(s *Session, _ *Database, args []any) ([][]any, error) {
	if len(args) != 2 {
		return nil, errf(313, 16, 3, "An insufficient number of arguments were supplied for the procedure or function sys.dm_os_volume_stats.")
	}
	return [][]any{{args[0], args[1], s.srv.volume(), fmt.Sprintf(`\\?\Volume{%s}\`, guidText(madeUpGUID("volume"))), "", "NTFS", int64(256 << 30), s.srv.freeBytes()}}, nil
}

func rowsFileExists(s *Session, _ *Database, args []any) ([][]any, error) {
	if len(args) != 1 {
		return nil, errf(313, 16, 3, "An insufficient number of arguments were supplied for the procedure or function sys.dm_os_file_exists.")
	}
	path, _ := args[0].(string)
	path = s.srv.fullPath(path)
	return [][]any{{boolInt(s.srv.backupAt(path) != nil), boolInt(s.srv.folderExists(path)), boolInt(s.srv.folderExists(folderOf(path)))}}, nil
}

package facts

import "strings"

// BackupWay is what was seen of backing the database up from here: where SQL
// Server puts backups, what is free there, and what this login may do.
type BackupWay struct {
	// Folder is SQL Server's default folder for backups; absent before SQL Server
	// 2019, which does not tell it (a file without a folder goes there all the same).
	Folder  Read[string]   `json:"folder"`
	Allowed Read[bool]     `json:"allowed"` // the login has BACKUP DATABASE
	Verify  Read[bool]     `json:"verify"`  // it may run RESTORE VERIFYONLY, which takes CREATE ANY DATABASE
	Volumes Read[[]Volume] `json:"volumes"` // of the server's computer, as far as it shows them
	Linux   Read[bool]     `json:"linux"`   // SQL Server runs on Linux, where paths begin with /
}

// Volume is a disk of SQL Server's computer.
type Volume struct {
	Root      string `json:"root"` // `C:\`, `C:\mounts\sql\`, "/"
	FreeBytes int64  `json:"freeBytes"`
}

// VolumeOf gives the volume that a path lies on: the one with the longest root
// that the path begins with. ok is false for a share and when none fits.
func (b BackupWay) VolumeOf(path string) (v Volume, ok bool) {
	for _, x := range b.Volumes.Or(nil) {
		if len(x.Root) <= len(path) && strings.EqualFold(path[:len(x.Root)], x.Root) && len(x.Root) > len(v.Root) {
			v, ok = x, true
		}
	}
	return v, ok
}

//go:build !windows

package secret

import (
	"os"
	"strings"
)

// systemProtector gives the protection of this system.
func systemProtector(dir, machine string) (Protector, error) { return NewFileProtector(dir, machine) }

// machineID gives what tells this computer from others: the machine id of
// systemd or D-Bus, else the host name.
func machineID() (string, error) {
	for _, path := range []string{"/etc/machine-id", "/var/lib/dbus/machine-id"} {
		if b, err := os.ReadFile(path); err == nil && strings.TrimSpace(string(b)) != "" {
			return strings.TrimSpace(string(b)), nil
		}
	}
	return os.Hostname()
}

// privateDir makes a folder that only its owner can look into.
func privateDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return os.Chmod(dir, 0o700)
}

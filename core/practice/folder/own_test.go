package folder

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// envOwner makes the test binary the owner of a folder under the one that it names.
const envOwner = "RECONNECT_TEST_OWNER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(envOwner); dir != "" {
		path, release, err := New(dir, "site-")
		if err != nil {
			panic(err)
		}
		_, _ = os.Stdout.WriteString(path + "\n")
		time.Sleep(time.Hour) // until it is killed
		release()
	}
	os.Exit(m.Run())
}

func there(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// owner starts a process that owns a folder, and gives that; end kills it.
func owner(t *testing.T, dir string) (path string, end func()) {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(os.Environ(), envOwner+"="+dir)
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 4096)
	n, err := out.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(line[:n])), func() {
		_ = c.Process.Kill()
		_ = c.Wait() // it was killed
	}
}

func TestSweep(t *testing.T) {
	dir := t.TempDir()
	mine, release, err := New(dir, "site-")
	if err != nil {
		t.Fatal(err)
	}
	lives, endLives := owner(t, dir)
	defer endLives()
	killed, end := owner(t, dir)
	if err := os.MkdirAll(filepath.Join(killed, "data", "deep"), 0o700); err != nil {
		t.Fatal(err)
	}
	makeDir := func(name string, file string, age time.Duration) string {
		path := filepath.Join(dir, name)
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		if file != "" {
			if err := os.WriteFile(filepath.Join(path, file), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		at := time.Now().Add(-age)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
		return path
	}
	young, old := makeDir("site-young", "", 0), makeDir("site-old", "", 2*time.Hour)
	foreign, other := makeDir("site-foreign", "file", 2*time.Hour), makeDir("other", lockName, 2*time.Hour)
	sweep := func(want map[string]bool) {
		t.Helper()
		Sweep(dir, "site-", time.Now())
		for path, stays := range want {
			if there(path) != stays {
				t.Errorf("%s is there: %v", path, !stays)
			}
		}
	}
	stay := map[string]bool{mine: true, lives: true, killed: true, young: true, old: false, foreign: true, other: true}
	sweep(stay)
	end()
	stay[killed] = false
	sweep(stay)
	release()
	stay[mine] = false
	sweep(stay)
}

func TestNew_noPlace(t *testing.T) {
	if path, _, err := New(filepath.Join(t.TempDir(), "none"), "site-"); err == nil {
		t.Errorf("made %s", path)
	}
}

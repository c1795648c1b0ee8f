package local

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/windows"

	"github.com/adsync-reconnect/adsync-reconnect/core/winapi"
)

// startMenu is the Start menu of all users.
type startMenu struct{}

// wizardFile is the wizard's file beside the console program.
const wizardFile = "adsync-reconnect.exe"

const menuText = "Sets a Microsoft Entra Connect server up on the ADSync database it has"

// wizard gives the path of the wizard that lies beside the running program, empty
// when there is none or nobody knows.
func wizard() string {
	self, err := os.Executable()
	if err != nil {
		return ""
	}
	path := filepath.Join(filepath.Dir(self), wizardFile)
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

func entryFile(name string) (string, error) {
	dir, err := windows.KnownFolderPath(windows.FOLDERID_CommonPrograms, 0)
	return filepath.Join(dir, name+".lnk"), err
}

func (startMenu) Entry(name string) (program string, there bool, err error) {
	path, err := entryFile(name)
	if err != nil {
		return "", false, err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return "", false, nil
	}
	program, err = winapi.ReadLink(path)
	return program, true, err
}

func (startMenu) Add(name, program string) error {
	path, err := entryFile(name)
	if err != nil {
		return err
	}
	return winapi.SaveLink(path, program, filepath.Dir(program), menuText)
}

func (startMenu) Remove(name string) error {
	path, err := entryFile(name)
	if err != nil {
		return err
	}
	return absent(os.Remove(path))
}

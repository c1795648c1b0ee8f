package handover

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// This gives the setup of this computer.
func This() Starter {
	return computer{
		program: filepath.Join(folderOf(windows.FOLDERID_ProgramFiles, "ProgramFiles"), Folder, Program),
		traces:  filepath.Join(folderOf(windows.FOLDERID_ProgramData, "ProgramData"), TraceFolder),
	}
}

// folderOf gives one of the system's folders; the environment is asked second, as
// anybody can change it.
func folderOf(id *windows.KNOWNFOLDERID, variable string) string {
	if path, err := windows.KnownFolderPath(id, 0); err == nil {
		return path
	}
	return os.Getenv(variable)
}

// computer is Microsoft's setup on a Windows computer.
type computer struct{ program, traces string }

func (c computer) Traces() string { return c.traces }

// Start starts the setup. It outlives this program and its deadlines.
func (c computer) Start(ctx context.Context, _ plan.Plan) error {
	if _, err := os.Stat(c.program); errors.Is(err, fs.ErrNotExist) {
		return notInstalled(c.program)
	}
	cmd := exec.CommandContext(context.WithoutCancel(ctx), c.program, Switch)
	cmd.Dir = filepath.Dir(c.program)
	err := cmd.Start()
	switch {
	case errors.Is(err, windows.ERROR_ELEVATION_REQUIRED):
		return &problem.Problem{
			Code: CodeElevation, What: "Microsoft's setup needs administrator rights.",
			Fix: "Start this program as administrator, or start the setup yourself: \"" + c.program + "\" " + Switch, Cause: err,
		}
	case err != nil:
		return &problem.Problem{
			Code: CodeNotStarted, What: "Microsoft's setup could not be started.",
			Fix: "Start it yourself in an administrator's command prompt: \"" + c.program + "\" " + Switch, Detail: err.Error(), Cause: err,
		}
	}
	return cmd.Process.Release()
}

// Running looks for the setup among the processes.
func (c computer) Running() (bool, error) {
	snapshot, err := windows.CreateToolhelp32Snapshot(windows.TH32CS_SNAPPROCESS, 0)
	if err != nil {
		return false, err
	}
	defer func() { _ = windows.CloseHandle(snapshot) }() // it was only read
	entry := windows.ProcessEntry32{Size: uint32(unsafe.Sizeof(windows.ProcessEntry32{}))}
	for err = windows.Process32First(snapshot, &entry); err == nil; err = windows.Process32Next(snapshot, &entry) {
		if strings.EqualFold(windows.UTF16ToString(entry.ExeFile[:]), Program) {
			return true, nil
		}
	}
	if errors.Is(err, windows.ERROR_NO_MORE_FILES) {
		return false, nil
	}
	return false, err
}

// notInstalled says where the setup comes from. path is where it was looked for.
func notInstalled(path string) *problem.Problem {
	return &problem.Problem{
		Code: CodeNotInstalled, What: "Microsoft's setup is not on this computer.",
		Why:    "It is looked for where Microsoft Entra Connect Sync installs it.",
		Fix:    "Download Microsoft Entra Connect Sync from the Entra admin center (Entra Connect, Get started: " + Download + "), install it, close the setup that opens by itself, then try again.",
		Detail: path,
	}
}

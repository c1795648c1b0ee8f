package host

import (
	"context"
	"errors"
	"io/fs"
	"strconv"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// Where Windows keeps what it says of itself. The .NET release numbers are
// explained at https://learn.microsoft.com/dotnet/framework/migration-guide/how-to-determine-which-versions-are-installed.
const (
	currentVersion = `SOFTWARE\Microsoft\Windows NT\CurrentVersion`
	productOptions = `SYSTEM\CurrentControlSet\Control\ProductOptions`
	dotNet         = `SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full`
	powerShell     = `SOFTWARE\Microsoft\PowerShell\3\PowerShellEngine`
	shellPolicy    = `SOFTWARE\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell`
	shellGroup     = `SOFTWARE\Policies\Microsoft\Windows\PowerShell`
	codePage       = `SYSTEM\CurrentControlSet\Control\Nls\CodePage`
	sessionManager = `SYSTEM\CurrentControlSet\Control\Session Manager`
	w32time        = `SYSTEM\CurrentControlSet\Services\W32Time\Parameters`
	eventLogKey    = `SYSTEM\CurrentControlSet\Services\EventLog\Application`
	servicing      = `SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing`
	windowsUpdate  = `SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update`
	processor      = `HARDWARE\DESCRIPTION\System\CentralProcessor\0`
	activeSetup    = `SOFTWARE\Microsoft\Active Setup\Installed Components`
	computerName   = `SYSTEM\CurrentControlSet\Control\ComputerName\`
)

// windows reads edition and build.
func (r reader) windows() (facts.Windows, error) {
	var w facts.Windows
	var build, role string
	err := r.texts(currentVersion, map[string]*string{
		"ProductName": &w.Product, "EditionID": &w.Edition, "InstallationType": &w.Installation, "CurrentBuild": &build,
	})
	if err != nil {
		return w, err
	}
	if role, err = r.text(productOptions, "ProductType"); err != nil {
		return w, err
	}
	w.Controller = strings.EqualFold(role, "LanmanNT")
	if w.Revision, err = r.number(currentVersion, "UBR"); err != nil {
		return w, err
	}
	if w.Build, err = strconv.ParseInt(build, 10, 64); err != nil {
		return w, errors.New("the build number " + strconv.Quote(build) + " is no number")
	}
	return w, nil
}

func (r reader) texts(path string, into map[string]*string) error {
	for name, t := range into {
		v, err := r.text(path, name)
		if err != nil {
			return err
		}
		*t = v
	}
	return nil
}

func (r reader) dotNet() (int64, error) { return r.number(dotNet, "Release") }

// powerShell reads the version and the execution policy that counts: that of
// group policy before that of the computer.
func (r reader) powerShell() (facts.PowerShell, error) {
	var p facts.PowerShell
	var allowed, group string
	var err error
	if p.Version, err = r.text(powerShell, "PowerShellVersion"); err != nil {
		return p, err
	}
	if p.Policy, err = r.text(shellPolicy, "ExecutionPolicy"); err != nil {
		return p, err
	}
	if allowed, err = r.text(shellGroup, "EnableScripts"); err != nil {
		return p, err
	}
	if group, err = r.text(shellGroup, "ExecutionPolicy"); err != nil {
		return p, err
	}
	switch {
	case allowed == "0":
		p.Policy, p.ByGroupPolicy = "Restricted", true
	case allowed == "1" && group != "":
		p.Policy, p.ByGroupPolicy = group, true
	}
	transcripts, err := r.text(shellGroup+`\Transcription`, "EnableTranscripting")
	p.Transcription = transcripts == "1"
	return p, err
}

// reboot lists what waits for a restart, as Microsoft's own setups look for it.
func (r reader) reboot() ([]string, error) {
	var out []string
	for _, k := range []struct{ parent, key, why string }{
		{servicing, "RebootPending", "Windows features or updates (Component Based Servicing)"},
		{windowsUpdate, "RebootRequired", "Windows Update"},
	} {
		list, err := r.keys(k.parent)
		if err != nil {
			return nil, err
		}
		for _, name := range list {
			if strings.EqualFold(name, k.key) {
				out = append(out, k.why)
			}
		}
	}
	files, err := r.text(sessionManager, "PendingFileRenameOperations")
	if err != nil {
		return nil, err
	}
	if strings.Trim(files, "; ") != "" {
		out = append(out, "files that are replaced at the next start (PendingFileRenameOperations)")
	}
	is, err := r.text(computerName+"ActiveComputerName", "ComputerName")
	if err != nil {
		return nil, err
	}
	will, err := r.text(computerName+"ComputerName", "ComputerName")
	if err == nil && is != "" && will != "" && !strings.EqualFold(is, will) {
		out = append(out, "the computer's new name "+will)
	}
	return out, err
}

func (r reader) timeService(ctx context.Context) (facts.TimeService, error) {
	s, err := r.Services.Service(ctx, "W32Time")
	if err != nil {
		return facts.TimeService{}, err
	}
	t := facts.TimeService{Service: s}
	if t.Type, err = r.text(w32time, "Type"); err != nil {
		return t, err
	}
	t.Source, err = r.text(w32time, "NtpServer")
	return t, err
}

// eventLog asks for the right to add a source without using it.
func (r reader) eventLog(ctx context.Context) (facts.EventLog, error) {
	s, err := r.Services.Service(ctx, "EventLog")
	if err != nil {
		return facts.EventLog{}, err
	}
	e := facts.EventLog{Service: s, Writable: true}
	if err := r.Machine.MayWrite(eventLogKey); err != nil {
		e.Writable, e.Why = false, err.Error()
		if errors.Is(err, fs.ErrNotExist) {
			e.Why = hklm + eventLogKey + " is not there"
		}
	}
	return e, nil
}

// size reads memory, processors and disk, each for itself.
func (r reader) size(c *facts.Computer) {
	mb, cores, err := r.Machine.Memory()
	c.MemoryMB = fact(r, "GlobalMemoryStatusEx", func() (int64, error) { return mb, err })
	c.Cores = fact(r, "processors of this process", func() (int64, error) { return cores, err })
	c.ClockMHz = fact(r, hklm+processor, r.clock)
	c.Disk = fact(r, "GetDiskFreeSpaceEx", func() (facts.Disk, error) {
		free, total, err := r.Machine.Disk(r.Drive)
		return facts.Disk{Drive: r.Drive, FreeMB: free, TotalMB: total}, err
	})
}

// clock reads the clock of the first processor, in MHz.
func (r reader) clock() (int64, error) {
	mhz, err := r.number(processor, "~MHz")
	if err == nil && mhz <= 0 {
		return 0, errors.New("the processor's clock is not told")
	}
	return mhz, err
}

// Components of Internet Explorer Enhanced Security Configuration: for administrators,
// and for everybody else. Windows without it lacks the keys.
const (
	guardAdmins = activeSetup + `\{A509B1A7-37EF-4b3f-8CFC-4F3A74704073}`
	guardUsers  = activeSetup + `\{A509B1A8-37EF-4b3f-8CFC-4F3A74704073}`
)

func (r reader) browserGuard() (facts.BrowserGuard, error) {
	admins, err := r.number(guardAdmins, "IsInstalled")
	if err != nil {
		return facts.BrowserGuard{}, err
	}
	users, err := r.number(guardUsers, "IsInstalled")
	return facts.BrowserGuard{Admins: admins == 1, Users: users == 1}, err
}

// rights reads the user rights that the service account needs, and the one that
// takes them away.
func (r reader) rights(ctx context.Context) ([]facts.UserRight, error) {
	var out []facts.UserRight
	for _, name := range []string{facts.RightService, facts.RightBatch, facts.RightDenyService} {
		holders, err := r.Accounts.Holders(ctx, name)
		if err != nil {
			return nil, err
		}
		out = append(out, facts.UserRight{Name: name, Holders: holders})
	}
	return out, nil
}

package preflight

import (
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/product"
)

// size is a row of Microsoft's table of hardware
// (https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-install-prerequisites).
type size struct {
	below  int64 // objects in Active Directory, 0 for any number
	memory int64 // GB
	disk   int64 // GB
}

func sizes() []size {
	return []size{
		{50_000, 6, 70}, {100_000, 16, 100}, {300_000, 32, 300}, {600_000, 32, 450}, {0, 32, 500},
	}
}

// sizeFor gives the row for a number of objects, and in words what it rests on.
func sizeFor(objects facts.Read[int64]) (size, string) {
	n, ok := objects.Get()
	if !ok {
		return sizes()[0], "the number of objects is not known"
	}
	for _, row := range sizes() {
		if row.below == 0 || n < row.below {
			return row, plural(n, "object")
		}
	}
	return sizes()[0], ""
}

// A computer sold with 16 GB shows a little less, as the firmware keeps some.
const memoryKept = 0.95

func judgeMemory(s site) Finding {
	c := s.set.Computer
	return about("computer.memory", "Memory", product.LinkPrerequisites, c.MemoryMB, megabytes, func(mb int64) Finding {
		row, basis := sizeFor(s.set.ADSync.Objects)
		f := Finding{
			Severity: Pass, Title: "This computer has " + megabytes(mb) + " of memory",
			Summary:  fmt.Sprintf("%d GB are asked for (%s).", row.memory, basis),
			Evidence: []Evidence{evidence(c.Cores, func(n int64) string { return plural(n, "processor") })},
		}
		if float64(mb) < float64(row.memory<<10)*memoryKept {
			f.Severity = Warning
			f.Title = fmt.Sprintf("This computer has %s of memory, %d GB are asked for", megabytes(mb), row.memory)
			f.Summary = sentence("Microsoft's table, for " + basis)
			f.Consequence = "Synchronization gets slow, or ends for want of memory."
			f.Fix = fmt.Sprintf("Give the computer %d GB. On Hyper-V, with the machine off: Set-VMMemory -VMName %s -StartupBytes %dGB", row.memory, c.Name.Or("NAME"), row.memory)
		}
		return f
	})
}

// freeLeast is how much has to be free for logs, exports and updates, in MB. The
// product's table only names the size of the drive.
const freeLeast = 10 << 10

func judgeDisk(s site) Finding {
	show := func(d facts.Disk) string {
		return d.Drive + " " + megabytes(d.TotalMB) + ", " + megabytes(d.FreeMB) + " free"
	}
	return about("computer.disk", "The disk", product.LinkPrerequisites, s.set.Computer.Disk, show, func(d facts.Disk) Finding {
		row, basis := sizeFor(s.set.ADSync.Objects)
		f := Finding{Severity: Pass, Title: "Drive " + d.Drive + " has " + megabytes(d.FreeMB) + " free", Summary: sentence(show(d))}
		const look = " In PowerShell: Get-PSDrive -PSProvider FileSystem"
		switch {
		case d.FreeMB < freeLeast:
			f.Severity, f.Title = Warning, "Drive "+d.Drive+" has only "+megabytes(d.FreeMB)+" free"
			f.Consequence = "Logs, exports and updates need room; a full drive stops the service."
			f.Fix = "Make room or enlarge the drive." + look
		case float64(d.TotalMB) < float64(row.disk<<10)*memoryKept:
			f.Severity = Warning
			f.Title = fmt.Sprintf("Drive %s has %s, %d GB are asked for", d.Drive, megabytes(d.TotalMB), row.disk)
			f.Summary = sentence("Microsoft's table, for " + basis)
			f.Consequence = "With the database on another server less may do; Microsoft's table counts it in."
			f.Fix = "Enlarge the drive if the database is to be on this computer." + look
		}
		return f
	})
}

func judgeReboot(s site) Finding {
	show := func(list []string) string { return or(strings.Join(list, "; "), "nothing waits") }
	return about("computer.reboot", "A pending restart", product.LinkInstallIssues, s.set.Computer.Reboot, show, func(list []string) Finding {
		if len(list) == 0 {
			return Finding{Severity: Pass, Title: "No restart is pending"}
		}
		return Finding{
			Severity: Warning, Title: "This computer waits for a restart", Summary: sentence(strings.Join(list, "; ")),
			Consequence: "Setups refuse to run or end half-way while one is pending.",
			Fix:         "Restart before you install. In PowerShell, as administrator: Restart-Computer",
		}
	})
}

func judgeTime(s site) Finding {
	show := func(v facts.TimeService) string { return serviceText(v.Service) + ", " + or(v.Type, "type not set") }
	return about("computer.time", "The clock service", product.LinkPrerequisites, s.set.Computer.Time, show, func(v facts.TimeService) Finding {
		switch {
		case !v.Service.Running():
			return Finding{
				Severity: Warning, Title: "The clock service does not run", Summary: sentence(show(v)),
				Consequence: "Kerberos refuses clocks that differ by more than 5 minutes, and certificates count by the clock.",
				Fix:         "In PowerShell, as administrator: Set-Service W32Time -StartupType Automatic; Start-Service W32Time; w32tm /resync",
			}
		case strings.EqualFold(v.Type, "NoSync"):
			return Finding{
				Severity: Warning, Title: "The clock is not synchronized with anything",
				Consequence: "Kerberos refuses clocks that differ by more than 5 minutes, and certificates count by the clock.",
				Fix:         "In PowerShell, as administrator: w32tm /config /syncfromflags:domhier /update; Restart-Service W32Time; w32tm /resync",
			}
		}
		return Finding{Severity: Pass, Title: "The clock is synchronized", Summary: sentence(show(v))}
	})
}

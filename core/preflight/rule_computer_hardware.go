package preflight

import (
	"fmt"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/product"
)

// Microsoft's table asks for 1.6 GHz whatever the size. Windows measures a little
// less than what is on the box.
const (
	clockLeast = 1600 // MHz
	clockKept  = 0.98
)

func gigahertz(mhz int64) string { return fmt.Sprintf("%.1f GHz", float64(mhz)/1000) }

func judgeProcessor(s site) Finding {
	c := s.set.Computer
	return about("computer.processor", "The processor", product.LinkPrerequisites, c.ClockMHz, gigahertz, func(mhz int64) Finding {
		f := Finding{
			Severity: Pass, Title: "The processor has " + gigahertz(mhz), Summary: "1.6 GHz are asked for.",
			Evidence: []Evidence{evidence(c.Cores, func(n int64) string { return plural(n, "processor") })},
		}
		if float64(mhz) < clockLeast*clockKept {
			f.Severity, f.Title = Warning, "The processor has "+gigahertz(mhz)+", 1.6 GHz are asked for"
			f.Summary = "Microsoft's table, for any number of objects."
			f.Consequence = "Synchronization gets slow; the first full synchronization takes longest."
			f.Fix = "Use a host with faster processors. In PowerShell: Get-CimInstance Win32_Processor | Select-Object Name, MaxClockSpeed"
		}
		return f
	})
}

// judgeTPM is a note at most: the key is kept in software where there is no chip.
func judgeTPM(s site) Finding {
	show := func(v facts.TPM) string {
		if !v.Present {
			return "none"
		}
		return v.Version
	}
	return about("computer.tpm", "The TPM", product.LinkAppIdentity, s.set.Computer.TPM, show, func(v facts.TPM) Finding {
		if v.Present {
			return Finding{Severity: Pass, Title: "There is a TPM " + v.Version, Summary: "It can keep the key of the sync identity's certificate."}
		}
		return Finding{
			Severity: Note, Title: "This computer has no TPM",
			Consequence: "The key of the sync identity's certificate is kept in software; the product writes event 1014 and goes on.",
			Fix:         "If keys have to be in hardware: on Hyper-V, with the machine off: Enable-VMTPM -VMName " + s.set.Computer.Name.Or("NAME") + ". To see it: Get-Tpm",
		}
	})
}

// judgeBrowserGuard is about Microsoft's setup, which signs in in a window of Internet
// Explorer; this program signs in in the system's browser.
func judgeBrowserGuard(s site) Finding {
	show := func(v facts.BrowserGuard) string {
		return "administrators: " + yesNo(v.Admins) + ", others: " + yesNo(v.Users)
	}
	return about("computer.ieesc", "Internet Explorer Enhanced Security Configuration", product.LinkPrerequisites, s.set.Computer.BrowserGuard, show, func(v facts.BrowserGuard) Finding {
		if !v.Admins {
			return Finding{Severity: Pass, Title: "Enhanced Security Configuration is off for administrators"}
		}
		f := Finding{
			Severity: Note, Title: "Internet Explorer Enhanced Security Configuration is on",
			Consequence: "This program signs in in the system's browser. The sign-in window of Microsoft's own setup may stay blank.",
			Fix: "Before you run Microsoft's setup: add https://secure.aadcdn.microsoftonline-p.com and https://aadcdn.msftauth.net to the trusted sites (inetcpl.cpl, Security), " +
				"or switch it off for administrators in Server Manager, Local Server, IE Enhanced Security Configuration.",
		}
		if s.ans.Options.HandOver {
			f.Severity = Warning
			f.Consequence = "Microsoft's setup is to finish the installation, and its sign-in window may stay blank."
		}
		return f
	})
}

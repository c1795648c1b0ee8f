package preflight

import (
	"fmt"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/product"
)

// lowest gives the lowest version that would do for this database: at least the
// one that last used it, one that knows this mode, and one that the service accepts.
func (s site) lowest() string {
	return product.Highest(product.FirstReuse, product.CutOff, s.lastUsed)
}

// installedSeen and lastUsedSeen are the evidence of all version rules.
func (s site) installedSeen() Evidence {
	if s.installed == "" {
		return evidence(s.set.Computer.Installed, text)
	}
	return Evidence{Value: "installed " + s.installed, Source: s.from, At: s.set.Computer.Installed.At}
}

func (s site) lastUsedSeen() Evidence {
	value, source := s.set.ADSync.VersionLastUsed()
	if value == "" {
		why := s.set.ADSync.Settings.Reason()
		if why == "" {
			why = "there is no such setting"
		}
		return Evidence{Value: "not known: " + why, Source: "global setting " + facts.SettingVersion, At: s.set.ADSync.Settings.At}
	}
	return Evidence{Value: "last used by " + value, Source: source, At: s.set.ADSync.Settings.At}
}

// judgeInstalled looks at the installed version by itself: can it do this, does
// the service accept it, how long is it supported.
func judgeInstalled(s site) []Finding {
	if s.installed == "" {
		why := s.set.Computer.Installed.Reason()
		if why == "" {
			why = "no version of it was found on this computer"
		}
		return []Finding{unknown("computer.installed", AreaComputer, "The installed version of Microsoft Entra Connect", why,
			"Type it on the page Install required components (answers file: components.installedVersion). "+
				"It stands in Programs and Features, or in Get-ADSyncGlobalSettings of a server that runs.",
			product.LinkVersions, s.installedSeen())}
	}
	return []Finding{judgeFloor(s), judgeCutOff(s), judgeSupport(s)}
}

func judgeFloor(s site) Finding {
	f := Finding{
		ID: "version.floor", Area: AreaComputer, Severity: Pass, Link: product.LinkExistingDatabase,
		Title:    "The installed version can use an existing database",
		Summary:  s.installed + ", from " + product.FirstReuse,
		Evidence: []Evidence{s.installedSeen()},
	}
	if product.Below(s.installed, product.FirstReuse) {
		f.Severity, f.Title = Blocked, "The installed version cannot use an existing database"
		f.Summary = s.installed + " is below " + product.FirstReuse
		f.Consequence = "This mode came with " + product.FirstReuse + "."
		f.Fix = "Install version " + s.lowest() + " or higher; the newest known here is " + product.Newest + "."
	}
	return f
}

// judgeCutOff blocks once the service no longer accepts the installed version,
// because a server that is reconnected with it would never synchronize again.
func judgeCutOff(s site) Finding {
	f := Finding{
		ID: "version.cutoff", Area: AreaComputer, Severity: Pass, Link: product.LinkPrerequisites,
		Title:    "The service accepts the installed version",
		Summary:  s.installed + ", from " + product.CutOff,
		Evidence: []Evidence{s.installedSeen(), {Value: "required from " + day(product.CutOffDay()) + ": " + product.CutOff, Source: "prerequisites of Microsoft Entra Connect"}},
	}
	if !product.Below(s.installed, product.CutOff) {
		return f
	}
	f.Consequence = fmt.Sprintf("After %s no version below %s synchronizes any more.", day(product.CutOffDay()), product.CutOff)
	f.Fix = "Install version " + s.lowest() + " or higher; the newest known here is " + product.Newest + "."
	f.Summary = s.installed + " is below " + product.CutOff
	if s.now.Before(product.CutOffDay().AddDate(0, 0, 1)) {
		f.Severity, f.Title = Warning, "The service will stop accepting the installed version"
		return f
	}
	f.Severity, f.Title = Blocked, "The service no longer accepts the installed version"
	return f
}

// judgeSupport says until when the installed version is supported, if that is known.
func judgeSupport(s site) Finding {
	f := Finding{
		ID: "version.support", Area: AreaComputer, Severity: Note, Link: product.LinkVersions,
		Evidence: []Evidence{s.installedSeen()},
	}
	if same(s.installed, product.Withdrawn) {
		f.Severity, f.Title = Warning, "The installed version was withdrawn"
		f.Consequence = product.Withdrawn + " was taken back because of installation problems."
		f.Fix = "Uninstall it and install 2.6.84.0 or higher; the newest known here is " + product.Newest + "."
		return f
	}
	for _, b := range product.Builds() {
		if !same(b.Version, s.installed) {
			continue
		}
		f.Evidence = append(f.Evidence, Evidence{Value: "supported until " + day(b.Ends), Source: "version history of Microsoft Entra Connect"})
		if s.now.After(b.Ends.AddDate(0, 0, 1)) {
			f.Title = "Support of the installed version has ended"
			f.Summary = s.installed + " was supported until " + day(b.Ends)
			f.Fix = "Plan the upgrade: it never happens by itself on a full SQL Server. The newest known here is " + product.Newest + "."
			return f
		}
		f.Title = "The installed version is supported until " + day(b.Ends)
		f.Fix = "Note the date: upgrades never happen by themselves on a full SQL Server."
		return f
	}
	switch {
	case product.Below(s.installed, product.Builds()[0].Version):
		f.Title = "Support of the installed version has ended"
		f.Summary = s.installed + " is older than every version in support"
		f.Fix = "Install a newer version; the newest known here is " + product.Newest + "."
	case same(s.installed, product.Newest):
		f.Severity, f.Title = Pass, "The installed version is the newest known here"
	default:
		f.Title = "The end of support of the installed version is not known here"
		f.Summary = s.installed + "; the newest known here is " + product.Newest
		f.Fix = "Look it up in the version history."
	}
	return f
}

// same tells whether two texts are the same version.
func same(a, b string) bool {
	order, ok := product.Compare(a, b)
	return ok && order == 0
}

// judgeVersions compares the installed version with the one that last used the database.
func judgeVersions(s site) []Finding {
	if s.lastUsed == "" {
		why := s.set.ADSync.Settings.Reason()
		if why == "" {
			why = "the database does not name it"
		}
		return []Finding{unknown("version.used", AreaDatabase, "The version that last used the database",
			why, "Ask who ran the previous server; the installed version must not be lower.",
			product.LinkExistingDatabase, s.lastUsedSeen())}
	}
	if s.installed == "" {
		return nil // said once, by the finding on the installed version
	}
	seen := []Evidence{s.installedSeen(), s.lastUsedSeen()}
	order, _ := product.Compare(s.installed, s.lastUsed)
	if order < 0 {
		return []Finding{{
			ID: "version.used", Area: AreaDatabase, Severity: Blocked,
			Title:       "The database is newer than the installed version",
			Summary:     fmt.Sprintf("Last used by %s, installed is %s; the lowest that would do is %s", s.lastUsed, s.installed, s.lowest()),
			Consequence: "The synchronization service does not start: the version of the database is newer than the version of the binaries.",
			Fix:         fmt.Sprintf("Install version %s or higher; the newest known here is %s.", s.lowest(), product.Newest),
			Link:        product.LinkExistingDatabase, Evidence: seen,
		}}
	}
	out := []Finding{{
		ID: "version.used", Area: AreaDatabase, Severity: Pass,
		Title:   "The installed version is not older than the database",
		Summary: fmt.Sprintf("Last used by %s, installed is %s", s.lastUsed, s.installed),
		Link:    product.LinkExistingDatabase, Evidence: seen,
	}}
	if order > 0 {
		out = append(out, Finding{
			ID: "version.higher", Area: AreaHistory, Severity: Warning,
			Title:       "A full synchronization may be required",
			Summary:     fmt.Sprintf("Installed %s is newer than %s; %s", s.installed, s.lastUsed, EstimateFull(s.set.ADSync).Text()),
			Consequence: "Between the two the schema or the standard rules may have changed. The plan asks for a full import and a full synchronization.",
			Fix:         "Let the first cycle run to its end before you leave staging mode.",
			Link:        product.LinkExistingDatabase, Evidence: append(seen, estimateSeen(s)...),
		})
	}
	return out
}

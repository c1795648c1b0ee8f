// Package product holds what is publicly known of Microsoft Entra Connect and
// matters here: the versions at which its behaviour changes, the dates on which
// support ends and the pages of its documentation. It is pure.
package product

import (
	"strings"
	"time"

	"github.com/hashicorp/go-version"
)

// Versions at which the product's behaviour changes (docs: version history,
// how-to-connect-install-existing-database, authenticate-application-id).
const (
	// FirstReuse is the first version that can use an existing database.
	FirstReuse = "1.1.613.0"
	// SettingsKept is the version from which a database keeps its sign-in method,
	// password hash synchronization and writeback options.
	SettingsKept = "1.2.65.0"
	// ApplicationIdentity is the version from which setup signs in to the tenant
	// as an application with a certificate instead of as a user.
	ApplicationIdentity = "2.5.76.0"
	// CutOff is the lowest version that the service still accepts after CutOffDay.
	CutOff = "2.5.79.0"
	// Withdrawn was taken back because its installation failed.
	Withdrawn = "2.6.79.0"
)

// CutOffDay is the last day on which versions below CutOff synchronize (docs:
// how-to-connect-install-prerequisites): 30 September 2026.
func CutOffDay() time.Time { return time.Date(2026, time.September, 30, 0, 0, 0, 0, time.UTC) }

// Build is one version with the last day of its support.
type Build struct {
	Version string
	Ends    time.Time
}

// Builds gives the versions whose end of support is known, oldest first
// (Microsoft's version history as of October 2026; each version retires twelve
// months after its successor).
func Builds() []Build {
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
	return []Build{
		{"2.5.3.0", day(2026, time.July, 31)},
		{"2.5.76.0", day(2026, time.September, 1)},
		{"2.5.79.0", day(2026, time.October, 23)},
		{"2.5.190.0", day(2027, time.February, 2)},
		{"2.6.1.0", day(2027, time.March, 10)},
		{"2.6.3.0", day(2027, time.July, 7)},
		{"2.6.84.0", day(2027, time.September, 16)},
		{"2.6.91.0", day(2027, time.September, 23)},
	}
}

// Newest is the newest version that was known when the table was written.
const Newest = "2.6.92.0"

// Parse reads a version such as "2.6.92.0". ok is false for anything else.
func Parse(text string) (v *version.Version, ok bool) {
	v, err := version.NewVersion(strings.TrimSpace(text))
	return v, err == nil
}

// Compare gives -1, 0 or 1 as a is lower than, equal to or higher than b. ok is
// false when either cannot be read as a version.
func Compare(a, b string) (order int, ok bool) {
	va, okA := Parse(a)
	vb, okB := Parse(b)
	if !okA || !okB {
		return 0, false
	}
	return va.Compare(vb), true
}

// Below tells whether a is a lower version than b. It is false when either
// cannot be read.
func Below(a, b string) bool {
	order, ok := Compare(a, b)
	return ok && order < 0
}

// Highest gives the highest of the versions; those that cannot be read are left out.
func Highest(list ...string) string {
	best := ""
	for _, v := range list {
		if _, ok := Parse(v); ok && (best == "" || Below(best, v)) {
			best = strings.TrimSpace(v)
		}
	}
	return best
}

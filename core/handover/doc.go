// Package handover lets Microsoft's own setup finish an installation: what is to be
// typed on its pages, how it is started, and what its trace log, the synchronization
// service and the database tell of how far it is.
//
// What is known of the trace log comes from logs that people published
// (learn.microsoft.com/answers 684879, 26314 and 2190374, and Microsoft's support
// articles on installation errors). No published log shows a run with
// /useexistingdatabase, and the lines differ between versions: what a log says is
// shown, and what the database holds decides.
package handover

import "strings"

// Where Microsoft's setup is, what switch it takes and where it comes from
// (docs: how-to-connect-install-existing-database, how-to-connect-install-prerequisites).
const (
	Folder      = `Microsoft Azure Active Directory Connect` // under %ProgramFiles%
	Program     = `AzureADConnect.exe`
	Switch      = "/useexistingdatabase"
	TraceFolder = `AADConnect` // under %ProgramData%
	Download    = "https://entra.microsoft.com/#view/Microsoft_AAD_Connect_Provisioning/AADConnectMenuBlade/~/GetStarted"
)

// isTrace tells whether a file of the trace folder is a trace log.
func isTrace(name string) bool {
	name = strings.ToLower(name)
	return strings.HasPrefix(name, "trace-") && strings.HasSuffix(name, ".log")
}

package handover

import (
	"regexp"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/product"
)

// Codes of the failures of Microsoft's setup that are recognised.
const (
	CodeNoSwitch      problem.Code = "handover.setup.switch"      // started without /useexistingdatabase
	CodeNotEmpty      problem.Code = "handover.setup.notempty"    // the database holds data, and the switch is missing
	CodeNewer         problem.Code = "handover.setup.newer"       // the database is newer than the installed version
	CodeAlter         problem.Code = "handover.setup.alter"       // error 25009
	CodeCollation     problem.Code = "handover.setup.collation"   // the collation tells upper from lower case
	CodeAsync         problem.Code = "handover.setup.async"       // an asynchronous availability replica
	CodeSQL           problem.Code = "handover.setup.sql"         // SQL Server is not reached
	CodeTLS           problem.Code = "handover.setup.tls"         // TLS 1.2 is off
	CodeConditional   problem.Code = "handover.setup.conditional" // Conditional Access hits the sync identity
	CodeIdentity      problem.Code = "handover.setup.identity"    // no sync identity
	CodeApplication   problem.Code = "handover.setup.application" // no sync identity of the newer kind
	CodeAdmin         problem.Code = "handover.setup.admin"       // an Enterprise or Domain Admin as connector account
	CodeLeftover      problem.Code = "handover.setup.leftover"    // 25019: traces of an earlier version
	CodeServiceName   problem.Code = "handover.setup.upn"         // the service account was given as UPN
	CodeServiceStart  problem.Code = "handover.setup.service"     // the service does not start
	CodePolicy        problem.Code = "handover.setup.policy"      // password policy
	CodeKDS           problem.Code = "handover.setup.kds"         // no key distribution service
	CodeProxy         problem.Code = "handover.setup.proxy"       // 403 or 407
	CodeConfigFile    problem.Code = "handover.setup.config"      // an edited miiserver.exe.config
	CodeRefusedByRole problem.Code = "handover.setup.role"        // the admin has no role
	CodeMSI           problem.Code = "handover.setup.msi"         // 1603 and nothing better known
)

// failure is one known failure: how it shows, and what to say.
type failure struct {
	shows *regexp.Regexp
	// warning is set where a warning is enough; else the line has to be an error,
	// or to go on with one.
	warning bool
	problem problem.Problem
}

// known are the failures of section "what fails" of the public record: the more
// telling ones first, as a line counts for the first that it shows.
var known = []failure{
	{shows: regexp.MustCompile(`ADSync database already contains data`), problem: problem.Problem{
		Code: CodeNotEmpty, What: "Microsoft's setup refuses the database because it already contains data.",
		Why: "It was not started in the mode for an existing database.",
		Fix: "Close it and press Start it again: it is then started with " + Switch + ".",
	}},
	{shows: regexp.MustCompile(`version of the database is newer than the version of the binaries`), problem: problem.Problem{
		Code: CodeNewer, What: "The database was last used by a newer version than the one that is installed here.",
		Fix: "Install the version last used with the database, or a newer one, from the Entra admin center, then start it again.",
	}},
	{shows: regexp.MustCompile(`\b25009\b|ALTER DATABASE statement failed`), problem: problem.Problem{
		Code: CodeAlter, What: "Error 25009: Microsoft's setup could not change the database's options.",
		Why: "Most often the database is in an availability group: setup sets its recovery model, which such a database does not allow. A session that keeps the database in use does the same.",
		Fix: "Take the database out of the availability group, close what else uses it, and start setup again. Add it back afterwards.",
	}},
	{shows: regexp.MustCompile(`(?i)asynchronous.*(replica|availability)|(replica|availability).*asynchronous`), problem: problem.Problem{
		Code: CodeAsync, What: "The SQL Server instance is an asynchronous replica of an availability group.",
		Why: "The product supports synchronous replicas only.", Fix: "Set the replica to synchronous commit, or use another instance.",
	}},
	{shows: regexp.MustCompile(`(?i)collation.*(case.?sensitive|not supported|invalid)|case.?sensitive.*collation`), problem: problem.Problem{
		Code: CodeCollation, What: "Microsoft's setup does not accept the database's collation.",
		Why: "It tells upper from lower case.", Fix: "The database has to be built anew with a collation that ends with _CI_AS; see Microsoft's prerequisites: " + product.LinkPrerequisites,
	}},
	{shows: regexp.MustCompile(`network-related or instance-specific error|server was not found or was not accessible`), problem: problem.Problem{
		Code: CodeSQL, What: "Microsoft's setup does not reach SQL Server.",
		Why: "The name of the instance goes through SQL Server Browser (UDP 1434), which this program may have gone past.",
		Fix: "In INSTANCE NAME give the port behind a comma, INSTANCE,1433; and see that TCP is enabled for the instance.",
	}},
	{shows: regexp.MustCompile(`An error occurred while sending the request|Could not create SSL/TLS secure channel|underlying connection was closed`), problem: problem.Problem{
		Code: CodeTLS, What: "Microsoft's setup can't make a secure connection to the cloud.",
		Why: "Nearly always TLS 1.2 is switched off for .NET on this computer.",
		Fix: "Set SystemDefaultTlsVersions and SchUseStrongCrypto to 1 and enable TLS 1.2 (" + product.LinkTLS + "), restart the computer, and start setup again. The page Check names the values that are missing.",
	}},
	{shows: regexp.MustCompile(`AADSTS5007[69]|AADSTS53003|AADSTS50158`), warning: true, problem: problem.Problem{
		Code: CodeConditional, What: "A Conditional Access policy or multifactor authentication stops the sync identity that Microsoft's setup just made.",
		Fix: "Exclude the role Directory Synchronization Accounts, or the identity that the line names, from the policy; then press Retry in Microsoft's setup. It takes a few minutes to count.",
	}},
	{shows: regexp.MustCompile(`could not configure application-based authentication`), problem: problem.Problem{
		Code: CodeApplication, What: "Microsoft's setup could not make its application in the tenant.",
		Why: "From version 2.6.84.0 it does not fall back to a user.",
		Fix: "The admin needs the role Hybrid Identity Administrator directly, and policies for workload identities must not hit the application. Then press Retry.",
	}},
	{shows: regexp.MustCompile(`Unable to create the synchronization service account`), problem: problem.Problem{
		Code: CodeIdentity, What: "Microsoft's setup could not make its sync identity in the tenant.",
		Why: "Most often Conditional Access asks it for multifactor authentication, or the tenant has 20 sync accounts already.",
		Fix: "Exclude the role Directory Synchronization Accounts from Conditional Access, remove sync accounts of servers that are gone, then press Retry.",
	}},
	{shows: regexp.MustCompile(`Enterprise or Domain administrator account for your AD forest account is not allowed`), problem: problem.Problem{
		Code: CodeAdmin, What: "An Enterprise or Domain Admin can't be the connector account.",
		Fix: "Choose Use existing AD account, and give the account that the list of values names.",
	}},
	{shows: regexp.MustCompile(`\b25019\b|Service ADSync was not found on computer`), problem: problem.Problem{
		Code: CodeLeftover, What: "Traces of an earlier synchronization engine are in the way (error 25019).",
		Why: "Windows Installer still lists an engine whose service is gone.",
		Fix: "Remove it with msiexec /x {product code} EXECUTE_UNINSTALL=\"1\"; the page Check names the code. Then start setup again. See " + product.LinkInstallIssues,
	}},
	{shows: regexp.MustCompile(`DetectServiceAccount`), problem: problem.Problem{
		Code: CodeServiceName, What: "Microsoft's setup does not accept the name of the service account.",
		Fix: `Give it as DOMAIN\name; a name with @ is not accepted. A managed account ends with $.`,
	}},
	{shows: regexp.MustCompile(`(?i)unable to start service \(ADSync\)|Service .*ADSync.* failed to start`), problem: problem.Problem{
		Code: CodeServiceStart, What: "The service ADSync does not start.",
		Why: "Its account may lack the right Log on as a service, which a group policy can take away again, or the database refuses it.",
		Fix: "See the System and Application event logs, give the account the right by group policy, then press Retry.",
	}},
	{shows: regexp.MustCompile(`not able to create a password which satisfies the current password policy`), problem: problem.Problem{
		Code: CodePolicy, What: "The password policy of this computer refuses the password of the account that Microsoft's setup makes for the service.",
		Fix: "Choose Use an existing service account on Install required components, a group managed one if you can.",
	}},
	{shows: regexp.MustCompile(`Key Distribution Service failed to start`), problem: problem.Problem{
		Code: CodeKDS, What: "The Microsoft Key Distribution Service is not available, which a managed service account needs.",
		Fix: "See that a KDS root key exists and that a domain controller is reachable, restart this computer, then start setup again.",
	}},
	{shows: regexp.MustCompile(`\(40[37]\)|Proxy Authentication Required|ProxyAuthenticationRequired`), problem: problem.Problem{
		Code: CodeProxy, What: "A proxy refuses the connection to the cloud.",
		Fix: "Enter the proxy in machine.config, for the admin and for the service account alike, and let it pass Microsoft's addresses; see " + product.LinkConnectivity,
	}},
	{shows: regexp.MustCompile(`FileLoadException.*DiagnosticSource|DiagnosticSource.*FileLoadException`), problem: problem.Problem{
		Code: CodeConfigFile, What: "An edited miiserver.exe.config does not fit the new version.",
		Fix: "Add the binding redirect for System.Diagnostics.DiagnosticSource, or install version 2.6.84.0 or later.",
	}},
	{shows: regexp.MustCompile(`(?i)is not authorized|user is not.*(Global|Hybrid Identity) Administrator|Insufficient privileges`), problem: problem.Problem{
		Code: CodeRefusedByRole, What: "The tenant does not accept the admin who signed in to Microsoft's setup.",
		Why: "The role has to be assigned directly and be active: through a group or not activated it does not count.",
		Fix: "Sign in as an active Hybrid Identity Administrator.",
	}},
	{shows: regexp.MustCompile(`error code 1603\b|Unable to install the Synchronization Service`), problem: problem.Problem{
		Code: CodeMSI, What: "The synchronization engine could not be installed.",
		Why: "Windows Installer gave up; its own log says at what.",
		Fix: "Look for \"return value 3\" in the newest Synchronization Service_Install-*.log beside the trace log, and at " + product.LinkInstallIssues,
	}},
}

// recognise gives the problem that a line shows, nil for none. The line itself is
// the detail.
func recognise(l Line) *problem.Problem {
	if l.Level != LevelError && l.Level != LevelWarning {
		return nil
	}
	for _, f := range known {
		if (l.Level == LevelError || f.warning) && f.shows.MatchString(l.Text) {
			p := f.problem
			p.Detail = l.Text
			return &p
		}
	}
	return nil
}

// noSwitch says that the setup that writes the log was started by hand, without
// the switch.
func noSwitch() *problem.Problem {
	return &problem.Problem{
		Code: CodeNoSwitch, What: "Microsoft's setup runs without " + Switch + ".",
		Why: "It would make a new database instead of taking this one.",
		Fix: "Close it before you press Install there, then press Start it again here.",
	}
}

package entra

import (
	"slices"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// stsEntry is one row: what is told for some of the service's numbers.
type stsEntry struct {
	numbers        []string
	code           problem.Code
	field          problem.Field
	what, why, fix string
}

const (
	tellAdmin = "An administrator of the tenant sees the reason in the sign-in log of the Entra admin center."
	cloudOnly = "Sign in with an account that exists in the cloud only (its name ends in .onmicrosoft.com)."
)

// stsTable holds the numbers that can be met here; the others are told as they
// come. Numbers and meanings: https://learn.microsoft.com/entra/identity-platform/reference-error-codes.
// Where that page and the service's own sentence differ (700023), the sentence counts.
func stsTable() []stsEntry {
	return slices.Concat(stsUsers(), stsPasswords(), stsSessions(), stsPolicies(), stsApplications(), stsPrincipals(), stsService())
}

func stsUsers() []stsEntry {
	const user = answers.FieldEntraUser
	return []stsEntry{
		{[]string{"50020", "90072", "50177", "50178", "51004", "50014", "16000", "16003", "500208", "500212", "500213", "90084", "1000104"}, CodeUserTenant, user, "The account belongs to another tenant, or is a Microsoft account.", "It is not in the tenant that the database belongs to.", "Sign in with a work account of the tenant itself."},
		{[]string{"50034", "90125"}, CodeUserUnknown, user, "The tenant has no such account.", "", "Check the spelling of the user name."},
		{[]string{"50053"}, CodeUserLocked, user, "The account is locked.", "There were too many wrong passwords, or the address is blocked.", "Wait, or let another administrator unlock it."},
		{[]string{"50057"}, CodeUserDisabled, user, "The account is disabled.", "", "Use another account, or enable it in the Entra admin center."},
		{[]string{"90002", "50059", "90013", "50128", "90019", "90126"}, CodeTenantUnknown, "", "There is no such tenant.", "It was deleted, or lives in another cloud.", "Check the tenant's name, and choose the cloud by hand if it is a national one."},
		{[]string{"90038", "90043", "90051", "50049", "900382", "900432"}, CodeTenantUnknown, "", "The tenant lives in another of Microsoft's clouds.", "Each national cloud has a sign-in of its own.", "Choose the tenant's cloud by hand."},
		{[]string{"50002", "500021", "500022"}, CodeRestricted, "", "This network does not let anybody sign in to this tenant.", "A proxy between adds the header of tenant restrictions, and the tenant is not in its list.", "Let the tenant's id be added to the list of the proxy, or sign in from a network without it."},
	}
}

// stsPasswords holds what can be wrong with a password, and with those who check
// it: the agents of pass-through authentication may have run on the server that died.
func stsPasswords() []stsEntry {
	const user = answers.FieldEntraUser
	return []stsEntry{
		{[]string{"50126", "50056", "50064"}, CodePassword, user, "User name or password is wrong.", "", "Try again; three or more wrong passwords can lock the account."},
		{[]string{"50055", "50144"}, CodePassword, user, "The account's password has expired.", "", "Change it at https://aka.ms/sspr or with another administrator, then sign in again."},
		{[]string{"50135"}, CodePassword, user, "The account's password has to be changed first.", "The service takes it for known to others.", "Change it at https://aka.ms/sspr or with another administrator, then sign in again."},
		{[]string{"80001", "80002", "80005", "80007", "80010", "80014"}, CodePassThrough, user, "The password can't be checked: no agent of pass-through authentication answers as it should.", "The tenant lets agents on servers check passwords, and one may have run on the server that is gone.", cloudOnly + " Or start an agent on another server."},
		{[]string{"80012"}, CodeUserDisabled, user, "The account may not sign in at this hour.", "Active Directory limits its logon hours.", "Use another account, or change its logon hours. " + cloudOnly},
		{[]string{"80013"}, CodeClock, "", "The password can't be checked: the clocks of an authentication agent's server and of Active Directory differ.", "", "Set the clock of the server with the agent. " + cloudOnly},
		{[]string{"50180", "51006", "81004", "81005", "81006", "81007", "81009", "81010", "81011", "81012"}, CodeDesktopSSO, user, "The browser's single sign-on with the Windows account failed.", "Its Kerberos ticket is old, belongs to another account, or the tenant does not take it.", "Choose Use another account in the browser, or sign in by device code."},
	}
}

func stsSessions() []stsEntry {
	return []stsEntry{
		{[]string{"50173", "70043", "700082", "700084", "50132", "50133", "50089", "70000", "70008", "54005", "50078", "50139", "50143", "700005", "50197"}, CodeExpired, "", "The sign-in has expired.", "Too much time passed, or the password was changed since.", "Sign in again."},
		{[]string{"70019", "70020"}, CodeExpired, "", "The code has expired.", "A device code is good for about fifteen minutes.", "Ask for a new code and type it in sooner."},
		{[]string{"70018", "90119", "90120", "50134"}, CodeExpired, "", "The code was not accepted.", "It was mistyped, used already, or typed in on another continent.", "Ask for a new code, or sign in in the browser."},
		{[]string{"50058", "50125", "50140", "50168", "50199", "70016", "1000000", "1000002"}, CodeInterrupted, "", "The sign-in was not finished.", "The browser showed another page that wanted an answer.", "Sign in again and go on to the last page."},
		{[]string{"50196"}, CodeExpired, "", "The service stopped a loop of sign-ins.", "", "Wait some minutes, then sign in again."},
	}
}

func stsPolicies() []stsEntry {
	return []stsEntry{
		{[]string{"50074", "50076", "50158", "50161", "700020"}, CodeMFA, "", "The tenant wants a second factor for this sign-in.", "Policies or security defaults ask for it.", "Sign in again in the browser and approve the second factor. An unattended run needs a service principal."},
		{[]string{"50072", "50079", "53004", "53010"}, CodeMFAEnrol, "", "The account has to register a second factor first.", "Policies or security defaults ask for one, and the account has none.", "Register it at https://aka.ms/mfasetup, from an accepted place where a policy names one, then sign in again."},
		{[]string{"53003", "530032", "530034", "530035", "53011", "50131", "53009", "90123"}, CodeCA, "", "A Conditional Access policy of the tenant blocks this sign-in.", tellAdmin, "Sign in in the browser instead of by device code, or let an administrator except this account or server from the policy."},
		{[]string{"53000", "53001", "53002", "530001", "530002", "530003", "50005", "50097", "50129", "50155", "50187", "135011"}, CodeDevice, "", "A Conditional Access policy lets only managed devices sign in, and this server is none.", tellAdmin, "Sign in by device code on a managed device if the policy allows it, or let an administrator except this account from the policy."},
	}
}

func stsApplications() []stsEntry {
	const id = "entra.clientId"
	return []stsEntry{
		{[]string{"65001", "65005", "90094", "90095", "900941", "90099", "65002", "90008", "650056", "650057", "9002341"}, CodeConsent, "", "The application that signs in has not got the tenant's consent.", "An administrator has to allow it the permissions that this program's documentation lists.", "Let a Global Administrator consent to the application in the Entra admin center (Enterprise applications, Permissions), or set the client id of one that has it."},
		{[]string{"65004"}, CodeDeclined, "", "The consent was declined.", "", "Sign in again and accept, or let an administrator consent for the tenant."},
		{[]string{"700016", "700011", "700038", "700021", "7000229", "50194"}, CodeClient, id, "The tenant does not know the application with this client id.", "", "Check the client id, and that it is registered in this tenant and cloud."},
		{[]string{"70001", "7000112", "1000031"}, CodeClient, id, "The application with this client id is disabled.", "", "Enable it in the Entra admin center (Enterprise applications, Properties), or set another client id."},
		{[]string{"50105"}, CodeUnassigned, "", "The account is not assigned to the application that signs in.", "The application lets assigned users in only.", "Assign the account to the application in the Entra admin center (Enterprise applications, Users and groups)."},
		{[]string{"50011", "70004", "900971", "500113"}, CodeRedirect, id, "The application's registration lacks the address http://localhost.", "The browser comes back to this computer there.", "Add http://localhost under Authentication, Mobile and desktop applications."},
		{[]string{"7000218"}, CodePublic, id, "The application's registration does not allow public clients.", "", "Switch Allow public client flows on under Authentication."},
		{[]string{"500011", "500014", "50001", "650052", "650054"}, CodeResource, "", "The tenant has not got, or has disabled, the service that is asked for.", "", "Enable it in the Entra admin center (Enterprise applications)."},
	}
}

func stsPrincipals() []stsEntry {
	const given = "entra.secret"
	return []stsEntry{
		{[]string{"7000215", "7000216", "70002"}, CodeServiceSecret, given, "The client secret of the service principal is wrong.", "", "Use the secret's value, not its id."},
		{[]string{"7000222"}, CodeSecretExpired, given, "The client secret of the service principal has expired.", "", "Add a new one in the registration (Certificates & secrets)."},
		{[]string{"700025"}, CodePublic, given, "The application is registered as a public client, which signs in without a secret.", "", "Use a registration of the kind Web with a certificate, or leave the secret out."},
		{[]string{"700027", "700030", "50012", "50013", "50017", "50027", "50048"}, CodeCertificate, given, "The service principal does not know this certificate.", "", "Upload the certificate's public part in the registration (Certificates & secrets)."},
		{[]string{"1000502", "7000214"}, CodeCertificate, given, "The certificate of the service principal is not valid at this time.", "", "Use a certificate that is valid, and check this computer's clock."},
		{[]string{"700024", "500133"}, CodeClock, "", "The service takes this computer's sign-in for expired or not yet valid.", "This computer's clock differs from the service's by more than five minutes.", "Set this computer's clock, then sign in again."},
		{[]string{"70021", "70025", "700023", "700211", "700212", "700213", "700229"}, CodeFederated, "", "The workload identity does not match what the registration trusts.", "Issuer, subject or audience of the federated credential differ.", "Correct the federated credential in the registration."},
	}
}

func stsService() []stsEntry {
	return []stsEntry{
		{[]string{"90055", "50166", "50088"}, CodeThrottled, "", "Microsoft Entra ID gets too many requests at this time.", "", "Wait some minutes, then try again."},
		{[]string{"90033", "90025", "90024", "90006", "90012", "90036", "90090", "90091", "50000", "50033", "50087"}, CodeService, "", "Microsoft Entra ID has a fault at this time.", "", "Try again later. The service's state is shown at https://status.cloud.microsoft."},
	}
}

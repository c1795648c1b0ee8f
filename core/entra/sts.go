package entra

import (
	"html"
	"regexp"
	"slices"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// Codes of what the sign-in service says (docs: entra/identity-platform/reference-error-codes).
const (
	CodeUserUnknown   problem.Code = "entra.user.unknown"
	CodeUserLocked    problem.Code = "entra.user.locked"
	CodeUserDisabled  problem.Code = "entra.user.disabled"
	CodePassword      problem.Code = "entra.user.password"
	CodeMFA           problem.Code = "entra.mfa.required"
	CodeMFAEnrol      problem.Code = "entra.mfa.enrol"
	CodeCA            problem.Code = "entra.conditional-access"
	CodeDevice        problem.Code = "entra.conditional-access.device"
	CodeConsent       problem.Code = "entra.consent"
	CodeDeclined      problem.Code = "entra.consent.declined"
	CodeUnassigned    problem.Code = "entra.client.unassigned"
	CodeRedirect      problem.Code = "entra.client.redirect"
	CodePublic        problem.Code = "entra.client.public"
	CodeSecretExpired problem.Code = "entra.service.secret.expired"
	CodeCertificate   problem.Code = "entra.service.certificate"
	CodeFederated     problem.Code = "entra.service.federation"
	CodeExpired       problem.Code = "entra.signin.expired"
	CodeClock         problem.Code = "entra.clock"
	CodeResource      problem.Code = "entra.resource"
)

// stsEntry is one row: what is told for some of the service's numbers.
type stsEntry struct {
	numbers        []string
	code           problem.Code
	field          problem.Field
	what, why, fix string
}

const tellAdmin = "An administrator of the tenant sees the reason in the sign-in log of the Entra admin center."

// stsTable holds the numbers that can be met here; the others are told as they come.
func stsTable() []stsEntry {
	return slices.Concat(stsUsers(), stsPolicies(), stsClients())
}

func stsUsers() []stsEntry {
	const user = answers.FieldEntraUser
	return []stsEntry{
		{[]string{"50020", "90072", "50177", "51004", "16000", "16003", "500208", "500212", "500213"}, CodeUserTenant, user, "The account belongs to another tenant, or is a Microsoft account.", "It is not in the tenant that the database belongs to.", "Sign in with a work account of the tenant itself."},
		{[]string{"50034"}, CodeUserUnknown, user, "The tenant has no such account.", "", "Check the spelling of the user name."},
		{[]string{"50053"}, CodeUserLocked, user, "The account is locked.", "There were too many wrong passwords, or the address is blocked.", "Wait, or let another administrator unlock it."},
		{[]string{"50057"}, CodeUserDisabled, user, "The account is disabled.", "", "Use another account, or enable it in the Entra admin center."},
		{[]string{"50126", "50056"}, CodePassword, user, "User name or password is wrong.", "", "Try again; three or more wrong passwords can lock the account."},
		{[]string{"50055", "50144"}, CodePassword, user, "The account's password has expired.", "", "Change it at https://aka.ms/sspr or with another administrator, then sign in again."},
		{[]string{"90002", "50059", "90013"}, CodeTenantUnknown, "", "There is no such tenant.", "It was deleted, or lives in another cloud.", "Check the tenant's name, and choose the cloud by hand if it is a national one."},
		{[]string{"50173", "70043", "700082", "700084", "50133", "50089", "70008", "54005", "50078"}, CodeExpired, "", "The sign-in has expired.", "Too much time passed, or the password was changed since.", "Sign in again."},
		{[]string{"70019", "70020"}, CodeExpired, "", "The code has expired.", "A device code is good for about fifteen minutes.", "Ask for a new code and type it in sooner."},
		{[]string{"50196"}, CodeExpired, "", "The service stopped a loop of sign-ins.", "", "Wait some minutes, then sign in again."},
	}
}

func stsPolicies() []stsEntry {
	return []stsEntry{
		{[]string{"50074", "50076", "50158"}, CodeMFA, "", "The tenant wants a second factor for this sign-in.", "Policies or security defaults ask for it.", "Sign in again in the browser and approve the second factor. An unattended run needs a service principal."},
		{[]string{"50072", "50079", "53004"}, CodeMFAEnrol, "", "The account has to register a second factor first.", "Policies or security defaults ask for one, and the account has none.", "Register it at https://aka.ms/mfasetup, then sign in again."},
		{[]string{"53003", "530032", "530035", "53011", "50131", "53009"}, CodeCA, "", "A Conditional Access policy of the tenant blocks this sign-in.", tellAdmin, "Sign in in the browser instead of by device code, or let an administrator except this account or server from the policy."},
		{[]string{"53000", "53001", "53002", "530001", "530002", "530003", "50097", "50129"}, CodeDevice, "", "A Conditional Access policy lets only managed devices sign in, and this server is none.", tellAdmin, "Sign in by device code on a managed device if the policy allows it, or let an administrator except this account from the policy."},
	}
}

func stsClients() []stsEntry {
	return []stsEntry{
		{[]string{"65001", "90094", "90095", "900941", "65002", "90008", "650056"}, CodeConsent, "", "The application that signs in has not got the tenant's consent.", "An administrator has to allow it the permissions that this program's documentation lists.", "Let a Global Administrator consent to the application in the Entra admin center (Enterprise applications, Permissions), or set the client id of one that has it."},
		{[]string{"65004", "50199"}, CodeDeclined, "", "The consent was declined.", "", "Sign in again and accept, or let an administrator consent for the tenant."},
		{[]string{"700016", "700038", "90004"}, CodeClient, "entra.clientId", "The tenant does not know the application with this client id.", "", "Check the client id, and that it is registered in this tenant and cloud."},
		{[]string{"50105"}, CodeUnassigned, "", "The account is not assigned to the application that signs in.", "The application lets assigned users in only.", "Assign the account to the application in the Entra admin center (Enterprise applications, Users and groups)."},
		{[]string{"50011", "900971", "500113"}, CodeRedirect, "entra.clientId", "The application's registration lacks the address http://localhost.", "The browser comes back to this computer there.", "Add http://localhost under Authentication, Mobile and desktop applications."},
		{[]string{"7000218"}, CodePublic, "entra.clientId", "The application's registration does not allow public clients.", "", "Switch Allow public client flows on under Authentication."},
		{[]string{"7000215", "7000216"}, CodeServiceSecret, "entra.secret", "The client secret of the service principal is wrong.", "", "Use the secret's value, not its id."},
		{[]string{"7000222"}, CodeSecretExpired, "entra.secret", "The client secret of the service principal has expired.", "", "Add a new one in the registration (Certificates & secrets)."},
		{[]string{"700027", "700023", "700030", "50027"}, CodeCertificate, "entra.secret", "The service principal does not know this certificate.", "", "Upload the certificate's public part in the registration (Certificates & secrets)."},
		{[]string{"1000502", "7000214"}, CodeCertificate, "entra.secret", "The certificate of the service principal is not valid at this time.", "", "Use a certificate that is valid, and check this computer's clock."},
		{[]string{"700024", "50013", "500133", "700021"}, CodeClock, "", "The service takes this computer's sign-in for expired or not yet valid.", "This computer's clock differs from the service's by more than five minutes.", "Set this computer's clock, then sign in again."},
		{[]string{"70021", "70025", "700211", "700212", "700213"}, CodeFederated, "", "The workload identity does not match what the registration trusts.", "Issuer, subject or audience of the federated credential differ.", "Correct the federated credential in the registration."},
		{[]string{"500011", "500014", "650052"}, CodeResource, "", "The tenant has not got, or has disabled, the service that is asked for.", "", "Enable it in the Entra admin center (Enterprise applications)."},
		{[]string{"90033", "90025", "90024", "90055", "90056"}, CodeService, "", "Microsoft Entra ID has a fault at this time.", "", "Try again later. The service's state is shown at https://status.cloud.microsoft."},
	}
}

var stsNumber = regexp.MustCompile(`AADSTS(\d{4,8})\b:?([^\r\n"]*)`)

// fromSTS finds the service's number in a text and puts it into words; nil when
// there is none. The detail is the service's sentence, which holds no secret.
func fromSTS(text string) *problem.Problem {
	m := stsNumber.FindStringSubmatch(text)
	if m == nil {
		return nil
	}
	detail := html.UnescapeString(strings.TrimSpace(m[0])) // MSAL escapes what came back with the browser
	if before, _, cut := strings.Cut(detail, `\r\n`); cut {
		detail = before
	}
	for _, e := range stsTable() {
		if slices.Contains(e.numbers, m[1]) {
			return &problem.Problem{Code: e.code, Field: e.field, What: e.what, Why: e.why, Fix: e.fix, Detail: detail}
		}
	}
	return &problem.Problem{
		Code: "entra.signin", What: "Microsoft Entra ID refused the sign-in.", Why: "It gives the number AADSTS" + m[1] + ".",
		Fix: "Look the number up at https://login.microsoftonline.com/error?code=" + m[1] + ".", Detail: detail,
	}
}

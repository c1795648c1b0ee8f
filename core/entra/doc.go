// Package entra signs in to Microsoft Entra ID, reads the tenant and makes the
// sync identity of this server. It implements setup.Cloud and apply.Cloud.
//
// # Signing in
//
// People sign in in the system's browser (authorization code with PKCE) or by
// device code, through MSAL, the library underneath azidentity: azidentity itself
// neither lets a program open the browser nor tells when a device code expires.
// Unattended runs sign in as a service principal through azidentity: by client
// secret, by certificate (PEM or PKCS #12), or by workload identity when no
// secret is given. The authority is always the one tenant that the database
// names, found by its OpenID Connect discovery document, which also tells the
// cloud. Tokens live in memory, until SignOut.
//
// The client id for people is a setting; without one it is DefaultClient. A
// registration of one's own needs the platform "Mobile and desktop applications"
// with http://localhost, public client flows for device codes, and the delegated
// permissions of the table, consented to by an administrator. What is asked for
// is always "/.default": what the registration lists. A service principal needs
// them as application permissions, and the role Hybrid Identity Administrator.
//
// # Requests
//
// Every request to Microsoft Graph v1.0, with the least permission and the page
// of its documentation (https://learn.microsoft.com/graph/api/<page>):
//
//	Request                                                         Permission                              Page
//	GET    /organization                                            Organization.Read.All                   organization-list
//	GET    /domains (if the organization gives none)                Domain.Read.All                         domain-list
//	GET    /me                                                      User.Read                               user-get
//	GET    /me/transitiveMemberOf/microsoft.graph.directoryRole     Directory.Read.All                      user-list-transitivememberof
//	GET    /roleManagement/directory/roleEligibilityScheduleInstances/filterByCurrentUser(on='principal')
//	                                                                RoleEligibilitySchedule.Read.Directory  unifiedroleeligibilityscheduleinstance-filterbycurrentuser
//	GET    /directory/onPremisesSynchronization                     OnPremDirectorySynchronization.Read.All onpremisesdirectorysynchronization-get
//	GET    /users?$filter=startswith(userPrincipalName,'Sync_')     User.ReadBasic.All                      user-list
//	GET    /applications?$filter=…                                  Application.Read.All                    application-list
//	GET    /servicePrincipals?$filter=appId eq '…'                  Application.Read.All                    serviceprincipal-list
//	GET    /servicePrincipals/{id}/appRoleAssignments               Application.Read.All                    serviceprincipal-list-approleassignments
//	POST   /applications                                            Application.ReadWrite.All               application-post-applications
//	PATCH  /applications/{id} (keyCredentials)                      Application.ReadWrite.All               application-update
//	DELETE /applications/{id}                                       Application.ReadWrite.All               application-delete
//	POST   /servicePrincipals                                       Application.ReadWrite.All               serviceprincipal-post-serviceprincipals
//	POST   /servicePrincipals/{id}/appRoleAssignedTo                AppRoleAssignment.ReadWrite.All and     serviceprincipal-post-approleassignedto
//	                                                                Application.Read.All
//	GET    /users/{name}                                            User.ReadBasic.All                      user-get
//	POST   /users                                                   User.ReadWrite.All                      user-post-users
//	PATCH  /users/{id} (passwordProfile)                            User.ReadWrite.All                      user-update
//	DELETE /users/{id}                                              User.ReadWrite.All                      user-delete
//	GET    /roleManagement/directory/roleAssignments                RoleManagement.Read.Directory           rbacapplication-list-roleassignments
//	POST   /roleManagement/directory/roleAssignments                RoleManagement.ReadWrite.Directory      rbacapplication-post-roleassignments
//
// For a service principal, in place of the two of /me:
//
//	GET    /servicePrincipals(appId='{id}')                         Application.Read.All                    serviceprincipal-get
//	GET    /servicePrincipals(appId='{id}')/transitiveMemberOf/microsoft.graph.directoryRole
//	                                                                Directory.Read.All                      serviceprincipal-list-transitivememberof
//
// At the sign-in host (login.microsoftonline.com and its sisters):
//
//	GET    /{tenant}/v2.0/.well-known/openid-configuration          –                                       identity-platform/v2-protocols-oidc
//	GET    /common/discovery/instance (MSAL)                        –                                       not documented
//	GET    /{tenant}/oauth2/v2.0/authorize (the browser)            –                                       identity-platform/v2-oauth2-auth-code-flow
//	POST   /{tenant}/oauth2/v2.0/devicecode                         –                                       identity-platform/v2-oauth2-device-code
//	POST   /{tenant}/oauth2/v2.0/token                              –                                       the two above, v2-oauth2-client-creds-grant-flow
//
// # What is not readable
//
// Which tenant it is and who signed in have to be readable; everything else is
// unknown when it is not, with the permission that would be needed. Reading the
// accidental-delete threshold takes a Global Administrator, by Graph's rules.
//
// # The sync identity
//
// An application bears the plan's exact name and a mark in its notes; a user the
// plan's exact name and the product's display name. Only what bears them is
// reused or removed. Removed objects stay in the tenant's bin for 30 days, from
// where an administrator can bring them back. A new application counts as made
// once it has signed in to the synchronization service with its certificate.
// A failed try takes back what it made; what it could not take back, the next try
// of the same installation recognises and takes over.
//
// What a Hybrid Identity Administrator may do, as far as it is documented: make an
// application identity (authenticate-application-id, Prerequisites), and assign app
// roles of services other than Graph (includes/rbac-for-apis/rbac-approleassignments-apis-write
// of Graph's documentation). Keys of an application are for its owner, which whoever
// makes it by default is, and for Application Administrators
// (rbac-apps-serviceprincipal-creds-apis): an application that somebody else's try left
// takes one of them. Making a user takes a User Administrator and giving it its role a
// Privileged Role Administrator (permissions-reference), so that preflight asks for a
// Global Administrator there.
//
// # What it was tested against
//
// The stand-in of core/practice/tenant, over HTTPS and with the real libraries, and
// with Chromium as the browser. The practice site uses the same code and stand-in.
// No real tenant was at hand: what differs there from the documentation is not known.
package entra

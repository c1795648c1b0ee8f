// Package tenant is a stand-in for Microsoft Entra ID and Microsoft Graph over
// real HTTPS, for the practice site and for tests of core/entra: OpenID
// discovery, sign-in by authorization code with PKCE, by device code and by
// client credentials as MSAL speaks them, and the Graph requests that the program
// makes, in the documented shapes.
//
// It is strict: methods, paths, query options, permissions, directory roles and
// bodies that the documentation does not allow are refused with the error that
// Graph gives, so that a wrong call fails here first. Lists come two entries a
// page, and what was just made is not known at once. It is not Microsoft's
// service: what is not documented is guessed, and no real tenant was at hand to
// compare with.
//
// It answers for Microsoft's host names on 127.0.0.1 with certificates of its own
// authority: give Dial and Trust to whoever is to reach it. Nothing goes to the network.
package tenant

package apply

import (
	"context"

	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// Credential is a user name with its password, for as long as a step needs it.
type Credential struct {
	User     string
	Password secret.Value
	// Current is for whoever runs this program, who signs in to Windows' own Kerberos
	// without a password; User is only a name then.
	Current bool
}

// Directory makes and removes connector accounts in Active Directory. The
// practice site and the real forest implement it.
type Directory interface {
	// CreateAccount makes the account that the plan describes with the rights it
	// lists, signed in as admin, and gives its new password. It may be called
	// again after it failed half-way: what is there already and bears this
	// installation's description is taken over. Errors are *problem.Problem.
	CreateAccount(ctx context.Context, a plan.Account, admin Credential) (secret.Value, error)
	// RemoveAccount takes back what CreateAccount did, and is content when it is
	// gone already.
	RemoveAccount(ctx context.Context, a plan.Account, admin Credential) error
	// HasAccount tells whether the account is there and was made by this installation.
	HasAccount(ctx context.Context, a plan.Account, admin Credential) (bool, error)
}

// Entry is one access control entry on an object of a directory, in the form in
// which the directory holds it. It holds no secret and goes into the journal.
type Entry struct {
	Domain string `json:"domain"` // DNS name of the object's domain
	Object string `json:"object"` // DN
	ACE    []byte `json:"ace"`
	Text   string `json:"text"` // for a person
}

// Granter gives an existing account the rights that a plan lists, signed in as
// admin, and takes them back. Errors are *problem.Problem. The practice site and
// the real forest implement it.
type Granter interface {
	// Ungranted gives the entries of the plan's rights that are not there yet. It
	// changes nothing.
	Ungranted(ctx context.Context, a plan.Account, admin Credential) ([]Entry, error)
	// Grant adds the entries, and passes over those that are there.
	Grant(ctx context.Context, a plan.Account, admin Credential, entries []Entry) error
	// Revoke takes the entries away, and is content when they are gone.
	Revoke(ctx context.Context, a plan.Account, admin Credential, entries []Entry) error
}

// IdentityCredential is what the sync identity signs in with. Login is a user's
// name or an application's client id; Thumbprint names the certificate of an
// application; Secret is a user's password, or an application's certificate and
// PKCS #8 key as PEM (the practice tenant, which nobody signs in to, gives a bare
// PKCS #1 key). The Entra connector's UserName gets the plan's identity name.
type IdentityCredential struct {
	Login      string
	Thumbprint string
	Secret     secret.Value
}

// Cloud makes and removes the sync identity in the tenant, with the sign-in that
// the wizard already has. The practice site and the real tenant implement it.
type Cloud interface {
	// CreateIdentity makes the identity and its role, under the rule of
	// Directory.CreateAccount for a second call.
	CreateIdentity(ctx context.Context, i plan.Identity, say func(string)) (IdentityCredential, error)
	// RemoveIdentity takes it back, and is content when it is gone already.
	RemoveIdentity(ctx context.Context, i plan.Identity) error
	// HasIdentity tells whether the identity is there.
	HasIdentity(ctx context.Context, i plan.Identity) (bool, error)
}

package entra

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	azcloud "github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// principal is a service principal's sign-in, for unattended runs.
type principal struct {
	credential azcore.TokenCredential
	scopes     []string
	client     string // client id
}

func (*principal) tell(func(setup.Prompt)) {}

func (p *principal) token(ctx context.Context, claims string) (string, error) {
	t, err := p.credential.GetToken(ctx, policy.TokenRequestOptions{Scopes: p.scopes, Claims: claims, EnableCAE: true})
	return t.Token, err
}

// options makes azidentity use the wire: the same proxy, trust and patience.
func (c *Client) options(at place) azcore.ClientOptions {
	return azcore.ClientOptions{
		Cloud:     azcloud.Configuration{ActiveDirectoryAuthorityHost: "https://" + at.login + "/"},
		Transport: c.wire, Retry: policy.RetryOptions{MaxRetries: -1}, // the wire tries again
		Telemetry: policy.TelemetryOptions{Disabled: true},
	}
}

// service makes the sign-in of a service principal: by certificate when the
// secret is one (PEM or PKCS #12 without a password), by client secret when it is
// something else, and by workload identity (AZURE_FEDERATED_TOKEN_FILE) when
// there is none.
func (c *Client) service(at place, r setup.CloudRequest, scopes []string) (tokens, error) {
	id := strings.TrimSpace(r.Answer.Client)
	if !guid.MatchString(strings.ToLower(id)) {
		return nil, &problem.Problem{
			Code: CodeClient, Field: "entra.clientId", What: "A service principal signs in with its client id, and none is given.",
			Fix: "Give the application (client) id of the registration, a GUID.",
		}
	}
	credential, err := c.credential(at, id, r.Secret)
	if err != nil {
		return nil, &problem.Problem{
			Code: CodeServiceSecret, Field: "entra.secret", What: "What is given for the service principal can't be used.",
			Why: "It is neither a client secret nor a certificate with its private key, and this computer offers no workload identity.",
			Fix: "Give a PEM file with certificate and private key, a PKCS #12 file without a password, or a client secret.", Detail: withoutSecret(err, r.Secret), Cause: nil,
		}
	}
	return &principal{credential: credential, scopes: scopes, client: strings.ToLower(id)}, nil
}

func (c *Client) credential(at place, id string, given secret.Value) (azcore.TokenCredential, error) {
	options := c.options(at)
	if given.IsEmpty() {
		return azidentity.NewWorkloadIdentityCredential(&azidentity.WorkloadIdentityCredentialOptions{ClientOptions: options, ClientID: id, TenantID: at.id})
	}
	if data := given.Bytes(); looksLikeCertificate(data) {
		certs, key, err := azidentity.ParseCertificates(data, nil)
		if err != nil {
			return nil, err
		}
		return certificateCredential(at, id, certs, key, options)
	}
	return azidentity.NewClientSecretCredential(at.id, id, given.Reveal(), &azidentity.ClientSecretCredentialOptions{ClientOptions: options})
}

func certificateCredential(at place, id string, certs []*x509.Certificate, key crypto.PrivateKey, o azcore.ClientOptions) (azcore.TokenCredential, error) {
	return azidentity.NewClientCertificateCredential(at.id, id, certs, key, &azidentity.ClientCertificateCredentialOptions{ClientOptions: o})
}

// looksLikeCertificate tells PEM and DER (a SEQUENCE with a two-byte length) from a client secret.
func looksLikeCertificate(b []byte) bool {
	return bytes.Contains(b, []byte("-----BEGIN ")) || (len(b) > 4 && b[0] == 0x30 && b[1] == 0x82)
}

// withoutSecret gives an error's text with the secret taken out.
func withoutSecret(err error, s secret.Value) string {
	return strings.ReplaceAll(err.Error(), s.Reveal(), s.String())
}

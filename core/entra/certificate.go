package entra

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" // Windows names certificates by their SHA-1
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

const (
	// certificateName is the subject that the product gives (docs: authenticate-application-id).
	certificateName = "Entra Connect Sync Provisioning"
	// keyBits is the size that the documentation of an own certificate asks for.
	keyBits = 2048
	// certificateLife is how long the certificate holds. The documentation names
	// no length; the product warns from 150 days before the end.
	certificateLife = 365 * 24 * time.Hour
	// certificateEarly lets the certificate hold from before now, for clocks that are behind.
	certificateEarly = 10 * time.Minute
)

// keyPair is a new certificate with its key.
type keyPair struct {
	cert *x509.Certificate
	key  *rsa.PrivateKey
}

// newKeyPair makes an RSA key and a certificate that signs itself. now is the
// service's time.
func newKeyPair(now time.Time) (keyPair, error) {
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return keyPair{}, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return keyPair{}, err
	}
	form := x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: certificateName},
		NotBefore: now.Add(-certificateEarly).UTC().Truncate(time.Second), NotAfter: now.Add(certificateLife).UTC().Truncate(time.Second),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		SignatureAlgorithm: x509.SHA256WithRSA, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, &form, &form, key.Public(), crypto.Signer(key))
	if err != nil {
		return keyPair{}, err
	}
	cert, err := x509.ParseCertificate(der)
	return keyPair{cert: cert, key: key}, err
}

// thumbprint gives the certificate's name in Windows: SHA-1, 40 hex digits.
func (k keyPair) thumbprint() string {
	sum := sha1.Sum(k.cert.Raw) // a name, not a protection
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// bundle gives certificate and private key (PKCS #8) as PEM: with the key alone
// nobody could make this certificate again, and the thumbprint would name nothing.
func (k keyPair) bundle() (secret.Value, error) {
	der, err := x509.MarshalPKCS8PrivateKey(k.key)
	if err != nil {
		return secret.Value{}, err
	}
	var b bytes.Buffer
	for _, block := range []*pem.Block{{Type: "CERTIFICATE", Bytes: k.cert.Raw}, {Type: "PRIVATE KEY", Bytes: der}} {
		if err := pem.Encode(&b, block); err != nil {
			return secret.Value{}, err
		}
	}
	return secret.FromBytes(b.Bytes()), nil
}

package answers

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// Keys of the secrets that answers refer to, as the session knows them.
const (
	SecretSQL     = "sql"
	SecretService = "service"
	SecretEntra   = "entra"
)

// SecretForest is the key of the secret of one forest.
func SecretForest(forest string) string { return "forest:" + strings.ToLower(forest) }

// SecretGrant is the key of the secret of who grants rights in a forest.
func SecretGrant(forest string) string { return "grant:" + strings.ToLower(forest) }

// Source is where references are looked up: the environment and the file system.
type Source struct {
	LookupEnv func(string) (string, bool) // os.LookupEnv
	ReadFile  func(string) ([]byte, error)
}

// Secrets looks up every secret that a refers to. A missing variable, an
// unreadable file and an empty secret are *FileError; no error text holds a secret.
func (s Source) Secrets(a Answers) (map[string]secret.Value, error) {
	refs := []struct {
		path, key string
		ref       SecretRef
	}{
		{"sql.password", SecretSQL, a.SQL.Password},
		{"components.serviceAccount.password", SecretService, a.Components.ServiceAccount.Password},
		{"entra.secret", SecretEntra, a.Entra.Secret},
	}
	for i, f := range a.Forests {
		type ref = struct {
			path, key string
			ref       SecretRef
		}
		refs = append(refs, ref{fmt.Sprintf("forests[%d].password", i), SecretForest(f.Forest), f.Password},
			ref{fmt.Sprintf("forests[%d].grant.password", i), SecretGrant(f.Forest), f.Grant.Password})
	}
	out := map[string]secret.Value{}
	for _, r := range refs {
		if r.ref.IsZero() {
			continue
		}
		v, err := s.lookup(r.ref)
		if err != nil {
			return nil, &FileError{Path: r.path, Text: err.Error()}
		}
		out[r.key] = v
	}
	return out, nil
}

func (s Source) lookup(r SecretRef) (secret.Value, error) {
	text, ok := "", false
	if r.Env != "" {
		if text, ok = s.LookupEnv(r.Env); !ok {
			return secret.Value{}, fmt.Errorf("there is no environment variable %s", r.Env)
		}
	} else {
		b, err := s.ReadFile(r.File)
		if err != nil {
			return secret.Value{}, fmt.Errorf("the file cannot be read: %w", err)
		}
		b = plain(b)
		text = string(b)
		if utf8.Valid(b) { // a PKCS #12 file is no text, and every byte of it counts
			text = strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
		}
	}
	if text == "" {
		return secret.Value{}, fmt.Errorf("the secret is empty")
	}
	return secret.New(text), nil
}

package entra_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/entra"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tenant"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// A real browser walks the sign-in page and comes back to the program.
func TestSignInWithChromium(t *testing.T) {
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("no Chromium here")
	}
	var s *tenant.Server
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	ended := make(chan struct{})
	s, c := standIn(t, tenant.Options{}, func(p *entra.Params) {
		p.OpenURL = func(address string) error {
			key := sha256.Sum256(s.Certificate().RawSubjectPublicKeyInfo)
			cmd := exec.CommandContext(ctx, path, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
				"--user-data-dir="+t.TempDir(), "--host-resolver-rules=MAP login.microsoftonline.com "+s.Address(),
				"--ignore-certificate-errors-spki-list="+base64.StdEncoding.EncodeToString(key[:]), "--remote-debugging-port=0", address)
			if err := cmd.Start(); err != nil {
				close(ended)
				return err
			}
			go func() { _ = cmd.Wait(); close(ended) }()
			return nil
		}
	})
	got, err := c.SignIn(ctx, setup.CloudRequest{Answer: answers.Entra{User: "admin@" + database}, Tenant: database}, func(setup.Prompt) {})
	cancel()
	<-ended
	if err != nil {
		t.Fatal(text(err))
	}
	if !strings.EqualFold(got.User, "admin@"+database) {
		t.Errorf("signed in as %s", got.User)
	}
}

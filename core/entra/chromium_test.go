package entra_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/entra"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tenant"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// A real browser walks the sign-in page and comes back to the program, by the
// redirect and the script that the page has: what Browse only imitates.
func TestSignInWithChromium(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes its time, and the race detector sees nothing in it")
	}
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		if strings.Contains(os.Getenv("RECONNECT_TEST_REQUIRE"), "chromium") {
			t.Fatal("Chromium is required here, and is not installed: scripts/setup-chromium")
		}
		t.Skip("no Chromium here: scripts/setup-chromium installs it")
	}
	var s *tenant.Server
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	ended := make(chan struct{})
	s, c := standIn(t, tenant.Options{}, func(p *entra.Params) {
		p.OpenURL = func(address string) error {
			key := sha256.Sum256(s.Certificate().RawSubjectPublicKeyInfo)
			// Only the stand-in's certificate is accepted beside the system's, and no
			// name but its leads anywhere.
			cmd := exec.CommandContext(ctx, path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage",
				"--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
				"--user-data-dir="+t.TempDir(), "--remote-debugging-port=0", // or it prints the page and ends
				"--host-resolver-rules=MAP login.microsoftonline.com "+s.Address()+", MAP * ~NOTFOUND, EXCLUDE localhost",
				"--ignore-certificate-errors-spki-list="+base64.StdEncoding.EncodeToString(key[:]), address)
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
	if all := strings.Join(s.Requests(), "\n"); !strings.Contains(all, "/oauth2/v2.0/authorize") || !strings.Contains(all, "/oauth2/v2.0/token") {
		t.Errorf("the browser did not come by: %s", all)
	}
}

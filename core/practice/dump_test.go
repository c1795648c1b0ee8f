package practice

import (
	"database/sql"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/sqlserver"
)

type adsyncFacts = facts.ADSync

// DB opens a connection to the site's database, as the wizard does.
func (s *Site) DB(t *testing.T) *sql.DB {
	t.Helper()
	db, _, err := sqlserver.Connect(t.Context(), sqlserver.Config{
		Answers: s.answers().SQL, Password: secret.New(sitePassword), Dialer: s.sql.network, Roots: s.sql.roots,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

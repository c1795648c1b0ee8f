package tds

import "testing"

// TestBothWays logs in and asks, over a port and in memory.
func TestBothWays(t *testing.T) {
	s := newSite(t, nil)
	for name, inMemory := range map[string]bool{"tcp": false, "memory": true} {
		t.Run(name, func(t *testing.T) {
			db := s.open(t, inMemory, nil)
			var n int
			if err := db.QueryRowContext(t.Context(), "select 1").Scan(&n); err != nil || n != 1 {
				t.Fatalf("got %d, %v", n, err)
			}
			l := s.lastLogin()
			if l.User != "sa" || l.Password != testPassword || l.Database != "ADSync" || l.App != "test" || l.Library != "go-mssqldb" || l.Encrypted {
				t.Errorf("login %+v", l)
			}
		})
	}
}

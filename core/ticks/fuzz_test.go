package ticks

import (
	"os"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// FuzzLoad takes any bytes for the file with the ticks: it is read or refused with a
// problem, and a tick can be kept all the same.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(`{"format":1,"key":"k","ticked":{"passwords":"2026-01-02T03:04:05Z"}}`))
	f.Add([]byte(`{"format":1,"key":"k","ticked":{"a":"9999-12-31T23:59:59+23:59"}}`))
	f.Add([]byte(`{"format":2,"key":"k"}`))
	f.Add([]byte("\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := Store{Dir: t.TempDir()}
		if err := os.WriteFile(s.path("k"), data, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := s.Load("k")
		if err != nil && (problem.As(err) == nil || len(got) > 0) {
			t.Errorf("%v, and %v", err, got)
		}
		at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
		if err := s.Save("k", map[string]time.Time{"x": at}); err != nil {
			t.Fatal(err)
		}
		if again, err := s.Load("k"); err != nil || len(again) != 1 || !again["x"].Equal(at) {
			t.Errorf("kept %v, %v", again, err)
		}
	})
}

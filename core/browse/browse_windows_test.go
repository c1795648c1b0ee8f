package browse

import (
	"os"
	"testing"
)

// TestByDesktop needs a desktop: scripts/wine-test gives it one, with a browser that
// writes down what it is asked for.
func TestByDesktop(t *testing.T) {
	address := os.Getenv("RECONNECT_TEST_BROWSE")
	if address == "" {
		t.Skip("scripts/wine-test says in RECONNECT_TEST_BROWSE what to open")
	}
	if err := byDesktop(address); err != nil {
		t.Fatal(err)
	}
}

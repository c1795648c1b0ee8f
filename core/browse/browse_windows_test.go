package browse

import (
	"os"
	"testing"
	"time"
)

// TestByDesktop needs a desktop: scripts/wine-test gives it one, with a browser that
// writes down what it is asked for.
//
// The desktop of a Windows that has just been started answers late: its Explorer is
// there with the first window, and offers itself to others some time after, on a
// busy machine long after. So it is asked again until it answers.
func TestByDesktop(t *testing.T) {
	address := os.Getenv("RECONNECT_TEST_BROWSE")
	if address == "" {
		t.Skip("scripts/wine-test says in RECONNECT_TEST_BROWSE what to open")
	}
	end := time.Now().Add(90 * time.Second)
	for {
		err := byDesktop(address)
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
		t.Log(err)
		time.Sleep(time.Second)
	}
}

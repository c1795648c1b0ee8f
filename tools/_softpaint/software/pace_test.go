package software

import (
	"testing"
	"time"
)

// Ten seconds of a picture that never stands still, looked at 60 times a second, as
// the driver does.
func TestPace(t *testing.T) {
	for name, c := range map[string]struct {
		remote bool
		want   int // frames
	}{
		"at the computer itself": {false, 600},
		"in a remote session":    {true, 150}, // each fourth look is the first after 50 ms
	} {
		now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
		p := Pace{Now: func() time.Time { return now }, Remote: func() bool { return c.remote }}
		var sent []time.Time
		for range 600 {
			if p.Ready() {
				p.Sent()
				sent = append(sent, now)
			}
			now = now.Add(time.Second / 60)
		}
		if len(sent) != c.want {
			t.Errorf("%s: %d frames, want %d", name, len(sent), c.want)
		}
		for i := 20; c.remote && i < len(sent); i++ {
			if d := sent[i].Sub(sent[i-20]); d < time.Second {
				t.Fatalf("%s: more than 20 frames in %v", name, d)
			}
		}
	}
}

func TestPace_urgent(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	remote := true
	p := Pace{Now: func() time.Time { return now }, Remote: func() bool { return remote }}
	step := func(what string, want bool) {
		t.Helper()
		if got := p.Ready(); got != want {
			t.Errorf("%s: %v", what, got)
		}
	}
	step("the first frame", true)
	p.Sent()
	step("right after it", false)
	p.Urgent()
	step("when the window lost its pixels", true)
	p.Sent()
	now = now.Add(remotePause - 1)
	step("a moment too early", false)
	remote = false
	step("once the session is back at the computer", true)
	remote, now = true, now.Add(1)
	step("after the pause", true)
}

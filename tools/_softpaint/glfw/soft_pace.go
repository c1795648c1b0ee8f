package glfw

import "time"

// remotePause is the least time between two frames in a remote session: 20 a second.
const remotePause = 50 * time.Millisecond

// pace is a present gate that holds frames back in a remote session, where each
// one has to travel.
type pace struct {
	now    func() time.Time
	remote func() bool
	last   time.Time
}

func newPace() presentGate { return &pace{now: time.Now, remote: remoteSession} }

func (p *pace) ready() bool {
	return p.now().Sub(p.last) >= remotePause || !p.remote()
}

func (p *pace) requestFrame() { p.last = p.now() }
func (p *pace) markReady()    { p.last = time.Time{} }
func (p *pace) free()         {}

package software

import "time"

// remotePause is the least time between two frames in a remote session: 20 a second.
const remotePause = 50 * time.Millisecond

// Pace holds frames back in a remote session, where each one has to travel.
type Pace struct {
	Now    func() time.Time
	Remote func() bool // asked when it matters: a session may move to another screen
	last   time.Time   // when the last frame was sent
}

// Ready tells whether a frame may be sent now.
func (p *Pace) Ready() bool { return p.Now().Sub(p.last) >= remotePause || !p.Remote() }

// Sent notes that a frame is sent now.
func (p *Pace) Sent() { p.last = p.Now() }

// Urgent lets the next frame go at once.
func (p *Pace) Urgent() { p.last = time.Time{} }

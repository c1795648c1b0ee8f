package glfw

import (
	"time"

	"fyne.io/fyne/v2/internal/painter/software"
)

// pace is a present gate that holds frames back in a remote session.
type pace struct{ software.Pace }

func newPace() presentGate {
	return &pace{software.Pace{Now: time.Now, Remote: remoteSession}}
}

func (p *pace) ready() bool   { return p.Ready() }
func (p *pace) requestFrame() { p.Sent() }
func (p *pace) markReady()    { p.Urgent() }
func (p *pace) free()         {}

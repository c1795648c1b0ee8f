package kit

import (
	"image/color"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Progress is a thin bar: how much is done, or only that something is going on.
type Progress struct {
	widget.BaseWidget
	height float32
	value  float32 // 0 to 1
	busy   bool    // the piece wanders
	at     float32 // where it is, 0 to 1
	anim   *fyne.Animation
	still  bool
}

// NewProgress makes a bar of height px. A still one never animates, for pictures.
func NewProgress(height float32, still bool) *Progress {
	p := &Progress{height: height, still: still, at: 0.3}
	p.ExtendBaseWidget(p)
	return p
}

// Set shows how much is done, 0 to 1.
func (p *Progress) Set(v float32) {
	v = min(1, max(0, v))
	if p.value == v && !p.busy {
		return
	}
	p.value, p.busy = v, false
	p.Refresh()
}

// Start lets the piece wander; tick is called with every frame and may be nil.
// Stop it when the bar is hidden: Fyne goes on painting otherwise.
func (p *Progress) Start(tick func()) {
	p.busy = true
	if p.anim != nil || p.still {
		return
	}
	p.anim = fyne.NewAnimation(1800*time.Millisecond, func(v float32) {
		p.at = v
		p.Refresh()
		if tick != nil {
			tick()
		}
	})
	p.anim.Curve = fyne.AnimationLinear
	p.anim.RepeatCount = fyne.AnimationRepeatForever
	p.anim.Start()
}

// Stop ends the animation.
func (p *Progress) Stop() {
	p.busy = false
	if p.anim != nil {
		p.anim.Stop()
		p.anim = nil
	}
}

// Running tells whether the piece wanders.
func (p *Progress) Running() bool { return p.busy }

// MinSize is the bar's height.
func (p *Progress) MinSize() fyne.Size { return fyne.NewSize(20, p.height) }

// HeightFor is the bar's height.
func (p *Progress) HeightFor(float32) float32 { return p.height }

// CreateRenderer makes the renderer.
func (p *Progress) CreateRenderer() fyne.WidgetRenderer {
	track, fill := canvas.NewRectangle(color.Transparent), canvas.NewRectangle(nil)
	r := &simple{owner: p, objects: []fyne.CanvasObject{track, fill}, min: p.MinSize}
	r.lay = func(s fyne.Size) {
		track.Resize(s)
		from, to := float32(0), p.value
		if p.busy {
			from, to = max(0, p.at*1.3-0.3), min(1, p.at*1.3)
		}
		fill.Move(fyne.NewPos(from*s.Width, 0))
		w := (to - from) * s.Width
		fill.Hidden = w < 2*p.height || s.Height < p.height
		fill.Resize(fyne.NewSize(max(0, w), s.Height))
	}
	r.paint = func() {
		radius := p.height / 2
		track.CornerRadius, fill.CornerRadius = radius, radius
		track.FillColor, fill.FillColor = Color(ColorTrack), Color(ColorAccent)
	}
	r.paint()
	return r
}

package ui

import (
	"slices"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// Sizes of the window in px at 100 %: the smallest in which pages are roomy, and at first.
const (
	MinWidth      = 880
	MinHeight     = 620
	DefaultWidth  = 1040
	DefaultHeight = 700
)

// How small the window can be made, in px at 100 %: a screen of 1920 x 1080 at 250 %
// has no more room, and must not hide the buttons. Below MinWidth and MinHeight it
// is usable, not roomy.
const (
	leastWidth  = 720
	leastHeight = 420
)

// Shell is the window's content: the list of pages, the current page, the band
// with the buttons, and the dialogs over it. Its methods belong to the goroutine
// of the window, except Changed.
type Shell struct {
	canvas  fyne.Canvas
	session Session
	hooks   Hooks
	keys    *kit.Keys

	frame   *frame
	nav     *nav
	band    *band
	head    *header
	scroll  *kit.Scroller
	page    page
	shown   setup.Page
	site    string // practice scenario that the page was made for
	after   bool   // Additional tasks were open when the page was made
	rev     int
	dialogs []*dialog
	closing *dialog   // asks whether to close, while it is among dialogs
	pressed time.Time // when the primary button was pressed last
	pending atomic.Bool
}

// New makes the content of a window on a canvas and shows the session's state.
// Put Object into the window, call Start, and give Changed to the session as its
// OnChange and AskClose to the window as its close intercept.
func New(c fyne.Canvas, session Session, hooks Hooks) *Shell {
	english()
	s := &Shell{canvas: c, session: session, hooks: hooks, rev: -1}
	s.keys = &kit.Keys{Key: s.key, Shortcut: s.shortcut, Reveal: s.reveal}
	s.nav = newNav(s.keys, func(p setup.Page) { session.Dispatch(setup.PageChosen{Page: p}) }, s.ShowHelp, s.ShowLog)
	s.nav.showLog(hooks.Log != nil)
	s.band = newBand(s)
	s.head = newHeader(s)
	s.scroll = kit.NewScroller(kit.Column(0))
	s.frame = newFrame(s)
	s.bindKeys()
	s.Refresh()
	return s
}

// Object is the window's content.
func (s *Shell) Object() fyne.CanvasObject { return s.frame }

// Changed tells that the session's state changed. Any goroutine may call it;
// several calls lead to one Refresh.
func (s *Shell) Changed() {
	if s.hooks.OnUI == nil {
		s.Refresh()
		return
	}
	if s.pending.CompareAndSwap(false, true) {
		s.hooks.OnUI(func() {
			s.pending.Store(false)
			s.Refresh()
		})
	}
}

// Refresh shows the session's state as it is now.
func (s *Shell) Refresh() {
	st := s.session.State()
	if st.Rev == s.rev && s.page != nil {
		return
	}
	s.rev = st.Rev
	site := ""
	if st.Practice != nil {
		site = st.Practice.Scenario
	}
	after := st.After != nil
	entered := s.page == nil || s.shown != st.Page || s.site != site || s.after != after
	if entered {
		s.shown, s.site, s.after = st.Page, site, after
		s.page = s.newPage(st.Page)
		s.scroll.SetContent(kit.Inset(40, 28, 40, 24, kit.Limited(contentWidth, kit.Column(0, s.head.object, s.page.Object()))))
	}
	s.page.Update(st)
	s.head.update(st, s.page)
	s.nav.update(st)
	s.band.update(st, s.page)
	s.frame.practice(st)
	for _, d := range slices.Clone(s.dialogs) { // an update may close its dialog
		if d.update != nil {
			d.update(st)
		}
	}
	s.relayout()
	if p, ok := s.page.(interface{ laidOut() }); ok {
		p.laidOut()
	}
	if entered {
		s.scroll.ToTop()
		s.focusFirst()
	}
}

// contentWidth is the width in px beyond which lines would be hard to read.
const contentWidth = 1080

// relayout lays out the page anew after a part of it grew or shrank.
func (s *Shell) relayout() {
	s.scroll.Relayout()
	s.frame.Refresh()
}

// Start gives the focus to the first page's first control. Call it once Object
// is in the window.
func (s *Shell) Start() { s.focusFirst() }

func (s *Shell) focusFirst() {
	if len(s.dialogs) > 0 || s.canvas.Content() != fyne.CanvasObject(s.frame) {
		return
	}
	if f := s.page.First(); f != nil {
		s.canvas.Focus(f)
		return
	}
	s.canvas.Unfocus()
}

// pressPrimary is the primary button, or Enter.
func (s *Shell) pressPrimary() {
	st := s.session.State()
	if s.again() && (st.Page == setup.PageReady || st.Exits()) {
		return
	}
	if ok, _ := st.CanNext(); !ok || s.band.primary.Hidden {
		s.submit()
		return
	}
	if st.Exits() {
		s.AskClose()
		return
	}
	s.takeUp(setup.NextPressed{})
}

// submit presses the button of the page's own form, if it has one.
func (s *Shell) submit() {
	if p, can := s.page.(interface{ submit(setup.State) }); can {
		p.submit(s.session.State())
	}
}

// twicePause is how long after one press of the primary button another one counts
// as part of it: longer than a keyboard waits before it repeats a key that is held.
const twicePause = 700 * time.Millisecond

// again tells that the primary button was pressed a moment ago. A double click on
// Next, or Enter held, must neither install what nobody has read nor close the
// window over it. Holding on prolongs the moment.
func (s *Shell) again() bool {
	now := s.hooks.now()
	soon := now.Sub(s.pressed) < twicePause
	s.pressed = now
	return soon
}

// AskClose closes the program, asking first when work would be lost.
func (s *Shell) AskClose() {
	if s.session.State().Unsaved() {
		s.ShowClose()
		return
	}
	s.close()
}

func (s *Shell) close() {
	s.band.progress.Stop()
	if s.hooks.Close != nil {
		s.hooks.Close()
	}
}

// tick runs with every frame of the busy line: the clock of a running step.
func (s *Shell) tick() {
	if t, ok := s.page.(interface{ tick() }); ok {
		t.tick()
	}
}

func (s *Shell) reveal(o fyne.CanvasObject) {
	if n := len(s.dialogs); n > 0 {
		s.dialogs[n-1].reveal(o)
		return
	}
	s.scroll.RevealInside(o)
}

// openURL opens a page in the browser, or shows its address to copy.
func (s *Shell) openURL(url string) {
	if s.hooks.OpenURL == nil || s.hooks.OpenURL(url) != nil {
		s.showURL(url)
	}
}

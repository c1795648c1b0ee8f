package setup

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/logbook"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/wholefile"
)

// Params are what a session is made from. Site is needed, the rest has defaults.
type Params struct {
	// Site is what the session talks to at first.
	Site Site
	// OpenPractice opens a practice site by the name of its scenario. Nil means
	// that there is no practice.
	OpenPractice func(ctx context.Context, scenario string) (Site, error)
	// RealSite gives the real site, for when practice is left. Nil means that
	// practice can't be left.
	RealSite func() Site
	// Clock gives the time; default time.Now.
	Clock func() time.Time
	// Random is where ids come from; default crypto/rand.
	Random io.Reader
	// OnChange is called after each change of the state, by whichever goroutine
	// changed it and with no lock held. It reads State itself.
	OnChange func()
	// SaveFile writes a file as a whole; default: atomically, mode 0600.
	SaveFile func(path string, data []byte) error
	// DataDir is where the site's installer keeps journals, vault and reports. The
	// session itself writes nothing there; see Session.DataDir.
	DataDir string
	// Program is the version of this program.
	Program string
	// RenewClaim lets the session renew this server's claim after Additional tasks
	// have read the database. The window sets it; a run without one renews at its end.
	RenewClaim bool
	// Clipboard is where the password of an account that was made is copied to on
	// demand; nil for none.
	Clipboard Clipboard
	// ClipboardLife is how long it stays there; default a minute.
	ClipboardLife time.Duration
	// Book is the log; nil for one in memory. The session masks in it whatever secret
	// it is given. It belongs to whoever made it.
	Book *logbook.Book
}

// Session is the wizard at work: it owns the state, the secrets and whatever
// runs. All its methods may be called from any goroutine.
type Session struct {
	p     Params
	book  *logbook.Book
	log   *slog.Logger                                 // writes into book
	child func() (context.Context, context.CancelFunc) // a context that ends with the session at the latest
	// launch is start. It is a value, as effects belong to the session and not to
	// the context of whoever dispatched the event.
	launch func(Effect)

	mu      sync.Mutex
	state   State
	site    Site
	secrets map[string]secret.Value
	running map[int]*running // by token
	changed chan struct{}    // closed and replaced at each change
	closed  bool
	alone   atomic.Bool   // nobody is there to press anything
	ending  chan struct{} // closed when the session is to end
	end     context.CancelFunc
	work    sync.WaitGroup
	ticking sync.Mutex // while ticks are written
	reader  openReader // of the review of pending exports
}

// running is one effect at work.
type running struct {
	cancel  context.CancelFunc
	stop    chan struct{}      // closed to stop Install after the current step
	presses chan HandOverPress // what is pressed while Microsoft's setup is watched
	keep    bool               // Install and undo: not cancelled by a change of State.Busy
}

// NewSession makes a session at Welcome, with the site's answers filled in.
func NewSession(p Params) *Session {
	if p.Clock == nil {
		p.Clock = time.Now
	}
	if p.Random == nil {
		p.Random = rand.Reader
	}
	if p.OnChange == nil {
		p.OnChange = func() {}
	}
	if p.SaveFile == nil {
		p.SaveFile = wholefile.Write
	}
	if p.Book == nil {
		p.Book = newBook()
	}
	if p.ClipboardLife == 0 {
		p.ClipboardLife = clipboardLife
	}
	root, end := context.WithCancel(context.Background())
	s := &Session{
		p: p, book: p.Book, log: p.Book.Logger(), end: end, site: p.Site,
		child:   func() (context.Context, context.CancelFunc) { return context.WithCancel(root) },
		secrets: maps.Clone(p.Site.Secrets), running: map[int]*running{}, changed: make(chan struct{}), ending: make(chan struct{}),
	}
	if s.secrets == nil {
		s.secrets = map[string]secret.Value{}
	}
	s.hide(s.secrets)
	s.launch = s.start
	s.state = State{
		Now: p.Clock().UTC(), Page: PageWelcome, Furthest: PageWelcome, Program: p.Program,
		Computer: p.Site.Computer, CurrentUser: p.Site.CurrentUser, Practice: p.Site.Practice,
		Answers: p.Site.Answers.Clone(), Given: givenBy(s.secrets), Found: find(p.Site), Staging: findSwitch(p.Site),
	}
	return s
}

// State gives the state as it is now.
func (s *Session) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// DataDir gives the folder with journals, vault and reports, for whoever offers
// to open it. Empty when it is not known.
func (s *Session) DataDir() string { return s.p.DataDir }

// Dispatch tells the session what the admin did. It returns at once; what it
// starts runs in the background and changes the state on its way.
func (s *Session) Dispatch(e Event) {
	if s.apply(e, nil) {
		s.p.OnChange()
	}
}

// apply reduces one event, starts what it asks for and cancels what is void.
// accepted, if any, runs under the lock when e is a result that is still
// awaited. It tells whether the event was taken.
func (s *Session) apply(e Event, accepted func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, result := tokenOf(e)
	switch {
	case e == nil || (s.closed && !result):
		return false
	case result && !s.state.expects(e):
		s.note(e, "late, dropped")
		return false
	case s.sameSecret(e):
		return false
	}
	if accepted != nil {
		accepted()
	}
	s.prepare(e)
	next, effect := Reduce(s.state, e)
	s.keepSecret(e, effect)
	s.state = next
	s.hide(s.secrets)
	s.note(e, "")
	s.cancelVoid()
	if effect != nil && !s.closed {
		s.launch(effect)
	}
	close(s.changed)
	s.changed = make(chan struct{})
	return true
}

// prepare gives the state what Reduce may not fetch by itself: the time, and the
// ids of an installation when there are none. Without them no plan is built.
func (s *Session) prepare(e Event) {
	s.state.Now = s.p.Clock().UTC()
	defer s.prepareSwitch(e)
	if s.state.IDs.Installation != "" {
		return
	}
	ids, err := newIDs(s.p.Random)
	if err != nil {
		s.note(e, err.Error())
		return
	}
	s.state.IDs = ids
}

// newIDs makes up the ids of one installation. The key set id is positive and
// fits the database's int column.
func newIDs(random io.Reader) (IDs, error) {
	var b [36]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return IDs{}, fmt.Errorf("make ids: %w", err)
	}
	keyset := int64(binary.BigEndian.Uint32(b[16:20])&0x7fffffff) | 1
	g := b[20:36]
	g[6], g[8] = g[6]&0x0f|0x40, g[8]&0x3f|0x80 // a random GUID, RFC 9562 version 4
	entropy := fmt.Sprintf("%x-%x-%x-%x-%x", g[0:4], g[4:6], g[6:8], g[8:10], g[10:16])
	return IDs{Installation: hex.EncodeToString(b[:16]), Keyset: keyset, Entropy: entropy}, nil
}

// cancelVoid cancels whatever the state is not busy with any more.
func (s *Session) cancelVoid() {
	for token, r := range s.running {
		current := s.state.Busy != nil && s.state.Busy.Token == token
		if !current && !r.keep {
			r.cancel()
		}
	}
}

// Wait waits until the session is busy with nothing. It gives ctx's error when
// that ends first.
func (s *Session) Wait(ctx context.Context) error {
	for {
		s.mu.Lock()
		idle, changed := s.state.Busy == nil, s.changed
		s.mu.Unlock()
		if idle {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// closeGrace is how long Close lets Install finish its current step before it
// breaks into it. What breaks is in the journal.
const closeGrace = 30 * time.Second

// Close cancels what runs, lets Install finish its current step, waits for both,
// signs out and closes the site. A second call does nothing. It must not be
// called from OnChange, which may run in a goroutine that Close waits for.
func (s *Session) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	close(s.ending)
	for _, r := range s.running {
		if r.keep {
			r.stopNow()
		} else {
			r.cancel()
		}
	}
	s.mu.Unlock()
	grace := time.AfterFunc(closeGrace, s.end)
	s.work.Wait()
	grace.Stop()
	s.end()
	s.mu.Lock()
	site := s.site
	s.secrets = map[string]secret.Value{}
	s.mu.Unlock()
	return errors.Join(s.reader.close(), closeSite(site))
}

// stopNow asks Install to stop after the current step. The caller holds the lock.
func (r *running) stopNow() {
	select {
	case <-r.stop:
	default:
		close(r.stop)
	}
}

func closeSite(site Site) error {
	var errs []error
	if site.Cloud != nil {
		site.Cloud.SignOut()
	}
	if site.Close != nil {
		errs = append(errs, site.Close())
	}
	return errors.Join(errs...)
}

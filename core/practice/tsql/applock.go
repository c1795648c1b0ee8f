package tsql

import (
	"context"
	"strings"
	"sync"
	"time"
)

// appLocks are the locks of sp_getapplock.
type appLocks struct {
	mu      sync.Mutex
	held    map[appKey][]*appHold
	waiting map[*Session]appKey
	changed chan struct{}
}

type appKey struct {
	db       int
	resource string
}

type appHold struct {
	s       *Session
	mode    string
	session bool // owned by the session, else by its transaction
	count   int
}

func newAppLocks() *appLocks {
	return &appLocks{held: map[appKey][]*appHold{}, waiting: map[*Session]appKey{}, changed: make(chan struct{})}
}

// appModes are the lock modes with the short names that sys.dm_tran_locks gives.
var appModes = map[string]string{"shared": "S", "update": "U", "exclusive": "X", "intentshared": "IS", "intentexclusive": "IX"}

// compatible tells for each mode which modes may be held by others beside it.
var compatible = map[string]map[string]bool{
	"IS": words("IS S U IX"), "S": words("IS S U"), "U": words("IS S"), "IX": words("IS IX"), "X": {},
}

// The return codes of sp_getapplock.
const (
	lockGranted  = 0
	lockWaited   = 1
	lockTimeout  = -1
	lockCanceled = -2
	lockDeadlock = -3
	lockBadCall  = -999
)

// blockers are the sessions that keep s from having the lock in a mode.
func (l *appLocks) blockers(k appKey, s *Session, mode string) []*Session {
	var out []*Session
	for _, h := range l.held[k] {
		if h.s != s && !compatible[mode][h.mode] {
			out = append(out, h.s)
		}
	}
	return out
}

func (l *appLocks) grant(k appKey, s *Session, mode string, session bool) {
	for _, h := range l.held[k] {
		if h.s == s && h.mode == mode && h.session == session {
			h.count++
			return
		}
	}
	l.held[k] = append(l.held[k], &appHold{s: s, mode: mode, session: session, count: 1})
}

// deadlock tells whether s, waiting for k, waits in the end for itself.
func (l *appLocks) deadlock(s *Session, k appKey, mode string) bool {
	seen := map[*Session]bool{}
	next := l.blockers(k, s, mode)
	for len(next) > 0 {
		o := next[0]
		next = next[1:]
		if o == s {
			return true
		}
		if seen[o] {
			continue
		}
		seen[o] = true
		if wk, ok := l.waiting[o]; ok {
			for _, h := range l.held[wk] {
				if h.s != o {
					next = append(next, h.s)
				}
			}
		}
	}
	return false
}

// get takes a lock and gives sp_getapplock's return code. timeout < 0 waits
// for ever.
func (l *appLocks) get(ctx context.Context, s *Session, k appKey, mode string, session bool, timeout time.Duration) int32 {
	var expired <-chan time.Time
	if timeout > 0 {
		t := time.NewTimer(timeout)
		defer t.Stop()
		expired = t.C
	}
	waited := false
	for {
		l.mu.Lock()
		delete(l.waiting, s)
		if len(l.blockers(k, s, mode)) == 0 {
			l.grant(k, s, mode, session)
			l.mu.Unlock()
			if waited {
				return lockWaited
			}
			return lockGranted
		}
		if timeout == 0 {
			l.mu.Unlock()
			return lockTimeout
		}
		if l.deadlock(s, k, mode) {
			l.mu.Unlock()
			return lockDeadlock
		}
		l.waiting[s] = k
		changed := l.changed
		l.mu.Unlock()
		waited = true
		select {
		case <-changed:
		case <-expired:
			l.stopWaiting(s)
			return lockTimeout
		case <-ctx.Done():
			l.stopWaiting(s)
			return lockCanceled
		}
	}
}

func (l *appLocks) stopWaiting(s *Session) {
	l.mu.Lock()
	delete(l.waiting, s)
	l.mu.Unlock()
}

func (l *appLocks) wake() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// release gives one hold back; false when there is none.
func (l *appLocks) release(s *Session, k appKey, session bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, h := range l.held[k] {
		if h.s != s || h.session != session {
			continue
		}
		if h.count--; h.count == 0 {
			l.drop(k, i)
		}
		l.wake()
		return true
	}
	return false
}

func (l *appLocks) drop(k appKey, i int) {
	l.held[k] = append(l.held[k][:i:i], l.held[k][i+1:]...)
	if len(l.held[k]) == 0 {
		delete(l.held, k)
	}
}

func (l *appLocks) releaseIf(match func(*appHold) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for k, holds := range l.held {
		var keep []*appHold
		for _, h := range holds {
			if !match(h) {
				keep = append(keep, h)
			}
		}
		if l.held[k] = keep; len(keep) == 0 {
			delete(l.held, k)
		}
	}
	l.wake()
}

func (l *appLocks) releaseTransaction(s *Session) {
	l.releaseIf(func(h *appHold) bool { return h.s == s && !h.session })
}

func (l *appLocks) releaseOwner(s *Session) {
	l.releaseIf(func(h *appHold) bool { return h.s == s })
}

// lockRow is one hold as sys.dm_tran_locks shows it.
type lockRow struct {
	key     appKey
	spid    int
	mode    string
	session bool
}

func (l *appLocks) rows() []lockRow {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []lockRow
	for k, holds := range l.held {
		for _, h := range holds {
			out = append(out, lockRow{k, h.s.spid, h.mode, h.session})
		}
	}
	return out
}

// mode gives the strongest mode in which a session holds a resource.
func (l *appLocks) mode(s *Session, k appKey) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	names := map[string]string{"S": "Shared", "U": "Update", "X": "Exclusive", "IS": "IntentShared", "IX": "IntentExclusive"}
	best := "NoLock"
	rank := map[string]int{"IS": 1, "S": 2, "IX": 3, "U": 4, "X": 5}
	top := 0
	for _, h := range l.held[k] {
		if h.s == s && rank[h.mode] > top {
			top, best = rank[h.mode], names[h.mode]
		}
	}
	return best
}

// getAppLock is sp_getapplock.
func (s *Session) getAppLock(f *frame, a map[string]*procArg) (int32, error) {
	resource, _ := a["@resource"].text()
	modeName, _ := a["@lockmode"].text()
	owner, given := a["@lockowner"].text()
	if !given {
		owner = "Transaction"
	}
	timeout := s.opts.lockTimeout
	if n, ok := a["@locktimeout"].number(); ok {
		timeout = time.Duration(n) * time.Millisecond
		if n < -1 {
			return lockBadCall, nil
		}
	}
	mode := appModes[strings.ToLower(modeName)]
	session := strings.EqualFold(owner, "Session")
	if mode == "" || resource == "" || !session && !strings.EqualFold(owner, "Transaction") {
		return lockBadCall, nil
	}
	if !session && s.tx.count == 0 {
		return lockBadCall, nil
	}
	code := s.srv.locks.get(f.ctx, s, appKey{s.db.id, resource}, mode, session, timeout)
	if code == lockCanceled && f.ctx.Err() != nil {
		return code, f.ctx.Err()
	}
	return code, nil
}

// releaseAppLock is sp_releaseapplock.
func (s *Session) releaseAppLock(_ *frame, a map[string]*procArg) (int32, error) {
	resource, _ := a["@resource"].text()
	owner, given := a["@lockowner"].text()
	session := given && strings.EqualFold(owner, "Session")
	if !s.srv.locks.release(s, appKey{s.db.id, resource}, session) {
		return lockBadCall, errf(1223, 16, 1, "Cannot release the application lock (Database Principal: 'public', Resource: '%s') because it is not currently held.", resource)
	}
	return 0, nil
}

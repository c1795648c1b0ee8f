package tsql

import (
	"context"
	"errors"
	"time"
)

// writeLock admits one writing transaction to a database at a time. It stands
// before SQLite's own lock, so that waiting obeys LOCK_TIMEOUT and the context.
type writeLock struct{ ch chan struct{} }

func newWriteLock() *writeLock { return &writeLock{make(chan struct{}, 1)} }

// acquire waits until the lock is free: for ever when timeout is negative.
func (l *writeLock) acquire(ctx context.Context, timeout time.Duration) error {
	return waitFor(ctx, timeout, l.ch)
}

func (l *writeLock) release() { <-l.ch }

var errLockTimeout = errors.New("lock time-out")

// waitFor sends into ch, and gives errLockTimeout when that takes too long.
func waitFor(ctx context.Context, timeout time.Duration, ch chan struct{}) error {
	select {
	case ch <- struct{}{}:
		return nil
	default:
	}
	var expired <-chan time.Time
	if timeout == 0 {
		return errLockTimeout
	}
	if timeout > 0 {
		t := time.NewTimer(timeout)
		defer t.Stop()
		expired = t.C
	}
	select {
	case ch <- struct{}{}:
		return nil
	case <-expired:
		return errLockTimeout
	case <-ctx.Done():
		return ctx.Err()
	}
}

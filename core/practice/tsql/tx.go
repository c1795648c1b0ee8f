package tsql

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// txState is a session's transaction. SQLite's own transaction begins only with
// the first write, so that reads before it see what is committed by then and no
// write ever meets a stale snapshot.
type txState struct {
	count   int
	id      uint64
	begun   bool // SQLite's transaction is open
	doomed  bool // only a rollback is possible
	locked  map[*Database]bool
	pending map[*Database]*catalog // changed, not yet published
	marks   []savepoint
}

type savepoint struct {
	name    string
	pending map[*Database]*catalog
}

func (t *txState) init() {
	t.locked, t.pending = map[*Database]bool{}, map[*Database]*catalog{}
}

// catalog is what the session sees of a database.
func (s *Session) catalog(d *Database) *catalog {
	if c := s.tx.pending[d]; c != nil {
		return c
	}
	return d.cat.Load()
}

// attach makes a database's storage part of the session's connection.
func (s *Session) attach(ctx context.Context, d *Database) error {
	if s.attached[d] || d.temp {
		return nil
	}
	if len(s.attached) >= 9 && !s.tx.begun {
		for o := range s.attached {
			if o != s.db {
				if _, err := s.conn.exec(ctx, "DETACH "+o.alias); err != nil {
					return fmt.Errorf("detaching storage: %w", err)
				}
				delete(s.attached, o)
				break
			}
		}
	}
	_, err := s.conn.exec(ctx, "ATTACH "+quote(d.file)+" AS "+d.alias+
		"; PRAGMA "+d.alias+".journal_mode=WAL; PRAGMA "+d.alias+".synchronous=OFF; PRAGMA "+d.alias+".cache_size=-65536")
	if err != nil {
		return fmt.Errorf("opening the storage of database %s: %w", d.conf().Name, err)
	}
	s.attached[d] = true
	return nil
}

func (s *Session) attachAll(ctx context.Context, uses map[*Database]bool) error {
	for d := range uses {
		if err := s.attach(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

// acquire takes a database's write lock for the transaction.
func (s *Session) acquire(ctx context.Context, d *Database) error {
	if s.tx.locked[d] {
		return nil
	}
	if err := d.lock.acquire(ctx, s.opts.lockTimeout); err != nil {
		if errors.Is(err, errLockTimeout) {
			return errf(1222, 16, 45, "Lock request time out period exceeded.")
		}
		return err
	}
	s.tx.locked[d] = true
	return nil
}

// open starts SQLite's transaction.
func (s *Session) openTx(ctx context.Context) error {
	if s.tx.begun {
		return nil
	}
	if _, err := s.conn.exec(ctx, "BEGIN"); err != nil {
		return err
	}
	s.tx.begun = true
	return nil
}

// hold takes the locks that last until the transaction's end, for reads that
// ask for it.
func (s *Session) hold(ctx context.Context, uses map[*Database]bool) error {
	for d := range uses {
		if err := s.acquire(ctx, d); err != nil {
			return err
		}
	}
	return s.openTx(ctx)
}

// write runs a change of d as one unit: whatever fn did is undone when it fails.
func (s *Session) write(ctx context.Context, d *Database, fn func() error) error {
	if err := s.mayWrite(d); err != nil {
		return err
	}
	if err := s.attach(ctx, d); err != nil {
		return err
	}
	if s.opts.implicit && s.tx.count == 0 {
		s.beginTran()
	}
	auto := s.tx.count == 0
	if err := s.acquire(ctx, d); err != nil {
		return err
	}
	if err := s.openTx(ctx); err != nil {
		if auto {
			s.rollbackAll(context.WithoutCancel(ctx))
		}
		return err
	}
	if auto {
		err := fn()
		if err == nil {
			err = s.commitStorage(ctx)
		}
		if err != nil {
			s.rollbackAll(context.WithoutCancel(ctx))
		}
		return err
	}
	before := copyPending(s.tx.pending)
	if _, err := s.conn.exec(ctx, "SAVEPOINT one_statement"); err != nil {
		return err
	}
	err := fn()
	if err != nil {
		s.tx.pending = before
		if _, back := s.conn.exec(context.WithoutCancel(ctx), "ROLLBACK TO one_statement"); back != nil {
			// An interrupted change has taken the whole transaction with it.
			s.rollbackAll(context.WithoutCancel(ctx))
			return err
		}
	}
	_, rel := s.conn.exec(context.WithoutCancel(ctx), "RELEASE one_statement")
	return errors.Join(err, rel)
}

// mayWrite refuses writing in a doomed transaction and to a read-only database.
func (s *Session) mayWrite(d *Database) error {
	if s.tx.doomed {
		return errf(3930, 16, 1, "The current transaction cannot be committed and cannot support operations that write to the log file. Roll back the transaction.")
	}
	if d.conf().ReadOnly {
		return errf(3906, 16, 1, "Failed to update database \"%s\" because the database is read-only.", d.conf().Name)
	}
	return nil
}

func copyPending(m map[*Database]*catalog) map[*Database]*catalog {
	out := make(map[*Database]*catalog, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}

// change gives the session a catalogue of its own to change; call it inside write.
func (s *Session) change(d *Database) *catalog {
	c := s.catalog(d).clone()
	s.tx.pending[d] = c
	return c
}

// commitStorage makes the changes durable and publishes the catalogues.
func (s *Session) commitStorage(ctx context.Context) error {
	if s.tx.begun {
		if _, err := s.conn.exec(context.WithoutCancel(ctx), "COMMIT"); err != nil {
			return err
		}
		s.tx.begun = false
	}
	for d, c := range s.tx.pending {
		d.cat.Store(c)
	}
	s.release()
	return nil
}

func (s *Session) release() {
	for d := range s.tx.locked {
		d.lock.release()
	}
	s.tx.init()
	s.tx.marks = nil
}

func (s *Session) beginTran() {
	if s.tx.count == 0 {
		s.tx.id = s.srv.trans.Add(1)
	}
	s.tx.count++
}

func (s *Session) commitTran(ctx context.Context) error {
	switch {
	case s.tx.count == 0:
		return errf(3902, 16, 1, "The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION.")
	case s.tx.doomed:
		return errf(3930, 16, 1, "The current transaction cannot be committed and cannot support operations that write to the log file. Roll back the transaction.")
	case s.tx.count > 1:
		s.tx.count--
		return nil
	}
	if err := s.commitStorage(ctx); err != nil {
		return err
	}
	s.tx.count = 0
	s.srv.locks.releaseTransaction(s)
	return nil
}

func (s *Session) rollbackTran(ctx context.Context, name string) error {
	if s.tx.count == 0 {
		return errf(3903, 16, 1, "The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION.")
	}
	if name != "" {
		return s.rollbackTo(ctx, name)
	}
	s.rollbackAll(context.WithoutCancel(ctx))
	return nil
}

// rollbackAll undoes everything; it cannot fail in a way that leaves a
// transaction open.
func (s *Session) rollbackAll(ctx context.Context) {
	if s.tx.begun {
		// SQLite may have rolled back by itself; then there is nothing to undo.
		_, _ = s.conn.exec(ctx, "ROLLBACK")
		s.tx.begun = false
	}
	s.release()
	if s.tx.count > 0 {
		s.srv.locks.releaseTransaction(s)
	}
	s.tx.count, s.tx.doomed = 0, false
}

func (s *Session) saveTran(ctx context.Context, name string) error {
	if s.tx.count == 0 {
		return errf(628, 16, 0, "Cannot issue SAVE TRANSACTION when there is no active transaction.")
	}
	if err := s.openTx(ctx); err != nil {
		return err
	}
	s.tx.marks = append(s.tx.marks, savepoint{name, copyPending(s.tx.pending)})
	_, err := s.conn.exec(ctx, fmt.Sprintf("SAVEPOINT mark%d", len(s.tx.marks)))
	return err
}

func (s *Session) rollbackTo(ctx context.Context, name string) error {
	for i := len(s.tx.marks) - 1; i >= 0; i-- {
		if s.tx.marks[i].name != name {
			continue
		}
		if _, err := s.conn.exec(ctx, fmt.Sprintf("ROLLBACK TO mark%d", i+1)); err != nil {
			return err
		}
		s.tx.pending = copyPending(s.tx.marks[i].pending)
		s.tx.marks = s.tx.marks[:i+1]
		return nil
	}
	// A name that is no savepoint is the transaction's own: all of it goes.
	s.rollbackAll(context.WithoutCancel(ctx))
	return nil
}

// sleep waits for a time or for the context's end.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

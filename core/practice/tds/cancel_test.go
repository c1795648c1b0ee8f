package tds

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"
)

// endless sends rows until it is stopped and reports why.
func endless(stopped chan<- error) answer {
	return func(_ context.Context, _ *fakeSession, _ []Param, w ResultWriter) (int32, error) {
		err := w.Columns([]Column{{Name: "n", Type: Type{Kind: NVarChar, Length: 100}}})
		for err == nil {
			err = w.Row([]any{strings.Repeat("x", 100)})
		}
		stopped <- err
		return 0, err
	}
}

// TestCancelWhileStreaming: the client reads some rows and cancels; the same
// connection then answers again.
func TestCancelWhileStreaming(t *testing.T) {
	s := newSite(t, nil)
	stopped := make(chan error, 1)
	s.on("endless rows", endless(stopped))
	bothWays(t, func(t *testing.T, inMemory bool) {
		db := s.open(t, inMemory, nil)
		db.SetMaxOpenConns(1)
		before := s.opened
		for _, args := range [][]any{nil, {1}} {
			readSomeAndCancel(t, db, args)
			if err := <-stopped; !errors.Is(err, errCancelled) {
				t.Errorf("the backend got %v", err)
			}
			if err := db.PingContext(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if s.opened-before != 1 {
			t.Errorf("%d sessions: the connection did not survive the cancel", s.opened-before)
		}
	})
}

func readSomeAndCancel(t *testing.T, db *sql.DB, args []any) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	result, err := db.QueryContext(ctx, "endless rows", args...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = result.Close() }()
	for range 100 {
		if !result.Next() {
			t.Fatal("no more rows")
		}
	}
	cancel()
	for result.Next() { // what had already arrived
	}
	if err := result.Err(); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestCancelWhileWaiting: nothing has been sent yet when the client cancels.
func TestCancelWhileWaiting(t *testing.T) {
	s := newSite(t, nil)
	started := make(chan struct{}, 1)
	s.on("wait here", func(ctx context.Context, _ *fakeSession, _ []Param, _ ResultWriter) (int32, error) {
		started <- struct{}{}
		<-ctx.Done()
		return 0, ctx.Err()
	})
	bothWays(t, func(t *testing.T, inMemory bool) {
		db := s.open(t, inMemory, nil)
		for range 5 {
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				<-started
				cancel()
			}()
			begun := time.Now()
			if _, err := db.ExecContext(ctx, "wait here"); !errors.Is(err, context.Canceled) {
				t.Fatalf("got %v", err)
			}
			if took := time.Since(begun); took > 4*time.Second {
				t.Errorf("took %s: the driver waited in vain", took)
			}
			if err := db.PingContext(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestCrowd: many clients at once, some of whom lose patience at random moments,
// and nobody ever gets another's answer.
func TestCrowd(t *testing.T) {
	s := newSite(t, nil)
	s.on("echo @p1", func(_ context.Context, _ *fakeSession, params []Param, w ResultWriter) (int32, error) {
		column := []Column{{Name: "n", Type: Type{Kind: BigInt}}}
		values := make([][]any, 1+params[0].Value.(int64)%50)
		for i := range values {
			values[i] = []any{params[0].Value}
		}
		return 0, sendRows(w, column, values...)
	})
	bothWays(t, func(t *testing.T, inMemory bool) {
		db := s.open(t, inMemory, nil)
		db.SetMaxIdleConns(20)
		var wg sync.WaitGroup
		for worker := range int64(20) {
			wg.Go(func() {
				for i := range int64(40) {
					patience := time.Duration(worker*i*7%997) * time.Microsecond
					echo(t, db, worker*1000+i, patience)
				}
			})
		}
		wg.Wait()
	})
}

// echo asks for a number and takes a lack of answer only when the time was up.
func echo(t *testing.T, db *sql.DB, n int64, patience time.Duration) {
	ctx := t.Context()
	if n%3 == 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, patience)
		defer cancel()
	}
	// A dial may notice the deadline before the context does.
	late := func() bool {
		deadline, ok := ctx.Deadline()
		return ok && !time.Now().Before(deadline)
	}
	result, err := db.QueryContext(ctx, "echo @p1", n)
	if err == nil {
		defer func() { _ = result.Close() }()
		count := int64(0)
		for ; result.Next(); count++ {
			var got int64
			if err := result.Scan(&got); err == nil && got != n {
				t.Errorf("asked for %d, got %d", n, got)
			}
		}
		if err = result.Err(); err == nil && count != 1+n%50 && !late() {
			t.Errorf("%d rows for %d", count, n)
		}
	}
	if err != nil && !late() {
		t.Errorf("%d: %v", n, err)
	}
}

// TestClientGone: the backend's context ends when the client hangs up.
func TestClientGone(t *testing.T) {
	s := newSite(t, nil)
	started, ended := make(chan struct{}), make(chan error, 1)
	s.on("hang", func(ctx context.Context, _ *fakeSession, _ []Param, _ ResultWriter) (int32, error) {
		close(started)
		<-ctx.Done()
		ended <- context.Cause(ctx)
		return 0, ctx.Err()
	})
	c := s.rawLogin(t, rawLoginOptions{})
	c.send(packetBatch, statusEnd, batchBody("hang"))
	<-started
	c.close()
	if err := <-ended; !errors.Is(err, errGone) {
		t.Errorf("got %v", err)
	}
}

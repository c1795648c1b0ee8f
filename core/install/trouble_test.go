package install_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/install"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tenant"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// way is how something that Install asks of the world goes wrong.
type way int

const (
	fine way = iota
	refused
	droppedBefore // it never takes effect
	droppedAfter  // it takes effect, and nobody is told
	lateBefore    // it takes effect after the deadline
	lateAfter     // it takes effect, and the answer comes after the deadline
)

func (w way) String() string {
	return [...]string{"fine", "refused", "dropped before it took effect", "dropped after it took effect", "delayed past the deadline", "answered after the deadline"}[w]
}

// after tells whether the way lets the thing take effect first.
func (w way) after() bool { return w == droppedAfter || w == lateAfter }

// kind is what goes wrong.
type kind string

const (
	statement kind = "statement" // of the SQL Server
	request   kind = "request"   // to the tenant
	operation kind = "operation" // of the directory
	change    kind = "change"    // of this computer
)

// everyKind is all of them.
var everyKind = []kind{operation, change, request, statement}

// ways are those that each kind knows. Windows answers at once.
var ways = map[kind][]way{
	statement: {refused, droppedBefore, droppedAfter, lateBefore, lateAfter},
	request:   {refused, droppedBefore, droppedAfter, lateBefore, lateAfter},
	operation: {refused, droppedBefore, droppedAfter, lateAfter},
	change:    {refused, droppedAfter},
}

// The deadlines of a run in which something is late, and how late it is. A slow
// machine may miss them elsewhere too: that is one more fault to get over.
const (
	patience     = 2 * time.Second
	requestLimit = 8 * time.Second
)

// trouble lets one thing go wrong. It is asked by the SQL Server, the tenant, the
// directory and the computer of a site, and counts what they are asked.
type trouble struct {
	cut  func()               // breaks the connections to the SQL Server
	said func(apply.Progress) // called with all progress of Install; nil for nobody

	mu    sync.Mutex
	ready bool // armed, and waiting for its beginning
	on    bool
	n     map[kind]int
	kind  kind
	at    int
	way   way
	like  string // what is counted, empty for all
	hit   string // what went wrong
	late  bool   // it is hit, and its end is still to come
}

var errTrouble = errors.New("practice trouble")

// arm lets the at-th thing of a kind go wrong that comes after begin.
func (x *trouble) arm(k kind, at int, w way) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.ready, x.n, x.kind, x.at, x.way, x.hit, x.late, x.like = true, map[kind]int{}, k, at, w, "", false, ""
}

// only counts what contains a text.
func (x *trouble) only(like string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.like = like
}

// begin is called when Install or undo begins.
func (x *trouble) begin() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.on, x.ready = x.on || x.ready, false
}

// disarm ends that, and tells what went wrong and how much was asked.
func (x *trouble) disarm() (hit string, asked map[kind]int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.on, x.ready = false, false
	return x.hit, x.n
}

// ask gives what happens to something now: before it is done, or after.
func (x *trouble) ask(k kind, what string, after bool) way {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.on || !strings.Contains(what, x.like) {
		return fine
	}
	if !after {
		x.n[k]++
		if k != x.kind || x.n[k] != x.at || x.hit != "" {
			return fine
		}
		x.hit = what
		if x.late = x.way.after(); x.late {
			return fine
		}
		return x.way
	}
	if k != x.kind || !x.late || x.hit != what {
		return fine
	}
	x.late = false
	return x.way
}

// statement is tsql.Config.Fault and FaultAfter.
func (x *trouble) statement(after bool) func(int, string) error {
	return func(_ int, text string) error {
		switch x.ask(statement, text, after) {
		case refused:
			return &tds.ServerError{Number: 8645, Class: 17, State: 1, Message: "A timeout occurred while waiting for memory resources to execute the query in resource pool 'default' (2). Rerun the query."}
		case droppedBefore, droppedAfter:
			x.cut()
			return errTrouble
		case lateBefore, lateAfter:
			time.Sleep(patience + patience/4)
		default:
		}
		return nil
	}
}

// request is tenant.Options.Fault.
func (x *trouble) request(_ int, r *http.Request, after bool) tenant.Fault {
	switch x.ask(request, r.Method+" "+r.URL.Path, after) {
	case refused:
		return tenant.Refused
	case droppedBefore, droppedAfter:
		return tenant.Dropped
	case lateBefore, lateAfter:
		return tenant.Silent
	default:
		return tenant.NoFault
	}
}

// change is standin.Computer.Fault.
func (x *trouble) change(call string, after bool) error {
	if w := x.ask(change, call, after); w != fine {
		return errors.New("the RPC server is unavailable")
	}
	return nil
}

// operation lets do go wrong as an operation of the directory.
func (x *trouble) operation(what string, do func() error) error {
	switch x.ask(operation, what, false) {
	case refused:
		return &problem.Problem{Code: "ad.refused", What: "The domain controller refuses.", Fix: "Try again.", Detail: "LDAP result 53"}
	case fine:
	default:
		return problem.From(net.ErrClosed)
	}
	err := do()
	switch x.ask(operation, what, true) {
	case droppedAfter:
		return problem.From(net.ErrClosed)
	case lateAfter:
		return problem.From(context.DeadlineExceeded)
	default:
		return err
	}
}

// troubled is a directory whose operations can go wrong.
type troubled struct {
	apply.Directory
	granter apply.Granter
	x       *trouble
}

func (d troubled) CreateAccount(ctx context.Context, a plan.Account, c apply.Credential) (v secret.Value, err error) {
	err = d.x.operation("create account", func() error { v, err = d.Directory.CreateAccount(ctx, a, c); return err })
	if err != nil {
		v = secret.Value{}
	}
	return v, err
}

func (d troubled) RemoveAccount(ctx context.Context, a plan.Account, c apply.Credential) error {
	return d.x.operation("remove account", func() error { return d.Directory.RemoveAccount(ctx, a, c) })
}

func (d troubled) HasAccount(ctx context.Context, a plan.Account, c apply.Credential) (there bool, err error) {
	err = d.x.operation("has account", func() error { there, err = d.Directory.HasAccount(ctx, a, c); return err })
	return there && err == nil, err
}

func (d troubled) Ungranted(ctx context.Context, a plan.Account, c apply.Credential) (out []apply.Entry, err error) {
	err = d.x.operation("look for entries", func() error { out, err = d.granter.Ungranted(ctx, a, c); return err })
	if err != nil {
		out = nil
	}
	return out, err
}

func (d troubled) Grant(ctx context.Context, a plan.Account, c apply.Credential, e []apply.Entry) error {
	return d.x.operation("grant", func() error { return d.granter.Grant(ctx, a, c, e) })
}

func (d troubled) Revoke(ctx context.Context, a plan.Account, c apply.Credential, e []apply.Entry) error {
	return d.x.operation("revoke", func() error { return d.granter.Revoke(ctx, a, c, e) })
}

// beginning is an installer that tells when it begins.
type beginning struct {
	*install.Installer
	x *trouble
}

func (i beginning) Install(ctx context.Context, job setup.Job, stop <-chan struct{}, say func(apply.Progress)) apply.Outcome {
	i.x.begin()
	return i.Installer.Install(ctx, job, stop, func(p apply.Progress) {
		if i.x.said != nil {
			i.x.said(p)
		}
		say(p)
	})
}

func (i beginning) Undo(ctx context.Context, job setup.Job, say func(apply.Progress)) apply.Outcome {
	i.x.begin()
	return i.Installer.Undo(ctx, job, say)
}

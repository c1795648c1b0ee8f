package apply

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// Codes of the problems of working alone on this computer.
const (
	CodeOther    problem.Code = "apply.computer.busy" // another wizard is installing here
	CodeOnlyLock problem.Code = "apply.computer.lock" // it can't be made sure that none is
)

// Holder says who is installing or undoing on this computer.
type Holder struct {
	Process int       `json:"process"`
	User    string    `json:"user"`
	Doing   string    `json:"doing"` // "installing" or "undoing"
	Since   time.Time `json:"since"`
}

// errHeld is what the system's lock says when another process has it.
var errHeld = errors.New("another process holds it")

// lockFile is the file in the data folder that tells who has the lock.
const lockFile = "working.json"

// OnlyOne makes sure that this is the only program that installs or undoes on
// this computer: by a named mutex on Windows, by a lock on a file in dataDir
// elsewhere. Both end with the process, however it ends. While another one has
// it, the problem CodeOther says who. release gives it back.
func OnlyOne(dataDir, doing string, now time.Time) (release func(), err error) {
	if err := os.MkdirAll(dataDir, 0o700); err != nil {
		return nil, onlyLockProblem(dataDir, err)
	}
	path := filepath.Join(dataDir, lockFile)
	unlock, err := lockComputer(path)
	if errors.Is(err, errHeld) {
		return nil, heldProblem(path)
	}
	if err != nil {
		return nil, onlyLockProblem(path, err)
	}
	h := Holder{Process: os.Getpid(), Doing: doing, Since: now.UTC()}
	if u, err := user.Current(); err == nil {
		h.User = u.Username
	}
	data, err := json.Marshal(h)
	if err == nil {
		err = os.WriteFile(path, append(data, '\n'), 0o600)
	}
	if err != nil {
		unlock()
		return nil, onlyLockProblem(path, err)
	}
	return func() {
		// What the file says counts only while the lock is held.
		_ = os.Truncate(path, 0)
		unlock()
	}, nil
}

// namedWithin is how long the one that has the lock may take to write down who it
// is, which it does right after it got the lock.
const namedWithin = 2 * time.Second

// heldProblem says who has the lock.
func heldProblem(path string) *problem.Problem {
	p := &problem.Problem{
		Code: CodeOther, What: "Another window of this program is installing on this computer at this moment.",
		Why: "Two at a time would overwrite each other. Nothing was changed.",
		Fix: "Wait until it has ended, or stop it there, then try again.",
	}
	h, known := whoHolds(path)
	if !known {
		p.Detail = "who it is does not stand in " + path
		return p // it is just ending, or can't write
	}
	p.What = fmt.Sprintf("%s is %s on this computer since %s.", h.User, h.Doing, h.Since.UTC().Format("2 January 2006 15:04:05 UTC"))
	p.Detail = fmt.Sprintf("process %d", h.Process)
	return p
}

// whoHolds reads who has the lock. What a process wrote that was killed does not
// count: the one that has the lock now is about to write over it.
func whoHolds(path string) (h Holder, known bool) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(namedWithin); ; <-tick.C {
		data, err := os.ReadFile(path)
		if err == nil && json.Unmarshal(data, &h) == nil && h.Process != 0 && lives(h.Process) {
			return h, true
		}
		if time.Now().After(end) {
			return Holder{}, false
		}
	}
}

func onlyLockProblem(path string, err error) *problem.Problem {
	p := problem.From(err)
	return &problem.Problem{
		Code: CodeOnlyLock, What: "It can't be made sure that no other window of this program is installing on this computer.",
		Why: "Nothing was changed. " + p.What, Fix: p.Fix, Detail: path + ": " + err.Error(), Cause: err,
	}
}

package apply

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// envRacer makes the test binary one of those that race for the folder that it names.
const envRacer = "RECONNECT_TEST_RACER"

// told is what a racer says at the end of a round.
type told struct {
	Won    bool
	Code   problem.Code
	What   string
	Detail string
}

// racing is the racer's process: with each line "go" it tries to be the only one, and
// with each line "end" it gives that back.
func racing(dir string, in io.Reader, out io.Writer) error {
	lines, say := bufio.NewScanner(in), json.NewEncoder(out)
	var release func()
	if err := say.Encode(told{}); err != nil { // it is ready
		return err
	}
	for lines.Scan() {
		s := told{}
		if lines.Text() == "go" {
			var err error
			release, err = OnlyOne(dir, "installing", time.Now())
			s.Won = err == nil
			if p := problem.As(err); p != nil {
				s = told{false, p.Code, p.What, p.Detail}
			}
		} else if release != nil {
			release()
			release = nil
		}
		if err := say.Encode(s); err != nil {
			return err
		}
	}
	return lines.Err()
}

// racer is such a process, seen from the test.
type racer struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *json.Decoder
}

func newRacer(t *testing.T, dir string) *racer {
	t.Helper()
	c := exec.CommandContext(context.WithoutCancel(t.Context()), os.Args[0]) // its input ends it
	c.Env = append(os.Environ(), envRacer+"="+dir)
	in, err := c.StdinPipe()
	must(t, err)
	out, err := c.StdoutPipe()
	must(t, err)
	must(t, c.Start())
	r := &racer{c, in, json.NewDecoder(out)}
	r.hear(t)
	return r
}

// end ends the process: in good order or as from outside.
func (r *racer) end(kill bool) {
	if kill {
		_ = r.cmd.Process.Kill()
	}
	_ = r.in.Close()
	_ = r.cmd.Wait() // it was killed, or ends with its input
}

func (r *racer) hear(t *testing.T) (s told) {
	t.Helper()
	must(t, r.out.Decode(&s))
	return s
}

func (r *racer) tell(t *testing.T, line string) {
	t.Helper()
	_, err := io.WriteString(r.in, line+"\n")
	must(t, err)
}

// TestOnlyOne_race lets two processes race on one computer 500 times: each time one
// wins, and the other is told which process has it. Every 25th time the winner is
// killed, so that its name stays behind in the file.
func TestOnlyOne_race(t *testing.T) {
	dir := t.TempDir()
	racers := [2]*racer{newRacer(t, dir), newRacer(t, dir)}
	t.Cleanup(func() {
		for _, r := range racers {
			r.end(false)
		}
	})
	wins := [2]int{}
	for round := range 500 {
		first := rand.IntN(2)
		racers[first].tell(t, "go")
		racers[1-first].tell(t, "go")
		s := [2]told{racers[0].hear(t), racers[1].hear(t)}
		if s[0].Won == s[1].Won {
			t.Fatalf("round %d: %+v", round, s)
		}
		winner := 0
		if s[1].Won {
			winner = 1
		}
		wins[winner]++
		lost := s[1-winner]
		if lost.Code != CodeOther || lost.Detail != "process "+strconv.Itoa(racers[winner].cmd.Process.Pid) || !strings.Contains(lost.What, " is installing on this computer since ") {
			t.Fatalf("round %d: process %d won, and the other one is told %+v", round, racers[winner].cmd.Process.Pid, lost)
		}
		if round%25 == 24 {
			racers[winner].end(true)
			racers[winner] = newRacer(t, dir)
		}
		for _, r := range racers {
			r.tell(t, "end")
			r.hear(t)
		}
	}
	t.Logf("won: %v", wins)
	if wins[0] == 0 || wins[1] == 0 {
		t.Errorf("won: %v: there was no race", wins)
	}
}

// What a process that was killed wrote is not taken for the one that has the lock now.
func TestWhoHolds_notTheDead(t *testing.T) {
	dir := t.TempDir()
	_, kill := holder(t, dir)
	path := filepath.Join(dir, lockFile)
	before, known := whoHolds(path)
	if !known || before.Process == os.Getpid() {
		t.Fatalf("%+v %v", before, known)
	}
	kill()
	if h, known := whoHolds(path); known {
		t.Errorf("a dead process holds it: %+v", h)
	}
}

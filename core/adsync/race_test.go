package adsync

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tsql"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// envRacer makes the test binary one of those that race for a database: it holds
// the connection string, the server's name and the program's.
const envRacer = "RECONNECT_TEST_RACER"

func TestMain(m *testing.M) {
	if text := os.Getenv(envRacer); text != "" {
		if err := racing(text, os.Stdin, os.Stdout); err != nil {
			_, _ = fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// said is what a racer says at the end of a round.
type said struct {
	Won    bool
	Code   problem.Code
	Text   string // what a person reads
	Detail string
}

// racing is the racer's process. For each line "go" it tries to claim the database,
// and with a line "end" gives it back if it has it.
func racing(text string, in io.Reader, out io.Writer) error {
	lockWait = 0 // the winner holds it until the loser was told
	source, server, _ := strings.Cut(text, "|")
	db, err := sql.Open("sqlserver", source)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	ctx := context.Background()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	lines, say := bufio.NewScanner(in), json.NewEncoder(out)
	mine := plan.Claim{After: facts.Claim{Server: server, Installation: strings.Repeat("ab", 16), At: testNow, Version: "1.0"}}
	var release func(context.Context) error
	if err := say.Encode(said{}); err != nil { // it is ready
		return err
	}
	for lines.Scan() {
		s := said{}
		if lines.Text() == "go" {
			var err error
			release, err = Claim(ctx, conn, mine)
			s.Won = err == nil
			if p := problem.As(err); p != nil {
				s = said{false, p.Code, p.What + " " + p.Why, p.Detail}
			}
		} else if release != nil {
			if err := Unclaim(ctx, conn, mine); err != nil {
				return err
			}
			if err := release(ctx); err != nil {
				return err
			}
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
	name string
	pid  int
	in   io.Writer
	out  *json.Decoder
}

func newRacer(t *testing.T, address, name string) *racer {
	t.Helper()
	c := exec.CommandContext(context.WithoutCancel(t.Context()), os.Args[0]) // its input ends it
	c.Env = append(os.Environ(), envRacer+"=sqlserver://setup:Practice-1@"+address+
		"?database=ADSync&encrypt=disable&app+name=ADSync+Reconnect&workstation+id="+name+"|"+name)
	in, errIn := c.StdinPipe()
	out, errOut := c.StdoutPipe()
	c.Stderr = os.Stderr
	if errIn != nil || errOut != nil {
		t.Fatal(errIn, errOut)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close() // which ends it
		if err := c.Wait(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	})
	r := &racer{name, c.Process.Pid, in, json.NewDecoder(out)}
	r.hear(t)
	return r
}

func (r *racer) hear(t *testing.T) (s said) {
	t.Helper()
	if err := r.out.Decode(&s); err != nil {
		t.Fatalf("%s: %v", r.name, err)
	}
	return s
}

func (r *racer) tell(t *testing.T, line string) {
	t.Helper()
	if _, err := io.WriteString(r.in, line+"\n"); err != nil {
		t.Fatalf("%s: %v", r.name, err)
	}
}

// TestClaim_twoProcesses lets two processes race for a database 500 times: each time
// one wins, and the other is told which computer, process and login has it.
func TestClaim_twoProcesses(t *testing.T) {
	engine, err := tsql.NewServer(tsql.Config{
		Dir: t.TempDir(), Databases: []tsql.DatabaseConfig{{Name: "ADSync"}}, Logins: []tsql.Login{{Name: "setup", Password: "Practice-1", Sysadmin: true}},
	})
	if err != nil {
		t.Fatal(err)
	}
	server, err := tds.NewServer(tds.Config{Backend: engine})
	if err != nil {
		t.Fatal(err)
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(l) }() // ends with Close
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	racers := [2]*racer{newRacer(t, l.Addr().String(), "SYNC02"), newRacer(t, l.Addr().String(), "SYNC03")}
	wins := [2]int{}
	for round := range 500 {
		first := rand.IntN(2)
		racers[first].tell(t, "go")
		racers[1-first].tell(t, "go")
		s := [2]said{racers[0].hear(t), racers[1].hear(t)}
		if s[0].Won == s[1].Won {
			t.Fatalf("round %d: %+v", round, s)
		}
		winner := 0
		if s[1].Won {
			winner = 1
		}
		wins[winner]++
		lost, has := s[1-winner], racers[winner]
		who := fmt.Sprintf("It is ADSync Reconnect on the computer %s, process %d, connected as setup for ", has.name, has.pid)
		if lost.Code != CodeLocked || !strings.Contains(lost.Text, who) {
			t.Fatalf("round %d: %s won, and the other one is told %+v", round, has.name, lost)
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

// TestClaim_heldByWhom: who may not see the server's locks is told by the claim.
func TestClaim_heldByWhom(t *testing.T) {
	wait := lockWait
	lockWait = time.Millisecond
	t.Cleanup(func() { lockWait = wait })
	owner := []string{"db_owner"}
	s := practiceSite(t, tsql.Config{Logins: []tsql.Login{
		{Name: "setup", Password: "Practice-1", Sysadmin: true},
		{Name: "plain", Password: "Practice-1", Users: map[string]tsql.User{"ADSync": {Name: "plain", Roles: owner}}},
	}})
	holds := pinned(t, s.db)
	if err := lock(t.Context(), holds); err != nil {
		t.Fatal(err)
	}
	plain := pinned(t, s.as(t, "plain"))
	for _, c := range []struct{ claim, want string }{
		{"", "Whose session it is could not be seen, and there is no claim on the database."},
		{"scribble", "Whose session it is could not be seen, and the claim on the database could not be understood."},
		{
			`{"server":"SYNC03","installation":"abab","at":"2026-01-02T03:04:05Z"}`,
			"Whose session it is could not be seen; the claim on the database is that of the server SYNC03, of 2 January 2026 03:04 UTC.",
		},
	} {
		if c.claim != "" {
			procedure := "sp_updateextendedproperty"
			if c.claim == "scribble" {
				procedure = "sp_addextendedproperty"
			}
			if err := call(t.Context(), holds, procedure, sql.Named("name", facts.ClaimProperty), sql.Named("value", c.claim)); err != nil {
				t.Fatal(err)
			}
		}
		err := lock(t.Context(), plain)
		p := problem.As(err)
		if p == nil || p.Code != CodeLocked || !strings.HasPrefix(p.Why, c.want) || !strings.Contains(p.Detail, "VIEW SERVER STATE") {
			t.Errorf("claim %q: %+v", c.claim, p)
		}
	}
	seen := problem.As(lock(t.Context(), pinned(t, s.watch)))
	if seen == nil || !strings.HasPrefix(seen.Why, fmt.Sprintf("It is adsync test on the computer TESTHOST, process %d, connected as setup for ", os.Getpid())) {
		t.Errorf("who may see everything is told %+v", seen)
	}
}

func TestSpell(t *testing.T) {
	for seconds, want := range map[int64]string{0: "0 seconds", 1: "1 second", 119: "119 seconds", 120: "2 minutes", 7199: "119 minutes", 7200: "2 hours"} {
		if got := spell(seconds); got != want {
			t.Errorf("%d: %q instead of %q", seconds, got, want)
		}
	}
}

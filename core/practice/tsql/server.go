package tsql

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/folder"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// Server is a practice SQL Server. It is a tds.Backend; Close removes its storage.
type Server struct {
	cfg     Config
	dir     string
	coll    collation
	started time.Time

	mu        sync.Mutex
	databases []*Database
	logins    []Login
	sessions  map[int]*Session
	nextSPID  int
	nextDB    int

	backups    []*backupFile // written, in order
	locks      *appLocks
	statements atomic.Int64
	trans      atomic.Uint64
}

// NewServer makes a server with its system databases and those of the
// configuration, all empty. It gives an error for a configuration that no SQL
// Server could have, and when the storage cannot be made.
func NewServer(cfg Config) (*Server, error) {
	defaults(&cfg)
	c, ok := collationOf(cfg.Collation)
	if !ok {
		return nil, fmt.Errorf("unknown collation %q", cfg.Collation)
	}
	dir, err := os.MkdirTemp(cfg.Dir, "practice-sql-")
	if err != nil {
		return nil, fmt.Errorf("making the practice server's storage: %w", err)
	}
	s := &Server{
		cfg: cfg, dir: dir, coll: c, started: cfg.Now().UTC(), sessions: map[int]*Session{}, nextSPID: 51,
		logins: append([]Login(nil), cfg.Logins...), locks: newAppLocks(),
	}
	for _, name := range []string{"master", "tempdb", "model", "msdb"} {
		if _, err := s.AddDatabase(DatabaseConfig{Name: name, Recovery: "SIMPLE", SizeMB: 16}); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	for _, d := range cfg.Databases {
		if _, err := s.AddDatabase(d); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

func defaults(cfg *Config) {
	set := func(p *string, v string) {
		if *p == "" {
			*p = v
		}
	}
	set(&cfg.ProductVersion, "16.0.4135.4")
	set(&cfg.ProductLevel, "RTM")
	set(&cfg.Edition, "Developer Edition (64-bit)")
	set(&cfg.Collation, "SQL_Latin1_General_CP1_CI_AS")
	set(&cfg.Machine, "SQL01")
	if cfg.EngineEdition == 0 {
		cfg.EngineEdition = 3
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
}

// AddDatabase creates a database. Its configuration may be that of one which
// cannot be opened, such as RESTORING.
func (s *Server) AddDatabase(cfg DatabaseConfig) (*Database, error) {
	set := func(p *string, v string) {
		if *p == "" {
			*p = v
		}
	}
	set(&cfg.Collation, s.cfg.Collation)
	set(&cfg.State, "ONLINE")
	set(&cfg.UserAccess, "MULTI_USER")
	set(&cfg.Recovery, "FULL")
	set(&cfg.Owner, "sa")
	cfg.State = strings.ToUpper(cfg.State)
	if cfg.Compatibility == 0 {
		cfg.Compatibility = s.majorVersion() * 10
	}
	if cfg.SizeMB == 0 {
		cfg.SizeMB = 72
	}
	if cfg.LogSizeMB == 0 {
		cfg.LogSizeMB = 8
	}
	if cfg.Created.IsZero() {
		cfg.Created = s.cfg.Now()
	}
	if _, ok := collationOf(cfg.Collation); !ok {
		return nil, errf(448, 16, 3, "Invalid collation '%s'.", cfg.Collation)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.databases {
		if s.coll.sameName(d.conf().Name, cfg.Name) {
			return nil, errf(1801, 16, 3, "Database '%s' already exists. Choose a different database name.", cfg.Name)
		}
	}
	s.nextDB++
	d := newDatabase(s, s.nextDB, cfg)
	s.databases = append(s.databases, d)
	return d, nil
}

// Database finds a database by name, nil when there is none.
func (s *Server) Database(name string) *Database {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.databases {
		if s.coll.sameName(d.conf().Name, name) {
			return d
		}
	}
	return nil
}

func (s *Server) all() []*Database {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*Database(nil), s.databases...)
}

// SetDatabase changes how a database presents itself while the server runs:
// its state, access, sizes, backup history. The collation stays.
func (s *Server) SetDatabase(name string, change func(*DatabaseConfig)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.databases {
		if s.coll.sameName(d.conf().Name, name) {
			cfg := *d.conf()
			change(&cfg)
			cfg.Collation = d.conf().Collation
			d.cfg.Store(&cfg)
			return nil
		}
	}
	return fmt.Errorf("no database %q", name)
}

// AddLogin adds or replaces a login.
func (s *Server) AddLogin(l Login) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.logins {
		if s.coll.sameName(s.logins[i].Name, l.Name) {
			s.logins[i] = l
			return
		}
	}
	s.logins = append(s.logins, l)
}

// SetForeignSessions replaces the sessions of other programs.
func (s *Server) SetForeignSessions(f []ForeignSession) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cfg.Sessions = append([]ForeignSession(nil), f...)
}

func (s *Server) login(name string) (Login, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.logins {
		if s.coll.sameName(l.Name, name) {
			return l, true
		}
	}
	return Login{}, false
}

func (s *Server) open() []*Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]*Session, 0, len(s.sessions))
	for _, x := range s.sessions {
		out = append(out, x)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].spid < out[j].spid })
	return out
}

func (s *Server) majorVersion() int {
	major, _, _ := strings.Cut(s.cfg.ProductVersion, ".")
	return num(major)
}

// ServerName is @@SERVERNAME: MACHINE or MACHINE\INSTANCE.
func (s *Server) ServerName() string {
	if s.cfg.Instance == "" {
		return s.cfg.Machine
	}
	return s.cfg.Machine + "\\" + s.cfg.Instance
}

// refuse is 18456. Its true reason stands only in a server's log: clients see
// state 1.
func refuse(user string) error {
	return errf(18456, 14, 1, "Login failed for user '%s'.", user)
}

// Login signs a client in. It gives 18456 for a refused login, 18470 for a
// disabled one whose password is right, 18487 and 18488 for a password that has
// expired or must be changed, 4060 for a database that cannot be opened.
func (s *Server) Login(ctx context.Context, l tds.LoginRequest) (tds.Session, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	who, ok := s.login(l.User)
	if !ok || who.Password != l.Password {
		return nil, refuse(l.User)
	}
	if who.Disabled { // said only to one who knows the password
		return nil, errf(18470, 14, 1, "Login failed for user '%s'. Reason: The account is disabled.", l.User)
	}
	if who.Expired {
		return nil, errf(18487, 14, 1, "Login failed for user '%s'.  Reason: The password of the account has expired.", l.User)
	}
	if who.MustChange {
		return nil, errf(18488, 14, 1, "Login failed for user '%s'.  Reason: The password of the account must be changed.", l.User)
	}
	name := l.Database
	if name == "" {
		name = who.DefaultDatabase
	}
	if name == "" {
		name = "master"
	}
	x, err := s.newSession(who, l)
	if err != nil {
		return nil, err
	}
	if err := x.enter(name); err != nil {
		_ = x.Close() //nolint:contextcheck // nothing was done in it
		return nil, errf(4060, 11, 1, "Cannot open database \"%s\" requested by the login. The login failed.", name)
	}
	x.initial = x.db
	return x, nil
}

// Close ends all sessions and removes the storage.
func (s *Server) Close() error {
	var errs []error
	for _, x := range s.open() {
		errs = append(errs, x.Close())
	}
	errs = append(errs, folder.Remove(s.dir))
	return errors.Join(errs...)
}

package tds

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"
)

// Version is a product version as the server announces it: 16.0.1000 is the
// first release of SQL Server 2022.
type Version struct {
	Major, Minor uint8
	Build        uint16
}

// String gives the version as SERVERPROPERTY('ProductVersion') writes it.
func (v Version) String() string { return fmt.Sprintf("%d.%d.%d.0", v.Major, v.Minor, v.Build) }

// Config describes a server. Only Backend is needed.
type Config struct {
	Backend     Backend
	Certificate tls.Certificate // empty: one is made for localhost and ServerName
	ServerName  string          // in messages; empty: "PRACTICE"
	Version     Version         // zero: 16.0.1000
	Encryption  Encryption
	// AllowStrict lets clients in that speak TDS 8.0 (encrypt=strict); SQL Server
	// does since 2022.
	AllowStrict bool
	// LoginTimeout bounds the time from the connection to the end of the login;
	// zero: 15 s.
	LoginTimeout time.Duration
	// MaxRequest is the longest batch, call or single bulk value in bytes;
	// zero: 64 MiB.
	MaxRequest int
	// Logger gets why connections ended, without any data; nil: nothing is logged.
	Logger *slog.Logger
}

// Server answers TDS clients on behalf of a Backend.
type Server struct {
	config Config
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu     sync.Mutex
	closed bool
	open   map[io.Closer]struct{} // listeners and connections
}

// ErrServerClosed is what Serve and ServeConn return after Close.
var ErrServerClosed = errors.New("tds: the server is closed")

// NewServer makes a server. The error is a missing backend, or that of making a
// certificate.
func NewServer(config Config) (*Server, error) {
	if config.Backend == nil {
		return nil, errors.New("tds: a server needs a backend")
	}
	if config.ServerName == "" {
		config.ServerName = "PRACTICE"
	}
	if config.Version == (Version{}) {
		config.Version = Version{Major: 16, Build: 1000}
	}
	if config.LoginTimeout <= 0 {
		config.LoginTimeout = 15 * time.Second
	}
	if config.MaxRequest <= 0 {
		config.MaxRequest = 64 << 20
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	if len(config.Certificate.Certificate) == 0 {
		cert, err := NewCertificate("localhost", config.ServerName, "127.0.0.1", "::1")
		if err != nil {
			return nil, fmt.Errorf("tds: certificate: %w", err)
		}
		config.Certificate = cert
	}
	s := &Server{config: config, open: map[io.Closer]struct{}{}}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s, nil
}

// Certificate is the certificate that the server shows.
func (s *Server) Certificate() tls.Certificate { return s.config.Certificate }

// Serve accepts connections until the listener fails or Close is called
// (ErrServerClosed). It closes the listener.
func (s *Server) Serve(l net.Listener) error {
	if !s.enter(l) {
		_ = l.Close()
		return ErrServerClosed
	}
	defer s.leave(l)
	for {
		c, err := l.Accept()
		if err != nil {
			if s.ctx.Err() != nil {
				return ErrServerClosed
			}
			return fmt.Errorf("tds: accept: %w", err)
		}
		go func() {
			if err := s.ServeConn(c); err != nil {
				s.config.Logger.Debug("connection ended", "error", err)
			}
		}()
	}
}

// ServeConn serves one connection until the client hangs up (nil), Close is
// called (ErrServerClosed) or something fails. It closes the connection.
func (s *Server) ServeConn(raw net.Conn) error {
	if !s.enter(raw) {
		_ = raw.Close()
		return ErrServerClosed
	}
	defer s.leave(raw)
	c := &conn{
		server:   s,
		raw:      raw,
		packets:  make(chan packet),
		attn:     make(chan struct{}, 1),
		stop:     make(chan struct{}),
		prepared: map[int64]statement{},
	}
	err := c.serve(s.ctx)
	switch {
	case s.ctx.Err() != nil:
		return ErrServerClosed
	case errors.Is(err, io.EOF):
		return nil
	default:
		return err
	}
}

// Close ends all listeners and connections and waits until they have ended.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	s.cancel()
	for c := range s.open {
		_ = c.Close() // it is being thrown away; there is nothing left to lose
	}
	s.mu.Unlock()
	s.wg.Wait()
	return nil
}

func (s *Server) enter(c io.Closer) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.open[c] = struct{}{}
	s.wg.Add(1)
	return true
}

func (s *Server) leave(c io.Closer) {
	_ = c.Close()
	s.mu.Lock()
	delete(s.open, c)
	s.mu.Unlock()
	s.wg.Done()
}

package logbook

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

var start = time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)

func TestBook_keepsWhatWasWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "logs")
	b := New(dir, start)
	log := b.Logger().With("installation", "i1").WithGroup("sql")
	log.Info("connected", "server", "SQL01", "rows", 3)
	log.Error("refused\nsecond line", "problem", &problem.Problem{Code: "sql.login", What: "No.", Fix: "Yes.", Detail: "18456"})
	list := b.Entries(0)
	if len(list) != 2 || list[0].N != 1 || list[0].Level != "INFO" || list[1].Level != "ERROR" {
		t.Fatalf("%+v", list)
	}
	if line := list[0].String(); !strings.Contains(line, "connected  installation=i1  sql.server=SQL01  sql.rows=3") {
		t.Errorf("line %q", line)
	}
	if line := list[1].String(); strings.Contains(line, "\n") || !strings.Contains(line, "18456") {
		t.Errorf("line %q", line)
	}
	if again := b.Entries(1); len(again) != 1 || again[0].N != 2 {
		t.Errorf("after 1: %+v", again)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(b.Path())
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	var e Entry
	if len(lines) != 2 || json.Unmarshal([]byte(lines[1]), &e) != nil || e.N != 2 {
		t.Errorf("file %s", data)
	}
	log.Info("after the end")
	if n := len(b.Entries(0)); n != 3 {
		t.Errorf("%d entries after Close", n)
	}
}

func TestBook_masksSecretsEverywhere(t *testing.T) {
	const known = `Sommer<&>"2026"+x`
	dir := t.TempDir()
	b := New(dir, start)
	b.Hide("forest:contoso.local", secret.New(known))
	b.Hide("too short", secret.New("on"))
	log := b.Logger()
	log.Info("user typed "+known, "value", secret.New("other"), "err", errors.New("login with "+known))
	log.With("context", known).WithGroup("g").Warn("on with it", "password", "plain", "clientSecret", "plain")
	log.Info("url https://u:hunter2@host/?client_secret=abcdef&x=1 password=hunter3;", "token", "eyJhbGciOi.eyJzdWIiOi.c2ln")
	log.Info("header Authorization: Bearer eyJhbGciOi.eyJzdWIiOiIx.c2lnbmF0dXJl and -----BEGIN PRIVATE KEY-----\nMIIabc\n-----END PRIVATE KEY-----")
	form, err := json.Marshal(map[string]string{"x": known})
	if err != nil {
		t.Fatal(err)
	}
	log.Info(string(form))
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(b.Path())
	if err != nil {
		t.Fatal(err)
	}
	all := string(data)
	for _, e := range b.Entries(0) {
		all += e.String()
	}
	for _, bad := range []string{"Sommer", "other", "plain", "hunter", "abcdef", "eyJ", "MIIabc"} {
		if strings.Contains(all, bad) {
			t.Errorf("%q is in the log:\n%s", bad, all)
		}
	}
	if !strings.Contains(all, "on with it") || !strings.Contains(all, "x=1") {
		t.Error("too much was masked")
	}
	names := map[string]int{}
	for _, m := range b.Redactor().Masked() {
		names[m.Name] = m.Times
	}
	if names["forest:contoso.local"] != 4 || names["private keys"] != 1 || names["values named g.password"] != 1 {
		t.Errorf("masked %v", names)
	}
}

func TestBook_memoryIsBounded(t *testing.T) {
	b := New("", start)
	log := b.Logger()
	for i := range 3 * keepEntries {
		log.Info(fmt.Sprint(i))
	}
	list := b.Entries(0)
	if len(list) > keepEntries || list[len(list)-1].N != 3*keepEntries {
		t.Errorf("%d entries, the last is %d", len(list), list[len(list)-1].N)
	}
	if got := b.Entries(list[10].N); got[0].N != list[11].N {
		t.Errorf("entries after %d begin with %d", list[10].N, got[0].N)
	}
}

// brokenFile takes half of each write until it is told otherwise, as a full disk does.
type brokenFile struct {
	full *bool
	*strings.Builder
}

func (f brokenFile) Write(p []byte) (int, error) {
	if *f.full {
		n, _ := f.Builder.Write(p[:len(p)/2])
		return n, syscall.ENOSPC
	}
	return f.Builder.Write(p)
}

func (brokenFile) Close() error { return nil }

func TestBook_aFullDiskStopsNothing(t *testing.T) {
	full, text := false, &strings.Builder{}
	b := New(t.TempDir(), start)
	b.open = func() (io.WriteCloser, error) { return brokenFile{&full, text}, nil }
	log := b.Logger()
	log.Info("one")
	if p := b.Problem(); p != nil {
		t.Fatal(p)
	}
	full = true
	log.Info("two")
	if p := b.Problem(); p == nil || p.Code != CodeLogFile || !errors.Is(p, syscall.ENOSPC) {
		t.Errorf("full disk: %v", p)
	}
	full = false
	log.Info("three")
	if p := b.Problem(); p != nil {
		t.Errorf("after making room: %v", p)
	}
	lines := strings.Split(strings.TrimSpace(text.String()), "\n")
	var e Entry
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &e); err != nil || e.Text != "three" {
		t.Errorf("the line after the torn one: %v, %q", err, text.String())
	}
	if n := len(b.Entries(0)); n != 3 {
		t.Errorf("%d entries in memory", n)
	}
}

func TestBook_aFolderThatCannotBeMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b := New(filepath.Join(file, "logs"), start)
	b.Logger().Info("x")
	if p := b.Problem(); p == nil || len(b.Entries(0)) != 1 {
		t.Errorf("problem %v, %d entries", p, len(b.Entries(0)))
	}
}

func TestBook_removesOldFiles(t *testing.T) {
	dir := t.TempDir()
	for i := range keepFiles + 5 {
		name := filepath.Join(dir, start.Add(time.Duration(i-100)*time.Hour).Format("20060102T150405Z")+"-1.log")
		if err := os.WriteFile(name, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	other := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b := New(dir, start)
	b.Logger().Info("x")
	if p := b.Problem(); p != nil {
		t.Fatal(p)
	}
	list, err := os.ReadDir(dir)
	if err != nil || len(list) != keepFiles+2 {
		t.Errorf("%d files are left, %v", len(list), err)
	}
	if _, err := os.Stat(b.Path()); err != nil {
		t.Error(err)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}

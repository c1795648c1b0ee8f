package tsql

import (
	"errors"
	"fmt"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// backupStmt is BACKUP DATABASE … TO DISK, or RESTORE VERIFYONLY FROM DISK.
type backupStmt struct {
	pos
	verify   bool
	database expr // nil for VERIFYONLY
	disk     expr
	name     expr
	media    expr
	options  map[string]bool // those without a value
	stats    int64           // percent between two messages, 0 for none
}

// flags of WITH that take no value, and how this server takes them.
var backupFlags = words("COPY_ONLY CHECKSUM NO_CHECKSUM INIT NOINIT FORMAT NOFORMAT SKIP NOSKIP COMPRESSION NO_COMPRESSION STOP_ON_ERROR")

func (p *parser) backup() stmt {
	p.needKw("BACKUP")
	if !p.kw("DATABASE") {
		p.unsupported("BACKUP " + p.cur().up)
	}
	s := &backupStmt{options: map[string]bool{}, database: p.nameOrVariable()}
	p.needKw("TO")
	p.diskOf(s)
	return s
}

func (p *parser) restore() stmt {
	p.needKw("RESTORE")
	if !p.kw("VERIFYONLY") {
		p.unsupported("RESTORE " + p.cur().up)
	}
	s := &backupStmt{verify: true, options: map[string]bool{}}
	p.needKw("FROM")
	p.diskOf(s)
	return s
}

// nameOrVariable takes a database's name, or a variable that holds it.
func (p *parser) nameOrVariable() expr {
	if p.cur().kind == tokVar {
		return &varExpr{p.variable()}
	}
	t := p.ident()
	return &litExpr{nvarchar(max(1, utf16Len(t))), t}
}

// diskOf takes DISK = … [WITH …].
func (p *parser) diskOf(s *backupStmt) {
	if !p.kw("DISK") {
		p.unsupported("backup device " + p.cur().up)
	}
	p.needOp("=")
	s.disk = p.unary()
	if p.isOp(",") {
		p.unsupported("several backup devices")
	}
	if !p.kw("WITH") {
		return
	}
	for {
		p.backupOption(s)
		if !p.op(",") {
			return
		}
	}
}

func (p *parser) backupOption(s *backupStmt) {
	t := p.next()
	switch {
	case backupFlags[t.up]:
		s.options[t.up] = true
	case t.up == "STATS":
		s.stats = 10
		if p.op("=") {
			n, ok := p.unary().(*litExpr)
			if !ok {
				p.unexpected()
			}
			s.stats, _ = n.val.(int64)
		}
	case t.up == "NAME" || t.up == "MEDIANAME":
		p.needOp("=")
		x := p.unary()
		if t.up == "NAME" {
			s.name = x
		} else {
			s.media = x
		}
	default:
		p.i--
		p.unsupported("option " + t.up + " of BACKUP or RESTORE")
	}
}

// backupText evaluates a text of the statement, "" for none.
func (s *Session) backupText(f *frame, x expr) (string, error) {
	if x == nil {
		return "", nil
	}
	v, err := s.evalAs(f, x, nvarchar(4000))
	text, _ := v.(string)
	return text, err
}

// backupOrVerify runs the statement. What fails is followed by 3013, as on SQL
// Server.
func (s *Session) backupOrVerify(f *frame, v *backupStmt) error {
	path, err := s.backupText(f, v.disk)
	if err != nil {
		return err
	}
	what := "BACKUP DATABASE"
	if v.verify {
		what = "VERIFY DATABASE"
		err = s.verifyBackup(f, v, s.srv.fullPath(path))
	} else {
		err = s.backupTo(f, v, s.srv.fullPath(path))
	}
	var se *tds.ServerError
	if errors.As(err, &se) {
		return errors.Join(err, errf(3013, 16, 1, "%s is terminating abnormally.", what))
	}
	return err
}

// mayBackup looks whether the session may back a database up now.
func (s *Session) mayBackup(name string) (*Database, error) {
	d := s.srv.Database(name)
	switch {
	case d == nil:
		return nil, errf(911, 16, 11, "Database '%s' does not exist. Make sure that the name is entered correctly.", name)
	case !s.allowed(d, "BACKUP DATABASE"):
		return nil, errf(262, 14, 1, "BACKUP DATABASE permission denied in database '%s'.", d.conf().Name)
	case s.tx.count > 0:
		return nil, errf(3021, 16, 0, "Cannot perform a backup or restore operation within a transaction.")
	case !d.online():
		return nil, errf(942, 14, 1, "Database '%s' cannot be opened because it is offline.", d.conf().Name)
	}
	return d, nil
}

func (s *Session) backupTo(f *frame, v *backupStmt, path string) error {
	name, err := s.backupText(f, v.database)
	if err != nil {
		return err
	}
	media, err := s.backupText(f, v.media)
	if err != nil {
		return err
	}
	d, err := s.mayBackup(name)
	if err != nil {
		return err
	}
	if v.options["COMPRESSION"] && s.srv.cfg.EngineEdition == 4 {
		return errf(1844, 16, 1, "BACKUP DATABASE WITH COMPRESSION is not supported on %s.", s.srv.cfg.Edition)
	}
	if err := s.srv.openDevice(path); err != nil {
		return err
	}
	if err := s.srv.mayAppend(v, path, media); err != nil {
		return err
	}
	size := d.conf().SizeMB << 20
	if v.options["COMPRESSION"] {
		size /= 5
	}
	if free := s.srv.freeBytes(); free < size {
		return errf(3202, 16, 1, "Write on \"%s\" failed: 112(There is not enough space on the disk.)", path)
	}
	if err := s.progress(f, v.stats); err != nil {
		return err
	}
	s.srv.finishBackup(d, v, &backupFile{path: path, media: media, database: d.conf().Name, size: size, checksum: v.options["CHECKSUM"]})
	f.w.Info(tds.ServerError{Number: 4035, State: 1, Message: fmt.Sprintf("Processed %d pages for database '%s', file '%s' on file 1.", size>>13, d.conf().Name, d.conf().Name)})
	f.w.Info(tds.ServerError{Number: 3014, State: 1, Message: fmt.Sprintf("BACKUP DATABASE successfully processed %d pages in 1.000 seconds (%d.000 MB/sec).", size>>13, size>>20)})
	return nil
}

// mayAppend looks at a file that is there already. By the documented rule (NOINIT,
// NOSKIP) one with another media name is refused; which number SQL Server gives it
// was not seen.
func (s *Server) mayAppend(v *backupStmt, path, media string) error {
	old := s.backupAt(path)
	switch {
	case old == nil:
		return nil
	case v.options["INIT"] || v.options["FORMAT"]:
		return errUnsupported("overwriting a backup")
	case media != "" && old.media != media:
		return errf(3258, 16, 1, "The volume on device '%s' is not part of the media set that is currently being processed. Ensure that the backup devices are loaded with the correct media.", path)
	}
	return nil
}

// finishBackup writes the pretended file and the history.
func (s *Server) finishBackup(d *Database, v *backupStmt, b *backupFile) {
	now := s.cfg.Now().UTC()
	row := Backup{Start: now, Finish: now, Type: "D", CopyOnly: v.options["COPY_ONLY"], SizeBytes: b.size, Device: b.path}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.backups = append(s.backups, b)
	cfg := *d.conf()
	cfg.Backups = append(append([]Backup(nil), cfg.Backups...), row)
	d.cfg.Store(&cfg)
}

// openDevice is what the operating system says about a backup file.
func (s *Server) openDevice(path string) error {
	const text = "Cannot open backup device '%s'. Operating system error %s."
	switch {
	case s.folderDenied(folderOf(path)):
		return errf(3201, 16, 1, text, path, "5(Access is denied.)")
	case !s.folderExists(folderOf(path)):
		return errf(3201, 16, 1, text, path, "3(The system cannot find the path specified.)")
	}
	return nil
}

// progress sends STATS's messages, one after another.
func (s *Session) progress(f *frame, stats int64) error {
	for done := int64(10); done <= 100; done += 10 {
		if s.srv.cfg.Disk.Step > 0 {
			if err := sleep(f.ctx, s.srv.cfg.Disk.Step); err != nil {
				return err
			}
		}
		if stats > 0 {
			f.w.Info(tds.ServerError{Number: 3211, State: 1, Message: fmt.Sprintf("%d percent processed.", done)})
			flush(f.w)
		}
	}
	return f.ctx.Err()
}

// flush sends what a client is to see at once.
func flush(w tds.ResultWriter) {
	if f, ok := w.(interface{ Flush() }); ok {
		f.Flush()
	}
}

func (s *Session) verifyBackup(f *frame, v *backupStmt, path string) error {
	if err := s.mayCreateDatabase(); err != nil {
		return err
	}
	b := s.srv.backupAt(path)
	if b == nil {
		return errf(3201, 16, 2, "Cannot open backup device '%s'. Operating system error 2(The system cannot find the file specified.).", path)
	}
	if v.options["CHECKSUM"] && !b.checksum {
		return errf(3187, 16, 1, "RESTORE WITH CHECKSUM cannot be specified because the backup set does not contain checksum information.")
	}
	if err := s.progress(f, v.stats); err != nil {
		return err
	}
	if b.torn {
		return errf(3189, 16, 1, "Damage to the backup set was detected.")
	}
	f.w.Info(tds.ServerError{Number: 3262, State: 1, Message: "The backup set on file 1 is valid."})
	return nil
}

package probe

import (
	"context"
	"io/fs"

	"github.com/adsync-reconnect/adsync-reconnect/core/adsync"
	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/compare"
	"github.com/adsync-reconnect/adsync-reconnect/core/compare/export"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/core/sqlserver"
)

// CodeNotExported is the problem of a database whose configuration could not be
// read as a whole.
const CodeNotExported problem.Code = "compare.database.unread"

var _ setup.Comparer = (*Probe)(nil)

// Compare compares two configurations, as setup.Comparer describes.
func (p *Probe) Compare(ctx context.Context, active, fresh setup.CompareSide, say func(string)) (compare.Report, error) {
	a, err := p.side(ctx, active, "the active server", say)
	if err != nil {
		return compare.Report{}, err
	}
	b, err := p.side(ctx, fresh, "the new server", say)
	if err != nil {
		return compare.Report{}, err
	}
	say("Comparing")
	return compare.Compare(a, b, p.now()), nil
}

// side reads one side.
func (p *Probe) side(ctx context.Context, s setup.CompareSide, whose string, say func(string)) (*compare.Config, error) {
	c, err := p.readSide(ctx, s, whose, say)
	if err != nil {
		return nil, s.Blame(err)
	}
	return c, nil
}

func (p *Probe) readSide(ctx context.Context, s setup.CompareSide, whose string, say func(string)) (*compare.Config, error) {
	if s.Path != "" {
		say("Reading the export of " + whose)
		if s.Path == setup.PracticeExport && p.Sample != nil {
			files, err := p.Sample(ctx)
			if err != nil {
				return nil, notExported(s.Path, err)
			}
			return export.Read(ctx, files, "sample export of the practice site")
		}
		return export.Open(ctx, s.Path)
	}
	say("Connecting to the database of " + whose + " on " + s.SQL.Server)
	db, seen, err := sqlserver.Connect(ctx, p.Config(s.SQL, s.Password))
	if err != nil {
		return nil, withFingerprint(err, seen)
	}
	defer func() { _ = db.Close() }() // nothing was written, so nothing can be lost
	say("Reading the configuration of " + whose)
	name := s.SQL.Database
	if name == "" {
		name = "ADSync"
	}
	return Configuration(ctx, db, name+" on "+s.SQL.Server)
}

// withFingerprint says which certificate it is that is not trusted, for whoever
// compares it with the server's.
func withFingerprint(err error, seen facts.SQLServer) error {
	p := problem.As(err)
	if p == nil || p.Field != answers.FieldCert || seen.Certificate == nil {
		return err
	}
	told := *p
	told.Fix += " Its SHA-256 fingerprint is " + seen.Certificate.SHA256 + "."
	return &told
}

// Configuration reads the configuration in an ADSync database. label says for a
// person which it is. Errors are *problem.Problem, except that of an ended ctx.
func Configuration(ctx context.Context, db adsync.Querier, label string) (*compare.Config, error) {
	documents, err := adsync.Export(ctx, db)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, notExported(label, err)
	}
	b := compare.NewBuilder(compare.Source{Kind: compare.FromDatabase, Label: label})
	for _, d := range documents {
		if err := b.Add(d.Name, []byte(d.Text)); err != nil {
			return nil, err
		}
	}
	return b.Done()
}

// notExported makes the problem of a configuration that could not be read.
func notExported(label string, err error) error {
	if p := problem.As(err); p != nil {
		return p
	}
	return &problem.Problem{
		Code: CodeNotExported, What: "The configuration in " + label + " could not be read as a whole.",
		Why: "A comparison with a part would show as removed what was only not read.",
		Fix: "Check that it is an ADSync database and that the login may read it, or compare with an exported folder.", Detail: err.Error(), Cause: err,
	}
}

// Sampler gives the sample export of a practice site.
type Sampler func(ctx context.Context) (fs.FS, error)

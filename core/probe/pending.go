package probe

import (
	"context"
	"errors"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/pending"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/core/sqlserver"
)

var _ setup.Reviewer = (*Probe)(nil)

// Pending opens the database for the review of pending exports, as setup.Reviewer
// describes.
func (p *Probe) Pending(ctx context.Context, a answers.SQL, password secret.Value, known facts.ADSync) (*pending.Reader, error) {
	db, _, err := sqlserver.Connect(ctx, p.Config(a, password))
	if err != nil {
		return nil, err
	}
	r, err := pending.Open(ctx, db, known, pending.Options{Now: p.now, Close: db.Close})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return r, nil
}

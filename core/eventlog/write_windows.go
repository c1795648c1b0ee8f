package eventlog

import (
	"errors"

	"golang.org/x/sys/windows/svc/eventlog"

	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
)

// System writes into the event log of this computer. Install registers the source;
// without it Windows shows the text too, behind a sentence of its own about the source.
type System struct{}

// Write writes an entry.
func (System) Write(e Entry) error {
	log, err := eventlog.Open(plan.EventSource)
	if err != nil {
		return err
	}
	switch e.Level {
	case Error:
		err = log.Error(e.ID, e.Text)
	case Warning:
		err = log.Warning(e.ID, e.Text)
	default:
		err = log.Info(e.ID, e.Text)
	}
	return errors.Join(err, log.Close())
}

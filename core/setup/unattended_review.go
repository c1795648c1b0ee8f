package setup

import (
	"context"
	"errors"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/nearest"
	"github.com/adsync-reconnect/adsync-reconnect/core/pending"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// CodeConnector is the problem of a connector that the database does not have.
const CodeConnector problem.Code = "setup.connector"

// review opens Additional tasks, whose facts and tasks are in the state afterwards,
// counts the pending exports and writes their list where one is wanted. What was
// read stays in the state when a later part fails.
func (u unattended) review(ctx context.Context, o RunOptions) error {
	state := u.s.State()
	if why := missingComponents(answers.Answers{SQL: state.Answers.SQL}, state.Given); why != "" {
		return &problem.Problem{Code: CodeMissing, What: why, Fix: "Add it to the answers."}
	}
	state, first := u.do(ctx, AfterOpened{})
	if state.After == nil || state.After.Facts == nil || ctx.Err() != nil {
		return first
	}
	state, err := u.do(ctx, PendingAsked{})
	if err == nil && o.CSV != "" {
		err = u.list(ctx, state, o)
	}
	return errors.Join(first, err, u.parts(ctx, o))
}

// parts reads what the report is to hold beside what it always does.
func (u unattended) parts(ctx context.Context, o RunOptions) error {
	var compared, gathered error
	if o.With.Compare {
		if _, compared = u.do(ctx, CompareEdited{Answer: CompareAnswer{Path: o.Against}}); compared == nil {
			_, compared = u.do(ctx, ComparePressed{})
		}
	}
	if o.With.Pending && ctx.Err() == nil {
		_, gathered = u.do(ctx, PendingGatherAsked{All: o.With.All})
	}
	return errors.Join(compared, gathered)
}

// list writes the list of pending exports.
func (u unattended) list(ctx context.Context, state State, o RunOptions) error {
	if o.Connector != "" {
		id, err := state.connectorNamed(o.Connector)
		if err != nil {
			return err
		}
		if _, err := u.do(ctx, PendingFiltered{Query: pending.Query{Connector: id}}); err != nil {
			return err
		}
	}
	_, err := u.do(ctx, PendingFileAsked{Path: o.CSV})
	return err
}

// connectorNamed gives the id of a connector by its name, in any case.
func (s State) connectorNamed(name string) (string, error) {
	var names []string
	for _, c := range s.pending().Summary.Connectors {
		if strings.EqualFold(c.Name, strings.TrimSpace(name)) {
			return c.ID, nil
		}
		names = append(names, c.Name)
	}
	p := &problem.Problem{
		Code: CodeConnector, What: "The database has no connector " + name + ".",
		Fix: "Give one of: " + strings.Join(names, "; ") + ".",
	}
	if near := nearest.Name(name, names); near != "" {
		p.Fix = "Did you mean " + near + "? " + p.Fix
	}
	return "", p
}

package setup

import (
	"cmp"
	"context"
	"encoding/json"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/report"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

func (e RunSwitch) start(s *Session, site Site, secrets map[string]secret.Value) {
	s.run(e.Token, true, func(ctx context.Context, r *running) (Event, error) {
		known, err := json.Marshal(e.Known)
		if err != nil {
			return nil, err
		}
		job := Job{Plan: e.Plan, Answers: e.Answers, Secrets: secrets, Known: known, Report: func(o apply.Outcome) report.Record {
			state := s.State()
			state.Now, state.Staging.Outcome = s.p.Clock().UTC(), &o
			return Record(state)
		}}
		say := func(p apply.Progress) { s.Dispatch(SwitchStepped{Token: e.Token, Progress: p}) }
		var o apply.Outcome
		if e.Undo {
			o = site.Installer.Undo(ctx, job, say)
		} else {
			o = site.Installer.Install(ctx, job, r.stop, say)
		}
		s.tellSwitched(site, e.Plan, e.Undo, o)
		end := SwitchEnded{Token: e.Token, Outcome: o}
		// What is there now is shown, not what was wanted. The outcome stands without it.
		if set, err := site.Prober.Inspect(ctx, e.Answers, secrets[answers.SecretSQL], func(string) {}); err == nil && set.SQL.Reached(facts.LayerDB) {
			end.Facts = &set
		}
		return end, nil
	})
}

func (e ReadTenant) start(s *Session, site Site, secrets map[string]secret.Value) {
	s.run(e.Token, false, func(ctx context.Context, _ *running) (Event, error) {
		defer site.Cloud.SignOut() // it is read once and needed for nothing else
		tenant, err := site.Cloud.SignIn(ctx, CloudRequest{Answer: e.Answer, Tenant: e.Tenant, Secret: secrets[answers.SecretEntra]},
			func(p Prompt) { s.Dispatch(GatePrompted{Token: e.Token, Prompt: p}) })
		return GateTenant{Token: e.Token, Tenant: tenant}, err
	})
}

// findSwitch asks a site for the switch of an earlier run. One that can't be read
// says nothing here: the installation's journals, in the same folder, say it.
func findSwitch(site Site) Staging {
	finder, ok := site.Finder.(SwitchFinder)
	if !ok {
		return Staging{}
	}
	u, err := finder.FindSwitch()
	if err != nil || u == nil {
		return Staging{}
	}
	var k Known
	if json.Unmarshal(u.Begin.Known, &k) != nil {
		return Staging{}
	}
	p := u.Begin.Plan
	x := Staging{Plan: &p, Gate: k.Gate, Earlier: true, SQL: k.Answers.SQL}
	for _, st := range p.Steps {
		x.Steps = append(x.Steps, apply.Progress{Step: st.ID, State: stateOf(u.Steps[st.ID]), At: u.Last})
	}
	x.Outcome = &apply.Outcome{Ending: cmp.Or(u.Ending, apply.Broken), Started: p.Built, Finished: u.Last, Steps: x.Steps, Journal: u.Path}
	return x
}

// prepareSwitch makes up the id of the next switch, when there is none.
func (s *Session) prepareSwitch(e Event) {
	if _, wanted := e.(SwitchPressed); !wanted || s.state.SwitchID != "" {
		return
	}
	ids, err := newIDs(s.p.Random)
	if err != nil {
		s.note(e, err.Error())
		return
	}
	s.state.SwitchID = ids.Installation
}

// afterRecord gives the record as Additional tasks have it: the database as it is
// now, its tasks, the conditions, and what was done about staging mode.
func (s State) afterRecord(r report.Record) report.Record {
	if s.After == nil || s.After.Facts == nil {
		return r
	}
	r.Facts, r.Tasks, r.Gate, r.Overview = s.After.Facts, s.After.Tasks, s.Gate(), review.Overview(*s.After.Facts)
	if r.Plan == nil {
		r.Findings, r.Forests = nil, nil // they are about installing on this computer
	}
	if s.Staging.Plan == nil || s.Staging.Earlier && s.Staging.Outcome == nil {
		return r
	}
	r.Plan, r.Outcome, r.Gate = s.Staging.Plan, s.Staging.Outcome, s.Staging.Gate
	return r
}

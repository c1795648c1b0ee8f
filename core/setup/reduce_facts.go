package setup

import (
	"slices"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// inspected takes the facts in, judges them, and goes to Check when the
// database was reached; else it stays where the answer can be corrected.
func (s State) inspected(e Inspected) State {
	f := e.Facts
	old := s.Forests
	s.Facts, s.Plan = &f, nil
	if name, ok := f.Computer.Name.Get(); ok && name != "" {
		s.Computer = name
	}
	s.Findings = preflight.Judge(f, s.Answers)
	s.Forests = s.forestsOf(f, old)
	if s.Entra.Tenant != nil {
		s.Entra.Findings = preflight.JudgeTenant(f, s.Answers, *s.Entra.Tenant)
	}
	if !f.SQL.Reached(facts.LayerDB) {
		if index(s.Page) > index(PageCheck) {
			s = s.show(PageCheck) // nothing behind it stands any more
		}
		s.Problems = []*problem.Problem{layerProblem(f.SQL, e.Problem)}
		return s
	}
	if s.Page == PageComponents {
		s = s.show(PageCheck)
	}
	if s.Page == PageReady {
		s = s.buildPlan()
	}
	if e.Problem != nil {
		s.Problems = append(slices.Clone(s.Problems), e.Problem)
	}
	return s
}

// layerProblem gives the problem of the layer that was not reached.
func layerProblem(sql facts.SQLServer, given *problem.Problem) *problem.Problem {
	if given != nil {
		return given
	}
	for _, l := range sql.Layers {
		if l.Problem != nil {
			return l.Problem
		}
	}
	return &problem.Problem{
		Code: problem.CodeUnknown, What: "The database could not be reached.",
		Fix: "Check the name of the server and of the database, then try again.",
	}
}

// forestsOf makes the list of forests. A proof made before stays while the
// connector and its account are the same.
func (s State) forestsOf(f facts.Set, old []Forest) []Forest {
	var list []Forest
	for _, c := range f.ADSync.Forests() {
		next := Forest{Name: c.Forest, ID: c.ID, Before: c.Account}
		if next.Name == "" {
			next.Name = c.Name
		}
		for _, o := range old {
			if o.ID == next.ID && sameName(o.Name, next.Name) && o.Before == next.Before {
				next.Account, next.Problem = o.Account, o.Problem
			}
		}
		if next.Account != nil {
			next.Findings = s.judgeForest(f, c, *next.Account)
		}
		list = append(list, next)
	}
	return list
}

// judgeForest judges a forest by itself, and against the tenant.
func (s State) judgeForest(f facts.Set, c facts.Connector, a facts.ForestAccount) []preflight.Finding {
	list := append(preflight.JudgeForest(f, c, a), preflight.JudgeSuffixes(s.Entra.Tenant, a)...)
	preflight.Sort(list)
	return list
}

func (s State) forestVerified(e ForestVerified) State {
	i := s.forest(e.Forest)
	if i < 0 || s.Facts == nil {
		return s
	}
	f := s.Forests[i]
	f.Certificate = e.Account.Certificate
	if e.Problem != nil {
		f.Account, f.Findings, f.Problem = nil, nil, e.Problem
		if e.Problem.Code == problem.CodeCancelled {
			f.Problem = nil
		}
		if e.Account.User == "" || f.Problem == nil {
			return s.setForest(i, f)
		}
	}
	f.Account, f.Problem, f.Findings = &e.Account, e.Problem, nil
	if c, ok := s.connector(f.ID); ok {
		f.Findings = s.judgeForest(*s.Facts, c, e.Account)
	}
	return s.setForest(i, f)
}

// connector gives a connector of the facts by its id.
func (s State) connector(id string) (facts.Connector, bool) {
	if s.Facts == nil {
		return facts.Connector{}, false
	}
	for _, c := range s.Facts.ADSync.Connectors.Value {
		if c.ID == id {
			return c, true
		}
	}
	return facts.Connector{}, false
}

// buildPlan makes the plan from what stands now. When it can't be made the
// reason is a problem of the page.
func (s State) buildPlan() State {
	s.Plan = nil
	if s.Facts == nil || s.Entra.Tenant == nil {
		return s
	}
	if s.IDs.Installation == "" {
		s.Problems = append(slices.Clone(s.Problems), &problem.Problem{
			Code: CodeRandom, What: "This computer gives no random numbers, so the installation can't be given its ids.",
			Fix: "Try again. If it stays so, restart the computer.",
		})
		return s
	}
	in := plan.Input{
		Answers: s.Answers, Facts: *s.Facts, Tenant: *s.Entra.Tenant,
		Installation: s.IDs.Installation, Keyset: s.IDs.Keyset, Entropy: s.IDs.Entropy,
		Now: s.Now, Program: s.Program,
	}
	for _, f := range s.Forests {
		if f.Account != nil {
			in.Forests = append(in.Forests, *f.Account)
		}
	}
	p, err := plan.Build(in)
	if err != nil {
		s.Problems = append(slices.Clone(s.Problems), problem.From(err))
		return s
	}
	s.Plan = &p
	return s
}

package setup

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
)

// Codes of the problems that the wizard itself makes.
const (
	CodePasswordMissing problem.Code = "setup.password.missing" // a forest's password was not given
	CodeUserMissing     problem.Code = "setup.user.missing"     // a forest's user was not given
	CodeSaveName        problem.Code = "setup.save.name"        // a report needs .html or .json at its end
	CodeSite            problem.Code = "setup.site"             // this session offers no such site
	CodeRandom          problem.Code = "setup.random"           // no random numbers for the ids
	CodePanic           problem.Code = "setup.panic"            // a fault of the program itself
)

// reduceAnswer handles what the admin types, chooses and asks for on the pages
// before Install.
func reduceAnswer(s State, e Event) (State, Effect) {
	switch e := e.(type) {
	case LicenceToggled:
		s.Licence = e.On
	case SituationChosen:
		s.Answers.Situation = e.Situation
	case PracticeChosen:
		return s.openSite(e.Scenario)
	case SQLEdited:
		return s.editSQL(e.SQL)
	case SQLPasswordTyped:
		s.Given.SQL = !e.Password.IsEmpty()
		s.Databases = nil
		return s.withdraw()
	case ComponentsEdited:
		return s.editComponents(e.Components), nil
	case ServicePasswordTyped:
		s.Given.Service = !e.Password.IsEmpty()
		s.Plan = nil
	case InstancesAsked:
		return s.findInstances()
	case DatabasesAsked:
		return s.listDatabases()
	case CertificatePinned:
		sql := s.Answers.SQL
		sql.PinSHA256 = strings.ToLower(e.SHA256)
		return s.pin(sql)
	case TakeOverTyped:
		return s.typeTakeOver(e.Server), nil
	case CheckPressed:
		return s.inspect()
	default:
		return reduceSignIn(s, e)
	}
	return s, nil
}

// reduceSignIn handles the pages behind the check: tenant, forests and options.
func reduceSignIn(s State, e Event) (State, Effect) {
	switch e := e.(type) {
	case EntraEdited:
		return s.editEntra(e.Entra)
	case EntraPressed:
		if s.Page == PageEntra {
			return s.signIn()
		}
	case TenantAsked:
		return s.signIn()
	case EntraForgotten:
		s = s.dropEntra()
		return s, SignOutTenant{}
	case ForestGiven:
		return s.giveForest(e)
	case OptionsEdited:
		return s.editOptions(e.Options), nil
	}
	return s, nil
}

// withdraw takes away what was built on an answer about SQL Server: facts,
// findings, tenant, forests and plan. What was typed stays.
func (s State) withdraw() (State, Effect) {
	signedIn := s.Entra.Tenant != nil
	s = s.withdrawAfter()
	s.Facts, s.Findings, s.Forests, s.Plan, s.Problems = nil, nil, nil, nil, nil
	s.Entra = Entra{}
	s.Answers.TakeOver = "" // it was meant for the other database
	if index(s.Page) > index(PageComponents) {
		s.Page = PageComponents
	}
	s.Furthest = s.Page
	if s.Busy != nil && !background(s.Busy.Task) {
		s.Busy = nil
	}
	if signedIn {
		return s, SignOutTenant{}
	}
	return s, nil
}

// editSQL replaces the answers about SQL Server, and withdraws what the change
// makes void: the lists to choose from only as far as they depend on it.
func (s State) editSQL(sql answers.SQL) (State, Effect) {
	old := s.Answers.SQL
	if sql == old {
		return s, nil
	}
	s.Answers.SQL = sql
	if sql.Server != old.Server {
		s.Instances = nil
		s.Busy = unless(s.Busy, TaskInstances)
	}
	sameServer := sql
	sameServer.Database = old.Database
	if sameServer != old {
		s.Databases = nil
		s.Busy = unless(s.Busy, TaskDatabases)
	}
	return s.withdraw()
}

// unless gives b, or nil when it is busy with task: the task is void.
func unless(b *Busy, t Task) *Busy {
	if b != nil && b.Task == t {
		return nil
	}
	return b
}

// pin accepts a certificate and goes on where the connection broke off.
func (s State) pin(sql answers.SQL) (State, Effect) {
	s, effect := s.editSQL(sql)
	if s.Page != PageComponents {
		return s, effect
	}
	if next, reads := s.inspect(); reads != nil {
		return next, reads
	}
	return s, effect
}

// editComponents replaces the optional answers. The findings follow from the
// facts and these answers, so that they are judged again.
func (s State) editComponents(c answers.Components) State {
	if c == s.Answers.Components {
		return s
	}
	s.Answers.Components = c
	s.Plan = nil
	if s.Facts != nil {
		s.Findings = preflight.Judge(*s.Facts, s.Answers)
	}
	return s
}

func (s State) findInstances() (State, Effect) {
	host := strings.TrimSpace(s.Answers.SQL.Server)
	if host == "" || !s.free(TaskInstances) {
		return s, nil
	}
	s.Instances = nil
	s = s.begin(TaskInstances, "Looking for instances…")
	return s, FindInstances{Token: s.Rev, Host: host}
}

func (s State) listDatabases() (State, Effect) {
	if !s.free(TaskDatabases) || missingComponents(answers.Answers{SQL: s.Answers.SQL}, s.Given) != "" {
		return s, nil
	}
	s.Databases = nil
	s = s.begin(TaskDatabases, "Listing the databases…")
	return s, ListDatabases{Token: s.Rev, SQL: s.Answers.SQL}
}

// editEntra replaces the answers about the tenant. A sign-in made with other
// answers does not count any more.
func (s State) editEntra(e answers.Entra) (State, Effect) {
	if e == s.Answers.Entra {
		return s, nil
	}
	s.Answers.Entra = e
	signedIn := s.Entra.Tenant != nil
	s = s.dropEntra()
	if signedIn {
		return s, SignOutTenant{}
	}
	return s, nil
}

func (s State) dropEntra() State {
	s.Entra, s.Plan = Entra{}, nil
	s.Busy = unless(s.Busy, TaskEntra)
	return s
}

func (s State) editOptions(o answers.Options) State {
	if o == s.Answers.Options {
		return s
	}
	s.Answers.Options = o
	s.Plan = nil
	if s.Page == PageReady {
		s.Problems = nil
		s = s.buildPlan()
	}
	return s
}

// giveForest takes an answer of the AD forest account dialog and proves it. An
// empty password stands for the one given before.
func (s State) giveForest(e ForestGiven) (State, Effect) {
	i := s.forest(e.Forest.Forest)
	if i < 0 || s.Facts == nil || !s.free(TaskForest) {
		return s, nil
	}
	if e.Forest.Option == "" {
		e.Forest.Option = answers.CreateAccount
	}
	e.Forest.Forest = s.Forests[i].Name
	s.Answers.Forests = replaceForest(s.Answers.Forests, e.Forest)
	if !e.Password.IsEmpty() {
		s.Given = s.Given.withForest(e.Forest.Forest)
	}
	if !e.GrantPassword.IsEmpty() {
		s.Given = s.Given.withGrant(e.Forest.Forest)
	}
	s.Plan, s.Busy = nil, nil
	f := s.Forests[i]
	f.Account, f.Findings, f.Certificate, f.Problem = nil, nil, nil, s.forestProblem(e.Forest)
	s = s.setForest(i, f)
	connector, found := s.connector(f.ID)
	if f.Problem != nil || !found {
		return s, nil
	}
	s = s.begin(TaskForest, "Checking the account for "+f.Name+"…")
	s.Busy.Forest = f.Name
	features := preflight.Features(s.Facts.ADSync, connector)
	return s, VerifyForest{Token: s.Rev, Answer: e.Forest, Connector: connector, Features: features}
}

// forestProblem says what a forest's answer lacks on its face.
func (s State) forestProblem(f answers.Forest) *problem.Problem {
	switch {
	case f.AsCurrent():
		return nil
	case strings.TrimSpace(f.User) == "":
		return &problem.Problem{
			Code: CodeUserMissing, Field: answers.FieldForestUser,
			What: "The user name is missing.", Fix: `Give it as DOMAIN\user or user@domain.`,
		}
	case !s.Given.Forest(f.Forest):
		return &problem.Problem{
			Code: CodePasswordMissing, Field: answers.FieldForestPass,
			What: "The password is missing.", Fix: "Type the password of " + f.User + ".",
		}
	case f.Grant.Given() && !f.Grant.AsCurrent() && f.Option == answers.ExistingAccount && !s.Given.Grant(f.Forest):
		return &problem.Problem{
			Code: CodePasswordMissing, Field: answers.FieldGrantPass,
			What: "The password is missing.", Fix: "Type the password of " + f.Grant.User + ".",
		}
	}
	return nil
}

// SaveProblem says what is wrong with the name of a file to save a plan, a report or a
// comparison to; nil for nothing.
func SaveProblem(path string) *problem.Problem {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".html", ".htm", ".json":
		return nil
	}
	return &problem.Problem{
		Code: CodeSaveName,
		What: "The file's name does not say what is to be written.",
		Fix:  "End the name with .html for reading or with .json for programs.",
	}
}

// forest gives the place of a forest by its name, -1 if there is none.
func (s State) forest(name string) int {
	return slices.IndexFunc(s.Forests, func(f Forest) bool { return sameName(f.Name, name) })
}

// setForest replaces one forest in a new list.
func (s State) setForest(i int, f Forest) State {
	s.Forests = slices.Clone(s.Forests)
	s.Forests[i] = f
	return s
}

func sameName(a, b string) bool { return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b)) }

func indexTask(list []review.Task, id string) int {
	return slices.IndexFunc(list, func(t review.Task) bool { return t.ID == id })
}

package plan

import (
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// ThisServer is what Install changes on this computer. Service is nil where the
// synchronization engine is not installed.
type ThisServer struct {
	Groups  []ServerGroup `json:"groups"`
	Member  string        `json:"member"`  // who joins the first group
	Account string        `json:"account"` // who the service runs as, DOMAIN\sam
	Rights  []string      `json:"rights"`  // user rights that Account gets where it lacks them
	Service *ServiceWrite `json:"service,omitempty"`
}

// ServerGroup is a local group whose members may use the service, and the column
// of the database that holds its id.
type ServerGroup struct {
	Column string `json:"column"`
	Name   string `json:"name"`
	Exists bool   `json:"exists"`
}

// ServiceWrite is what changes in the service ADSync. AccountAfter is empty when
// the service keeps its account.
type ServiceWrite struct {
	AccountBefore string     `json:"accountBefore"`
	AccountAfter  string     `json:"accountAfter,omitempty"`
	NeedsPassword bool       `json:"needsPassword,omitempty"` // of AccountAfter
	Before        Parameters `json:"before"`
	After         Parameters `json:"after"`
	Running       bool       `json:"running"` // before
}

// Parameters say which database the service uses: the values below
// HKLM\SYSTEM\CurrentControlSet\Services\ADSync\Parameters.
type Parameters struct {
	Server   string `json:"server"`
	Instance string `json:"instance"` // INSTANCE or INSTANCE,PORT, empty for the default one
	Database string `json:"database"`
}

func (p Parameters) String() string {
	name := p.Server
	if p.Instance != "" {
		name += `\` + p.Instance
	}
	return p.Database + " on " + name
}

// VirtualAccount is the account that the service gets when none is chosen.
const VirtualAccount = `NT SERVICE\ADSync`

// thisServer works out what changes on this computer; nil where it is not Windows.
func (b *builder) thisServer() (*ThisServer, *problem.Problem) {
	c := b.set.Computer
	if c.Windows.State != facts.IsKnown {
		return nil, nil
	}
	s := &ThisServer{Member: c.User.Or(""), Account: VirtualAccount, Rights: []string{facts.RightService}}
	columns := [4]string{"administrators_sid", "operators_sid", "browse_sid", "passwordset_sid"}
	for i, name := range preflight.GroupNames(b.in.Answers.Components.Groups) {
		s.Groups = append(s.Groups, ServerGroup{Column: columns[i], Name: name, Exists: hasGroup(c, name)})
	}
	chosen, p := b.serviceAccount()
	if p != nil {
		return nil, p
	}
	service, known := c.Service.Get()
	if chosen != "" {
		s.Account = chosen
	} else if known && service.Account != "" {
		s.Account = service.Account
	}
	if !known || !service.Installed {
		return s, nil
	}
	s.Service = &ServiceWrite{
		AccountBefore: service.Account, Running: service.Running(),
		Before: Parameters{service.Server, service.Instance, service.Database}, After: b.parameters(),
	}
	if chosen != "" && !strings.EqualFold(chosen, service.Account) {
		s.Service.AccountAfter = chosen
		s.Service.NeedsPassword = b.in.Answers.Components.ServiceAccount.Kind == answers.AccountDomain
	}
	return s, nil
}

func hasGroup(c facts.Computer, name string) bool {
	for _, g := range c.Groups.Or(nil) {
		if strings.EqualFold(g.Name, name) {
			return true
		}
	}
	return false
}

// serviceAccount gives the chosen account as DOMAIN\sam, empty for none chosen: a
// user principal name makes the product's setup fail.
func (b *builder) serviceAccount() (string, *problem.Problem) {
	svc := b.in.Answers.Components.ServiceAccount
	if svc.Kind == answers.AccountVirtual {
		return "", nil
	}
	own := facts.Forest{Domains: facts.Known([]facts.Domain{{
		DNS: b.set.Computer.Domain.Or(""), NetBIOS: b.set.Computer.Membership.Or(facts.Membership{}).Name,
	}}, "", b.in.Now)}
	account, ok := Normalise(svc.Name, own)
	if !ok {
		return "", &problem.Problem{
			Code: CodeAccount, Field: answers.FieldSvcAccount, What: "The service account has no domain: " + svc.Name + ".",
			Fix: `Enter it as DOMAIN\user on the page Install required components.`,
		}
	}
	return account.String(), nil
}

// parameters gives the names of the SQL Server as the service wants them: the port
// stands behind the instance, also behind that of the default instance.
func (b *builder) parameters() Parameters {
	name, port, _ := strings.Cut(b.set.SQL.Typed, ",")
	server, instance, _ := strings.Cut(name, `\`)
	if port != "" {
		instance = text(instance, "MSSQLSERVER") + "," + port
	}
	return Parameters{Server: server, Instance: instance, Database: b.set.Database.Name}
}

// groupWrites gives the group ids that change in the database. The id of a group
// is known once the step that makes it has run; Install fills it in.
func (b *builder) groupWrites(s *ThisServer) []GroupWrite {
	if s == nil {
		return nil
	}
	before := b.set.ADSync.Server.Groups.Or(nil)
	var out []GroupWrite
	for _, g := range s.Groups {
		if sid, has := before[g.Column]; has {
			out = append(out, GroupWrite{Column: g.Column, Group: g.Name, Before: sid})
		}
	}
	return out
}

// groupsStep makes the local groups. It comes before the database, which gets
// their ids.
func (b *builder) groupsStep(s *ThisServer) Step {
	step := Step{
		ID: string(KindGroups), Kind: KindGroups, Title: "Make the local groups of the service",
		Undo: "The groups that were made are removed; memberships are as before.",
	}
	made := 0
	for _, g := range s.Groups {
		if !g.Exists {
			made++
			step.Changes = append(step.Changes, Change{Target: b.server, Object: g.Name, Name: "local group", After: "made"})
		}
	}
	if s.Member != "" {
		step.Changes = append(step.Changes, Change{Target: b.server, Object: s.Groups[0].Name, Name: "member", After: s.Member})
	}
	step.Summary = fmt.Sprintf("%d new, %d there already; %s joins %s", made, len(s.Groups)-made, text(s.Member, "nobody"), s.Groups[0].Name)
	return step
}

// Names on this computer.
const (
	EventSource = "ADSync Reconnect" // in the event log Application
	dataFolder  = "the program's data folder"
)

// serverStep points the service at the database.
func (b *builder) serverStep(s *ThisServer) Step {
	step := Step{
		ID: string(KindServer), Kind: KindServer, Title: "Set this server up",
		Undo: "The service, its account and parameters, rights, permissions, event source and Start menu are as before.",
		Changes: []Change{
			{Target: b.server, Object: dataFolder, Name: "permissions", Before: "as they are", After: "SYSTEM and Administrators only"},
			{Target: b.server, Object: "event log Application", Name: "source", After: EventSource},
			{Target: b.server, Object: s.Account, Name: "Log on as a service", After: "granted, where it is not held already"},
			{Target: b.server, Object: "Start menu", Name: "entry", After: EventSource + ", where there is none and the installer was not used"},
		},
	}
	w := s.Service
	if w == nil {
		step.Title = "Prepare this server"
		step.Summary = "The synchronization engine is not installed here: rights, permissions, event log and Start menu only; Microsoft's setup brings the service"
		return step
	}
	change := func(name, before, after string) {
		if before != after {
			step.Changes = append(step.Changes, Change{Target: b.server, Object: "service ADSync", Name: name, Before: text(before, "(empty)"), After: text(after, "(empty)")})
		}
	}
	if w.AccountAfter != "" {
		change("account", w.AccountBefore, w.AccountAfter)
	}
	change("Server", w.Before.Server, w.After.Server)
	change("SQLInstance", w.Before.Instance, w.After.Instance)
	change("DBName", w.Before.Database, w.After.Database)
	change("state", stateText(w.Running), "running, started with the new database")
	step.Summary = "The service ADSync, " + stateText(w.Running) + " now, uses " + w.After.String() + " and is started"
	return step
}

func stateText(running bool) string {
	if running {
		return "running"
	}
	return "stopped"
}

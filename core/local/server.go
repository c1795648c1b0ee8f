package local

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

const (
	service    = "ADSync"
	parameters = `SYSTEM\CurrentControlSet\Services\ADSync\Parameters`
	eventKey   = `SYSTEM\CurrentControlSet\Services\EventLog\Application\` + plan.EventSource
	// messageFile is Windows' own file for events whose text is given whole.
	messageFile = `%SystemRoot%\System32\EventCreate.exe`
	// allTypes are errors, warnings and information.
	allTypes = 7
	// strict lets SYSTEM and Administrators do everything, and nobody else anything;
	// nothing is inherited from the folder above.
	strict = "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"
)

// runTimeout is how long the service may take to start or to stop. The product's
// engine loads its metaverse at the start.
const runTimeout = 5 * time.Minute

// ServerBefore is how this server was.
type ServerBefore struct {
	Access  string             `json:"access"`  // of the program's folder, SDDL
	Source  bool               `json:"source"`  // the event source was there
	Rights  map[string]bool    `json:"rights"`  // the account held the right
	Account string             `json:"account"` // of the service
	Running bool               `json:"running"`
	Values  map[string]*string `json:"values"` // of the service's parameters; nil for none
}

// LookServer tells how this server is. folder is the program's data folder.
func (c Computer) LookServer(ctx context.Context, s plan.ThisServer, folder string) (ServerBefore, error) {
	b := ServerBefore{Rights: map[string]bool{}, Values: map[string]*string{}}
	var err error
	if b.Access, err = c.Folders.Access(folder); err != nil {
		return b, change("Reading the permissions of "+folder, err)
	}
	if _, b.Source, err = c.Settings.Get(eventKey, "EventMessageFile"); err != nil {
		return b, change("Reading the sources of the event log", err)
	}
	for _, right := range s.Rights {
		if b.Rights[right], err = c.Rights.Holds(ctx, s.Account, right); err != nil {
			return b, change("Reading the user rights of "+s.Account, err)
		}
	}
	if s.Service == nil {
		return b, nil
	}
	now, err := c.Services.Service(ctx, service)
	if err != nil {
		return b, change("Reading the service "+service, err)
	}
	b.Account, b.Running = now.Account, now.Running()
	for name := range values(s.Service.After) {
		text, there, err := c.Settings.Get(parameters, name)
		if err != nil {
			return b, change("Reading the parameters of the service "+service, err)
		}
		if there {
			b.Values[name] = &text
		}
	}
	return b, nil
}

func values(p plan.Parameters) map[string]string {
	return map[string]string{"Server": p.Server, "SQLInstance": p.Instance, "DBName": p.Database}
}

// names are the service's parameters in a fixed order, so that what happens is the
// same every time.
func names() []string { return []string{"Server", "SQLInstance", "DBName"} }

// SetServer sets this server up. password is the service account's, where it gets one.
func (c Computer) SetServer(ctx context.Context, s plan.ThisServer, folder string, before ServerBefore, password secret.Value, say func(string)) error {
	say("Permissions of the program's folder")
	if err := c.Folders.SetAccess(folder, strict); err != nil {
		return change("Setting the permissions of "+folder, err)
	}
	say("Event log")
	if err := c.addSource(); err != nil {
		return err
	}
	for _, right := range s.Rights {
		if before.Rights[right] {
			continue
		}
		say("User rights of " + s.Account)
		if err := c.Rights.Grant(ctx, s.Account, right); err != nil {
			return change("Giving "+s.Account+" the right "+right, err)
		}
	}
	if s.Service == nil {
		return nil
	}
	return c.setService(ctx, *s.Service, password, say)
}

func (c Computer) addSource() error {
	err := c.Settings.Set(eventKey, "EventMessageFile", messageFile)
	if err == nil {
		err = c.Settings.Set(eventKey, "TypesSupported", int64(allTypes))
	}
	return change("Adding the event source "+plan.EventSource, err)
}

// setService stops the service, changes it and starts it.
func (c Computer) setService(ctx context.Context, w plan.ServiceWrite, password secret.Value, say func(string)) error {
	if w.NeedsPassword && password.IsEmpty() {
		return &problem.Problem{
			Code: CodeSecret, What: "The password of the service account " + w.AccountAfter + " is not known any more.",
			Fix: "Give it again on the page Install required components, or in the answers file.",
		}
	}
	if err := c.run(ctx, false, say); err != nil {
		return err
	}
	if w.AccountAfter != "" {
		say("The service's account")
		if err := c.Services.SetAccount(ctx, service, w.AccountAfter, password); err != nil {
			return change("Changing the account of the service to "+w.AccountAfter, err)
		}
	}
	after := values(w.After)
	for _, name := range names() {
		say("The service's parameter " + name)
		if err := c.Settings.Set(parameters, name, after[name]); err != nil {
			return change("Changing the parameter "+name+" of the service", err)
		}
	}
	return c.run(ctx, true, say)
}

// run starts or stops the service and waits.
func (c Computer) run(ctx context.Context, run bool, say func(string)) error {
	ctx, cancel := context.WithTimeout(ctx, runTimeout)
	defer cancel()
	what, code, text := "start", CodeStart, "Starting the service "+service
	if !run {
		what, code, text = "stop", CodeStop, "Stopping the service "+service
	}
	say(text)
	err := c.Services.Run(ctx, service, run)
	if err == nil || problem.As(err) != nil {
		return err
	}
	return &problem.Problem{
		Code: code, What: "The service " + service + " did not " + what + ".", Why: sentence(err.Error()),
		Fix: "Its events say more. In PowerShell: Get-WinEvent -FilterHashtable @{LogName='Application';ProviderName='ADSync'} -MaxEvents 5; " +
			"Get-WinEvent -FilterHashtable @{LogName='System';ProviderName='Service Control Manager'} -MaxEvents 5. Then try again, or undo.",
		Cause: err,
	}
}

func sentence(s string) string {
	if s == "" || strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

// Differs gives what of this server is not as SetServer leaves it, empty for nothing.
func (c Computer) Differs(ctx context.Context, s plan.ThisServer) (string, error) {
	for _, right := range s.Rights {
		held, err := c.Rights.Holds(ctx, s.Account, right)
		if err != nil {
			return "", change("Reading the user rights of "+s.Account, err)
		}
		if !held {
			return s.Account + " does not hold the right " + right, nil
		}
	}
	if s.Service == nil {
		return "", nil
	}
	after := values(s.Service.After)
	for _, name := range names() {
		text, _, err := c.Settings.Get(parameters, name)
		if err != nil {
			return "", change("Reading the parameters of the service "+service, err)
		}
		if text != after[name] {
			return "the parameter " + name + " is " + text, nil
		}
	}
	now, err := c.Services.Service(ctx, service)
	switch {
	case err != nil:
		return "", change("Reading the service "+service, err)
	case s.Service.AccountAfter != "" && !strings.EqualFold(now.Account, s.Service.AccountAfter):
		return "the service runs as " + now.Account, nil
	case !now.Running():
		return "the service is " + now.State, nil
	}
	return "", nil
}

// RestoreServer puts this server back as it was, in reverse. A parameter that
// somebody else has changed since stays as it is, and the error names it.
func (c Computer) RestoreServer(ctx context.Context, s plan.ThisServer, folder string, before ServerBefore, say func(string)) error {
	var left error
	if s.Service != nil {
		var err error
		if left, err = c.restoreService(ctx, *s.Service, before, say); err != nil {
			return err
		}
	}
	for _, right := range s.Rights {
		if before.Rights[right] {
			continue
		}
		if err := c.Rights.Revoke(ctx, s.Account, right); err != nil {
			return change("Taking the right "+right+" from "+s.Account, err)
		}
	}
	if !before.Source {
		if err := c.Settings.Delete(eventKey, ""); err != nil {
			return change("Removing the event source "+plan.EventSource, err)
		}
	}
	if err := c.Folders.SetAccess(folder, before.Access); err != nil {
		return change("Putting the permissions of "+folder+" back", err)
	}
	return left
}

func (c Computer) restoreService(ctx context.Context, w plan.ServiceWrite, before ServerBefore, say func(string)) (left, err error) {
	if err := c.run(ctx, false, say); err != nil {
		return nil, err
	}
	others, err := c.restoreValues(values(w.After), before.Values)
	if err != nil {
		return nil, err
	}
	if w.AccountAfter != "" {
		if err := c.Services.SetAccount(ctx, service, before.Account, secret.Value{}); err != nil {
			return nil, accountLeft(before.Account, err)
		}
	}
	if before.Running {
		if err := c.run(ctx, true, say); err != nil {
			return nil, err
		}
	}
	if len(others) == 0 {
		return nil, nil
	}
	return &problem.Problem{
		Code: CodeLeft, What: "Somebody else has changed the service's parameters since: " + strings.Join(others, ", ") + ".",
		Fix: "Look at HKLM\\" + parameters + " and set them by hand if need be.",
	}, nil
}

// restoreValues puts the service's parameters back, and names those that are neither
// as they were nor as Install has left them: others have changed them since.
func (c Computer) restoreValues(ours map[string]string, before map[string]*string) (others []string, err error) {
	for _, name := range names() {
		now, there, err := c.Settings.Get(parameters, name)
		if err != nil {
			return nil, change("Reading the parameters of the service "+service, err)
		}
		was := before[name]
		switch {
		case was == nil && !there || was != nil && there && now == *was:
			continue
		case now != ours[name]:
			others = append(others, name)
			continue
		case was == nil:
			err = c.Settings.Delete(parameters, name)
		default:
			err = c.Settings.Set(parameters, name, *was)
		}
		if err != nil {
			return nil, change("Putting the parameter "+name+" of the service back", err)
		}
	}
	return others, nil
}

// accountLeft says that a domain account cannot be put back without its password.
func accountLeft(account string, err error) error {
	return errors.Join(&problem.Problem{
		Code: CodeLeft, What: "The service's account of before, " + account + ", could not be set again.",
		Why: "Windows says: " + err.Error() + ". The password of a domain account is not known to this program.",
		Fix: "Open services.msc, Microsoft Azure AD Sync, Log On, and enter it there.",
	}, err)
}

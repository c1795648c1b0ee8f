package local

import (
	"context"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

const (
	service      = "ADSync"
	parameters   = `SYSTEM\CurrentControlSet\Services\ADSync\Parameters`
	eventKey     = `SYSTEM\CurrentControlSet\Services\EventLog\Application\` + plan.EventSource
	installerKey = `SOFTWARE\ADSync Reconnect` // what the installer writes
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
	Account string             `json:"account"` // of the service
	Running bool               `json:"running"`
	Values  map[string]*string `json:"values"` // of the service's parameters; nil for none
}

// LookServer tells how this server is. folder is the program's data folder.
func (c Computer) LookServer(ctx context.Context, s plan.ThisServer, folder string) (ServerBefore, error) {
	b := ServerBefore{Values: map[string]*string{}}
	var err error
	if b.Access, err = c.Folders.Access(folder); err != nil {
		return b, change("Reading the permissions of "+folder, err)
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
func (c Computer) SetServer(ctx context.Context, s plan.ThisServer, folder string, ours *Ours, password secret.Value, say func(string)) error {
	say("Permissions of the program's folder")
	if err := c.Folders.SetAccess(folder, strict); err != nil {
		return change("Setting the permissions of "+folder, err)
	}
	say("Event log")
	if err := c.addSource(ours); err != nil {
		return err
	}
	for _, right := range s.Rights {
		say("User rights of " + s.Account)
		if err := c.grant(ctx, s.Account, right, ours); err != nil {
			return err
		}
	}
	if s.Service != nil {
		if err := c.setService(ctx, *s.Service, password, say); err != nil {
			return err
		}
	}
	return c.addMenu(ours, say)
}

// grant gives the account a right that it lacks.
func (c Computer) grant(ctx context.Context, account, right string, ours *Ours) error {
	held, err := c.Rights.Holds(ctx, account, right)
	if err != nil || held {
		return change("Reading the user rights of "+account, err)
	}
	if err := ours.take(ourRight(right)); err != nil {
		return err
	}
	return change("Giving "+account+" the right "+right, c.Rights.Grant(ctx, account, right))
}

// addSource adds the program's source to the event log; one that somebody else made
// stays as it is.
func (c Computer) addSource(ours *Ours) error {
	_, there, err := c.Settings.Get(eventKey, "EventMessageFile")
	if err != nil {
		return change("Reading the sources of the event log", err)
	}
	if there && !ours.mine(ourSource) {
		return nil
	}
	if err := ours.take(ourSource); err != nil {
		return err
	}
	if err = c.Settings.Set(eventKey, "EventMessageFile", messageFile); err == nil {
		err = c.Settings.Set(eventKey, "TypesSupported", int64(allTypes))
	}
	return change("Adding the event source "+plan.EventSource, err)
}

// addMenu puts the wizard into the Start menu unless it is there, as the installer
// puts it. A server works without that entry, so that Install does not fail over it:
// the step's text says what did not work.
func (c Computer) addMenu(ours *Ours, say func(string)) error {
	if c.Program == "" {
		return nil
	}
	// Where the installer was, the admin has decided on the entry there.
	_, there, err := c.Settings.Get(installerKey, "Folder")
	if err == nil && !there {
		_, there, err = c.Menu.Entry(MenuEntry)
	}
	if err == nil && !there {
		if err := ours.take(ourMenu); err != nil {
			return err
		}
		err = c.Menu.Add(MenuEntry, c.Program)
	}
	if err != nil {
		say("Done, but the Start menu has no entry for this program: " + reason(err))
	}
	return nil
}

// setService stops the service, changes it and starts it.
func (c Computer) setService(ctx context.Context, w plan.ServiceWrite, password secret.Value, say func(string)) error {
	if w.NeedsPassword && password.IsEmpty() {
		return &problem.Problem{
			Code: CodeSecret, Field: answers.FieldSvcAccount, What: "The password of the service account " + w.AccountAfter + " is not known any more.",
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
	err := c.run(ctx, true, say)
	if p := problem.As(err); p != nil && w.NeedsPassword {
		p.Field = answers.FieldSvcAccount // it may be the password, which is proven by this start only
	}
	return err
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

package local

import (
	"context"
	"slices"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// RestoreServer puts this server back as it was, in reverse. It goes on past what
// fails, and leaves what somebody else has changed since. The error is a problem that
// names everything that is left and what to do about it.
func (c Computer) RestoreServer(ctx context.Context, s plan.ThisServer, folder string, before ServerBefore, ours *Ours, say func(string)) error {
	var left leftovers
	c.restoreMenu(ours, &left)
	if s.Service != nil {
		c.restoreService(ctx, *s.Service, before, say, &left)
	}
	for _, right := range s.Rights {
		if !ours.mine(ourRight(right)) {
			continue
		}
		left.failed(s.Account+" still holds the right "+right+".", c.Rights.Revoke(ctx, s.Account, right),
			"By hand: secpol.msc, Local Policies, User Rights Assignment.")
	}
	c.restoreSource(ours, &left)
	c.restoreAccess(folder, before.Access, &left)
	return left.problem()
}

// restoreMenu removes the entry in the Start menu when it is still ours.
func (c Computer) restoreMenu(ours *Ours, left *leftovers) {
	if !ours.mine(ourMenu) {
		return
	}
	byHand := "By hand: delete " + MenuEntry + " from the Start menu."
	program, there, err := c.Menu.Entry(MenuEntry)
	switch {
	case err == nil && !there:
		return
	case err == nil && !strings.EqualFold(program, c.Program):
		left.others("The Start menu's entry "+MenuEntry+" stays, as it starts another program now: "+program+".", byHand)
		return
	case err == nil:
		err = c.Menu.Remove(MenuEntry)
	}
	left.failed("The Start menu's entry "+MenuEntry+" is still there.", err, byHand)
}

// restoreSource removes the event source when it is still as it was made.
func (c Computer) restoreSource(ours *Ours, left *leftovers) {
	if !ours.mine(ourSource) {
		return
	}
	byHand := `By hand: reg delete "HKLM\` + eventKey + `" /f.`
	file, there, err := c.Settings.Get(eventKey, "EventMessageFile")
	switch {
	case err == nil && there && !strings.EqualFold(file, messageFile):
		left.others("The event source "+plan.EventSource+" stays, as somebody else has changed it since.", byHand)
		return
	case err == nil:
		err = c.Settings.Delete(eventKey, "")
	}
	left.failed("The event source "+plan.EventSource+" is still there.", err, byHand)
}

// restoreAccess gives the folder its permissions of before, unless they are neither
// those nor what SetServer sets.
func (c Computer) restoreAccess(folder, before string, left *leftovers) {
	byHand := "By hand: look at the properties of " + folder + `, Security. Before, they were: ` + before + "."
	now, err := c.Folders.Access(folder)
	switch {
	case err == nil && sameAccess(now, before):
		return
	case err == nil && !sameAccess(now, strict):
		left.others("The permissions of "+folder+" stay, as somebody else has changed them since.", byHand)
		return
	case err == nil:
		err = c.Folders.SetAccess(folder, before)
	}
	left.failed("The permissions of "+folder+" could not be put back.", err, byHand)
}

// sameAccess compares two access lists. Windows adds flags of its own to the text
// that it was given (D:P becomes D:PAI), so that of those only P counts: nothing is
// inherited. The order does not count, as neither of the lists denies anything.
func sameAccess(a, b string) bool {
	one, two := entries(a), entries(b)
	return protected(a) == protected(b) && slices.Equal(one, two)
}

func protected(sddl string) bool {
	flags, _, _ := strings.Cut(strings.TrimPrefix(sddl, "D:"), "(")
	return strings.Contains(flags, "P")
}

func entries(sddl string) []string {
	_, list, _ := strings.Cut(sddl, "(")
	out := strings.Split(strings.TrimSuffix(list, ")"), ")(")
	slices.Sort(out)
	return out
}

// restoreService stops the service, puts account and parameters back and starts it
// again where it ran.
func (c Computer) restoreService(ctx context.Context, w plan.ServiceWrite, before ServerBefore, say func(string), left *leftovers) {
	left.failed("The service "+service+" could not be stopped, so that it still works with the values of the installation until it is restarted.",
		c.run(ctx, false, say), "By hand: Restart-Service "+service+".")
	c.restoreValues(values(w.After), before.Values, left)
	typed := c.restoreAccount(ctx, w, before.Account, left)
	if !before.Running {
		return
	}
	err := c.run(ctx, true, say)
	if err != nil && typed {
		left.failed("The service's account of before, "+before.Account+", needs its password, which this program does not know; the service is stopped.", err,
			"By hand: services.msc, Microsoft Azure AD Sync, Log On: enter it there, then start the service.")
		return
	}
	left.failed("The service "+service+" ran before and does not start.", err, "By hand: Start-Service "+service+"; its events say why it does not start.")
}

// restoreAccount gives the service its account of before, when it has the one that
// Install gave it. typed tells that this one needs a password, which is not known.
func (c Computer) restoreAccount(ctx context.Context, w plan.ServiceWrite, before string, left *leftovers) (typed bool) {
	if w.AccountAfter == "" {
		return false
	}
	byHand := "By hand: services.msc, Microsoft Azure AD Sync, Log On; before, it was " + before + "."
	now, err := c.Services.Service(ctx, service)
	switch {
	case err != nil:
	case strings.EqualFold(now.Account, before):
		return false // it was never changed, or is back already
	case !strings.EqualFold(now.Account, w.AccountAfter):
		left.others("The service runs as "+now.Account+", which somebody else has set since, and stays so.", byHand)
		return false
	default:
		err = c.Services.SetAccount(ctx, service, before, secret.Value{})
	}
	left.failed("The service's account of before, "+before+", could not be set again.", err, byHand)
	return err == nil && hasPassword(before)
}

// hasPassword tells whether an account signs in with a password that somebody typed:
// virtual, managed and built-in accounts have none.
func hasPassword(account string) bool {
	domain, _, _ := strings.Cut(strings.ToLower(account), `\`)
	switch {
	case strings.HasSuffix(account, "$"), !strings.ContainsAny(account, `\@`):
		return false
	default:
		return domain != "nt service" && domain != "nt authority"
	}
}

// restoreValues puts the service's parameters back, and leaves those that are neither
// as they were nor as Install has left them: others have changed them since.
func (c Computer) restoreValues(installed map[string]string, before map[string]*string, left *leftovers) {
	for _, name := range names() {
		was, byHand := before[name], `By hand: HKLM\`+parameters+", "+name+"; before, there was none."
		if was != nil {
			byHand = `By hand: HKLM\` + parameters + ", " + name + "; before, it was " + *was + "."
		}
		now, there, err := c.Settings.Get(parameters, name)
		switch {
		case err != nil:
		case was == nil && !there || was != nil && there && now == *was:
			continue
		case now != installed[name]:
			left.others("The service's parameter "+name+" stays "+now+", which somebody else has set since.", byHand)
			continue
		case was == nil:
			err = c.Settings.Delete(parameters, name)
		default:
			err = c.Settings.Set(parameters, name, *was)
		}
		left.failed("The service's parameter "+name+" could not be put back.", err, byHand)
	}
}

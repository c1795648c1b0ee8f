package review

import (
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/product"
)

// signInTasks is the product's table of what to do after this mode, by the
// sign-in method of the previous server (docs: how-to-connect-install-existing-database).
func signInTasks(a after) []Task {
	method, word := a.set.ADSync.SignIn()
	if a.oldVersion() {
		return []Task{unsetTask(a, method)}
	}
	switch method {
	case facts.MethodPasswordHash:
		return append([]Task{{
			ID: "signin-password-hash", Title: "Password hash synchronization needs nothing",
			Text: "It goes on by itself once this server leaves staging mode; until then no password hash is synchronized.",
			Who:  whoServer, Link: product.LinkPasswordHash,
			Steps: []string{"After leaving staging mode run the task Troubleshoot, or look for the events 656 and 657 in the application log."},
		}}, ssoTask(a)...)
	case facts.MethodPassThrough:
		return append([]Task{passThroughTask()}, ssoTask(a)...)
	case facts.MethodFederation:
		return []Task{federationTask()}
	case facts.MethodPingFederate:
		return []Task{{
			ID: "signin-pingfederate", Title: "Set the sign-in method to PingFederate, when there is time",
			Text: "The trust with PingFederate keeps working. Setting the method can wait until a new domain is to be federated.",
			Who:  whoHybrid, Link: product.LinkCustomInstall,
			Steps: []string{
				wizard, "Choose Change user sign-in, sign in, and choose Federation with PingFederate.",
				"Go through the pages without changing the settings that PingFederate has already.",
			},
		}}
	case facts.MethodNotConfigured:
		return append([]Task{{
			ID: "signin-none", Title: "The sign-in stays as it is",
			Text: "The previous server did not manage the sign-in (Do not configure), and neither does this one.",
			Who:  whoHybrid, Link: product.LinkExistingDatabase,
			Steps: []string{"If this server is to manage it: " + wizard, "Choose Change user sign-in."},
		}}, ssoTask(a)...)
	default:
		return []Task{unknownMethodTask(word)}
	}
}

func passThroughTask() Task {
	return Task{
		ID: "signin-pass-through", Title: "Set the sign-in method to pass-through authentication", First: true,
		Text: "It is not carried over. Without it, and without password hash synchronization as fallback, your tenant can be locked out as soon as this server leaves staging mode.",
		Who:  whoHybrid, Link: product.LinkPassThrough,
		Steps: []string{
			"See in the Entra admin center, Entra Connect, Pass-through authentication, which agents are active. Keep those that run on other servers.",
			"Mind that the next step installs an agent on this server which takes real sign-ins at once, staging mode or not.",
			wizard,
			"Choose Change user sign-in, sign in, choose Pass-through authentication, and tick Enable single sign-on if it was on.",
			"Test a sign-in before you leave staging mode.",
		},
	}
}

// ssoTask reminds of seamless single sign-on where the previous server had it.
func ssoTask(a after) []Task {
	if !a.set.ADSync.On(facts.SettingDesktopSSO) {
		return nil
	}
	return []Task{{
		ID: "seamless-sso", Title: "Set seamless single sign-on again", First: true,
		Text: "The previous server had it on. A wrong choice on the page Change user sign-in turns it off for everybody.",
		Who:  whoHybrid + "; domain administrator of each forest", Link: product.LinkSeamlessSSO,
		Steps: []string{
			wizard,
			"Choose Change user sign-in, keep the method, tick Enable single sign-on, and enter a domain administrator for each forest.",
			"See that the computer account AZUREADSSOACC is there in each forest.",
		},
	}}
}

func federationTask() Task {
	return Task{
		ID: "signin-federation", Title: "Set the sign-in method to Federation with AD FS, if this server is to manage the farm",
		Text: "The trust with AD FS keeps working without it. Only the tasks of the product's wizard for the farm need it.",
		Who:  whoHybrid + "; administrator of the AD FS farm", Link: product.LinkFederation,
		Steps: []string{
			wizard, "Choose Change user sign-in, sign in, choose Federation with AD FS and then Use an existing AD FS farm.",
			"If device options were configured, run Configure device options again.",
		},
	}
}

func unsetTask(a after, method facts.SignInMethod) Task {
	last, _ := a.set.ADSync.VersionLastUsed()
	t := Task{
		ID: "signin-old", Title: "Set the sign-in method", First: true,
		Text: "The database was last used by " + last + ". Below " + product.SettingsKept + " the method becomes Do Not Configure; " +
			"with the wrong method your users can be locked out as soon as this server leaves staging mode.",
		Who: whoHybrid, Link: product.LinkExistingDatabase,
		Steps: []string{
			"Find out how users sign in: Entra admin center, Entra Connect, Connect Sync, User sign-in.",
			wizard, "Choose Change user sign-in, sign in, and choose that method.",
		},
	}
	if method != facts.MethodUnknown && method != facts.MethodNotConfigured {
		t.Steps[0] += " The previous server had: " + method.Title() + "."
	}
	return t
}

func unknownMethodTask(word string) Task {
	text := "The database does not name it."
	if word != "" {
		text = "The database names it " + strings.Join(strings.Fields(word), " ") + ", which is not known here."
	}
	return Task{
		ID: "signin-unknown", Title: "Find out the sign-in method and set it", First: true,
		Text: text + " With the wrong method your users can be locked out as soon as this server leaves staging mode.",
		Who:  whoHybrid, Link: product.LinkExistingDatabase,
		Steps: []string{
			"Find out how users sign in: Entra admin center, Entra Connect, Connect Sync, User sign-in.",
			wizard, "Choose Change user sign-in, sign in, and choose that method.",
		},
	}
}

// optionsTask has the optional features reviewed where an old database may have lost them.
func optionsTask(a after) []Task {
	if !a.oldVersion() {
		return nil
	}
	return []Task{{
		ID: "optional-features", Title: "Review password hash synchronization and writeback", First: true,
		Text: "A database below " + product.SettingsKept + " does not carry these options in a form that is kept.",
		Who:  whoHybrid, Link: product.LinkExistingDatabase,
		Steps: []string{
			wizard, "Choose Customize synchronization options and go on to Optional features.",
			"Tick password hash synchronization and the kinds of writeback that were in use.",
		},
	}}
}

func writebackTask(a after) []Task {
	on := a.set.ADSync.On(facts.SettingWritebackOld)
	if c := a.set.ADSync.Entra(); c != nil {
		on = on || c.Writeback.Or(false)
	}
	if !on {
		return nil
	}
	return []Task{{
		ID: "password-writeback", Title: "Have password writeback on one server only",
		Text: "It is off in staging mode and comes on when this server leaves it. On two servers at a time passwords go to the wrong one.",
		Who:  whoHybrid, Link: product.LinkWriteback,
		Steps: []string{
			"On the previous server, if it still runs: Microsoft Entra Connect, Customize synchronization options, clear Password writeback.",
			"After leaving staging mode reset the password of a test user in the cloud and sign in with it on the network.",
		},
	}}
}

func deviceTask(a after) []Task {
	method, _ := a.set.ADSync.SignIn()
	if !a.set.ADSync.On(facts.SettingDeviceWriteback) && method != facts.MethodFederation {
		return nil
	}
	return []Task{{
		ID: "device-options", Title: "Run Configure device options again, if it was used",
		Text: "Hybrid join and device writeback are set up per server and forest; this mode does not do it.",
		Who:  whoHybrid + "; enterprise administrator of each forest", Link: product.LinkDeviceOptions,
		Steps: []string{wizard, "Choose Configure device options and go through the pages for hybrid join or device writeback."},
	}}
}

package preflight

import (
	"fmt"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/product"
)

// judgeSignIn says which sign-in method the previous server had and what it needs.
func judgeSignIn(s site) []Finding {
	out := []Finding{judgeMethod(s)}
	if s.lastUsed != "" && product.Below(s.lastUsed, product.SettingsKept) {
		out = append(out, Finding{
			ID: "signin.old", Area: AreaHistory, Severity: Warning,
			Title:       "The sign-in method becomes Do Not Configure",
			Summary:     fmt.Sprintf("Last used by %s, below %s", s.lastUsed, product.SettingsKept),
			Consequence: "A database of that age does not carry the sign-in method, password hash synchronization and password writeback in a form that can be kept.",
			Fix:         "Before you leave staging mode set the right method with Change user sign-in, and review the optional features.",
			Link:        product.LinkExistingDatabase, Evidence: []Evidence{s.lastUsedSeen()},
		})
	}
	return out
}

// SignInKept tells whether the findings say that the sign-in method goes on as it
// is: it was judged and none of the two rules on it warns.
func SignInKept(findings []Finding) bool {
	kept := false
	for _, f := range findings {
		switch f.ID {
		case "signin.old":
			return false
		case "signin.method":
			kept = f.Severity == Pass || f.Severity == Note
		}
	}
	return kept
}

func judgeMethod(s site) Finding {
	const id = "signin.method"
	method, word := s.set.ADSync.SignIn()
	settings := s.set.ADSync.Settings
	seen := Evidence{Value: text(word), Source: "global setting " + facts.SettingSignOnMethod, At: settings.At}
	if _, known := settings.Get(); !known {
		seen.Value = "not known: " + settings.Reason()
	}
	f := Finding{
		ID: id, Area: AreaHistory, Severity: Note, Link: product.LinkExistingDatabase, Evidence: []Evidence{seen},
		Title: "Sign-in method: " + method.Title(),
	}
	switch method {
	case facts.MethodPasswordHash:
		f.Severity = Pass
		f.Summary = "Nothing to do; it goes on once this server leaves staging mode"
	case facts.MethodPassThrough:
		f.Severity = Warning
		f.Summary = "It is not carried over"
		f.Consequence = "Leaving staging mode with the wrong method turns pass-through authentication and seamless single sign-on off. Without password hash synchronization to fall back on, nobody can sign in."
		f.Fix = "Set it with Change user sign-in before you leave staging mode. That also installs an agent on this server which takes real sign-ins at once, staging mode or not."
	case facts.MethodFederation:
		f.Summary = "The trust with AD FS keeps working"
		f.Fix = "Set Federation with AD FS with Change user sign-in if this server is to manage the farm, and run Configure device options again if they were used."
	case facts.MethodPingFederate:
		f.Summary = "The trust with PingFederate keeps working"
		f.Fix = "Setting the method again can wait until a new domain is federated."
	case facts.MethodNotConfigured:
		f.Summary = "Users sign in by something that the previous server did not manage"
		f.Fix = "Nothing to do, unless this server is to manage the sign-in."
	default:
		why := "the settings name none"
		if word != "" {
			why = "the settings say " + word + ", which is not known here"
		} else if _, known := settings.Get(); !known {
			why = settings.Reason()
		}
		return unknown(id, AreaHistory, "The sign-in method", why,
			"Find out how users sign in (Entra admin center, Connect Sync), and set it with Change user sign-in before you leave staging mode.",
			product.LinkExistingDatabase, seen)
	}
	return f
}

// judgeFeatures says when it could not be read whether passwords are synchronized,
// because the rights of the connector accounts depend on it.
func judgeFeatures(s site) []Finding {
	var names []string
	var seen []Evidence
	for _, c := range s.set.ADSync.Forests() {
		if _, known := c.PasswordHash.Get(); known || c.PasswordHash.State == facts.IsAbsent {
			continue
		}
		names = append(names, forestName(c))
		seen = append(seen, evidence(c.PasswordHash, yesNo))
	}
	if len(names) == 0 {
		return nil
	}
	return []Finding{unknown("features.passwordhash", AreaHistory, "Password hash synchronization",
		"it could not be read for "+list(names, 4),
		"If it is on, give the connector account Replicating Directory Changes and Replicating Directory Changes All by hand.",
		product.LinkConnectorAccount, seen...)}
}

// judgeStaging says whether the previous server was active or in staging mode.
func judgeStaging(s site) []Finding {
	const id = "history.staging"
	value, there := s.set.ADSync.Setting(facts.SettingStagingMode)
	settings := s.set.ADSync.Settings
	seen := Evidence{Value: text(value), Source: "global setting " + facts.SettingStagingMode, At: settings.At}
	if !there {
		why := settings.Reason()
		if why == "" {
			why = "the settings do not say"
		}
		seen.Value = "not known: " + why
		return []Finding{unknown(id, AreaHistory, "Whether the previous server was active", why,
			"Find it out: an active server has to be switched off before this one leaves staging mode.", product.LinkStaging, seen)}
	}
	f := Finding{ID: id, Area: AreaHistory, Severity: Note, Link: product.LinkStaging, Evidence: []Evidence{seen}}
	if s.set.ADSync.On(facts.SettingStagingMode) {
		f.Title = "The previous server was in staging mode"
		f.Summary = "The database comes from a staging server; this one stays in staging mode too"
		f.Consequence = "Another server is or was the active one."
		f.Fix = "Leave staging mode only once the active server is in staging mode or off."
		return []Finding{f}
	}
	f.Title = "The previous server was active"
	f.Summary = "This one starts in staging mode: it exports nothing"
	f.Fix = "Keep the previous server off, review the pending exports, then leave staging mode."
	return []Finding{f}
}

// judgeScheduler notes a scheduler that stands still.
func judgeScheduler(s site) []Finding {
	const id = "history.scheduler"
	settings := s.set.ADSync.Settings
	schedule, a := s.set.ADSync.Setting(facts.SettingSchedule)
	suspended, b := s.set.ADSync.Setting(facts.SettingSuspended)
	seen := []Evidence{
		{Value: text(schedule), Source: "global setting " + facts.SettingSchedule, At: settings.At},
		{Value: text(suspended), Source: "global setting " + facts.SettingSuspended, At: settings.At},
	}
	f := Finding{ID: id, Area: AreaHistory, Severity: Note, Link: product.LinkScheduler, Evidence: seen}
	next := "Starting the synchronization on the page Ready to configure turns it on again; otherwise Set-ADSyncScheduler does."
	switch {
	case !a && !b:
		why := settings.Reason()
		if why == "" {
			why = "the settings do not say"
		}
		return []Finding{unknown(id, AreaHistory, "The scheduler", why, "After the installation: Get-ADSyncScheduler.", product.LinkScheduler, seen...)}
	case s.set.ADSync.On(facts.SettingSuspended):
		f.Severity, f.Title = Warning, "The scheduler is suspended"
		f.Consequence = "The previous server was left while its wizard was open or a change was half made; nothing runs by itself."
		f.Fix = next
	case a && !s.set.ADSync.On(facts.SettingSchedule):
		f.Title = "The scheduler is off"
		f.Consequence = "Nothing runs by itself."
		f.Fix = next
	default:
		f.Severity, f.Title = Pass, "The scheduler is on"
	}
	return []Finding{f}
}

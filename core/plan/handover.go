package plan

import (
	"fmt"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// KindHandOver is the step in which Microsoft's own setup does what would
// otherwise be the steps for the identity, the secrets, the database and this server.
const KindHandOver Kind = "handover"

// CodeHandOver says that Microsoft's setup can't be handed over to here.
const CodeHandOver problem.Code = "plan.handover"

// HandOver is set when Microsoft's setup finishes the installation.
type HandOver struct {
	Version    string              `json:"version"`  // of the installed product
	Database   string              `json:"database"` // name of the database
	Connectors []HandOverConnector `json:"connectors"`
	FullImport bool                `json:"fullImport,omitempty"` // the setup will have to import everything from Entra ID
	FullSync   bool                `json:"fullSync,omitempty"`   // it will have to synchronize everything
}

// HandOverConnector is a connector to which Microsoft's setup gives new credentials.
type HandOverConnector struct {
	ID   string              `json:"id"`
	Name string              `json:"name"`
	Kind facts.ConnectorKind `json:"kind"`
	// Account is what the admin gives there; empty for Entra ID, where the setup
	// makes an identity of its own.
	Account facts.Account `json:"account,omitzero"`
}

// handOver plans the hand-over, nil when none is wanted.
func (b *builder) handOver(p Plan) (*HandOver, *problem.Problem) {
	if !b.in.Answers.Options.HandOver {
		return nil, nil
	}
	if ok, why := preflight.CanHandOver(b.set); !ok {
		return nil, &problem.Problem{
			Code: CodeHandOver, Field: answers.FieldHandOver, What: "Microsoft's setup can't be handed over to on this computer.", Why: why,
			Fix: "Download Microsoft Entra Connect Sync from the Entra admin center (entra.microsoft.com, Entra Connect, Get started), install it, close the setup that opens by itself, and check again. Or go on without this choice.",
		}
	}
	h := &HandOver{Version: b.installed, Database: b.set.Database.Name}
	for _, w := range b.writes(p).Connectors {
		c := HandOverConnector{ID: w.ID, Name: w.Name, Kind: w.Kind}
		if w.Kind == facts.KindAD {
			c.Account = w.AccountAfter
		}
		h.Connectors = append(h.Connectors, c)
		h.FullImport, h.FullSync = h.FullImport || w.FullImport, h.FullSync || w.FullSync
	}
	return h, nil
}

// step gives the plan's step.
func (h *HandOver) step(database string) Step {
	s := Step{
		ID: string(KindHandOver), Kind: KindHandOver, Title: "Hand over to Microsoft's setup",
		Summary: fmt.Sprintf("Version %s is started with /useexistingdatabase; you type what this program shows, and it watches. "+
			"The sync identity, the secrets and this server's service are Microsoft's setup's to make", text(h.Version, "that is installed")),
		Undo: "What Microsoft's setup did can't be taken back from here: the new key set and the credentials sealed with it, " +
			"its sync identity in the tenant, the service and its account. Uninstall Microsoft Entra Connect and restore a backup of the database for that. " +
			"The claim and the accounts that this program made are put back all the same.",
	}
	change := func(object, name, after string) {
		s.Changes = append(s.Changes, Change{Target: database, Object: object, Name: name, Before: "as it is", After: after})
	}
	change("mms_server_configuration", "keyset_id", "a new key set, made by Microsoft's setup")
	change("mms_server_configuration", facts.SettingStagingMode, settingTrue)
	for _, c := range h.Connectors {
		after := "an identity that Microsoft's setup makes in the tenant"
		if c.Account.User != "" {
			after = c.Account.String()
		}
		change("connector "+c.Name, "account", after)
		s.Changes = append(s.Changes, Change{
			Target: database, Object: "connector " + c.Name, Name: "credentials", Before: "sealed by the previous server",
			After: "sealed by Microsoft's setup", Secret: true,
		})
	}
	s.Changes = append(s.Changes, Change{Target: "this computer", Object: "service ADSync", Name: "database", Before: "as it is", After: database})
	return s
}

// handOverVerifyStep is the step after the hand-over.
func handOverVerifyStep() Step {
	s := verifyStep()
	s.Title = "Verify what Microsoft's setup did"
	s.Summary = "Key set, credentials by their form, accounts, staging mode, version and service are read; nothing is changed"
	return s
}

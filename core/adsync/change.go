package adsync

import (
	"errors"
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// Codes of the problems of writing.
const (
	CodeChanged      problem.Code = "adsync.changed"            // the database is not what the plan was made from
	CodeNoCredential problem.Code = "adsync.credential.missing" // a connector's password was not given
	CodeUneditable   problem.Code = "adsync.text.uneditable"    // a text could not be changed by name
	CodeWrite        problem.Code = "adsync.write.failed"       // SQL Server refused; everything was rolled back
	CodeRead         problem.Code = "adsync.read.failed"        // the rows to be changed or verified could not be read
	CodeCommit       problem.Code = "adsync.commit.unknown"     // the connection broke while committing
	CodeUndoLeft     problem.Code = "adsync.undo.left"          // undo left what somebody else changed since
)

// Credential is what is sealed into one connector. The password may be empty
// for the Entra connector, whose identity may be an application.
type Credential struct {
	Password secret.Value
}

// changedProblem says what in the database differs from the plan.
func changedProblem(what, planned, now string) *problem.Problem {
	return &problem.Problem{
		Code:   CodeChanged,
		What:   fmt.Sprintf("The database changed since the plan was made: %s was %q and is %q now.", what, planned, now),
		Why:    "Somebody else, perhaps the previous server, has written to it. Nothing was changed.",
		Fix:    "Make sure that no other server uses the database, then check again and look at the new plan.",
		Detail: what,
	}
}

// uneditable says which text could not be changed by name.
func uneditable(what string, err error) *problem.Problem {
	return &problem.Problem{
		Code: CodeUneditable,
		What: "The value of " + what + " could not be changed by name.",
		Why:  "Its text has a form that this program does not know. Nothing was changed.",
		Fix:  "Report this with the details and the version last used with the database.", Detail: fmt.Sprint(err), Cause: err,
	}
}

// changed gives the rows as Configure is to leave them. It is pure: it checks
// that everything is as the plan says it was, and seals the credentials.
func changed(before Snapshot, w plan.Writes, creds map[string]Credential, key Key) (Snapshot, error) {
	after := before.clone()
	if err := changeServer(&after.Server, w); err != nil {
		return after, err
	}
	for _, c := range w.Connectors {
		row := after.connector(c.ID)
		if row == nil {
			return after, changedProblem("connector "+c.Name, "there", "gone")
		}
		cred, ok := credentialOf(creds, c.ID)
		if !ok || cred.Password.IsEmpty() && c.Kind != facts.KindEntra {
			return after, &problem.Problem{
				Code: CodeNoCredential,
				What: "The password of connector " + c.Name + " was not given.",
				Why:  "Every connector's credentials have to be sealed anew. Nothing was changed.",
				Fix:  "Enter the account of the connector again.",
			}
		}
		if err := changeConnector(row, c, cred, key); err != nil {
			return after, err
		}
	}
	return after, nil
}

// credentialOf finds a connector's credential without regard to the case of the id.
func credentialOf(creds map[string]Credential, id string) (Credential, bool) {
	for k, c := range creds {
		if strings.EqualFold(strings.Trim(k, "{}"), id) {
			return c, true
		}
	}
	return Credential{}, false
}

// changeServer changes the server's row.
func changeServer(row *ServerRow, w plan.Writes) error {
	if w.SettingsOnly {
		row.ConfigVersion = next(row.ConfigVersion)
	} else if err := changeKeyset(row, w); err != nil {
		return err
	}
	text, err := changeSettings(deref(row.Parameters), w.Settings)
	if err != nil {
		return err
	}
	if len(w.Settings) > 0 {
		row.Parameters = &text
	}
	return nil
}

// next gives the number after one, nil where there is none.
func next(n *int64) *int64 {
	if n == nil {
		return nil
	}
	up := *n + 1
	return &up
}

// changeKeyset changes what comes with a new key set: counter, ids and groups.
func changeKeyset(row *ServerRow, w plan.Writes) error {
	if row.ConfigVersion != nil {
		if *row.ConfigVersion != w.ConfigBefore {
			return changedProblem("the counter of settings writes", fmt.Sprint(w.ConfigBefore), fmt.Sprint(*row.ConfigVersion))
		}
		row.ConfigVersion = &w.ConfigAfter
	}
	if deref(row.KeysetID) != w.KeysetBefore {
		return changedProblem("the key set id", fmt.Sprint(w.KeysetBefore), fmt.Sprint(deref(row.KeysetID)))
	}
	row.KeysetID = &w.KeysetAfter
	if !strings.EqualFold(deref(row.Entropy), w.EntropyBefore) {
		return changedProblem("the entropy of the key set", w.EntropyBefore, deref(row.Entropy))
	}
	row.Entropy = &w.EntropyAfter
	for _, g := range w.Groups {
		column := strings.ToLower(g.Column)
		now, has := row.Groups[column]
		if !has {
			continue // not available in this version
		}
		if now != g.Before {
			return changedProblem("the group in "+g.Column, g.Before, now)
		}
		if _, err := sidBytes(g.After); err != nil {
			return uneditable("group "+g.Group, err)
		}
		row.Groups[column] = g.After
	}
	return nil
}

// changeSettings changes and adds global settings in their text.
func changeSettings(text string, writes []plan.SettingWrite) (string, error) {
	root, err := parseXML(text)
	if err != nil {
		return text, uneditable("the global settings", err)
	}
	existing := parametersOf(root)
	for _, s := range writes {
		now, exists := parameterNamed(existing, s.Name)
		switch {
		case exists != s.Existed:
			return text, changedProblem("global setting "+s.Name, presence(s.Existed, s.Before), presence(exists, now))
		case exists && strings.TrimSpace(s.Before) != now:
			return text, changedProblem("global setting "+s.Name, s.Before, now)
		case exists:
			text, _, err = SetParameter(text, s.Name, s.After)
		default:
			text, err = AddParameter(text, s.Name, useGlobalSetting, s.After)
		}
		if err != nil {
			return text, uneditable("global setting "+s.Name, err)
		}
	}
	return text, nil
}

// presence gives a setting's value, or that it is not there.
func presence(there bool, value string) string {
	if !there {
		return "not there"
	}
	return value
}

// changeConnector changes one connector's row.
func changeConnector(row *ConnectorRow, c plan.ConnectorWrite, cred Credential, key Key) error {
	if row.Version != nil {
		if *row.Version != c.VersionBefore {
			return changedProblem("the version of connector "+c.Name, fmt.Sprint(c.VersionBefore), fmt.Sprint(*row.Version))
		}
		row.Version = &c.VersionAfter
	}
	if deref(row.KeyID) != c.KeyBefore {
		return changedProblem("the key id of connector "+c.Name, fmt.Sprint(c.KeyBefore), fmt.Sprint(deref(row.KeyID)))
	}
	row.KeyID = &c.KeyAfter
	now, err := parsePrivate(deref(row.Private), c.Kind)
	if err != nil {
		return uneditable("the account of connector "+c.Name, err)
	}
	if now.account != c.AccountBefore {
		return changedProblem("the account of connector "+c.Name, c.AccountBefore.String(), now.account.String())
	}
	text, err := changeAccount(deref(row.Private), c.Kind, c.AccountAfter)
	if err != nil {
		return uneditable("the account of connector "+c.Name, err)
	}
	row.Private = &text
	sealed, err := Seal([]Attribute{{sealedAttribute(c.Kind), cred.Password}}, key)
	if err != nil {
		return uneditable("the credentials of connector "+c.Name, err)
	}
	row.Sealed = &sealed
	yes := true
	if c.FullImport {
		row.FullImport = &yes
	}
	if c.FullSync {
		row.FullSync = &yes
	}
	return nil
}

// errNotTaken is a text in which the change did not take effect.
var errNotTaken = errors.New("after the change the text still names another account")

// changeAccount changes the account in a private configuration, in both places
// for AD, and makes sure that the result reads as it should.
func changeAccount(text string, kind facts.ConnectorKind, to facts.Account) (string, error) {
	var err error
	switch kind {
	case facts.KindAD:
		if text, err = setBoth(text, nameLoginUser, to.User); err == nil {
			text, err = setBoth(text, nameLoginDomain, to.Domain)
		}
	case facts.KindEntra:
		var found bool
		if text, found, err = SetParameter(text, nameUserName, to.User); err == nil && !found {
			text, err = AddParameter(text, nameUserName, useConnectivity, to.User)
		}
	case facts.KindOther:
		return text, fmt.Errorf("connectors of kind %s are left alone", kind)
	}
	if err != nil {
		return text, err
	}
	if back, err := parsePrivate(text, kind); err != nil || back.account != to {
		return text, errors.Join(errNotTaken, err)
	}
	return text, nil
}

// setBoth changes an element and the parameter of the same name that repeats it.
// One of them may be missing, not both.
func setBoth(text, name, value string) (string, error) {
	text, inElement, err := SetElement(text, name, value)
	if err != nil {
		return text, err
	}
	text, inParameter, err := SetParameter(text, name, value)
	if err != nil {
		return text, err
	}
	if !inElement && !inParameter {
		return text, fmt.Errorf("there is neither an element nor a parameter called %s", name)
	}
	return text, nil
}

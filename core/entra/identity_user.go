package entra

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

const (
	// userTitle is the display name that the product gives to its user.
	userTitle = "On-Premises Directory Synchronization Service Account"
	// syncRole is the template id of Directory Synchronization Accounts (docs: permissions-reference).
	syncRole = "d29b2b05-8046-44ba-8758-1e26182fcf32"
	// passwordLength is how long the random password is, in characters.
	passwordLength = 48
	writeUsers     = "User.ReadWrite.All"
	writeRoles     = "RoleManagement.ReadWrite.Directory"
	// Graph lets nobody below make a user and give it a role; a Hybrid Identity
	// Administrator may make an application only.
	userAdmin = "Global Administrator"
)

type passwordProfile struct {
	ChangeNext bool   `json:"forceChangePasswordNextSignIn"`
	Password   string `json:"password"`
}

type newUser struct {
	Enabled  bool            `json:"accountEnabled"`
	Name     string          `json:"displayName"`
	Nick     string          `json:"mailNickname"`
	UPN      string          `json:"userPrincipalName"`
	Policies string          `json:"passwordPolicies"`
	Password passwordProfile `json:"passwordProfile"`
}

type newPassword struct {
	Password passwordProfile `json:"passwordProfile"`
}

type roleAssignment struct {
	ID        string `json:"id,omitempty"`
	Principal string `json:"principalId"`
	Role      string `json:"roleDefinitionId"`
	Scope     string `json:"directoryScopeId"`
}

func removeUser(id string) call {
	return call{method: http.MethodDelete, path: "/users/" + id, need: writeUsers, purpose: "remove the sync user", who: userAdmin}
}

// user makes the Sync_ user with its role, and waits until the tenant shows both.
func (m *maker) user(ctx context.Context) (apply.IdentityCredential, error) {
	password, err := randomPassword()
	if err != nil {
		return apply.IdentityCredential{}, fmt.Errorf("make a password: %w", err)
	}
	id, err := m.enrol(ctx, password)
	if err != nil {
		return apply.IdentityCredential{}, err
	}
	if err := m.giveRole(ctx, id); err != nil {
		return apply.IdentityCredential{}, err
	}
	missing := errors.New("the role is not there yet")
	err = m.until(ctx, "the role of "+m.plan.Name, func(err error) bool { return errors.Is(err, missing) || unknownYet(err) }, func() error {
		has, err := m.hasRole(ctx, id)
		if err == nil && !has {
			err = missing
		}
		return err
	})
	return apply.IdentityCredential{Login: m.plan.Name, Secret: password}, err
}

// findUser gives the user of the plan's name, or nil. A user of that name with
// another display name was not made here.
func (m *maker) findUser(ctx context.Context) (*user, error) {
	var u user
	err := m.s.graph.do(ctx, call{
		method: http.MethodGet, path: "/users/" + url.PathEscape(m.plan.Name), query: fields("id,displayName,userPrincipalName"),
		need: "User.ReadBasic.All", purpose: "look for the sync user",
	}, &u)
	switch {
	case gone(err):
		return nil, nil
	case err != nil:
		return nil, err
	case u.Name != userTitle || !strings.EqualFold(u.UPN, m.plan.Name):
		return nil, &problem.Problem{
			Code: CodeIdentityTaken, What: "The tenant has a user " + m.plan.Name + " that this program did not make.",
			Fix: "Rename or remove it in the Entra admin center, or check again; the plan then gets another name.",
		}
	}
	return &u, nil
}

// enrol makes the user, or gives the one that an earlier try left a new password.
func (m *maker) enrol(ctx context.Context, password secret.Value) (string, error) {
	found, err := m.findUser(ctx)
	if err != nil {
		return "", err
	}
	profile := passwordProfile{Password: password.Reveal()}
	if found != nil {
		m.say("Taking over " + m.plan.Name + " from an earlier try, with a new password")
		return found.ID, m.s.graph.do(ctx, call{
			method: http.MethodPatch, path: "/users/" + found.ID, body: newPassword{Password: profile},
			need: writeUsers, purpose: "give the sync user a new password", who: userAdmin,
		}, nil)
	}
	m.say("Creating the user " + m.plan.Name)
	nick, _, _ := strings.Cut(m.plan.Name, "@")
	var u user
	err = m.s.graph.do(ctx, call{
		method: http.MethodPost, path: "/users",
		body: newUser{Enabled: true, Name: userTitle, Nick: nick, UPN: m.plan.Name, Policies: "DisablePasswordExpiration", Password: profile},
		need: writeUsers, purpose: "create the sync user", who: userAdmin,
	}, &u)
	if err != nil {
		return "", err
	}
	m.made = append(m.made, removeUser(u.ID))
	if u.ID == "" {
		return "", badAnswer(m.s.cloud.graph, "the new user has no id")
	}
	return u.ID, nil
}

func (m *maker) hasRole(ctx context.Context, id string) (bool, error) {
	has, err := list[roleAssignment](ctx, m.s.graph, call{
		method: http.MethodGet, path: "/roleManagement/directory/roleAssignments",
		query: filter("principalId", id), need: "RoleManagement.Read.Directory", purpose: "read the role of the sync user",
	})
	return slices.ContainsFunc(has, func(a roleAssignment) bool { return a.Role == syncRole }), err
}

// giveRole assigns Directory Synchronization Accounts to the user, unless it has it.
func (m *maker) giveRole(ctx context.Context, id string) error {
	has, err := m.hasRole(ctx, id)
	if err != nil || has {
		return err
	}
	m.say("Giving " + m.plan.Name + " the role Directory Synchronization Accounts")
	return m.until(ctx, m.plan.Name, unknownYet, func() error {
		return m.s.graph.do(ctx, call{
			method: http.MethodPost, path: "/roleManagement/directory/roleAssignments",
			body: roleAssignment{Principal: id, Role: syncRole, Scope: "/"},
			need: writeRoles, purpose: "give the sync user its role", who: userAdmin,
		}, nil)
	})
}

// randomPassword makes a password that has all four kinds of characters.
func randomPassword() (secret.Value, error) {
	kinds := []string{"ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnopqrstuvwxyz", "23456789", "!#%+-.=?@_"}
	all := strings.Join(kinds, "")
	out := make([]byte, passwordLength)
	for i := range out {
		from := all
		if i < len(kinds) {
			from = kinds[i]
		}
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(from))))
		if err != nil {
			return secret.Value{}, err
		}
		out[i] = from[n.Int64()]
	}
	return secret.FromBytes(out), nil
}

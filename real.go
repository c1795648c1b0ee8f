package main

import (
	"context"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/host"
	"github.com/adsync-reconnect/adsync-reconnect/core/install"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/probe"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// realSite is the real world: SQL Server and this computer are reached, the
// tenant and the directories are not in this version, which says so.
func realSite(dataDir string) setup.Site {
	p := &probe.Probe{Computer: host.Facts}
	installer := install.New(install.Params{Probe: p, Directory: notInThisVersion{}, Cloud: notInThisVersion{}, DataDir: dataDir})
	return setup.Site{
		Prober: p, Directory: notInThisVersion{}, Cloud: notInThisVersion{},
		Installer: installer, Finder: installer, Computer: host.Name(),
	}
}

// notInThisVersion answers where the real tenant and the real directories will
// be: with the plain truth, and with what can be done today.
type notInThisVersion struct{}

func (notInThisVersion) problem() *problem.Problem {
	return &problem.Problem{
		Code: "version.not-yet",
		What: "This version of ADSync Reconnect cannot sign in to a real tenant or a real directory yet.",
		Why:  "It checks real databases; the rest of the way can be walked on the practice site. Nothing was changed.",
		Fix:  "Save the findings with Copy as text on the page Check, and install with Microsoft's wizard: AzureADConnect.exe /useexistingdatabase.",
	}
}

func (n notInThisVersion) SignIn(context.Context, setup.CloudRequest, func(setup.Prompt)) (facts.Tenant, error) {
	return facts.Tenant{}, n.problem()
}

func (notInThisVersion) SignOut() {}

func (n notInThisVersion) Verify(context.Context, setup.ForestRequest, func(string)) (facts.ForestAccount, error) {
	return facts.ForestAccount{}, n.problem()
}

func (n notInThisVersion) CreateAccount(context.Context, plan.Account, apply.Credential) (secret.Value, error) {
	return secret.Value{}, n.problem()
}

func (n notInThisVersion) RemoveAccount(context.Context, plan.Account, apply.Credential) error {
	return n.problem()
}

func (n notInThisVersion) HasAccount(context.Context, plan.Account, apply.Credential) (bool, error) {
	return false, n.problem()
}

func (n notInThisVersion) CreateIdentity(context.Context, plan.Identity, func(string)) (apply.IdentityCredential, error) {
	return apply.IdentityCredential{}, n.problem()
}

func (n notInThisVersion) RemoveIdentity(context.Context, plan.Identity) error { return n.problem() }

func (n notInThisVersion) HasIdentity(context.Context, plan.Identity) (bool, error) {
	return false, n.problem()
}

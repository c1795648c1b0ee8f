package preflight

import (
	"fmt"

	"github.com/adsync-reconnect/adsync-reconnect/core/product"
)

// judgeChallenge notes that a policy asked for more in the middle of the sign-in:
// the sync identity, which nobody can ask, may meet the same policy.
func judgeChallenge(t tenantSite) []Finding {
	if !t.tenant.Challenged {
		return nil
	}
	return []Finding{{
		ID: "tenant.policy", Area: AreaTenant, Severity: Note, Link: product.LinkConditional,
		Title:       "A Conditional Access policy asked for a stronger sign-in",
		Summary:     "Microsoft Graph answered with a claims challenge, and the sign-in was repeated with it",
		Consequence: "A person can answer a policy, the sync identity can not: a policy that meets it stops Install, or every import and export afterwards.",
		Fix:         "Have a Conditional Access Administrator at hand. Install names the identity that it makes; exclude it from the policy where the policy meets it.",
		Evidence:    []Evidence{t.seen("claims challenge", "Microsoft Graph")},
	}}
}

// judgeThrottling notes that the tenant asked to wait.
func judgeThrottling(t tenantSite) []Finding {
	if t.tenant.Throttled == 0 {
		return nil
	}
	times := fmt.Sprintf("%s answered with 429", plural(int64(t.tenant.Throttled), "request"))
	return []Finding{{
		ID: "tenant.throttled", Area: AreaTenant, Severity: Note, Link: product.LinkThrottling,
		Title:       "The tenant is busy and asked to wait",
		Summary:     times + "; each was sent again after the pause that the tenant asked for",
		Consequence: "Install can take some minutes longer.",
		Fix:         "If Install stops because there were too many requests, wait some minutes and press Retry. Look for another program that keeps the tenant busy.",
		Evidence:    []Evidence{t.seen(times, "Microsoft Graph and sign-in")},
	}}
}

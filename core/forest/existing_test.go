//go:build linux

package forest

import (
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/forest/sambatest"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// lacking asks for an existing account that an administrator is to give rights to.
func lacking(user string, features ...facts.Feature) setup.ForestRequest {
	r := request(answers.ExistingAccount, `CONTOSO\`+user, userPassword, features...)
	r.Answer.Grant.User, r.GrantPassword = `CONTOSO\Administrator`, secret.New(sambatest.AdminPassword)
	return r
}

// planOf is what the plan makes of a proof.
func planOf(a facts.ForestAccount) plan.Account {
	_, user, _ := strings.Cut(a.User, `\`)
	out := plan.Account{Forest: dc.Domain, Option: answers.ExistingAccount, Domain: "CONTOSO", User: user, Controller: a.Controller, SID: a.SID, Grantor: a.Grantor}
	for _, r := range a.Rights {
		if r.State == facts.RightGranted {
			out.Grants = append(out.Grants, r)
		}
	}
	return out
}

var grantor = apply.Credential{User: `CONTOSO\Administrator`, Password: secret.New(sambatest.AdminPassword)}

func TestGrantToAnExistingAccount(t *testing.T) {
	d := directory(t)
	const user = "svc-granted"
	r := lacking(user, facts.FeatureBasicRead, facts.FeaturePasswordHash, facts.FeatureConsistencyGUID, facts.FeatureWriteback)
	proof, err := d.Verify(t.Context(), r, nil)
	if err != nil {
		t.Fatal(err)
	}
	if proof.Grantor != `CONTOSO\Administrator` || !strings.HasPrefix(proof.SID, "S-1-5-21-") || len(proof.Lacking()) != 0 {
		t.Fatalf("the proof says %+v", proof)
	}
	before := head(t, d)
	replicates(t, user, userPassword, false)
	dirSyncs(t, d, user, userPassword, false)
	writesAnchor(t, d, user, userPassword, false)
	a := planOf(proof)
	entries, err := d.Ungranted(t.Context(), a, grantor)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]bool{}
	for _, e := range entries {
		if texts[e.Text] || e.Domain != dc.Domain || e.Object != dc.Base {
			t.Errorf("an entry twice, or at the wrong place: %+v", e)
		}
		texts[e.Text] = true
	}
	if !texts["Replicating Directory Changes on contoso.test"] || !texts["Replicating Directory Changes All on contoso.test"] || texts["Read all properties of users on contoso.test"] {
		t.Errorf("what everybody may is not granted again, and what lacks is: %v", texts)
	}
	for range 2 { // again, as after a break
		if err := d.Grant(t.Context(), a, grantor, entries); err != nil {
			t.Fatal(err)
		}
	}
	if left, err := d.Ungranted(t.Context(), a, grantor); err != nil || len(left) != 0 {
		t.Errorf("still not granted: %+v %v", left, err)
	}
	replicates(t, user, userPassword, true)
	dirSyncs(t, d, user, userPassword, true)
	writesAnchor(t, d, user, userPassword, true)
	after, err := d.Verify(t.Context(), request(answers.ExistingAccount, `CONTOSO\`+user, userPassword, r.Features...), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, right := range after.Rights {
		if right.State != facts.RightHas {
			t.Errorf("%s: %s %s", right.State, right.Text, right.Why)
		}
	}
	for range 2 {
		if err := d.Revoke(t.Context(), a, grantor, entries); err != nil {
			t.Fatal(err)
		}
	}
	if head(t, d) != before {
		t.Error("the domain's descriptor is not as it was before")
	}
}

// TestGrantKeepsWhatWasThere gives back only what was added.
func TestGrantKeepsWhatWasThere(t *testing.T) {
	d := directory(t)
	proof, err := d.Verify(t.Context(), lacking("svc-half", facts.FeaturePasswordHash), nil)
	if err != nil {
		t.Fatal(err)
	}
	a := planOf(proof)
	entries, err := d.Ungranted(t.Context(), a, grantor)
	if err != nil || len(entries) != 2 {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	// A domain admin was faster with one of the two.
	if err := d.Grant(t.Context(), a, grantor, entries[:1]); err != nil {
		t.Fatal(err)
	}
	before := head(t, d)
	mine, err := d.Ungranted(t.Context(), a, grantor)
	if err != nil || len(mine) != 1 || mine[0].Text != entries[1].Text {
		t.Fatalf("left are %+v, %v", mine, err)
	}
	if err := d.Grant(t.Context(), a, grantor, mine); err != nil {
		t.Fatal(err)
	}
	if err := d.Revoke(t.Context(), a, grantor, mine); err != nil {
		t.Fatal(err)
	}
	if head(t, d) != before {
		t.Error("the other's entry is not there any more, or more than it")
	}
	if err := d.Revoke(t.Context(), a, grantor, entries); err != nil {
		t.Fatal(err)
	}
}

func TestGrantorProblems(t *testing.T) {
	d := directory(t)
	for name, c := range map[string]struct {
		user, password string
		code           problem.Code
		field          problem.Field
	}{
		"plain user":     {`CONTOSO\svc-none`, userPassword, CodeMayNotGrant, answers.FieldGrantUser},
		"wrong password": {`CONTOSO\svc-asked`, "wrong", CodeWrong, answers.FieldGrantPass},
		"no password":    {`CONTOSO\Administrator`, "", CodeNoPassword, answers.FieldGrantPass},
		"no domain":      {"Administrator", "x", CodeUserForm, answers.FieldGrantUser},
	} {
		r := lacking("svc-plain", facts.FeaturePasswordHash)
		r.Answer.Grant.User, r.GrantPassword = c.user, secret.New(c.password)
		a, err := d.Verify(t.Context(), r, nil)
		if p := problem.As(err); p == nil || p.Code != c.code || p.Field != c.field || p.Fix == "" {
			t.Errorf("%s: %v", name, err)
		}
		if len(a.Lacking()) != 1 || a.Grantor != "" {
			t.Errorf("%s: what lacks is not shown any more: %+v", name, a)
		}
	}
	// Who lacks nothing needs nobody: the wrong password is not even tried.
	r := lacking("svc-plain")
	r.GrantPassword = secret.New("wrong")
	if _, err := d.Verify(t.Context(), r, nil); err != nil {
		t.Errorf("nothing lacks, and still: %v", err)
	}
	if _, err := d.Ungranted(t.Context(), plan.Account{Forest: dc.Domain, User: "x"}, grantor); problem.As(err) == nil {
		t.Errorf("without a SID: %v", err)
	}
}

// TestInterruptedGrant breaks granting and taking back off at every stage. What
// was written down beforehand is enough to finish either.
func TestInterruptedGrant(t *testing.T) {
	d := directory(t)
	proof, err := d.Verify(t.Context(), lacking("svc-broken", facts.FeaturePasswordHash, facts.FeatureWriteback), nil)
	if err != nil {
		t.Fatal(err)
	}
	a := planOf(proof)
	before := head(t, d)
	entries, err := d.Ungranted(t.Context(), a, grantor)
	if err != nil {
		t.Fatal(err)
	}
	for n := int64(4); n < 44; n += 5 {
		if err := silentAfter(t, n).Grant(t.Context(), a, grantor, entries); err != nil && problem.As(err) == nil {
			t.Errorf("granting after %d answers: %v", n, err)
		}
	}
	if err := d.Grant(t.Context(), a, grantor, entries); err != nil {
		t.Fatal(err)
	}
	for n := int64(4); n < 44; n += 5 {
		if err := silentAfter(t, n).Revoke(t.Context(), a, grantor, entries); err != nil && problem.As(err) == nil {
			t.Errorf("revoking after %d answers: %v", n, err)
		}
	}
	if err := d.Revoke(t.Context(), a, grantor, entries); err != nil {
		t.Fatal(err)
	}
	if head(t, d) != before {
		t.Error("the domain's descriptor is not as it was before")
	}
}

package practice

import (
	"slices"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/compare"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/sample"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// compareSides opens a site and compares its database with an export, or with itself.
func compareSides(t *testing.T, scenario, path string, change func(*sample.Options)) (compare.Report, *Site, error) {
	t.Helper()
	s, err := New(t.Context(), scenario, Options{Change: change})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	site := s.Setup()
	database := setup.CompareSide{SQL: site.Answers.SQL, Password: site.Secrets[answers.SecretSQL]}
	active := database
	if path != "" {
		active = setup.CompareSide{Path: path}
	}
	r, err := site.Comparer.Compare(t.Context(), active, database, func(string) {})
	return r, s, err
}

func TestCompareDatabaseWithItself(t *testing.T) {
	for _, form := range []sample.RuleForm{sample.RuleXML, sample.RuleColumns} {
		r, s, err := compareSides(t, "two-forests", "", func(o *sample.Options) { o.RuleForm = form })
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Differences) != 0 {
			t.Errorf("form %v: %d differences, the first: %+v", form, len(r.Differences), r.Differences[0])
		}
		if r.Active.Size.Rules != len(s.Truth.Rules) || r.Active.Size.Connectors != 3 || r.Active.Size.Mappings == 0 {
			t.Errorf("form %v: size %+v, %d rules in truth", form, r.Active.Size, len(s.Truth.Rules))
		}
		for _, q := range s.Statements() {
			for _, secret := range []string{"encrypted_configuration", "entropy", "keyset_id", "instance_id"} {
				if strings.Contains(strings.ToLower(q), secret) {
					t.Errorf("the comparison reads %s: %s", secret, q)
				}
			}
		}
	}
}

func TestCompareWithSampleExport(t *testing.T) {
	r, _, err := compareSides(t, "healthy", setup.PracticeExport, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range compare.Severities() {
		if r.Counts.Of(s) == 0 {
			t.Errorf("no difference is %s", s)
		}
	}
	has := func(part string) bool {
		return slices.ContainsFunc(r.Differences, func(d compare.Difference) bool { return strings.Contains(d.Title+d.Effect, part) })
	}
	for _, part := range []string{"OU=Former", "OU=Retired", "Disabled", "cycles", "Last domain controller", "Sync identity"} {
		if !has(part) {
			t.Errorf("%q is not told: %+v", part, r.Differences)
		}
	}
}

func TestCompareWhatIsNone(t *testing.T) {
	for _, scenario := range []string{"empty", "other-database"} {
		_, _, err := compareSides(t, scenario, "", nil)
		if p := problem.As(err); p == nil || p.Fix == "" {
			t.Errorf("%s: %v", scenario, err)
		}
	}
}

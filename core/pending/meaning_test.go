package pending_test

import (
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/pending"
)

// TestMeaning holds codes to the spelling of Microsoft's pages, and import apart
// from export.
func TestMeaning(t *testing.T) {
	for _, code := range []string{
		"InvalidSoftMatch", "InvalidHardMatch", "ObjectTypeMismatch", "AttributeValueMustBeUnique", "QuarantinedAttributeValueMustBeUnique",
		"IdentityDataValidationFailed", "DataValidationFailed", "FederatedDomainChangeError", "LargeObject", "ExceededAllowedLength",
		"DeletingCloudOnlyObjectNotAllowed", "permission-issue", "syntax-violation", "missing-provisioning-attribute", " CD-Error ",
	} {
		if m := pending.MeaningOf(code, false); !m.Known || m.What == "" || m.Fix == "" || m.Link == "" {
			t.Errorf("export %s: %+v", code, m)
		}
	}
	for _, code := range []string{
		"missing-anchor-component", "exported-change-not-reimported", "mv-constraint-violation", "extension-dll-exception",
		"ambiguous-import-flow-from-multiple-connectors", "encryption-key-lost",
	} {
		if m := pending.MeaningOf(code, true); !m.Known || m.Fix == "" {
			t.Errorf("import %s: %+v", code, m)
		}
	}
	if m := pending.MeaningOf("InvalidSoftMatch", true); m.Known {
		t.Errorf("an export error as one of an import: %+v", m)
	}
	if m := pending.MeaningOf("-2147467259", false); m.Known || m.What == "" || m.What == pending.MeaningOf("x", false).What {
		t.Errorf("a number: %+v", m)
	}
}

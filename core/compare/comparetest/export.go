// Package comparetest writes synthetic configuration exports for tests and
// benchmarks. They have the form and about the size of a real export: two
// connectors, of which the one to Active Directory carries its directory's schema
// of 1.8 MB, the metaverse and rules of 5 KB each. Nothing in them is copied from
// a real server.
package comparetest

import (
	"fmt"
	"strings"
	"testing/fstest"
)

// DefaultRules is the number of rules of a default installation.
const DefaultRules = 62

// The ids in every synthetic export.
const (
	ADConnector    = "5a2f6b1e-0c4d-4a86-9f3b-7d1e2c3b4a50"
	EntraConnector = "b891884f-051e-4a83-95af-2544101c9083"
	Partition      = "0d9c8b7a-6f5e-4d3c-9b2a-1f0e9d8c7b6a"
)

// Names of the documents of every synthetic export.
const (
	Globals   = "GlobalSettings/MV.xml"
	Directory = "Connectors/Connector_{" + ADConnector + "}.xml"
	Cloud     = "Connectors/Connector_{" + EntraConnector + "}.xml"
)

// Rule gives the name of the document of rule n.
func Rule(n int) string {
	return "SynchronizationRules/SynchronizationRule_{" + RuleID(n) + "}.xml"
}

// RuleID gives the id of rule n.
func RuleID(n int) string { return fmt.Sprintf("3c000000-7b1d-4e5f-8a9b-%012x", n) }

// Documents is an export: documents by their names.
type Documents map[string]string

// New writes an export with that many rules.
func New(rules int) Documents { return write(rules, 3391, 571) }

// Small writes the same with a small schema, for tests of what does not depend on
// its size.
func Small(rules int) Documents { return write(rules, 260, 12) }

func write(rules, attributes, classes int) Documents {
	d := Documents{Globals: globals(), Directory: directory(attributes, classes), Cloud: cloud()}
	for n := range rules {
		d[Rule(n)] = rule(n)
	}
	return d
}

// FS gives the export as a file system.
func (d Documents) FS() fstest.MapFS {
	out := fstest.MapFS{}
	for name, text := range d {
		out[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o600}
	}
	return out
}

// Bytes gives the size of all documents together.
func (d Documents) Bytes() int {
	n := 0
	for _, text := range d {
		n += len(text)
	}
	return n
}

// Edit gives a copy in which old is replaced by text in one document. It gives nil
// when old is not there, so that no test edits nothing.
func (d Documents) Edit(name, old, text string) Documents {
	if !strings.Contains(d[name], old) {
		return nil
	}
	out := d.Clone()
	out[name] = strings.Replace(d[name], old, text, 1)
	return out
}

// Clone gives a copy.
func (d Documents) Clone() Documents {
	out := make(Documents, len(d))
	for k, v := range d {
		out[k] = v
	}
	return out
}

// Settings of the synthetic export, by name without "Microsoft.".
var settings = [][2]string{
	{"Synchronize.ServerConfigurationVersion", "2.6.92.0"},
	{"Synchronize.StagingMode", "False"},
	{"Synchronize.SynchronizationSchedule", "True"},
	{"Synchronize.SchedulerSuspended", "False"},
	{"Synchronize.MaintenanceEnabled", "True"},
	{"Synchronize.SynchronizationPolicy", "Delta"},
	{"Synchronize.TimeInterval", "00:30:00"},
	{"Synchronize.NextStartTime", "Mon, 02 Nov 2026 09:12:44 GMT"},
	{"Synchronize.RunHistoryPurgeInterval", "7.00:00:00"},
	{"SynchronizationOption.AnchorAttribute", "mS-DS-ConsistencyGuid"},
	{"SynchronizationOption.UPNAttribute", "userPrincipalName"},
	{"SynchronizationOption.JoinCriteria", "AlwaysProvision"},
	{"SynchronizationOption.CustomAttribute", ""},
	{"OptionalFeature.ExportDeletionThreshold", "True"},
	{"OptionalFeature.ExportDeletionThresholdValue", "500"},
	{"OptionalFeature.DirectoryExtension", "True"},
	{"OptionalFeature.DirectoryExtensionAttributes", "employeeNumber.user.String.True,division.user.String.True"},
	{"DirectoryExtension.SourceTargetAttributesMap", "employeeNumber.extension_0a1b_employeeNumber"},
	{"OptionalFeature.FilterAAD", "False"},
	{"AADFilter.ApplicationList", ""},
	{"AADFilter.AttributeExclusionList", "fax"},
	{"OptionalFeature.DeviceWriteBack", "False"},
	{"OptionalFeature.DeviceWriteUp", "True"},
	{"OptionalFeature.UserWriteBack", "False"},
	{"OptionalFeature.GroupWriteBack", "True"},
	{"OptionalFeature.GroupFiltering", "False"},
	{"OptionalFeature.HybridExchange", "True"},
	{"OptionalFeature.ExchangeMailPublicFolder", "False"},
	{"OptionalFeature.PasswordHashSync", "True"},
	{"OptionalFeature.PasswordWriteback", "True"},
	{"OptionalFeature.AutoUpgradeState", "Suspended"},
	{"OptionalFeature.AutoUpgradeSuspensionReason", "UpgradeNotSupportedNonLocalDbInstall"},
	{"GroupWriteBack.Forest", "example.test"},
	{"GroupWriteBack.Container", "OU=Cloud,DC=example,DC=test"},
	{"DeviceWriteBack.Forest", ""},
	{"UserWriteBack.Container", ""},
	{"Version.SynchronizationRuleImmutableTag", "V1"},
	{"UserSignIn.SignOnMethod", "PasswordHashSync"},
	{"UserSignIn.DesktopSsoEnabled", "False"},
	{"SystemInformation.MachineRole", "RoleMemberServer"},
	{"ConnectDirectories.WizardDirectoryMode", "AD"},
}

func parameter(name, use, value string) string {
	return fmt.Sprintf(`<parameter name="%s" type="string" use="%s" dataType="String">%s</parameter>`+"\n", name, use, value)
}

// globals writes MV.xml.
func globals() string {
	var b strings.Builder
	b.WriteString("<saved-mv-configuration server='EX-SYNC01' export-date='2026-11-02 09:00:00.120'>\n<mv-data>\n <format-version>1</format-version>\n <version>412</version>\n <schema>\n")
	b.WriteString(`<dsml:dsml xmlns:ms-dsml="http://www.microsoft.com/MMS/DSML" xmlns:dsml="http://www.dsml.org/DSML"><dsml:directory-schema ms-dsml:no-objectclass-validation="true">` + "\n")
	for _, class := range []string{"person", "group", "device"} {
		fmt.Fprintf(&b, "<dsml:class id=\"%s\" type=\"structural\"><dsml:name>%s</dsml:name>\n", class, class)
		for n := range 99 {
			fmt.Fprintf(&b, "  <dsml:attribute ref=\"#%s\" required=\"false\" />\n", Attribute(n))
		}
		b.WriteString("</dsml:class>\n")
	}
	for n := range 219 {
		fmt.Fprintf(&b, "<dsml:attribute-type id=\"%s\" single-value=\"%t\" ms-dsml:indexable=\"%t\"><dsml:name>%s</dsml:name><dsml:syntax>1.3.6.1.4.1.1466.115.121.1.15</dsml:syntax></dsml:attribute-type>\n",
			Attribute(n), n%5 != 0, n%7 == 0, Attribute(n))
	}
	b.WriteString("</dsml:directory-schema></dsml:dsml>\n </schema>\n <password-change-history-size>24</password-change-history-size>\n <password-sync />\n <parameter-values>\n")
	for _, s := range settings {
		b.WriteString(parameter("Microsoft."+s[0], "SynchronizationGlobal", s[1]))
	}
	b.WriteString(" </parameter-values>\n</mv-data>\n</saved-mv-configuration>\n")
	return b.String()
}

// Attribute names attribute n.
func Attribute(n int) string { return fmt.Sprintf("exampleAttribute%d", n) }

package export

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/compare"
	"github.com/adsync-reconnect/adsync-reconnect/core/compare/comparetest"
)

// between compares two synthetic exports.
func between(t testing.TB, a, b comparetest.Documents) compare.Report {
	t.Helper()
	if a == nil || b == nil {
		t.Fatal("the edit found nothing to change")
	}
	x, err := Read(t.Context(), a.FS(), "a")
	if err != nil {
		t.Fatal(err)
	}
	y, err := Read(t.Context(), b.FS(), "b")
	if err != nil {
		t.Fatal(err)
	}
	return compare.Compare(x, y, time.Now())
}

// edit is one change to an export and what must come of it: lines of that
// severity, and none of another.
type edit struct {
	name, doc, old, text string
	want                 compare.Severity
	part                 string // of title and effect of the first difference
}

func value(name, before, after string) (old, text string) {
	return fmt.Sprintf(`name="%s" type="string" use="SynchronizationGlobal" dataType="String">%s<`, name, before),
		fmt.Sprintf(`name="%s" type="string" use="SynchronizationGlobal" dataType="String">%s<`, name, after)
}

func setting(name, before, after string, want compare.Severity, part string) edit {
	old, text := value("Microsoft."+name, before, after)
	return edit{"setting " + name, comparetest.Globals, old, text, want, part}
}

// mustReport are single edits that an admin must hear of, each as one line.
func mustReport() []edit {
	rule, dir, cloud, mv := comparetest.Rule(0), comparetest.Directory, comparetest.Cloud, comparetest.Globals
	const d, a = compare.Dangerous, compare.Attention
	list := []edit{
		{"password hash sync off", dir, "<enabled>1<", "<enabled>0<", d, "no password hashes"},
		{"password hash target", dir, "<target>{B891884F", "<target>{B891884E", d, "Target of password hashes"},
		{"password writeback off", cloud, "<enabled>1<", "<enabled>0<", d, "no longer reach Active Directory"},
		{"writeback authority", cloud, "login.windows.net", "login.microsoftonline.com", a, "Authority"},
		{"forest", dir, "<forest-name>example.test", "<forest-name>other.test", d, "Another forest"},
		{"sign and seal", dir, "<sign-and-seal>1", "<sign-and-seal>0", a, "protected differently"},
		{"simple bind", dir, "<simple-bind>0", "<simple-bind>1", a, "Simple bind"},
		{"TLS", dir, `<ssl-bind crl-check="0">0`, `<ssl-bind crl-check="0">1`, a, "TLS"},
		{"CRL check", dir, `<ssl-bind crl-check="0">0`, `<ssl-bind crl-check="1">0`, a, "revoked"},
		{"group filter", dir, `Connector.GroupFilteringGroupDn" type="string" use="global" dataType="String">`, `Connector.GroupFilteringGroupDn" type="string" use="global" dataType="String">CN=Pilot,DC=example,DC=test`, d, "Only members of this group"},
		{"constant", dir, `ADS_UF_ACCOUNTDISABLE" type="string" use="global" dataType="String">0x2`, `ADS_UF_ACCOUNTDISABLE" type="string" use="global" dataType="String">0x10`, a, "constant"},
		{"attribute not selected", dir, "<attribute>exampleAttribute5</attribute>", "", d, "exampleAttribute5"},
		{"attribute selected", dir, "<attribute>exampleAttribute5</attribute>", "<attribute>exampleAttribute5</attribute><attribute>somethingNew</attribute>", a, "No rule uses"},
		{"object type gone", dir, "<object-class>contact</object-class>", "", d, "object types"},
		{"object type new", dir, "<object-class>contact</object-class>", "<object-class>contact</object-class><object-class>inetOrgPerson</object-class>", d, "object types"},
		{"container included", dir, "<inclusions>", "<inclusions><inclusion>OU=Sales,DC=example,DC=test</inclusion>", d, "is in it now"},
		{"container not included", dir, "<inclusion>OU=Partners,DC=example,DC=test</inclusion>", "", d, "is out of it now"},
		{"container excluded", dir, "<exclusions>", "<exclusions><exclusion>OU=Lab,OU=Corp,DC=example,DC=test</exclusion>", d, "is out of it now"},
		{"exclusion gone", dir, "<exclusion>OU=Retired,OU=Corp,DC=example,DC=test</exclusion>", "", d, "is in it now"},
		{"domain not selected", dir, "<selected>1", "<selected>0", d, "whole domain leaves"},
		{"preferred DC", dir, "<preferred-dc>DC02.example.test", "<preferred-dc>DC03.example.test", a, "domain controllers"},
		{"order of preferred DCs", dir, "<preferred-dc>DC01.example.test</preferred-dc><preferred-dc>DC02.example.test</preferred-dc>", "<preferred-dc>DC02.example.test</preferred-dc><preferred-dc>DC01.example.test</preferred-dc>", a, "domain controllers"},
		{"DC fail-over", dir, "<dc-failover>1", "<dc-failover>0", a, "preferred ones fail"},
		{"domain id", dir, "{C58EA1C0-", "{C58EA1C1-", a, "another domain of the same name"},
		{"hierarchy", dir, "<object_class>organizationalUnit", "<object_class>container", a, "hierarchy"},
		{"password retries", dir, "<maximum-retry-count>10", "<maximum-retry-count>3", a, "repeated differently"},
		{"password low security", dir, "<allow-low-security>0", "<allow-low-security>1", a, "unprotected connection"},
		{"password management", dir, "<password-sync-allowed>0", "<password-sync-allowed>1", d, "Passwords are managed"},
		{"capability bits", cloud, "2147982384", "2147982385", a, "Abilities"},
		{"page size", cloud, "<import-default-page-size>50", "<import-default-page-size>5", a, "works differently"},
		{"anchor", cloud, "<name>user</name><anchor><attribute>cloudAnchor", "<name>user</name><anchor><attribute>otherAnchor", d, "recognised by another attribute"},
		{"DN attribute", cloud, `<attribute object_class="user">cloudAnchor`, `<attribute object_class="user">other`, d, "Anchor"},
		{"class mapping", cloud, "<oc-value>user", "<oc-value>person", a, "not known"},
		{"tenant", cloud, "<name>example.onmicrosoft.com - AAD", "<name>other.onmicrosoft.com - AAD", d, "different tenants"},
		{"connector renamed", dir, "<name>example.test</name>\n", "<name>renamed.test</name>\n", a, "another name"},
		{"connector description", dir, "<description />", "<description>Mind the gap</description>", a, "Description"},
		{"connector kind", dir, "<category>AD<", "<category>ADAM<", d, "another kind"},
		{"unknown element", dir, "<encrypted-attributes />", "<brand-new><deep>1</deep></brand-new><encrypted-attributes />", a, "not known"},
		{"unknown attribute", dir, "<join/>", `<join mode="2"/>`, a, "not known"},
		{"run profile step", dir, `<step-type type="delta-import">`, `<step-type type="full-import">`, a, "something else"},
		{"run profile deletions", dir, "<threshold><object>0</object>", "<threshold><object>0</object><delete>5</delete>", a, "number of deletions"},
		{"run profile page", dir, "<page-size>500", "<page-size>50", a, "portions"},
		{"run profile renamed", dir, "<name>Delta Import", "<name>Delta Import 2", a, "by name"},
		{"run profile second step", dir, "</step></configuration>", "</step><step><step-type type=\"export\"/></step></configuration>", a, "more steps"},

		{"rule disabled", rule, "<disabled>False", "<disabled>True", d, "19 transformations"},
		{"rule renamed", rule, "<name>Out to EX", "<name>Out to ZZ", a, "another name"},
		{"rule described", rule, "<description />", "<description>Changed by CHG0042</description>", a, "Description"},
		{"rule tag gone", rule, "Microsoft.InfromEXUserPart0.004", "", a, "custom one"},
		{"rule revision", rule, "UserPart0.004", "UserPart0.005", a, "newer revision"},
		{"rule direction", comparetest.Rule(1), "<direction>Inbound", "<direction>Outbound", d, "other way round"},
		{"rule connector", rule, "<connector>{5a2f6b1e-0c4d-4a86-9f3b-7d1e2c3b4a50}", "<connector>{b891884f-051e-4a83-95af-2544101c9083}", d, "another connector"},
		{"rule source type", rule, "<sourceObjectType>person", "<sourceObjectType>group", d, "other objects"},
		{"rule target type", rule, "<targetObjectType>user", "<targetObjectType>contact", d, "other objects"},
		{"rule link type", rule, "<linkType>Provision", "<linkType>Join", d, "makes objects"},
		{"rule soft delete", rule, "<softDeleteExpiryInterval>00:00:00", "<softDeleteExpiryInterval>1.00:00:00", a, "deletion"},
		{"rule password sync", rule, "<EnablePasswordSync>true", "<EnablePasswordSync>false", d, "no longer synchronized"},
		{"rule precedence-after", rule, "<precedence-after>{00000000", "<precedence-after>{00000001", a, "fixed differently"},
		{"rule precedence number", rule, "<precedence>100", "<precedence>90", a, "same order"},
		{"rule overtakes", comparetest.Rule(60), "<precedence>160", "<precedence>90", d, "the other way round"},
		{"scope clause gone", rule, "<csOperator>NOTSTARTSWITH", "<csOperator>STARTSWITH", d, "Scope"},
		{"scope value", rule, "<csValue>User_", "<csValue>user_", d, "Scope"},
		{"scope group", rule, "</synchronizationCriteria>", "<conditions><scope><csAttribute>mail</csAttribute><csOperator>ISNOTNULL</csOperator><csValue /></scope></conditions></synchronizationCriteria>", d, "Scope"},
		{"unknown in scope", rule, "<csValue>User_</csValue>", "<csValue>User_</csValue><csCulture>de</csCulture>", d, "Scope"},
		{"join attribute", rule, "<ilmAttribute>mail", "<ilmAttribute>proxyAddresses", d, "Join rules"},
		{"join case", rule, "<caseSensitive>true", "<caseSensitive>false", d, "Join rules"},
		{"transformation gone", rule, "<dest>exampleAttribute1</dest>", "<dest>otherTarget</dest>", d, ""},
		{"constant of a transformation", rule, "<src>User</src>", "<src>Person</src>", d, "another value"},
		{"source of a transformation", rule, "<attr>exampleAttribute1</attr>", "<attr>exampleAttribute77</attr>", d, "another value"},
		{"second source", rule, "<attr>exampleAttribute1</attr>", "<attr>exampleAttribute1</attr><attr>exampleAttribute77</attr>", d, "another value"},
		{"expression", rule, "&lt; 4, NULL", "&lt; 5, NULL", d, "another value"},
		{"text in an expression", rule, "\" (0)\"", "\" ( 0)\"", d, "another value"},
		{"merge type", rule, "<valueMergeType>Update", "<valueMergeType>Merge", d, "combined"},
		{"execute once", rule, `execute-once="true"`, `execute-once="false"`, d, "follows every change"},
		{"unknown in a transformation", rule, "<dest>exampleAttribute1</dest>", "<dest>exampleAttribute1</dest><culture>de</culture>", d, "does not know"},
		{"unknown in a rule", rule, "<description />", "<description /><brand-new>1</brand-new>", a, "not known"},

		{"metaverse attribute gone", mv, `<dsml:attribute-type id="exampleAttribute218" single-value="true" ms-dsml:indexable="false"><dsml:name>exampleAttribute218</dsml:name><dsml:syntax>1.3.6.1.4.1.1466.115.121.1.15</dsml:syntax></dsml:attribute-type>`, "", a, "exampleAttribute218"},
		{"metaverse single-value", mv, `id="exampleAttribute1" single-value="true"`, `id="exampleAttribute1" single-value="false"`, a, "exampleAttribute1"},
		{"metaverse index", mv, `ms-dsml:indexable="true"`, `ms-dsml:indexable="false"`, a, "exampleAttribute0"},
		{"metaverse binding", mv, `<dsml:attribute ref="#exampleAttribute1" required="false" />`, "", a, "Object type person"},
		{"metaverse required", mv, `<dsml:attribute ref="#exampleAttribute1" required="false" />`, `<dsml:attribute ref="#exampleAttribute1" required="true" />`, a, "Object type person"},
		{"password history", mv, "<password-change-history-size>24", "<password-change-history-size>0", a, "password changes"},
		{"selected attribute in the schema", dir, `<attribute-type id="A5" single-value="false"`, `<attribute-type id="A5" single-value="true"`, a, "refresh the schema"},

		setting("Synchronize.SynchronizationSchedule", "True", "False", a, "Scheduler"),
		setting("Synchronize.SchedulerSuspended", "False", "True", a, "suspended"),
		setting("Synchronize.TimeInterval", "00:30:00", "03:00:00", a, "cycles"),
		setting("Synchronize.SynchronizationPolicy", "Delta", "Initial", a, "full"),
		setting("Synchronize.MaintenanceEnabled", "True", "False", a, "Maintenance"),
		setting("Synchronize.RunHistoryPurgeInterval", "7.00:00:00", "1.00:00:00", a, "history"),
		setting("SynchronizationOption.AnchorAttribute", "mS-DS-ConsistencyGuid", "objectGUID", d, "Source anchor"),
		setting("SynchronizationOption.UPNAttribute", "userPrincipalName", "mail", d, "sign-in name"),
		setting("SynchronizationOption.JoinCriteria", "AlwaysProvision", "ObjectSID", d, "joined differently"),
		setting("SynchronizationOption.CustomAttribute", "", "employeeID", d, "joined differently"),
		setting("OptionalFeature.ExportDeletionThreshold", "True", "False", d, "any number of deletions"),
		setting("OptionalFeature.ExportDeletionThresholdValue", "500", "5000", d, "4500 more deletions"),
		setting("OptionalFeature.ExportDeletionThresholdValue", "500", "100", a, "another number"),
		setting("OptionalFeature.PasswordHashSync", "True", "False", d, "no password hashes"),
		setting("OptionalFeature.PasswordWriteback", "True", "False", d, "no longer reach"),
		setting("OptionalFeature.DeviceWriteBack", "False", "True", d, "written back"),
		setting("OptionalFeature.DeviceWriteUp", "True", "False", d, "Computers"),
		setting("OptionalFeature.UserWriteBack", "False", "True", d, "written back"),
		setting("OptionalFeature.GroupWriteBack", "True", "False", d, "Groups"),
		setting("OptionalFeature.GroupFiltering", "False", "True", d, "everybody else is deleted"),
		setting("OptionalFeature.FilterAAD", "False", "True", d, "Fewer attributes"),
		setting("OptionalFeature.HybridExchange", "True", "False", d, "mail flow"),
		setting("OptionalFeature.DirectoryExtension", "True", "False", d, "Extension attributes"),
		setting("OptionalFeature.DirectoryExtensionAttributes", "employeeNumber.user.String.True,division.user.String.True", "employeeNumber.user.String.True", d, "Other extension attributes"),
		setting("DirectoryExtension.SourceTargetAttributesMap", "employeeNumber.extension_0a1b_employeeNumber", "employeeNumber.extension_9_employeeNumber", d, "other targets"),
		setting("AADFilter.ApplicationList", "", "Exchange", d, "Applications"),
		setting("AADFilter.AttributeExclusionList", "fax", "fax,mobile", d, "left out"),
		setting("GroupWriteBack.Container", "OU=Cloud,DC=example,DC=test", "OU=Other,DC=example,DC=test", d, "another container"),
		setting("GroupWriteBack.Forest", "example.test", "other.test", d, "another forest"),
		setting("UserSignIn.SignOnMethod", "PasswordHashSync", "Federation", a, "Sign-in method"),
		setting("OptionalFeature.AutoUpgradeState", "Suspended", "Enabled", a, "upgrade"),
		setting("Version.SynchronizationRuleImmutableTag", "V1", "V2", a, "generations"),
	}
	return list
}

func TestMustReport(t *testing.T) {
	base := comparetest.Small(comparetest.DefaultRules)
	for _, e := range mustReport() {
		t.Run(e.name, func(t *testing.T) {
			r := between(t, base, base.Edit(e.doc, e.old, e.text))
			want := 1
			if e.name == "transformation gone" {
				want = 2 // one target less and one more
			}
			if len(r.Differences) != want || r.Counts.Of(e.want) != want {
				t.Fatalf("got %+v of %d: %+v", r.Counts, len(r.Differences), r.Differences)
			}
			x := r.Differences[0]
			if !strings.Contains(x.Title+" "+x.Effect, e.part) {
				t.Errorf("title %q, effect %q; want %q in it", x.Title, x.Effect, e.part)
			}
			if x.Effect == "" || x.Object == "" || x.Title == "" || x.Before == x.After {
				t.Errorf("incomplete: %+v", x)
			}
		})
	}
}

// normal are edits as two servers differ by nature.
func normal() []edit {
	dir, cloud, mv, rule := comparetest.Directory, comparetest.Cloud, comparetest.Globals, comparetest.Rule(0)
	const x = compare.Expected
	return []edit{
		{"server", mv, "server='EX-SYNC01'", "server='EX-SYNC02'", x, "two names"},
		{"export date", mv, "2026-11-02 09:00", "2026-11-03 09:00", x, "different times"},
		{"counter", mv, "<version>412", "<version>3", x, "counts"},
		setting("Synchronize.StagingMode", "False", "True", x, "exports nothing"),
		setting("Synchronize.NextStartTime", "Mon, 02 Nov 2026 09:12:44 GMT", "Mon, 02 Nov 2026 10:12:44 GMT", x, "own times"),
		setting("Synchronize.ServerConfigurationVersion", "2.6.92.0", "2.7.1.0", x, "different versions"),
		setting("SystemInformation.MachineRole", "RoleMemberServer", "RolePrimaryDomainController", x, "computer"),
		{"account", dir, "<forest-login-user>MSOL_0a1b2c3d4e5f", "<forest-login-user>MSOL_ffffffffffff", x, "same rights"},
		{"sync identity", cloud, "Sync_EX-SYNC01_", "Sync_EX-SYNC02_", x, "same rights"},
		{"last DC", dir, "<last-dc>DC01", "<last-dc>DC07", x, "domain controller"},
		{"cookie", dir, "<cookie>TVNE", "<cookie>AAAA", x, "last import"},
		{"watermark", cloud, "<water-mark>WgBR", "<water-mark>AAAA", x, "last import"},
		{"created", dir, "<creation-time>2026-04-26 11:40", "<creation-time>2026-04-27 11:40", x, "different times"},
		{"changed", dir, "<last-modification-time>2026-10-03 14:28:11.513", "<last-modification-time>2026-10-04 14:28:11.513", x, "different times"},
		{"connector counter", dir, "<version>682", "<version>7", x, "counts"},
		{"rule counter", rule, "<version>1<", "<version>9<", x, "counts"},
		{"inner id", rule, "<internal-id>{3c", "<internal-id>{4c", x, "own"},
		{"assembly", cloud, "<assembly-version>2.6.92.0", "<assembly-version>2.7.1.0", x, "follows the version"},
		{"writeback switched", cloud, "<modified-timestamp>2026-04-26", "<modified-timestamp>2026-04-27", x, "different times"},
		{"schema that is not selected", dir, `<attribute-type id="A100" single-value`, `<attribute-type id="A100" m:new="7" single-value`, x, "None of it is selected"},
	}
}

func TestNormalIsExpected(t *testing.T) {
	base := comparetest.Small(comparetest.DefaultRules)
	for _, e := range normal() {
		t.Run(e.name, func(t *testing.T) {
			r := between(t, base, base.Edit(e.doc, e.old, e.text))
			if len(r.Differences) != 1 || r.Counts.Expected != 1 {
				t.Fatalf("got %+v: %+v", r.Counts, r.Differences)
			}
			if x := r.Differences[0]; !strings.Contains(x.Title+" "+x.Effect, e.part) {
				t.Errorf("title %q, effect %q; want %q in it", x.Title, x.Effect, e.part)
			}
		})
	}
}

// TestNoWolf are edits that mean nothing at all.
func TestNoWolf(t *testing.T) {
	rule, dir, mv := comparetest.Rule(0), comparetest.Directory, comparetest.Globals
	base := comparetest.Small(comparetest.DefaultRules)
	for _, e := range []edit{
		{"comment", rule, "<description />", "<!-- hello --><description></description>", "", ""},
		{"element that was empty", rule, "<description />", "", "", ""},
		{"white space", rule, "  <linkType>Provision</linkType>", "<linkType>\n Provision\t</linkType>", "", ""},
		{"line ends", rule, "\n", "\r\n", "", ""},
		{"truth value", rule, "<disabled>False", "<disabled>0", "", ""},
		{"case of a GUID", rule, "<connector>{5a2f6b1e", "<connector>{5A2F6B1E", "", ""},
		{"white space in an expression", rule, "NULL, Left", "NULL,\n  Left", "", ""},
		{"case of a name", rule, "<name>Out to EX", "<name>OUT TO ex", "", ""},
		{"order of clauses", rule, "<scope>\n        <csAttribute>isCriticalSystemObject</csAttribute>\n        <csOperator>NOTEQUAL</csOperator>", "<scope>\n        <csOperator>NOTEQUAL</csOperator><csAttribute>isCriticalSystemObject</csAttribute>", "", ""},
		{"case of an attribute", dir, "<attribute>exampleAttribute5<", "<attribute>EXAMPLEATTRIBUTE5<", "", ""},
		{"order of attributes", dir, "<attribute>exampleAttribute5</attribute><attribute>exampleAttribute6</attribute>", "<attribute>exampleAttribute6</attribute><attribute>exampleAttribute5</attribute>", "", ""},
		{"spelling of a DN", dir, "<inclusion>OU=Corp,DC=example,DC=test", "<inclusion>ou=corp, dc=Example, dc=TEST", "", ""},
		{"order of XML attributes", mv, `type="string" use="SynchronizationGlobal"`, `use="SynchronizationGlobal" type="string"`, "", ""},
		{"id of a run profile", dir, "<run-configuration><id>{00000000", "<run-configuration><id>{90000000", "", ""},
		{"a sealed value", dir, ">c2VhbGVk<", ">b3RoZXI=<", "", ""},
		{"order of a list in a setting", mv, "employeeNumber.user.String.True,division.user.String.True", "division.user.String.True, employeeNumber.user.String.True", "", ""},
	} {
		t.Run(e.name, func(t *testing.T) {
			r := between(t, base, base.Edit(e.doc, e.old, e.text))
			if len(r.Differences) != 0 {
				t.Errorf("%+v", r.Differences)
			}
		})
	}
}

package comparetest

import (
	"fmt"
	"strings"
)

// head writes what every connector begins with.
func head(id, name, category, subtype string) string {
	return fmt.Sprintf(`<ma-data>
  <format-version>1</format-version>
  <id>{%s}</id>
  <name>%s</name>
  <category>%s</category>
  <description />
  <subtype>%s</subtype>
  <ma-listname>%s</ma-listname>
  <ma-companyname />
  <creation-time>2026-04-26 11:40:09.106</creation-time>
  <last-modification-time>2026-10-03 14:28:11.513</last-modification-time>
  <version>682</version>
  <internal-version>0</internal-version>
  <password-sync-allowed>0</password-sync-allowed>`, strings.ToUpper(id), name, category, subtype, subtype)
}

// directory writes the connector to Active Directory.
func directory(attributes, classes int) string {
	var b strings.Builder
	b.WriteString(head(ADConnector, "example.test", "AD", ""))
	directorySchema(&b, attributes, classes)
	b.WriteString(`<private-configuration><adma-configuration><forest-name>example.test</forest-name><forest-guid>{00000000-0000-0000-0000-000000000000}</forest-guid>` +
		`<forest-port>0</forest-port><forest-login-domain>EXAMPLE.TEST</forest-login-domain><forest-login-user>MSOL_0a1b2c3d4e5f</forest-login-user>` +
		`<sign-and-seal>1</sign-and-seal><default-ssl-strength>0</default-ssl-strength><ssl-bind crl-check="0">0</ssl-bind><simple-bind>0</simple-bind>` +
		`<password-hash-sync-config><enabled>1</enabled><target>{` + strings.ToUpper(EntraConnector) + `}</target></password-hash-sync-config><parameter-values>`)
	for _, p := range [][2]string{
		{"forest-port", "0"},
		{"forest-login-user", "MSOL_0a1b2c3d4e5f"},
		{"forest-login-domain", "EXAMPLE.TEST"},
		{"forest-name", "example.test"},
		{"sign-and-seal", "1"},
		{"crl-check", "0"},
		{"ssl-bind", "0"},
		{"simple-bind", "0"},
	} {
		b.WriteString(parameter(p[0], "connectivity", p[1]))
	}
	b.WriteString(`<parameter name="password" type="encrypted-string" use="connectivity" dataType="String" encrypted="1">c2VhbGVk</parameter>`)
	for _, p := range [][2]string{
		{"Connector.GroupFilteringGroupDn", ""}, {"ADS_UF_ACCOUNTDISABLE", "0x2"}, {"Forest.FQDN", "example.test"}, {"Forest.Netbios", "EXAMPLE"},
	} {
		b.WriteString(parameter(p[0], "global", p[1]))
	}
	b.WriteString("</parameter-values></adma-configuration></private-configuration><attribute-inclusion>")
	for n := range 132 {
		fmt.Fprintf(&b, "<attribute>%s</attribute>", Attribute(n))
	}
	b.WriteString("</attribute-inclusion><join/><projection/><export-attribute-flow/><ma-partition-data>")
	b.WriteString(`<partition><id>{` + Partition + `}</id><name>DC=example,DC=test</name><creation-time>2026-04-26 11:41:43.550</creation-time>` +
		`<last-modification-time>2026-10-03 14:28:11.560</last-modification-time><version>682</version><selected>1</selected><display-name>example.test</display-name>` +
		`<filter><object-classes><object-class>computer</object-class><object-class>contact</object-class><object-class>group</object-class><object-class>user</object-class></object-classes>` +
		`<containers><exclusions><exclusion>DC=example,DC=test</exclusion><exclusion>OU=Retired,OU=Corp,DC=example,DC=test</exclusion></exclusions>` +
		`<inclusions><inclusion>OU=Corp,DC=example,DC=test</inclusion><inclusion>OU=Partners,DC=example,DC=test</inclusion></inclusions></containers></filter>` +
		`<custom-data><adma-partition-data><dn>DC=example,DC=test</dn><name>example.test</name><guid>{C58EA1C0-26F4-4A1B-9D0C-C5B36C7E1C73}</guid><sign-and-seal>1</sign-and-seal>` +
		`<is-domain>1</is-domain><last-dc>DC01.example.test</last-dc><dc-failover>1</dc-failover><preferred-dcs><preferred-dc>DC01.example.test</preferred-dc><preferred-dc>DC02.example.test</preferred-dc></preferred-dcs>` +
		`<ssl-bind crl-check="0">0</ssl-bind><simple-bind>0</simple-bind><cookie>` + strings.Repeat("TVNEUwMAAABE", 40) + `</cookie></adma-partition-data></custom-data><parameter-values>`)
	for _, p := range [][2]string{
		{"last-dc", "DC01.example.test"}, {"dc-failover", "1"}, {"cookie", strings.Repeat("TVNEUwMAAABE", 40)}, {"Domain.FQDN", "example.test"},
	} {
		b.WriteString(parameter(p[0], "partition", p[1]))
	}
	b.WriteString("</parameter-values></partition></ma-partition-data>" + profiles(Partition, "adma-step-data") +
		"<component_mappings><mapping><dn_component>ou</dn_component><object_class>organizationalUnit</object_class></mapping></component_mappings>" +
		"<password-sync><maximum-retry-count>10</maximum-retry-count><retry-interval>60</retry-interval><allow-low-security>0</allow-low-security><unlock-account>0</unlock-account></password-sync>" +
		"<encrypted-attributes /></ma-data>")
	return b.String()
}

// directorySchema writes a schema; a directory with Exchange has 3391 attributes
// and 571 classes.
func directorySchema(b *strings.Builder, attributes, classes int) {
	b.WriteString(`<schema><dsml xmlns="http://www.dsml.org/DSML" xmlns:m="http://www.microsoft.com/MMS/DSML"><directory-schema>`)
	for n := range attributes {
		fmt.Fprintf(b, `<attribute-type id="A%x" single-value="%t" m:range-upper="%d"><name>%s</name><syntax>1.3.6.1.4.1.1466.115.121.1.15</syntax></attribute-type>`,
			n, n%3 == 0, 64+n%512, Attribute(n))
	}
	names := []string{"computer", "contact", "group", "user", "top"}
	for n := range classes {
		name := fmt.Sprintf("exampleType%d", n)
		if n < len(names) {
			name = names[n]
		}
		fmt.Fprintf(b, `<class id="C%x" superior="#C4" type="structural"><name>%s</name>`, n, name)
		for k := range 32 {
			fmt.Fprintf(b, `<attribute ref="#A%x" required="%t" />`, (n*31+k*7)%attributes, k == 0)
		}
		b.WriteString("</class>")
	}
	for n := range classes {
		fmt.Fprintf(b, `<m:dit-content-rule id="C%x">`, n)
		for k := range 31 {
			fmt.Fprintf(b, `<m:aux-class ref="#C%x" />`, (n+k*13)%classes)
		}
		b.WriteString("</m:dit-content-rule>")
	}
	b.WriteString("</directory-schema></dsml></schema>")
}

// profiles writes the five run profiles of a connector.
func profiles(partition, step string) string {
	var b strings.Builder
	b.WriteString("<ma-run-data>")
	for n, p := range []struct{ name, kind, sub string }{
		{"Full Import", "full-import", "<import-subtype>to-cs</import-subtype>"},
		{"Full Synchronization", "apply-rules", "<apply-rules-subtype>reevaluate-flow-connectors</apply-rules-subtype>"},
		{"Delta Import", "delta-import", "<import-subtype>to-cs</import-subtype>"},
		{"Delta Synchronization", "apply-rules", "<apply-rules-subtype>apply-pending</apply-rules-subtype>"},
		{"Export", "export", ""},
	} {
		fmt.Fprintf(&b, "<run-configuration><id>{%08x-62c6-4d30-8300-%012x}</id><name>%s</name><version>6</version><configuration><step><step-type type=\"%s\">%s</step-type>"+
			"<threshold><object>0</object><batch-size>50</batch-size></threshold><partition>{%s}</partition><custom-data><%s><batch-size>50</batch-size><page-size>500</page-size><time-limit>120</time-limit></%s></custom-data></step></configuration></run-configuration>",
			n, len(step), p.name, p.kind, p.sub, strings.ToUpper(partition), step, step)
	}
	b.WriteString("</ma-run-data>")
	return b.String()
}

// cloud writes the connector to Microsoft Entra ID.
func cloud() string {
	const partition = "2c25393a-36a8-495a-9f1a-7a9c03e6c1a1"
	var b strings.Builder
	b.WriteString(head(EntraConnector, "example.onmicrosoft.com - AAD", "Extensible2", "Windows Azure Active Directory (Microsoft)"))
	b.WriteString(`<schema><dsml:dsml xmlns:dsml="http://www.dsml.org/DSML"><dsml:directory-schema>`)
	for n := range 161 {
		fmt.Fprintf(&b, `<dsml:attribute-type id="%s" single-value="true"><dsml:name>%s</dsml:name><dsml:syntax>1.3.6.1.4.1.1466.115.121.1.15</dsml:syntax></dsml:attribute-type>`, Attribute(n), Attribute(n))
	}
	b.WriteString(`<dsml:class id="user" type="structural"><dsml:name>user</dsml:name><dsml:attribute ref="#` + Attribute(1) + `" required="false"/></dsml:class></dsml:directory-schema></dsml:dsml></schema>`)
	b.WriteString(`<private-configuration><MAConfig><primary_class_mappings><mapping><primary_class>user</primary_class><oc-value>user</oc-value></mapping></primary_class_mappings>` +
		`<extension-config><filename>Microsoft.Azure.ActiveDirectory.Connector.dll</filename><import-default-page-size>50</import-default-page-size><capability-bits>2147982384</capability-bits>` +
		`<export-type>5</export-type><assembly-version>2.6.92.0</assembly-version></extension-config><importing><dn><attribute object_class="group">cloudAnchor</attribute><attribute object_class="user">cloudAnchor</attribute></dn>` +
		`<per-class-settings><class><name>group</name><anchor><attribute>cloudAnchor</attribute></anchor></class><class><name>user</name><anchor><attribute>cloudAnchor</attribute></anchor></class></per-class-settings></importing>` +
		`<parameter-values><parameter name="UserName" type="string" use="connectivity" dataType="String">Sync_EX-SYNC01_0a1b2c3d4e5f@example.onmicrosoft.com</parameter>` +
		`<parameter name="Password" type="encrypted-string" use="connectivity" dataType="String" encrypted="1">YW5vdGhlcg==</parameter></parameter-values>` +
		`<aad-password-reset-config><enabled>1</enabled><modified-timestamp>2026-04-26 13:55:27.306</modified-timestamp><adal-authority>https://login.windows.net/example.onmicrosoft.com</adal-authority></aad-password-reset-config></MAConfig></private-configuration>`)
	b.WriteString("<attribute-inclusion>")
	for n := range 161 {
		fmt.Fprintf(&b, "<attribute>%s</attribute>", Attribute(n))
	}
	b.WriteString("</attribute-inclusion><join/><projection/><export-attribute-flow/><ma-partition-data><partition><id>{" + partition + "}</id><name>default</name><version>339</version><selected>1</selected><display-name>default</display-name>" +
		"<filter><object-classes><object-class>group</object-class><object-class>user</object-class></object-classes><containers><exclusions /><inclusions><inclusion /></inclusions></containers></filter>" +
		"<custom-data><ecma-partition-data><dn>default</dn><name>default</name><is-domain>1</is-domain></ecma-partition-data><water-mark>" + strings.Repeat("WgBRAHcA", 60) + "</water-mark></custom-data></partition></ma-partition-data>" +
		profiles(partition, "extensible2-step-data") + "<component_mappings /><encrypted-attributes /></ma-data>")
	return b.String()
}

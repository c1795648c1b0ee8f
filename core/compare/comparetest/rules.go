package comparetest

import (
	"fmt"
	"strings"
)

// rule writes rule n: two of three are inbound; of 62 one after the other belongs
// to the directory, and what is beyond 62 are custom rules.
func rule(n int) string {
	inbound, connector, from, to := n%3 != 0, ADConnector, "user", "person"
	if n%2 == 1 {
		connector = EntraConnector
	}
	if !inbound {
		from, to = to, from
	}
	name, tag, precedence := fmt.Sprintf("In from EX - User Part %d", n), fmt.Sprintf("Microsoft.InfromEXUserPart%d.004", n), 100+n
	if !inbound {
		name = fmt.Sprintf("Out to EX - User Part %d", n)
	}
	if n >= DefaultRules {
		name, tag = fmt.Sprintf("Custom %d", n), ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<synchronizationRule>
  <id>{%s}</id>
  <internal-id>{%s}</internal-id>
  <version>1</version>
  <name>%s</name>
  <description />
  <immutable-tag>%s</immutable-tag>
  <direction>%s</direction>
  <disabled>False</disabled>
  <connector>{%s}</connector>
  <sourceObjectType>%s</sourceObjectType>
  <targetObjectType>%s</targetObjectType>
  <linkType>%s</linkType>
  <precedence>%d</precedence>
  <precedence-after>{00000000-0000-0000-0000-000000000000}</precedence-after>
  <precedence-before>{00000000-0000-0000-0000-000000000000}</precedence-before>
  <softDeleteExpiryInterval>00:00:00</softDeleteExpiryInterval>
  <EnablePasswordSync>%t</EnablePasswordSync>
`, RuleID(n), RuleID(n), name, tag, map[bool]string{true: "Inbound", false: "Outbound"}[inbound], connector, from, to,
		map[bool]string{true: "Provision", false: "Join"}[n%7 == 0], precedence, n%20 == 0)
	mappings(&b, n)
	b.WriteString(`  <relationshipCriteria>
    <conditions>
      <condition>
        <csAttribute>objectSid</csAttribute>
        <ilmAttribute>objectSid</ilmAttribute>
      </condition>
    </conditions>
    <conditions>
      <condition>
        <csAttribute>mail</csAttribute>
        <ilmAttribute>mail</ilmAttribute>
        <caseSensitive>true</caseSensitive>
      </condition>
    </conditions>
  </relationshipCriteria>
  <synchronizationCriteria>
    <conditions>
      <scope>
        <csAttribute>isCriticalSystemObject</csAttribute>
        <csOperator>NOTEQUAL</csOperator>
        <csValue>True</csValue>
      </scope>
      <scope>
        <csAttribute>adminDescription</csAttribute>
        <csOperator>NOTSTARTSWITH</csOperator>
        <csValue>User_</csValue>
      </scope>
    </conditions>
  </synchronizationCriteria>
</synchronizationRule>`)
	return b.String()
}

// mappings writes the transformations of rule n, a third of them expressions.
func mappings(b *strings.Builder, n int) {
	b.WriteString("  <attribute-mappings>\n")
	for k := range 19 {
		dest, source := Attribute((n*19+k)%219), Attribute((n*19+k)%132)
		open := "    <mapping>\n"
		if k == 3 {
			open = "    <mapping execute-once=\"true\">\n"
		}
		b.WriteString(open)
		fmt.Fprintf(b, "      <dest>%s</dest>\n", dest)
		if k == 0 {
			b.WriteString("      <src>User</src>\n")
		} else {
			fmt.Fprintf(b, "      <src>\n        <attr>%s</attr>\n      </src>\n", source)
		}
		if k%3 == 2 {
			fmt.Fprintf(b, "      <expression>IIF(IsPresent([%s]), Trim([%s]) &amp; \" (%d)\", IIF(Len([%s]) &lt; 4, NULL, Left([%s], 64)))</expression>\n", source, source, n, source, source)
		}
		b.WriteString("      <valueMergeType>Update</valueMergeType>\n    </mapping>\n")
	}
	b.WriteString("  </attribute-mappings>\n")
}

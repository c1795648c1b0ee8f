package sample

import "github.com/adsync-reconnect/adsync-reconnect/core/facts"

// ruleTable makes mms_synchronization_rule. Its columns are not public, so both
// forms are assumptions.
func (s *site) ruleTable(form RuleForm) Table {
	const name = "mms_synchronization_rule"
	if form == RuleColumns {
		return list(name, ruleColumns, func(put func(...any) bool) {
			for _, r := range s.rules {
				put(ruleValues(r)...)
			}
		})
	}
	columns := []Column{
		{Name: "sync_rule_id", Type: "uniqueidentifier", Key: true, NotNull: true},
		{Name: "version_number", Type: "int", NotNull: true},
		{Name: "modification_date", Type: "datetime"},
		{Name: "sync_rule_xml", Type: "nvarchar(max)"},
	}
	return list(name, columns, func(put func(...any) bool) {
		for _, r := range s.rules {
			put("sync_rule_id", parseGUID(r.ID), "version_number", r.Version.Value,
				"modification_date", s.installed, "sync_rule_xml", ruleXML(r))
		}
	})
}

// ruleColumns is the assumed form with a column per element.
var ruleColumns = []Column{
	{Name: "id", Type: "uniqueidentifier", Key: true, NotNull: true},
	{Name: "internal_id", Type: "uniqueidentifier", NotNull: true},
	{Name: "version", Type: "int", NotNull: true},
	{Name: "name", Type: "nvarchar(255)", NotNull: true},
	{Name: "description", Type: "nvarchar(max)"},
	{Name: "immutable_tag", Type: "nvarchar(255)"},
	{Name: "direction", Type: "nvarchar(20)", NotNull: true},
	{Name: "disabled", Type: "bit", NotNull: true},
	{Name: "connector", Type: "uniqueidentifier", NotNull: true},
	{Name: "source_object_type", Type: "nvarchar(64)", NotNull: true},
	{Name: "target_object_type", Type: "nvarchar(64)", NotNull: true},
	{Name: "link_type", Type: "nvarchar(20)", NotNull: true},
	{Name: "precedence", Type: "int", NotNull: true},
	{Name: "precedence_after", Type: "uniqueidentifier"},
	{Name: "precedence_before", Type: "uniqueidentifier"},
	{Name: "soft_delete_expiry_interval", Type: "nvarchar(50)"},
	{Name: "enable_password_sync", Type: "bit", NotNull: true},
	{Name: "attribute_mappings", Type: "nvarchar(max)"},
	{Name: "relationship_criteria", Type: "nvarchar(max)"},
	{Name: "synchronization_criteria", Type: "nvarchar(max)"},
}

func ruleValues(r rule) []any {
	var mappings, joins, scope xmlText
	mappings.mappings(r)
	joins.joins(r.Joins)
	scope.scope(r.Scope)
	var tag any
	if r.Tag != "" {
		tag = r.Tag
	}
	return []any{
		"id", parseGUID(r.ID), "internal_id", parseGUID(r.InternalID), "version", r.Version.Value,
		"name", r.Name, "description", r.Description, "immutable_tag", tag, "direction", r.Direction,
		"disabled", r.Disabled, "connector", parseGUID(r.Connector), "source_object_type", r.SourceType,
		"target_object_type", r.TargetType, "link_type", r.LinkType, "precedence", r.Precedence,
		"precedence_after",
		GUID{},
		"precedence_before",
		GUID{},
		"soft_delete_expiry_interval", "00:00:00",
		"enable_password_sync", r.PasswordSync, "attribute_mappings", mappings.String(),
		"relationship_criteria", joins.String(), "synchronization_criteria", scope.String(),
	}
}

// ruleXML writes a rule in the form of the product's configuration export.
func ruleXML(r rule) string {
	var x xmlText
	x.open("synchronizationRule")
	x.pairs("id", "{"+r.ID+"}", "internal-id", "{"+r.InternalID+"}", "version", itoa(int(r.Version.Value)),
		"name", r.Name, "description", r.Description, "immutable-tag", r.Tag, "direction", r.Direction,
		"disabled", trueFalse(r.Disabled), "connector", "{"+r.Connector+"}", "sourceObjectType", r.SourceType,
		"targetObjectType", r.TargetType, "linkType", r.LinkType, "precedence", itoa(int(r.Precedence)),
		"precedence-after", GUID{}.braces(), "precedence-before", GUID{}.braces(),
		"softDeleteExpiryInterval", "00:00:00")
	password := "false"
	if r.PasswordSync {
		password = "true"
	}
	x.text("EnablePasswordSync", password)
	x.mappings(r)
	x.joins(r.Joins)
	x.scope(r.Scope)
	x.close("synchronizationRule")
	return x.String()
}

func (x *xmlText) mappings(r rule) {
	if len(r.Mappings) == 0 {
		x.text("attribute-mappings", "")
		return
	}
	x.open("attribute-mappings")
	for _, m := range r.Mappings {
		if r.once[m.Dest] {
			x.open("mapping", "execute-once", "true")
		} else {
			x.open("mapping")
		}
		x.text("dest", m.Dest)
		switch {
		case m.Literal != "":
			x.text("src", m.Literal)
		case len(m.Sources) > 0:
			x.open("src")
			for _, a := range m.Sources {
				x.text("attr", a)
			}
			x.close("src")
		}
		if m.Expression != "" {
			x.text("expression", m.Expression)
		}
		x.text("valueMergeType", m.Merge)
		x.close("mapping")
	}
	x.close("attribute-mappings")
}

func (x *xmlText) joins(groups [][]facts.Join) {
	if len(groups) == 0 {
		x.text("relationshipCriteria", "")
		return
	}
	x.open("relationshipCriteria")
	for _, g := range groups {
		x.open("conditions")
		for _, j := range g {
			x.open("condition")
			x.pairs("csAttribute", j.CSAttribute, "ilmAttribute", j.MVAttribute)
			if j.CaseSensitive {
				x.text("caseSensitive", "true")
			}
			x.close("condition")
		}
		x.close("conditions")
	}
	x.close("relationshipCriteria")
}

func (x *xmlText) scope(groups [][]facts.Scope) {
	if len(groups) == 0 {
		x.text("synchronizationCriteria", "")
		return
	}
	x.open("synchronizationCriteria")
	for _, g := range groups {
		x.open("conditions")
		for _, c := range g {
			x.open("scope")
			x.pairs("csAttribute", c.Attribute, "csOperator", c.Operator, "csValue", c.Value)
			x.close("scope")
		}
		x.close("conditions")
	}
	x.close("synchronizationCriteria")
}

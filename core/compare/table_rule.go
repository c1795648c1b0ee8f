package compare

import (
	"fmt"
	"strings"
)

// ruleEntries are the properties of synchronization rules that are no lists.
func ruleEntries() []entry {
	of := func(pattern string, s Severity, title, text string) entry {
		return entry{kind: KindRule, pattern: pattern, severity: s, area: AreaRules, title: title, text: text}
	}
	list := []entry{
		of("id", Expected, "Id of the rule", textOwn),
		of("internal-id", Expected, "Inner id of the rule", textOwn),
		of("version", Expected, "Counter of changes", "Each server counts its own changes."),
		of("name", Attention, "Name of the rule", "It is the same rule under another name."),
		of("description", Attention, "Description", "It changes nothing; somebody wrote it for a reason."),
		of("immutable-tag", Attention, "Microsoft's tag", "On one server the rule is Microsoft's and on the other a custom one: upgrades replace only Microsoft's."),
		of("direction", Dangerous, "Direction", "Values flow the other way round."),
		of("connector", Dangerous, "Connector", "The rule works on another connector."),
		of("sourceobjecttype", Dangerous, "Type of the objects it reads", "The rule applies to other objects."),
		of("targetobjecttype", Dangerous, "Type of the objects it writes", "The rule applies to other objects."),
		of("linktype", Dangerous, "Link type", "Whether the rule makes objects (Provision) or only joins existing ones is different: objects appear, or are deleted."),
		of("softdeleteexpiryinterval", Attention, "Time before a deletion counts", "An object that leaves the rule's scope is kept for another time."),
		of("precedence-after", Attention, "Comes after the rule", "The place of the rule among the others is fixed differently."),
		of("precedence-before", Attention, "Comes before the rule", "The place of the rule among the others is fixed differently."),
	}
	precedence := of("precedence", Dangerous, "Precedence", "")
	precedence.elsewhere = true
	disabled := of("disabled", Dangerous, "Disabled", "The rule is disabled on one server only.")
	disabled.weigh = disabledWeight
	password := of("enablepasswordsync", Dangerous, "Password synchronization", "The rule lets passwords through on one server only.")
	password.area = AreaPassword
	password.on = "Passwords of the objects of this rule are synchronized by the new server, not by the active one."
	password.off = "Passwords of the objects of this rule are no longer synchronized."
	list = append(list, precedence, disabled, password)
	for i := range list {
		if list[i].pattern == "immutable-tag" {
			list[i].weigh = tagWeight
		}
	}
	return list
}

// disabledWeight says what a disabled rule no longer does.
func disabledWeight(_ *differ, s scopeOf, c change, x *Difference) {
	work := s.rule.work()
	if now, _ := truth(strings.Join(c.after, "")); now {
		x.Effect = "The new server does not apply the rule: " + work + " no longer count."
		return
	}
	x.Effect = "The new server applies the rule, the active one does not: " + work + " come into force."
}

// work says how much a rule does.
func (r *Rule) work() string {
	return fmt.Sprintf("%s, %s and %s", count(len(r.Mappings), "transformation", "transformations"),
		count(len(r.Scope), "group of its scope", "groups of its scope"), count(len(r.Joins), "join group", "join groups"))
}

// tagWeight tells a newer revision of Microsoft's rule from a rule that stopped
// being Microsoft's.
func tagWeight(_ *differ, _ scopeOf, c change, x *Difference) {
	baseA, revA := tagParts(strings.Join(c.before, ""))
	baseB, revB := tagParts(strings.Join(c.after, ""))
	if baseA != baseB || revA == "" || revB == "" {
		return
	}
	x.Title = "Revision of Microsoft's rule"
	x.Effect = fmt.Sprintf("The new server has an older revision of the rule (%s instead of %s): the active server was upgraded further.", revB, revA)
	if revB > revA {
		x.Effect = fmt.Sprintf("The new server has a newer revision of the rule (%s instead of %s), as after an upgrade.", revB, revA)
	}
}

package cli

import (
	"cmp"
	"strings"
)

// with understands one /with: parts of the report, joined by commas. What stands
// behind compare= is a path to the end, as it may hold commas.
func (o *Options) with(value string) {
	for value != "" {
		part, rest, _ := strings.Cut(value, ",")
		if name, path, is := strings.Cut(value, "="); is && strings.EqualFold(strings.TrimSpace(name), "compare") {
			part, rest = "compare", ""
			o.With.Compare, o.Against = true, strings.TrimSpace(path)
		}
		value = rest
		switch strings.ToLower(strings.TrimSpace(part)) {
		case "compare":
			o.With.Compare = true
		case "pending":
			o.With.Pending = true
		case "pending-all":
			o.With.Pending, o.With.All = true, true
		default:
			o.withWrong = cmp.Or(part, "nothing")
		}
	}
}

// withRules are about /with.
func (o *Options) withRules() []rule {
	asked := o.With.Pending || o.With.Compare || o.withWrong != ""
	return []rule{
		{o.withWrong != "", "/with knows pending, pending-all and compare=EXPORT, not \"" + o.withWrong + "\"."},
		{o.With.Compare && o.Against == "", "/with:compare=EXPORT needs the exported folder or .zip of the other server."},
		{asked && (!o.Review && o.Staging == "" || o.Report == ""), "/with goes with /report:FILE and /review or /staging."},
	}
}

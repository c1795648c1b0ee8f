package cli

import (
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/pending"
)

// containersShown is how many OUs of a connector are printed, those that lose most first.
const containersShown = 10

// pendingText puts what waits into words.
func pendingText(b *strings.Builder, p *pending.Summary) {
	b.WriteString("Pending exports\n")
	if p == nil {
		b.WriteString("  unknown: they could not be counted\n")
		return
	}
	for _, c := range p.Connectors {
		e := c.Exports
		fmt.Fprintf(b, "  [%s] %s: %s\n", c.Severity, c.Name, c.Says)
		fmt.Fprintf(b, "      adds %d, updates %d, renames %d, deletes %d, delete-adds %d; objects %d\n",
			e.Adds, e.Updates, e.Renames, e.Deletes, e.DeleteAdds, c.Objects)
		for _, t := range c.Types {
			if t.Exports.Total() > 0 {
				fmt.Fprintf(b, "      %s, deletes %d\n", typeTotal(t), t.Exports.Gone())
			}
		}
		containersText(b, c.Containers)
		if c.ExportErrors+c.ImportErrors > 0 {
			fmt.Fprintf(b, "      failed exports %d, failed imports %d\n", c.ExportErrors, c.ImportErrors)
		}
	}
	for i, g := range p.Errors {
		if i == 0 {
			b.WriteString("\nErrors\n")
		}
		fmt.Fprintf(b, "  %s\n      %s\n", errorTitle(*p, g), strings.TrimSpace(g.Meaning.What+" "+g.Meaning.Fix))
	}
	for _, n := range p.Notes {
		fmt.Fprintf(b, "  unknown: %s\n", n)
	}
	for _, l := range p.Lacks {
		fmt.Fprintf(b, "  unknown: what %s holds, as this version has no such column\n", l)
	}
}

// containersText lists the OUs that most waits in.
func containersText(b *strings.Builder, list []pending.Container) {
	for i, n := range list {
		if i == containersShown {
			fmt.Fprintf(b, "      and %d more OUs\n", len(list)-i)
			return
		}
		dn := n.DN
		if dn == "" {
			dn = "in no OU any more"
		}
		fmt.Fprintf(b, "      %s: %d, deletes %d\n", dn, n.Exports.Total(), n.Exports.Gone())
	}
}

// errorTitle says how often an error is there, and where.
func errorTitle(p pending.Summary, g pending.ErrorGroup) string {
	name, kind := g.Connector, "export"
	for _, c := range p.Connectors {
		if c.ID == g.Connector {
			name = c.Name
		}
	}
	if g.Import {
		kind = "import"
	}
	text := fmt.Sprintf("%s: %s at %s of %s", name, g.Code, kind, counted(int(g.Objects), "object", "objects"))
	if !g.Since.IsZero() {
		text += ", since " + g.Since.UTC().Format("2006-01-02 15:04") + " UTC"
	}
	return text
}

// typeName names an object type.
func typeName(t string) string {
	if t == "" {
		return "(no type)"
	}
	return t
}

// typeTotal gives the pending exports of a type as the page shows them.
func typeTotal(t pending.TypeCount) string {
	return fmt.Sprintf("%s: %d of %d", typeName(t.Type), t.Exports.Total(), t.Objects)
}

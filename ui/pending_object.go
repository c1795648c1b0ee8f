package ui

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/pending"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// showObject opens the details of one object. closed is told when the admin
// closes them.
func (s *Shell) showObject(o pending.Object, closed func()) *dialog {
	var d *dialog
	done := kit.NewButton(s.keys, kit.Primary, tr("button.close"), func() { d.cancel() })
	copyIt := kit.NewButton(s.keys, kit.Secondary, tr("button.copy"), func() { s.hooks.copy(objectText(o)) })
	d = s.open(sheetSpec{
		width: 760, title: nameOf(o.Row), subtitle: o.Connector, body: s.objectBody(o),
		buttons: []fyne.CanvasObject{copyIt, done}, primary: done, onClose: closed,
	})
	return d
}

// ShowPendingObject opens the details of an object without a session behind them,
// for pictures.
func (s *Shell) ShowPendingObject(o pending.Object) { s.showObject(o, nil) }

// colField is the width in px of the names in the details.
const colField = 210

func (s *Shell) objectBody(o pending.Object) fyne.CanvasObject {
	col := kit.Column(6)
	for _, part := range objectParts(o) {
		if part.title != "" {
			col.Add(kit.Inset(0, 10, 0, 0, kit.Bold(part.title)))
		}
		for _, f := range part.fields {
			col.Add(kit.Row(14, []float32{colField, kit.Rest}, kit.Muted(f.Name), kit.NewText(kit.Span{Text: f.Value, Size: kit.SizeSmall, Mono: part.mono})))
		}
	}
	var failures []fyne.CanvasObject
	for _, f := range o.Failures {
		failures = append(failures, s.failure(f))
	}
	col.Objects = append(failures, col.Objects...)
	for _, n := range o.Notes {
		col.Add(kit.Callout(kit.MoodWarning, kit.Plain(n)))
	}
	return col
}

// failure is an error of an object with its meaning.
func (s *Shell) failure(f pending.Failure) fyne.CanvasObject {
	words := kit.Column(4, kit.Plain(f.Meaning.What))
	if f.Meaning.Fix != "" {
		words.Add(kit.Plain(f.Meaning.Fix))
	}
	if f.Detail != "" {
		words.Add(kit.Muted(tr("object.stored", f.Detail)))
	}
	if f.Meaning.Link != "" {
		words.Add(kit.Line(0, 0, kit.NewSmallLink(s.keys, tr("finding.link"), func() { s.openURL(f.Meaning.Link) })))
	}
	return kit.Callout(kit.MoodDanger, kit.Bold(failed(f.Import, f.Code)), words)
}

// failed says what failed.
func failed(imported bool, code string) string {
	if imported {
		return tr("pending.failed.import", code)
	}
	return tr("pending.failed", code)
}

// objectPart is a section of the details.
type objectPart struct {
	title  string
	fields []pending.Field
	mono   bool
}

// objectParts are the details in the order of reading.
func objectParts(o pending.Object) []objectPart {
	word := tr("pending.one.none")
	if o.Row.Operation != pending.Any {
		word = tr("pending.one." + o.Row.Operation.String())
	}
	head := objectPart{fields: []pending.Field{
		{Name: tr("object.op"), Value: word}, {Name: tr("object.type"), Value: o.Row.Type}, {Name: tr("object.dn"), Value: o.Row.DN},
	}}
	if o.Anchor != "" {
		head.fields = append(head.fields, pending.Field{Name: tr("object.anchor"), Value: o.Anchor})
	}
	head.fields = append(head.fields, o.Facts...)
	changes := objectPart{title: tr("object.changes")}
	for _, r := range o.Refs {
		name := r.Attribute
		if r.Removed {
			name = tr("object.removed", r.Attribute)
		}
		changes.fields = append(changes.fields, pending.Field{Name: name, Value: r.DN})
	}
	changes.fields = append(changes.fields, pending.Field{Name: tr("object.others"), Value: o.Images})
	parts := []objectPart{head, changes}
	m := o.Metaverse
	if m == nil {
		return append(parts, objectPart{title: tr("object.metaverse"), fields: []pending.Field{{Name: tr("object.joined"), Value: tr("object.unjoined")}}})
	}
	joins := objectPart{title: tr("object.joins")}
	for _, j := range m.Joined {
		joins.fields = append(joins.fields, pending.Field{Name: j.Connector, Value: j.DN})
	}
	attributes := objectPart{title: tr("object.metaverse"), fields: []pending.Field{{Name: tr("object.type"), Value: m.Type}}}
	for _, a := range m.Attributes {
		attributes.fields = append(attributes.fields, pending.Field{Name: a.Name, Value: strings.Join(a.Values, "\n")})
	}
	return append(parts, joins, attributes)
}

// objectText is the details as plain lines for the clipboard.
func objectText(o pending.Object) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)\n", nameOf(o.Row), o.Connector)
	for _, f := range o.Failures {
		fmt.Fprintf(&b, "%s: %s %s %s\n", failed(f.Import, f.Code), f.Meaning.What, f.Meaning.Fix, f.Detail)
	}
	for _, part := range objectParts(o) {
		fmt.Fprintf(&b, "\n%s\n", part.title)
		for _, f := range part.fields {
			fmt.Fprintf(&b, "  %s: %s\n", f.Name, strings.ReplaceAll(f.Value, "\n", ", "))
		}
	}
	return b.String()
}

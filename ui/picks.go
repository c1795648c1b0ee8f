package ui

import (
	"fmt"
	"sort"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// picks are the instances and databases that were found, to choose from.
type picks struct {
	box  *fyne.Container
	made memo
}

func newPicks() *picks { return &picks{box: kit.Column(8)} }

// mostPicks is how many buttons of a list are shown at once.
const mostPicks = 24

func (k *picks) update(p *components, s setup.State) {
	if !k.made.changed(s.Instances, s.Databases) {
		return
	}
	k.box.Objects = nil
	if len(s.Instances) > 0 {
		k.box.Add(kit.Muted(tr("picks.instances")))
		k.box.Add(kit.Line(8, 8, p.instanceButtons(s.Instances)...))
	}
	if len(s.Databases) > 0 {
		k.box.Add(kit.Muted(tr("picks.databases")))
		k.box.Add(kit.Line(8, 8, p.databaseButtons(s.Databases)...))
		if n := len(s.Databases) - mostPicks; n > 0 {
			k.box.Add(kit.Muted(tr("picks.more", n)))
		}
	}
	k.box.Hidden = len(k.box.Objects) == 0
}

func (p *components) instanceButtons(list []facts.Instance) []fyne.CanvasObject {
	var out []fyne.CanvasObject
	for _, i := range list[:min(len(list), mostPicks)] {
		value, text := fmt.Sprintf("%s,%d", i.Name, i.Port), tr("picks.noport", i.Name)
		if i.Port > 0 {
			text = tr("picks.port", i.Name, i.Port)
		}
		b := kit.NewButton(p.shell.keys, kit.Small, text, func() {
			p.server.SetText(hostOnly(p.server.Text)) // what was picked counts, not what was typed behind the host
			p.instance.SetText(value)
			p.shell.canvas.Focus(p.instance)
		})
		enable(b, i.Port > 0)
		out = append(out, b)
	}
	return out
}

// hostOnly drops instance and port from a server name as it was typed.
func hostOnly(server string) string {
	host, _, _ := strings.Cut(server, `\`)
	if i := strings.LastIndex(host, ","); i > 0 {
		host = host[:i]
	}
	return strings.TrimSpace(host)
}

func (p *components) databaseButtons(list []facts.DatabaseInfo) []fyne.CanvasObject {
	list = append([]facts.DatabaseInfo(nil), list...)
	sort.SliceStable(list, func(i, j int) bool {
		return list[i].Looks == facts.LooksLikeADSync && list[j].Looks != facts.LooksLikeADSync
	})
	var out []fyne.CanvasObject
	for _, d := range list[:min(len(list), mostPicks)] {
		text := d.Name
		if d.Looks == facts.LooksLikeADSync {
			text = tr("picks.adsync", d.Name)
		}
		if d.SizeMB > 0 {
			text += " · " + size(d.SizeMB)
		}
		out = append(out, kit.NewButton(p.shell.keys, kit.Small, text, func() {
			p.database.SetText(d.Name)
			p.shell.canvas.Focus(p.database)
		}))
	}
	return out
}

// size is a number of megabytes for a person.
func size(mb int64) string {
	if mb < 1024 {
		return fmt.Sprintf("%d MB", mb)
	}
	return fmt.Sprintf("%.1f GB", float64(mb)/1024)
}

// way shows how far the connection came and the certificate to decide on.
type way struct {
	shell  *Shell
	object *fyne.Container
	made   memo
}

func newWay(s *Shell) *way { return &way{shell: s, object: kit.Column(12)} }

func (w *way) update(s setup.State) {
	var sql facts.SQLServer
	if s.Facts != nil && !s.Facts.SQL.Reached(facts.LayerDB) {
		sql = s.Facts.SQL
	}
	if !w.made.changed(sql.Layers, sql.Certificate, s.Answers.SQL.PinSHA256) {
		return
	}
	w.object.Objects = nil
	if len(sql.Layers) > 0 {
		w.object.Add(kit.Column(8, kit.Muted(tr("way.title", sql.Typed)), layers(sql.Layers)))
	}
	if c := sql.Certificate; c != nil && !c.Trusted && !c.Pinned {
		w.object.Add(w.shell.certificate(tr("certificate.title"), *c, func() {
			w.shell.session.Dispatch(setup.CertificatePinned{SHA256: c.SHA256})
		}))
	}
	if pin := s.Answers.SQL.PinSHA256; pin != "" {
		w.object.Add(w.shell.pinned(tr("certificate.pinned"), pin, func() {
			sql := w.shell.session.State().Answers.SQL
			sql.PinSHA256 = ""
			w.shell.session.Dispatch(setup.SQLEdited{SQL: sql})
		}))
	}
	w.object.Hidden = len(w.object.Objects) == 0
}

// layers shows each layer of the connection with its outcome.
func layers(list []facts.Layer) fyne.CanvasObject {
	rows := make([]fyne.CanvasObject, 0, len(list))
	for _, l := range list {
		icon, color, word := kit.IconDash, kit.ColorMuted, "layer.nottried"
		switch l.Outcome {
		case facts.Passed:
			icon, color, word = kit.IconCheck, kit.ColorSuccess, "layer.passed"
		case facts.Failed:
			icon, color, word = kit.IconCross, kit.ColorDanger, "layer.failed"
		case facts.Skipped:
			word = "layer.skipped"
		case facts.NotTried:
		}
		detail := l.Detail
		if detail == "" && l.Problem != nil {
			detail = l.Problem.What
		}
		rows = append(rows, kit.Inset(kit.RowX, 6, kit.RowX, 6, kit.Row(0, []float32{colMark(), 190, kit.Rest},
			mark(icon, color, tr(word)), kit.NewText(kit.Span{Text: tr("layer." + string(l.Name)), Size: kit.SizeSmall}), kit.Muted(detail))))
	}
	return kit.Card(rows...)
}

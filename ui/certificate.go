package ui

import (
	"strings"

	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// certificate shows a certificate that is not trusted, and what to compare before
// accepting exactly this one.
func (s *Shell) certificate(title string, c facts.Certificate, accept func()) fyne.CanvasObject {
	parts := []fyne.CanvasObject{kit.Bold(title)}
	if c.Reason != "" {
		parts = append(parts, kit.NewText(kit.Span{Text: c.Reason, Size: kit.SizeSmall}))
	}
	line := func(key, text string, mono bool) {
		parts = append(parts, kit.Row(0, []float32{colLabel(), kit.Rest}, kit.Muted(tr(key)),
			kit.NewText(kit.Span{Text: text, Size: kit.SizeSmall, Mono: mono})))
	}
	line("certificate.subject", c.Subject, false)
	line("certificate.issuer", c.Issuer, false)
	if len(c.DNSNames) > 0 {
		line("certificate.names", strings.Join(c.DNSNames, ", "), false)
	}
	line("certificate.dates", tr("certificate.range", c.NotBefore.Local().Format("2006-01-02"), c.NotAfter.Local().Format("2006-01-02")), false)
	line("certificate.sha256", groups(c.SHA256), true)
	parts = append(parts, kit.NewText(kit.Span{Text: tr("certificate.compare"), Size: kit.SizeSmall}),
		kit.Inset(0, 4, 0, 2, kit.Line(10, 8,
			kit.NewButton(s.keys, kit.Small, tr("certificate.accept"), accept),
			kit.NewButton(s.keys, kit.Small, tr("certificate.copy"), func() { s.hooks.copy(c.SHA256) }))))
	return kit.Callout(kit.MoodWarning, parts...)
}

// pinned shows the fingerprint of the certificate that was accepted, and the way
// back.
func (s *Shell) pinned(title, sha256 string, unpin func()) fyne.CanvasObject {
	return kit.Column(2, kit.Muted(title), kit.Mono(groups(sha256)),
		kit.Line(0, 0, kit.NewSmallLink(s.keys, tr("certificate.unpin"), unpin)))
}

// groups writes a fingerprint in groups of four for comparing by eye.
func groups(hex string) string {
	out := ""
	for i, r := range hex {
		if i > 0 && i%4 == 0 {
			out += " "
		}
		out += string(r)
	}
	return out
}

package kit

import (
	"strings"

	"fyne.io/fyne/v2"
)

// Markdown shows the little Markdown that our own help files use: a first
// heading (given as title), headings, paragraphs, lists, tables, **bold**,
// *emphasis* and `code`.
func Markdown(text string) (title string, body fyne.CanvasObject) {
	col := Column(9)
	var table [][]string
	flush := func() {
		if len(table) > 0 {
			col.Add(mdTable(table))
			table = nil
		}
	}
	for _, line := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "|") {
			table = append(table, cells(line))
			continue
		}
		flush()
		switch {
		case line == "":
		case strings.HasPrefix(line, "# "):
			title = line[2:]
		case strings.HasPrefix(line, "## "):
			col.Add(Inset(0, 6, 0, 0, NewText(Span{Text: line[3:], Bold: true, Size: SizeTile})))
		case strings.HasPrefix(line, "- "):
			col.Add(Row(8, []float32{10, Rest}, Plain("•"), NewText(mdSpans(line[2:])...)))
		default:
			col.Add(NewText(mdSpans(line)...))
		}
	}
	flush()
	return title, col
}

func cells(line string) []string {
	parts := strings.Split(strings.Trim(line, "|"), "|")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

func mdTable(rows [][]string) fyne.CanvasObject {
	var out []fyne.CanvasObject
	for i, r := range rows {
		if strings.Trim(strings.Join(r, ""), "-: ") == "" {
			continue
		}
		widths := make([]float32, len(r))
		objects := make([]fyne.CanvasObject, len(r))
		for c, cell := range r {
			spans := mdSpans(cell)
			for k := range spans {
				spans[k].Size = SizeSmall
				if i == 0 {
					spans[k].Color = ColorMuted
				}
			}
			objects[c] = NewText(spans...)
		}
		out = append(out, Inset(12, 7, 12, 7, Row(12, widths, objects...)))
	}
	return Card(out...)
}

// mdSpans splits a paragraph at its marks.
func mdSpans(s string) []Span {
	var out []Span
	for s != "" {
		i := strings.IndexAny(s, "*`")
		if i < 0 {
			return append(out, Span{Text: s})
		}
		mark := s[i : i+1]
		if strings.HasPrefix(s[i:], "**") {
			mark = "**"
		}
		end := strings.Index(s[i+len(mark):], mark)
		if end < 0 {
			return append(out, Span{Text: s})
		}
		if i > 0 {
			out = append(out, Span{Text: s[:i]})
		}
		inner := s[i+len(mark) : i+len(mark)+end]
		switch mark {
		case "`":
			out = append(out, Span{Text: inner, Mono: true, Size: SizeSmall})
		default:
			out = append(out, Span{Text: inner, Bold: true})
		}
		s = s[i+2*len(mark)+end:]
	}
	return out
}

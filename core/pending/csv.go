package pending

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
)

// csvPage is how many rows are read at a time for a file.
const csvPage = 1000

// CSV writes all rows of a query: RFC 4180 with a byte order mark, which Excel
// needs for UTF-8. A text that a spreadsheet would take for a formula begins with
// an apostrophe instead. said is told after each page how many rows are written of
// how many. It gives the number of rows written, also with an error.
func (r *Reader) CSV(ctx context.Context, q Query, to io.Writer, said func(done, total int64)) (int64, error) {
	if _, err := io.WriteString(to, "\ufeff"); err != nil {
		return 0, fmt.Errorf("write the CSV file: %w", err)
	}
	w := csv.NewWriter(to)
	w.UseCRLF = true
	if err := w.Write([]string{"Connector", "Operation", "Object type", "Name", "Sign-in name", "DN", "Error", "Error since (UTC)", "Failed attempts", "Object id"}); err != nil {
		return 0, fmt.Errorf("write the CSV file: %w", err)
	}
	done := int64(0)
	for at := (&Cursor{}); at != nil; {
		p, err := r.Page(ctx, q, *at, csvPage)
		if err != nil {
			return done, err
		}
		for _, row := range p.Rows {
			if err := w.Write(r.record(row)); err != nil {
				return done, fmt.Errorf("write the CSV file: %w", err)
			}
			done++
		}
		said(done, p.Total)
		at = p.Next
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return done, fmt.Errorf("write the CSV file: %w", err)
	}
	return done, nil
}

func (r *Reader) record(row Row) []string {
	since, retries := "", ""
	if row.Error != "" {
		retries = fmt.Sprint(row.Retries)
		if !row.Since.IsZero() {
			since = row.Since.Format(time.DateTime)
		}
	}
	out := []string{r.connectorName(row.Connector), row.Operation.String(), row.Type, row.Name, row.Sign, row.DN, row.Error, since, retries, row.ID}
	for i := range out {
		out[i] = harmless(out[i])
	}
	return out
}

// harmless keeps a spreadsheet from running a text as a formula
// (https://owasp.org/www-community/attacks/CSV_Injection), also behind what it does
// not show, and in the wide form that it takes for the same.
func harmless(s string) string {
	shown := strings.TrimLeftFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) })
	if strings.IndexAny(s, "\t\r\n") == 0 || strings.IndexAny(shown, "=+-@\uff1d\uff0b\uff0d\uff20") == 0 {
		return "'" + s
	}
	return s
}

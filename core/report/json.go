package report

import (
	"encoding/json"
	"fmt"
	"io"
)

// JSON writes the record as indented JSON. Its shape is that of Record and goes
// by Format; a reader must accept fields that it does not know. Errors are those of w.
func JSON(w io.Writer, r Record) error {
	if r.Format == 0 {
		r.Format = Format
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	if err := e.Encode(r); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

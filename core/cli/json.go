package cli

import (
	"encoding/json"
	"fmt"
	"io"
)

// printJSON prints what a command says as indented JSON, in the one form of all
// commands. Characters that mean something in HTML stay as they are: it is read by
// programs and people, not by browsers.
func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}

package compare

import "testing"

// A database names no server: where it was read from is its name, and is said once.
func TestSide_saidOnce(t *testing.T) {
	for _, c := range []struct {
		side        Side
		name, about string
	}{
		{Side{Source: Source{Label: `ADSync on SQL01`, Version: "2.6.92.0"}}, "ADSync on SQL01", "version 2.6.92.0; 0 connectors, 0 rules (0 custom), 0 transformations"},
		{Side{Source: Source{Label: "export.zip", Server: "SYNC01"}}, "SYNC01", "export.zip; 0 connectors, 0 rules (0 custom), 0 transformations"},
	} {
		if c.side.Name() != c.name || c.side.About() != c.about {
			t.Errorf("%q: %q", c.side.Name(), c.side.About())
		}
	}
}

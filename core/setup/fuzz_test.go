package setup

import (
	"encoding/json"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
)

// finding is a Finder that has one journal.
type finding struct{ u *apply.Unfinished }

func (f finding) Find() (*apply.Unfinished, error) { return f.u, nil }

// FuzzKnown takes any bytes for what a journal says the wizard knew: it is
// understood or told as a problem, and what is shown of it does not panic.
func FuzzKnown(f *testing.F) {
	f.Add([]byte(`{"computer":"A","answers":{"sql":{"server":"SQL01","instance":"X"}},"entra":{}}`))
	f.Add([]byte(`{"facts":{"computer":{"user":{"value":"u","state":"known"}}},"gate":[{}]}`))
	f.Add([]byte(`null`))
	f.Add([]byte(`{"answers":[]}`))
	f.Add([]byte(nil))
	f.Fuzz(func(t *testing.T, known []byte) {
		p := plan.Plan{ID: "1", Server: "SYNC01", Steps: []plan.Step{{ID: "claim", Title: "Claim"}}}
		u := &apply.Unfinished{Path: "x", Begin: apply.Begin{Plan: p, Known: json.RawMessage(known)}, Steps: map[string]apply.RecordKind{"claim": apply.RecordDone}}
		found := find(Site{Finder: finding{u}})
		if found == nil || found.Path != "x" {
			t.Fatalf("%q: %+v", known, found)
		}
		if p := found.Problem; p != nil {
			if p.Code == "" || p.What == "" || p.Fix == "" || len(found.Steps) > 0 {
				t.Errorf("%q: %+v", known, p)
			}
			return
		}
		_, computer := found.Who()
		if database, _ := found.Database(); database == "" || computer != "SYNC01" || len(found.Done()) != 1 {
			t.Errorf("%q: %+v", known, found)
		}
	})
}

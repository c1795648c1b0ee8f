package entra

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// synchronization is GET /directory/onPremisesSynchronization, in as far as it is
// used (docs: graph/api/resources/onpremisesdirectorysynchronization).
type synchronization struct {
	Configuration struct {
		Deletion struct {
			Kind  string `json:"synchronizationPreventionType"`
			Limit *int64 `json:"alertThreshold"`
		} `json:"accidentalDeletionPrevention"`
	} `json:"configuration"`
	Features map[string]any `json:"features"`
}

const settingsSource = "GET /directory/onPremisesSynchronization"

// settings reads the on-premises synchronization settings: the features that are
// on and the limit of deletions. The documentation shows one object, the service
// answers with a list of one: both are read.
func (c *Client) settings(ctx context.Context, s *session, t *facts.Tenant) {
	var raw json.RawMessage
	err := s.graph.do(ctx, call{
		method: http.MethodGet, path: "/directory/onPremisesSynchronization",
		need: "OnPremDirectorySynchronization.Read.All", purpose: "read the synchronization settings", who: "Global Administrator",
	}, &raw)
	unread := ""
	if err != nil {
		unread = why(err)
		if e := refusal(err); e != nil && e.status == http.StatusForbidden {
			unread += " and the role Global Administrator"
		}
	}
	var several struct {
		Value []synchronization `json:"value"`
	}
	var one synchronization
	if unread == "" {
		if decode(raw, &several) == nil && len(several.Value) == 1 {
			one = several.Value[0]
		} else if err := decode(raw, &one); err != nil {
			unread = "the answer has another form than documented"
		}
	}
	if unread != "" {
		t.Threshold = facts.Unknown[int64](settingsSource, unread, t.At)
		t.Features = facts.Unknown[[]string](settingsSource, unread, t.At)
		return
	}
	t.Threshold, t.Features = one.threshold(t.At), one.features(t.At)
}

// threshold gives the limit of deletions; 0 when the tenant has switched it off.
func (s synchronization) threshold(at time.Time) facts.Read[int64] {
	d := s.Configuration.Deletion
	switch {
	case strings.EqualFold(d.Kind, "disabled"):
		return facts.Known(int64(0), settingsSource, at)
	case strings.EqualFold(d.Kind, "enabledForCount") && d.Limit != nil:
		return facts.Known(*d.Limit, settingsSource, at)
	case strings.EqualFold(d.Kind, "enabledForPercentage") && d.Limit != nil:
		return facts.Unknown[int64](settingsSource, "the tenant limits deletions to "+strconv.FormatInt(*d.Limit, 10)+" percent, not to a number", at)
	default:
		return facts.Unknown[int64](settingsSource, "the answer names no threshold", at)
	}
}

// features gives what is on, by name.
func (s synchronization) features(at time.Time) facts.Read[[]string] {
	if s.Features == nil {
		return facts.Unknown[[]string](settingsSource, "the answer names no features", at)
	}
	on := []string{}
	for name, value := range s.Features {
		if is, ok := value.(bool); ok && is {
			on = append(on, strings.TrimSuffix(name, "Enabled"))
		}
	}
	slices.Sort(on)
	return facts.Known(on, settingsSource, at)
}

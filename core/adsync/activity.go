package adsync

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// future is how far ahead of this computer's clock an evidence may lie before
// it is not believed.
const future = 10 * time.Minute

// activities gathers the four evidences of the last synchronization, A to D.
func (r *reader) activities(ctx context.Context) {
	a := facts.Activity{Letter: "A", Name: "Last import from Entra ID in the run history"}
	if c := r.out.Entra(); c == nil {
		a.When = facts.Unknown[time.Time](tRun, "there is no Entra connector", r.now())
	} else if !r.s.has(tRun) {
		a.When = facts.Absent[time.Time](tRun, absentHere, r.now())
	} else {
		a.When = r.lastImport(ctx, c)
	}
	r.out.Activity = []facts.Activity{
		a,
		{Letter: "B", Name: "Newest DirSync cookie of a domain", When: r.newestCookie()},
		{Letter: "C", Name: "Start of the scheduler's last cycle", When: r.lastCycle()},
		{Letter: "D", Name: "Last password hash synchronization", When: r.lastHashCycle()},
	}
	for i := range r.out.Activity {
		r.believe(&r.out.Activity[i].When)
	}
}

// believe turns an evidence from the future into an unknown one.
func (r *reader) believe(when *facts.Read[time.Time]) {
	t, ok := when.Get()
	if ok && t.After(r.now().Add(future)) {
		*when = facts.Unknown[time.Time](when.Source,
			"it lies in the future ("+t.Format(time.RFC3339)+"); one of the clocks is wrong", when.At)
	}
}

// newestCookie gives the newest cookie of the AD connectors.
func (r *reader) newestCookie() facts.Read[time.Time] {
	best := facts.Unknown[time.Time](tPartition, "no partition has a cookie", r.now())
	for _, c := range r.out.Forests() {
		for _, p := range c.Partitions {
			best = newer(best, p.Cookie)
		}
	}
	return best
}

// lastHashCycle gives the newest end of a successful password hash cycle.
func (r *reader) lastHashCycle() facts.Read[time.Time] {
	best := facts.Unknown[time.Time](tPartition, "no partition has a password hash cycle", r.now())
	on := false
	for _, c := range r.out.Forests() {
		on = on || c.PasswordHash.Or(false)
		for _, p := range c.Partitions {
			best = newer(best, p.HashCycleEnd)
		}
	}
	if best.State != facts.IsKnown && !on {
		return facts.Absent[time.Time](tPartition, "password hash synchronization is off", r.now())
	}
	return best
}

// newer gives the newer of two times, one that is known before one that is not.
// Of two unknown ones the one that was tried and says why wins.
func newer(a, b facts.Read[time.Time]) facts.Read[time.Time] {
	at, aok := a.Get()
	bt, bok := b.Get()
	switch {
	case bok && (!aok || bt.After(at)):
		return b
	case !aok && !bok && b.State == facts.IsUnknown && b.Why != "":
		return b
	case !aok && !bok && b.State == facts.IsAbsent && a.State != facts.IsAbsent && strings.Contains(b.Why, absentHere):
		return b
	}
	return a
}

// lastCycle gives the start of the scheduler's last cycle: the next start minus
// the interval.
func (r *reader) lastCycle() facts.Read[time.Time] {
	source := "global settings " + facts.SettingNextStart + " and " + facts.SettingInterval
	at := r.now()
	if _, ok := r.out.Settings.Get(); !ok {
		return facts.Unknown[time.Time](source, r.out.Settings.Reason(), at)
	}
	next, ok1 := r.out.Setting(facts.SettingNextStart)
	every, ok2 := r.out.Setting(facts.SettingInterval)
	if !ok1 || !ok2 || strings.TrimSpace(next) == "" {
		return facts.Absent[time.Time](source, "the settings are not there", at)
	}
	start, err1 := parseDate(next)
	interval, err2 := parseTimeSpan(every)
	if err := errors.Join(err1, err2); err != nil {
		return facts.Unknown[time.Time](source, err.Error(), at)
	}
	return facts.Known(start.Add(-interval), source, at)
}

// parseDate reads a date as the global settings keep it: RFC 1123 in GMT.
func parseDate(text string) (time.Time, error) {
	text = strings.TrimSpace(text)
	for _, layout := range []string{time.RFC1123, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a date of the known form", text)
}

// parseTimeSpan reads a duration as .NET writes it: [days.]hh:mm:ss[.fraction].
func parseTimeSpan(text string) (time.Duration, error) {
	bad := fmt.Errorf("%q is not a duration of the known form", text)
	parts := strings.Split(strings.TrimSpace(text), ":")
	if len(parts) != 3 {
		return 0, bad
	}
	days, hours := "0", parts[0]
	if d, h, ok := strings.Cut(parts[0], "."); ok {
		days, hours = d, h
	}
	d, err1 := strconv.ParseUint(days, 10, 16)
	h, err2 := strconv.ParseUint(hours, 10, 8)
	m, err3 := strconv.ParseUint(parts[1], 10, 8)
	s, err4 := time.ParseDuration(parts[2] + "s")
	if errors.Join(err1, err2, err3, err4) != nil {
		return 0, bad
	}
	return time.Duration(d)*24*time.Hour + time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + s, nil
}

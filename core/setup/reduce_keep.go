package setup

import "slices"

// keepEvent is an event about what is kept in files: ticks, reports, logs. It is
// handled on every page while nothing is being installed.
type keepEvent interface {
	Event
	keep(s State) (State, Effect)
}

func (e TaskTicked) keep(s State) (State, Effect)     { return s.ticked(e.ID, e.On) }
func (e SavePressed) keep(s State) (State, Effect)    { return s.save(e.Path, e.With) }
func (e BundlePressed) keep(s State) (State, Effect)  { return s.bundle(e.Path) }
func (e LogSavePressed) keep(s State) (State, Effect) { return s.saveLog(e.Path) }

func (e TicksLost) keep(s State) (State, Effect) { //nolint:unparam // keepEvent wants an Effect of every event
	s.Problems = append(slices.Clone(s.Problems), e.Problem)
	return s, nil
}

// save writes the record as it stands, with the parts that were asked for. The list
// of pending exports has to be read first.
func (s State) save(path string, with ReportParts) (State, Effect) {
	if p := SaveProblem(path); p != nil && s.free(TaskSave) {
		s.Problems = append(slices.Clone(s.Problems), p)
		return s, nil
	}
	if with.Pending && s.After != nil && s.After.Facts != nil {
		return s.gather(SavePressed{Path: path, With: with})
	}
	record := RecordWith(s, with)
	return s.saving("Saving…", func(token int) Effect { return SaveRecord{Token: token, Path: path, Record: record} })
}

// saving begins to write a file.
func (s State) saving(text string, effect func(token int) Effect) (State, Effect) {
	if !s.free(TaskSave) {
		return s, nil
	}
	s = s.begin(TaskSave, text)
	return s, effect(s.Rev)
}

package setup

import "github.com/adsync-reconnect/adsync-reconnect/core/preflight"

// tokenOf gives the token of an event that the session feeds back, and false for
// any other event.
func tokenOf(e Event) (int, bool) {
	switch e := e.(type) {
	case Progressed:
		return e.Token, true
	case InstancesFound:
		return e.Token, true
	case DatabasesFound:
		return e.Token, true
	case Inspected:
		return e.Token, true
	case EntraPrompted:
		return e.Token, true
	case EntraSignedIn:
		return e.Token, true
	case ForestVerified:
		return e.Token, true
	case StepProgressed:
		return e.Token, true
	case InstallEnded:
		return e.Token, true
	case FileSaved:
		return e.Token, true
	case PracticeOpened:
		return e.Token, true
	case TaskFailed:
		return e.Token, true
	case afterResult:
		token, _ := e.of()
		return token, true
	}
	return 0, false
}

// expects tells whether the state is busy with the task that e belongs to. A
// result of a cancelled task is late and is dropped.
func (s State) expects(e Event) bool {
	token, ok := tokenOf(e)
	return ok && s.Busy != nil && s.Busy.Token == token && answersTask(e, s.Busy.Task)
}

// answersTask tells whether an event can come from a task of that kind.
func answersTask(e Event, t Task) bool {
	switch e := e.(type) {
	case InstancesFound:
		return t == TaskInstances
	case DatabasesFound:
		return t == TaskDatabases
	case Inspected:
		return t == TaskInspect
	case EntraPrompted, EntraSignedIn:
		return t == TaskEntra
	case ForestVerified:
		return t == TaskForest
	case StepProgressed, InstallEnded:
		return t == TaskInstall || t == TaskUndo
	case FileSaved:
		return t == TaskSave
	case PracticeOpened:
		return t == TaskPractice
	case afterResult:
		_, task := e.of()
		return t == task
	}
	return true
}

// reduceResult handles what comes back from effects. ok is false for events that
// are none.
func reduceResult(s State, e Event) (next State, ok bool) {
	if _, isResult := tokenOf(e); !isResult {
		return s, false
	}
	if !s.expects(e) {
		return s, true
	}
	switch e := e.(type) {
	case Progressed:
		if e.Text != "" {
			b := *s.Busy
			b.Text = e.Text
			s.Busy = &b
		}
	case EntraPrompted:
		s.Entra.Prompt = e.Prompt.orNil()
	case StepProgressed:
		s.Install.Steps = mergeStep(s.Install.Steps, e.Progress)
	default:
		if on, ok := e.(staying); ok && on.stays() {
			return e.(afterResult).land(s), true
		}
		return s.finish(e), true
	}
	return s, true
}

// finish handles the event that ends a task.
func (s State) finish(e Event) State {
	task, forest := s.Busy.Task, s.Busy.Forest
	s.Busy = nil
	switch e := e.(type) {
	case InstancesFound:
		s.Instances = e.Instances
	case DatabasesFound:
		s.Databases = e.Databases
	case Inspected:
		return s.inspected(e)
	case EntraSignedIn:
		if s.Reopened != nil {
			return s.signedInAgain(e.Tenant)
		}
		s.Entra = Entra{Tenant: &e.Tenant}
		if s.Facts != nil {
			s.Entra.Findings = preflight.JudgeTenant(*s.Facts, s.Answers, e.Tenant)
		}
	case ForestVerified:
		return s.forestVerified(e)
	case InstallEnded:
		return s.installEnded(e.Outcome)
	case FileSaved:
		s.Saved = e.Path
	case PracticeOpened:
		return s.siteOpened(e)
	case TaskFailed:
		return s.failed(task, forest, e.Problem)
	case afterResult:
		return e.land(s)
	}
	return s
}

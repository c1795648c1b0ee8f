package local

import "context"

// ServiceRuns tells whether the synchronization service runs. Errors are *problem.Problem.
func (c Computer) ServiceRuns(ctx context.Context) (bool, error) {
	s, err := c.Services.Service(ctx, service)
	if err != nil {
		return false, change("Reading the service "+service, err)
	}
	return s.Running(), nil
}

// RestartService stops the synchronization service and starts it, and waits for each.
// One that is stopped already is started. Errors are *problem.Problem.
func (c Computer) RestartService(ctx context.Context, say func(string)) error {
	if err := c.run(ctx, false, say); err != nil {
		return err
	}
	return c.run(ctx, true, say)
}

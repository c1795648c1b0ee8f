package local

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/windows"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/winapi"
)

// scm is the service control manager.
type scm struct{}

// with opens a service for the time of do.
func with(name string, access uint32, do func(windows.Handle) error) error {
	manager, err := windows.OpenSCManager(nil, nil, windows.SC_MANAGER_CONNECT)
	if err != nil {
		return err
	}
	defer func() { _ = windows.CloseServiceHandle(manager) }()
	short, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return err
	}
	h, err := windows.OpenService(manager, short, access)
	if err != nil {
		return err
	}
	defer func() { _ = windows.CloseServiceHandle(h) }()
	return do(h)
}

func (scm) Service(_ context.Context, name string) (out facts.Service, err error) {
	err = with(name, windows.SERVICE_QUERY_CONFIG|windows.SERVICE_QUERY_STATUS, func(h windows.Handle) (err error) {
		out, err = winapi.QueryService(h)
		return err
	})
	if errors.Is(err, windows.ERROR_SERVICE_DOES_NOT_EXIST) {
		return facts.Service{}, nil
	}
	return out, err
}

// SetAccount changes who the service signs in as. Virtual and managed accounts have
// no password (https://learn.microsoft.com/windows/win32/api/winsvc/nf-winsvc-changeserviceconfigw).
func (scm) SetAccount(_ context.Context, name, account string, password secret.Value) error {
	user, err := windows.UTF16PtrFromString(account)
	if err != nil {
		return err
	}
	var word *uint16
	if !password.IsEmpty() {
		if word, err = windows.UTF16PtrFromString(password.Reveal()); err != nil {
			return errors.New("the password holds a zero character")
		}
	}
	return with(name, windows.SERVICE_CHANGE_CONFIG, func(h windows.Handle) error {
		const same = windows.SERVICE_NO_CHANGE
		return windows.ChangeServiceConfig(h, same, same, same, nil, nil, nil, nil, user, word, nil)
	})
}

// glance is the time between two looks at a service that starts or stops.
const glance = 250 * time.Millisecond

func (scm) Run(ctx context.Context, name string, run bool) error {
	const access = windows.SERVICE_QUERY_STATUS | windows.SERVICE_START | windows.SERVICE_STOP
	return with(name, access, func(h windows.Handle) error {
		var s windows.SERVICE_STATUS
		if err := windows.QueryServiceStatus(h, &s); err != nil {
			return err
		}
		want, moving := uint32(windows.SERVICE_STOPPED), uint32(windows.SERVICE_STOP_PENDING)
		if run {
			want, moving = windows.SERVICE_RUNNING, windows.SERVICE_START_PENDING
		}
		if s.CurrentState == want {
			return nil
		}
		if s.CurrentState != moving {
			if err := order(h, run, &s); err != nil {
				return named(err)
			}
		}
		return watch(ctx, h, want)
	})
}

func order(h windows.Handle, run bool, s *windows.SERVICE_STATUS) error {
	if run {
		err := windows.StartService(h, 0, nil)
		if errors.Is(err, windows.ERROR_SERVICE_ALREADY_RUNNING) {
			return nil
		}
		return err
	}
	err := windows.ControlService(h, windows.SERVICE_CONTROL_STOP, s)
	if errors.Is(err, windows.ERROR_SERVICE_NOT_ACTIVE) {
		return nil
	}
	return err
}

// watch waits until the service is as it should be. One that should run and has
// stopped has failed; its exit code is in the status.
func watch(ctx context.Context, h windows.Handle, want uint32) error {
	tick := time.NewTicker(glance)
	defer tick.Stop()
	for {
		var s windows.SERVICE_STATUS
		if err := windows.QueryServiceStatus(h, &s); err != nil {
			return err
		}
		switch {
		case s.CurrentState == want:
			return nil
		case want == windows.SERVICE_RUNNING && s.CurrentState == windows.SERVICE_STOPPED:
			if s.Win32ExitCode == uint32(windows.ERROR_SERVICE_SPECIFIC_ERROR) {
				return fmt.Errorf("the service ended with the service-specific error %d (event 7024)", s.ServiceSpecificExitCode)
			}
			return fmt.Errorf("the service ended by itself: %w (event 7023)", windows.Errno(s.Win32ExitCode))
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("it was %s until the end: %w", winapi.StateText(s.CurrentState), ctx.Err())
		case <-tick.C:
		}
	}
}

// named adds the event that Windows writes for the usual failures.
func named(err error) error {
	for code, event := range map[error]string{
		windows.ERROR_SERVICE_LOGON_FAILED:    "event 7038 or 7041: the account's password or its right to log on as a service",
		windows.ERROR_SERVICE_DISABLED:        "event 7000: the service is disabled",
		windows.ERROR_SERVICE_REQUEST_TIMEOUT: "events 7009 and 7000: it did not answer in time",
	} {
		if errors.Is(err, code) {
			return fmt.Errorf("%w (%s)", err, event)
		}
	}
	return err
}

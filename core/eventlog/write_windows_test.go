package eventlog

import "testing"

// What was written can't be read back here: Wine keeps no event log.
func TestSystem_write(t *testing.T) {
	for _, e := range []Entry{
		{Installed, Information, "a test of ADSync Reconnect"}, {Stopped, Warning, "a test of ADSync Reconnect"}, {Failed, Error, "a test of ADSync Reconnect"},
	} {
		if err := (System{}).Write(e); err != nil {
			t.Errorf("%s: %v", e.Level, err)
		}
	}
}

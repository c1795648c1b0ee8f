//go:build !cli

package main

import (
	"errors"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

type refused struct{ error }

func (refused) NoWindow() {}

func TestRecovered(t *testing.T) {
	if err := recovered(nil); err != nil {
		t.Errorf("without a panic: %v", err)
	}
	for _, cause := range []error{refused{errors.New("no screen")}, errors.New("NotInitialized: The GLFW library is not initialized")} {
		if p := problem.As(recovered(cause)); p == nil || p.Code != "window.none" || !errors.Is(p, cause) {
			t.Errorf("%v became %v", cause, p)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("another panic was swallowed")
		}
	}()
	_ = recovered(errors.New("index out of range"))
}

//go:build cli

package main

import (
	"context"
	"io"

	"github.com/adsync-reconnect/adsync-reconnect/core/cli"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// noWindow says that this build has none.
func noWindow() error {
	return &cli.UsageError{Text: "This is the program without a window. Give /check or /install, or see /?."}
}

func window(context.Context, setup.Params) error { return noWindow() }

func tourOf(context.Context, setup.Params, string, io.Writer) error { return noWindow() }

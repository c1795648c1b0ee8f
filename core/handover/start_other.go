//go:build !windows

package handover

import (
	"context"

	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// This gives the setup of this computer: there is none, as it exists for Windows only.
func This() Starter { return nowhere{} }

type nowhere struct{}

func (nowhere) Start(context.Context, plan.Plan) error {
	return &problem.Problem{
		Code: CodeNotHere, What: "Microsoft's setup can't be started here: it exists for Windows only.",
		Fix: "Run this program on the Windows Server that is to synchronize, or let it install by itself.",
	}
}

func (nowhere) Running() (bool, error) { return false, nil }

func (nowhere) Traces() string { return "" }

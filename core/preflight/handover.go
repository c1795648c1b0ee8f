package preflight

import (
	"slices"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// CanHandOver tells whether Microsoft's own setup is on this computer, so that it
// can finish the installation, and else why not.
func CanHandOver(set facts.Set) (ok bool, why string) {
	list, known := set.Computer.Products.Get()
	switch {
	case set.Computer.Products.State == facts.IsAbsent:
		return false, "Microsoft's setup exists for Windows only."
	case !known:
		return false, "Whether Microsoft's setup is installed on this computer could not be read: " + set.Computer.Products.Reason() + "."
	}
	there := slices.ContainsFunc(list, func(p facts.Product) bool { return p.Component == facts.ComponentWizard && !p.Leftover })
	if !there {
		return false, "Microsoft Entra Connect Sync is not installed on this computer. It comes from the Entra admin center; install it, close the setup that opens by itself, and check again."
	}
	return true, ""
}

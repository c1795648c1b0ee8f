package forest

import (
	"context"
	"sync"
)

// Ports that Microsoft Entra Connect uses towards domain controllers (docs:
// reference-connect-ports), TCP, and 3268 for the global catalog.
var wantedPorts = []int{portDNS, portKerberos, portRPC, portLDAP, portSMB, portLDAPS, portCatalog}

const (
	portDNS      = 53
	portKerberos = 88
	portRPC      = 135
	portLDAP     = 389
	portSMB      = 445
	portLDAPS    = 636
	portCatalog  = 3268
)

// closedPorts tries all ports at once and gives those that did not open, in order.
func (d *Directory) closedPorts(ctx context.Context, host string) []int {
	open := make([]bool, len(wantedPorts))
	var wait sync.WaitGroup
	for i, port := range wantedPorts {
		wait.Go(func() {
			conn, err := d.dial(ctx, host, port)
			if err != nil {
				return
			}
			open[i] = true
			_ = conn.Close() // nothing was sent
		})
	}
	wait.Wait()
	var closed []int
	for i, port := range wantedPorts {
		if !open[i] {
			closed = append(closed, port)
		}
	}
	return closed
}

package winapi

import (
	"errors"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// QueryService tells of an open service. It asks for no more than every version of
// Windows answers.
func QueryService(h windows.Handle) (facts.Service, error) {
	var state windows.SERVICE_STATUS
	if err := windows.QueryServiceStatus(h, &state); err != nil {
		return facts.Service{}, err
	}
	var size uint32
	err := windows.QueryServiceConfig(h, nil, 0, &size)
	if err != nil && !errors.Is(err, windows.ERROR_INSUFFICIENT_BUFFER) {
		return facts.Service{}, err
	}
	buf := make([]byte, max(size, uint32(unsafe.Sizeof(windows.QUERY_SERVICE_CONFIG{}))))
	config := (*windows.QUERY_SERVICE_CONFIG)(unsafe.Pointer(&buf[0]))
	if err := windows.QueryServiceConfig(h, config, uint32(len(buf)), &size); err != nil {
		return facts.Service{}, err
	}
	return facts.Service{
		Installed: true, State: StateText(state.CurrentState), Start: StartText(config.StartType),
		Account: windows.UTF16PtrToString(config.ServiceStartName),
	}, nil
}

package winapi

import "golang.org/x/sys/windows"

// AccountName gives DOMAIN\name of an id, or the id itself when nobody knows it.
func AccountName(sid *windows.SID) string {
	name, domain, _, err := sid.LookupAccount("")
	switch {
	case err != nil:
		return sid.String()
	case domain == "":
		return name
	default:
		return domain + `\` + name
	}
}

// StateText names the state of a service (SERVICE_STATUS.dwCurrentState).
func StateText(state uint32) string {
	return word(state, map[uint32]string{
		windows.SERVICE_STOPPED: "stopped", windows.SERVICE_START_PENDING: "starting", windows.SERVICE_STOP_PENDING: "stopping",
		windows.SERVICE_RUNNING: "running", windows.SERVICE_CONTINUE_PENDING: "continuing",
		windows.SERVICE_PAUSE_PENDING: "pausing", windows.SERVICE_PAUSED: "paused",
	})
}

// StartText names how a service starts (QUERY_SERVICE_CONFIG.dwStartType).
func StartText(start uint32) string {
	return word(start, map[uint32]string{
		windows.SERVICE_BOOT_START: "boot", windows.SERVICE_SYSTEM_START: "system", windows.SERVICE_AUTO_START: "automatic",
		windows.SERVICE_DEMAND_START: "manual", windows.SERVICE_DISABLED: "disabled",
	})
}

func word(n uint32, words map[uint32]string) string {
	if w, ok := words[n]; ok {
		return w
	}
	return "unknown"
}

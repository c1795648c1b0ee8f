// Package winapi calls the few functions of Windows that golang.org/x/sys/windows
// does not have: local groups (netapi32), user rights (the local security policy
// in advapi32) and the size of the memory. It is empty on other systems.
package winapi

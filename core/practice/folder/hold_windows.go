package folder

import "golang.org/x/sys/windows"

// open opens a lock file so that nobody else can open it meanwhile.
func open(path string, disposition uint32) (windows.Handle, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return windows.InvalidHandle, err
	}
	const alone = 0 // no sharing
	return windows.CreateFile(name, windows.GENERIC_READ|windows.GENERIC_WRITE, alone, nil, disposition, windows.FILE_ATTRIBUTE_NORMAL, 0)
}

// hold makes a lock file, which belongs to this process while it is open.
func hold(path string) (release func(), err error) {
	handle, err := open(path, windows.CREATE_NEW)
	if err != nil {
		return nil, err
	}
	return func() { _ = windows.CloseHandle(handle) }, nil
}

// held tells whether a process holds a lock file, or that can't be found out.
func held(path string) bool {
	handle, err := open(path, windows.OPEN_EXISTING)
	if err != nil {
		return true
	}
	_ = windows.CloseHandle(handle)
	return false
}

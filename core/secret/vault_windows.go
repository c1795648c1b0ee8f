package secret

import (
	"errors"
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// systemProtector gives the protection of this system: DPAPI, bound to the
// computer and not to the user, as the synchronization service runs as another one.
func systemProtector(string, string) (Protector, error) { return dpapi{}, nil }

// dpapi seals with the computer's own key (CryptProtectData). The item's name is
// the blob's description, which DPAPI authenticates, and is compared on opening.
type dpapi struct{}

const dpapiFlags = windows.CRYPTPROTECT_UI_FORBIDDEN | windows.CRYPTPROTECT_LOCAL_MACHINE

const dpapiPrefix = "ADSync Reconnect: "

func blobOf(b []byte) *windows.DataBlob {
	if len(b) == 0 {
		return &windows.DataBlob{}
	}
	return &windows.DataBlob{Size: uint32(len(b)), Data: &b[0]}
}

// taken copies what the system gave, wipes it there and frees it.
func taken(b windows.DataBlob) ([]byte, error) {
	if b.Data == nil {
		return nil, nil
	}
	system := unsafe.Slice(b.Data, b.Size)
	out := append([]byte(nil), system...)
	clear(system)
	_, err := windows.LocalFree(windows.Handle(unsafe.Pointer(b.Data)))
	return out, err
}

// Protect seals an item.
func (dpapi) Protect(name string, plain []byte) ([]byte, error) {
	description, err := windows.UTF16PtrFromString(dpapiPrefix + name)
	if err != nil {
		return nil, vaultFileProblem(name, err)
	}
	var out windows.DataBlob
	// A leading byte, as DPAPI refuses to seal nothing.
	in := blobOf(append([]byte{1}, plain...))
	if err := windows.CryptProtectData(in, description, nil, 0, nil, dpapiFlags, &out); err != nil {
		return nil, vaultFileProblem(name, err)
	}
	sealed, err := taken(out)
	if err != nil {
		return nil, vaultFileProblem(name, err)
	}
	return sealed, nil
}

// Unprotect opens an item.
func (dpapi) Unprotect(name string, sealed []byte) ([]byte, error) {
	var out windows.DataBlob
	var description *uint16
	if err := windows.CryptUnprotectData(blobOf(sealed), &description, nil, 0, nil, dpapiFlags, &out); err != nil {
		return nil, damagedVault(name, errors.Join(errNotOpened, err))
	}
	is := windows.UTF16PtrToString(description)
	_, freeErr := windows.LocalFree(windows.Handle(unsafe.Pointer(description)))
	plain, err := taken(out)
	if err := errors.Join(freeErr, err); err != nil {
		return nil, vaultFileProblem(name, err)
	}
	if is != dpapiPrefix+name || len(plain) == 0 || plain[0] != 1 {
		return nil, damagedVault(name, errNotOpened)
	}
	return plain[1:], nil
}

// machineID gives the id that setup made for this installation of Windows.
func machineID() (string, error) {
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, `SOFTWARE\Microsoft\Cryptography`, registry.QUERY_VALUE|registry.WOW64_64KEY)
	if err != nil {
		return "", err
	}
	id, _, err := k.GetStringValue("MachineGuid")
	return id, errors.Join(err, k.Close())
}

// privateDir makes a folder for the system, the administrators and its owner
// alone, inherited by what is in it, and takes nothing over from above.
func privateDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	sd, err := windows.SecurityDescriptorFromString("D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;OW)")
	if err != nil {
		return err
	}
	dacl, _, err := sd.DACL()
	if err != nil {
		return err
	}
	return windows.SetNamedSecurityInfo(dir, windows.SE_FILE_OBJECT,
		windows.DACL_SECURITY_INFORMATION|windows.PROTECTED_DACL_SECURITY_INFORMATION, nil, nil, dacl, nil)
}

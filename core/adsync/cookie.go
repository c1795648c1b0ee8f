package adsync

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"
)

// errNoCookie is a text that is no DirSync cookie.
var errNoCookie = errors.New("it is not a DirSync cookie")

// CookieTime gives the time inside an AD DirSync cookie: Base64 of "MSDS", a
// DWORD version (3) and a FILETIME, as public exports show it. The time is that
// of the last import from the domain, by the clock of the domain controller.
func CookieTime(text string) (time.Time, error) {
	clean := strings.Join(strings.Fields(text), "")
	raw, err := base64.StdEncoding.DecodeString(clean)
	if err != nil || len(raw) < 16 || string(raw[:4]) != "MSDS" {
		return time.Time{}, errNoCookie
	}
	if v := binary.LittleEndian.Uint32(raw[4:]); v != 3 {
		return time.Time{}, fmt.Errorf("the DirSync cookie has version %d, only 3 is known", v)
	}
	t := filetime(binary.LittleEndian.Uint64(raw[8:]))
	if t.Year() < 1999 || t.Year() > 2200 { // before Active Directory, or nonsense
		return time.Time{}, fmt.Errorf("the DirSync cookie holds the impossible time %s", t.Format(time.RFC3339))
	}
	return t, nil
}

package answers

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"unicode/utf16"
)

// MaxFile is the largest answers or secret file that is read, in bytes: a path
// that never ends (a device, a pipe) must not fill the memory.
const MaxFile = 1 << 20

// System looks references up in the environment and the files of this computer.
func System() Source { return Source{LookupEnv: os.LookupEnv, ReadFile: readFile} }

// readFile reads a file of at most MaxFile bytes. Errors are those of the system.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, MaxFile+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	if len(data) > MaxFile {
		return nil, fmt.Errorf("%s: larger than %d bytes, which no such file is", path, MaxFile)
	}
	return data, nil
}

// plain gives text as UTF-8 without a byte order mark. Windows PowerShell's > and
// Out-File write UTF-16 with one. Other bytes stay as they are.
// https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_character_encoding
func plain(data []byte) []byte {
	for _, o := range []struct {
		mark  string
		order binary.ByteOrder
	}{{"\xff\xfe", binary.LittleEndian}, {"\xfe\xff", binary.BigEndian}} {
		rest, ok := bytes.CutPrefix(data, []byte(o.mark))
		if !ok || len(rest)%2 != 0 {
			continue
		}
		units := make([]uint16, len(rest)/2)
		for i := range units {
			units[i] = o.order.Uint16(rest[2*i:])
		}
		return []byte(string(utf16.Decode(units)))
	}
	return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
}

// twice finds a name that stands twice in one object of valid JSON, of which only
// the last would count.
func twice(data []byte) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	_, err := twiceIn(dec, "")
	return err
}

// twiceIn reads the next value, which stands at path. closing tells that it was
// the bracket that ends the object or list around it.
func twiceIn(dec *json.Decoder, path string) (closing bool, err error) {
	token, err := dec.Token()
	if err != nil {
		return false, err
	}
	switch token {
	case json.Delim('{'):
		return false, namesOnce(dec, path)
	case json.Delim('['):
		for i := 0; !closing && err == nil; i++ {
			closing, err = twiceIn(dec, fmt.Sprintf("%s[%d]", path, i))
		}
		return false, err
	default:
		return token == json.Delim('}') || token == json.Delim(']'), nil
	}
}

// namesOnce reads an object, of which the opening brace was read.
func namesOnce(dec *json.Decoder, path string) error {
	seen := map[string]bool{}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string)
		if seen[name] {
			return &FileError{Path: join(path, name), Text: "it stands here twice; leave one of the two"}
		}
		seen[name] = true
		if _, err := twiceIn(dec, join(path, name)); err != nil {
			return err
		}
	}
	_, err := dec.Token()
	return err
}

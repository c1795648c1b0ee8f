package answers

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"sort"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/nearest"
)

// FileError is a mistake in an answers file: where it is, and what to write instead.
type FileError struct {
	Path string // "sql.password", empty for the file as a whole
	Text string
}

// Error gives path and text.
func (e *FileError) Error() string {
	if e.Path == "" {
		return e.Text
	}
	return e.Path + ": " + e.Text
}

// Parse reads an answers file: one JSON object with the fields of Answers, named
// exactly as in their json tags. Unknown fields are refused with the nearest
// valid name, secrets that stand there literally are refused, and choices must
// be one of the documented words. The text is UTF-8, or UTF-16 with a byte order
// mark. Errors are *FileError.
func Parse(data []byte) (Answers, error) {
	var tree any
	data = plain(data)
	if len(bytes.TrimSpace(data)) == 0 {
		return Answers{}, &FileError{Text: "the file is empty"}
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&tree); err != nil {
		return Answers{}, syntaxError(data, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Answers{}, &FileError{Text: "there is more behind the first JSON object; an answers file holds just one"}
	}
	if err := twice(data); err != nil {
		return Answers{}, err
	}
	if err := check(tree, reflect.TypeFor[Answers](), ""); err != nil {
		return Answers{}, err
	}
	var a Answers
	clean, err := json.Marshal(tree)
	if err != nil {
		return Answers{}, &FileError{Text: err.Error()}
	}
	if err := json.Unmarshal(clean, &a); err != nil {
		return Answers{}, &FileError{Text: err.Error()}
	}
	return a, checkChoices(a)
}

func syntaxError(data []byte, err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		line := 1 + bytes.Count(data[:min(int(syntax.Offset), len(data))], []byte("\n"))
		return &FileError{Text: fmt.Sprintf("line %d is not valid JSON: %v", line, err)}
	}
	return &FileError{Text: "this is not valid JSON: " + err.Error()}
}

var secretRefType = reflect.TypeFor[SecretRef]()

// check walks the JSON beside the Go type, so that every mistake is found with
// its path before anything is decoded.
func check(v any, t reflect.Type, path string) error {
	if t == secretRefType {
		return checkSecret(v, path)
	}
	switch t.Kind() {
	case reflect.Struct:
		return checkObject(v, t, path)
	case reflect.Slice:
		list, ok := v.([]any)
		if !ok {
			return wrong(path, "a list", v)
		}
		for i, item := range list {
			if err := check(item, t.Elem(), fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
		}
	case reflect.String:
		if _, ok := v.(string); !ok {
			return wrong(path, "text", v)
		}
	case reflect.Bool:
		if _, ok := v.(bool); !ok {
			return wrong(path, "true or false", v)
		}
	case reflect.Int:
		if n, ok := v.(float64); !ok || n != float64(int(n)) {
			return wrong(path, "a whole number", v)
		}
	default:
		return &FileError{Path: path, Text: "this field cannot be read from a file"}
	}
	return nil
}

func checkObject(v any, t reflect.Type, path string) error {
	object, ok := v.(map[string]any)
	if !ok {
		return wrong(path, "an object in braces", v)
	}
	fields := map[string]reflect.Type{}
	var names []string
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		fields[name] = t.Field(i).Type
		names = append(names, name)
	}
	keys := make([]string, 0, len(object))
	for k := range object {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		ft, ok := fields[k]
		if !ok {
			return unknownField(path, k, names)
		}
		if err := check(object[k], ft, join(path, k)); err != nil {
			return err
		}
	}
	return nil
}

func unknownField(path, name string, names []string) error {
	text := "there is no such field"
	if near := nearest.Name(name, names); near != "" {
		text += fmt.Sprintf("; did you mean %q?", near)
	} else {
		sort.Strings(names)
		text += "; valid here: " + strings.Join(names, ", ")
	}
	return &FileError{Path: join(path, name), Text: text}
}

func checkSecret(v any, path string) error {
	object, ok := v.(map[string]any)
	if !ok {
		return &FileError{Path: path, Text: `a secret must not stand in the file; write {"env": "NAME"} or {"file": "path"}`}
	}
	if len(object) != 1 {
		return &FileError{Path: path, Text: `give exactly one of "env" and "file"`}
	}
	for k, val := range object {
		s, isText := val.(string)
		switch {
		case k != "env" && k != "file":
			return unknownField(path, k, []string{"env", "file"})
		case !isText || strings.TrimSpace(s) == "":
			return &FileError{Path: join(path, k), Text: "give a name"}
		}
	}
	return nil
}

func checkChoices(a Answers) error {
	type choice struct {
		path, got string
		valid     []string
	}
	choices := []choice{
		{"situation", string(a.Situation), words(SituationServerDied, SituationRestored, SituationLocalDB, SituationStaging)},
		{"sql.signIn", string(a.SQL.SignIn), words(SignInWindows, SignInAccount, SignInSQL)},
		{"sql.encryption", string(a.SQL.Encryption), words(EncryptMandatory, EncryptStrict, EncryptOff)},
		{"components.serviceAccount.kind", string(a.Components.ServiceAccount.Kind), words(AccountManaged, AccountDomain)},
		{"entra.flow", string(a.Entra.Flow), words(FlowBrowser, FlowDevice, FlowService)},
		{"entra.cloud", string(a.Entra.Cloud), words(CloudGlobal, CloudUSGovL4, CloudUSGovL5, CloudChina)},
	}
	for i, f := range a.Forests {
		choices = append(choices, choice{fmt.Sprintf("forests[%d].option", i), string(f.Option), words(CreateAccount, ExistingAccount)})
		choices = append(choices, choice{fmt.Sprintf("forests[%d].signIn", i), string(f.SignIn), words(ForestPassword, ForestWindows)},
			choice{fmt.Sprintf("forests[%d].grant.signIn", i), string(f.Grant.SignIn), words(ForestPassword, ForestWindows)})
		if f.SignIn == ForestWindows && f.Option == ExistingAccount {
			return &FileError{
				Path: fmt.Sprintf("forests[%d].signIn", i),
				Text: "the connector needs the password of an existing account, so the current user can only create one (option create), or grant rights (grant.signIn)",
			}
		}
		if strings.TrimSpace(f.Forest) == "" {
			return &FileError{Path: fmt.Sprintf("forests[%d].forest", i), Text: "give the DNS name of the forest, as in the database"}
		}
	}
	for _, c := range choices {
		if err := oneOf(c.path, c.got, c.valid); err != nil {
			return err
		}
	}
	if a.SQL.Timeout < 0 || a.SQL.Timeout > 600 {
		return &FileError{Path: "sql.timeoutSecs", Text: "give the seconds as a number from 1 to 600"}
	}
	return nil
}

func oneOf(path, got string, valid []string) error {
	if got == "" {
		return nil
	}
	for _, v := range valid {
		if got == v {
			return nil
		}
	}
	text := fmt.Sprintf("%q is not one of %s", got, strings.Join(valid, ", "))
	if near := nearest.Name(got, valid); near != "" {
		text += fmt.Sprintf("; did you mean %q?", near)
	}
	return &FileError{Path: path, Text: text}
}

func words[T ~string](list ...T) []string {
	out := make([]string, len(list))
	for i, w := range list {
		out[i] = string(w)
	}
	return out
}

func wrong(path, want string, v any) error {
	return &FileError{Path: path, Text: fmt.Sprintf("this must be %s, not %s", want, kindOf(v))}
}

func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "text"
	case bool:
		return "true or false"
	case float64:
		return "a number"
	case []any:
		return "a list"
	default:
		return "an object"
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

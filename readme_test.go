package main

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice"
)

func readme(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestReadme_namesEveryScenario(t *testing.T) {
	text := readme(t)
	for _, s := range practice.Scenarios() {
		if !strings.Contains(text, "| `"+s.Name+"` | "+s.Title+" | "+s.Text+" |") {
			t.Errorf("the README lacks the row of scenario %s: %s; %s", s.Name, s.Title, s.Text)
		}
	}
}

// Every field of the answers file is documented by its full name, or as part of
// a group that is named with it.
func TestReadme_documentsEveryAnswer(t *testing.T) {
	text := readme(t)
	var walk func(reflect.Type, string)
	walk = func(rt reflect.Type, path string) {
		for i := range rt.NumField() {
			f := rt.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			switch full := strings.TrimPrefix(path+"."+name, "."); {
			case f.Type == reflect.TypeFor[answers.SecretRef]():
				if !strings.Contains(text, "`"+name+"`") && !strings.Contains(text, "`"+full+"`") && !strings.Contains(text, "`."+name+"`") {
					t.Errorf("the README lacks %s", full)
				}
			case f.Type.Kind() == reflect.Struct:
				walk(f.Type, full)
			case f.Type.Kind() == reflect.Slice:
				walk(f.Type.Elem(), full+"[]")
			case !strings.Contains(text, "`"+full+"`") && !strings.Contains(text, "`"+name+"`") && !strings.Contains(text, "`."+name+"`"):
				t.Errorf("the README lacks %s", full)
			}
		}
	}
	walk(reflect.TypeFor[answers.Answers](), "")
}

func TestReadme_exampleOfAnAnswersFileIsValid(t *testing.T) {
	_, rest, ok := strings.Cut(readme(t), "```json\n")
	if !ok {
		t.Fatal("the README has no JSON example")
	}
	example, _, _ := strings.Cut(rest, "```")
	if _, err := answers.Parse([]byte(example)); err != nil {
		t.Errorf("the example is refused: %v", err)
	}
}

func TestVersion_isThatOfTheAppFile(t *testing.T) {
	b, err := os.ReadFile("FyneApp.toml")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), `Version = "`+version+`"`) {
		t.Errorf("FyneApp.toml does not say version %s", version)
	}
}

package cli

import (
	"errors"
	"strings"
	"testing"
)

func TestParseArgs(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want Options
	}{
		"none":              {nil, Options{}},
		"slash":             {[]string{"/useexistingdatabase"}, Options{Existing: true}},
		"any case":          {[]string{"/UseExistingDatabase", "--PRACTICE"}, Options{Existing: true, Practice: true}},
		"one dash":          {[]string{"-check", "-practice:stale", "-json"}, Options{Check: true, Practice: true, Scenario: "stale", JSON: true}},
		"two dashes, equal": {[]string{"--install", "--answers=a b.json"}, Options{Install: true, Answers: "a b.json"}},
		"Windows path":      {[]string{"/check", `/answers:C:\x\a.json`}, Options{Check: true, Answers: `C:\x\a.json`}},
		"report":            {[]string{"/install", "/practice", "/report:r.html"}, Options{Install: true, Practice: true, Report: "r.html"}},
		"resume":            {[]string{"/resume", "/answers:a.json", "/json"}, Options{Resume: true, Answers: "a.json", JSON: true}},
		"undo by id":        {[]string{"/undo:0123ABCD"}, Options{Undo: true, UndoID: "0123ABCD"}},
		"undo":              {[]string{"--undo", "-report=r.html"}, Options{Undo: true, Report: "r.html"}},
		"support":           {[]string{"/check", "/practice", "/support:s.zip"}, Options{Check: true, Practice: true, Support: "s.zip"}},
		"review":            {[]string{"/review", "/practice", "/json"}, Options{Review: true, Practice: true, JSON: true}},
		"list":              {[]string{"/review", "/practice", "/csv:l.csv", "/connector:contoso.local"}, Options{Review: true, Practice: true, CSV: "l.csv", Connector: "contoso.local"}},
		"tour":              {[]string{"/tour:out", "/practice"}, Options{Tour: "out", Practice: true}},
		"help":              {[]string{"/?"}, Options{Help: true}},
		"help, other words": {[]string{"--help"}, Options{Help: true}},
		"version":           {[]string{"/version", "/json"}, Options{Version: true, JSON: true}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ParseArgs(c.args)
			if err != nil || got != c.want {
				t.Errorf("got %+v, %v; want %+v", got, err, c.want)
			}
		})
	}
}

func TestParseArgs_mistakes(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"nearest":            {[]string{"/instal"}, "Did you mean /install?"},
		"nearest, old habit": {[]string{"/useexistingdb"}, "Did you mean /useexistingdatabase?"},
		"nothing near":       {[]string{"/zebra"}, "There is no switch /zebra."},
		"no switch":          {[]string{"check"}, "is not a switch"},
		"bare slash":         {[]string{"/"}, "is not a switch"},
		"value missing":      {[]string{"/check", "/answers"}, "/answers needs a value"},
		"value empty":        {[]string{"/check", "/answers:"}, "/answers needs a value"},
		"value too many":     {[]string{"/check:yes"}, "takes no value"},
		"both":               {[]string{"/check", "/install", "/practice"}, "give one of them"},
		"resume and undo":    {[]string{"/resume", "/undo"}, "one of /check, /install, /resume and /undo"},
		"install and undo":   {[]string{"/install", "/undo", "/answers:x"}, "one of /check, /install, /resume and /undo"},
		"resume of practice": {[]string{"/resume", "/practice"}, "do not go with /practice"},
		"check of nothing":   {[]string{"/check"}, "/check needs /answers:FILE, or /practice"},
		"install of nothing": {[]string{"/install"}, "/install needs /answers:FILE"},
		"review of nothing":  {[]string{"/review"}, "/review needs /answers:FILE"},
		"csv alone":          {[]string{"/csv:x.csv"}, "/csv goes with /review"},
		"connector alone":    {[]string{"/review", "/practice", "/connector:x"}, "/connector goes with /review /csv:FILE"},
		"review and check":   {[]string{"/review", "/check", "/practice"}, "/review stands alone"},
		"json alone":         {[]string{"/json"}, "/json goes with"},
		"report alone":       {[]string{"/report:x"}, "/report goes with"},
		"report as PDF":      {[]string{"/check", "/practice", "/report:x.pdf"}, "HTML or JSON"},
		"support alone":      {[]string{"/support:x"}, "/support goes with"},
		"tour and check":     {[]string{"/tour:x", "/check", "/practice"}, "/tour makes pictures only"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseArgs(c.args)
			var usage *UsageError
			if !errors.As(err, &usage) || !strings.Contains(usage.Text, c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestUsage_namesEverySwitchAndCode(t *testing.T) {
	text := Usage()
	for _, d := range options() {
		if !strings.Contains(text, "/"+d.name) || !strings.Contains(text, d.text) {
			t.Errorf("the help lacks /%s", d.name)
		}
	}
	for _, code := range []string{"0 done", "1 with warnings", "2 blocked", "3 failed", "64 wrong usage"} {
		if !strings.Contains(text, code) {
			t.Errorf("the help lacks the exit code %q", code)
		}
	}
}

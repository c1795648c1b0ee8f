package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	mit = "MIT License\n\nPermission is hereby granted, free of charge, to any\nperson obtaining a copy"
	bsd = "Redistribution and use in source and binary forms, with or without modification"
)

func TestClassify(t *testing.T) {
	for _, c := range []struct {
		text string
		want string
	}{
		{mit, "MIT"},
		{bsd, "BSD-2-Clause"},
		{bsd + " ... may be used to endorse or promote products", "BSD-3-Clause"},
		{"Apache License\n   Version 2.0, January 2004", "Apache-2.0"},
		{"Mozilla Public License, version 2.0 ... Secondary License: GNU General Public License", "MPL-2.0"},
		{"This software is provided ‘as-is’, without any express or implied warranty", "Zlib"},
		{mit + "\n" + bsd, "MIT BSD-2-Clause"},
		{"Copyright somebody, all rights reserved", ""},
		{"The FreeType Project LICENSE", "FTL"},
		{"subject to your choice of exactly one of\nthe following two licenses:\n * The FreeType License, or\n * The GNU General Public License", ""},
	} {
		got, err := classify(c.text)
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%.40q: %v, %v, want %s", c.text, got, err, c.want)
		}
	}
}

func TestLicencesOf_refuses(t *testing.T) {
	for name, texts := range map[string][]terms{
		"no text":                        nil,
		"unknown text":                   {{"LICENSE", "All rights reserved"}},
		"GPL":                            {{"LICENSE", mit}, {"COPYING", "GNU GENERAL PUBLIC LICENSE Version 3"}},
		"a choice whose text is missing": {{"LICENSE", "Your choice of exactly one of the following two licenses: * The FreeType License * the GNU General Public License"}},
		"AGPL":                           {{"LICENSE", "GNU Affero General Public License"}},
	} {
		if ids, err := licencesOf(part{name: "example.org/m", version: "v1", texts: texts}); err == nil {
			t.Errorf("%s: taken as %v", name, ids)
		}
	}
}

func TestLicenceTexts(t *testing.T) {
	dir := t.TempDir()
	for _, f := range []string{"LICENSE", "sub/LICENSE.md", "NOTICE.txt", "testdata/LICENSE", "_x/COPYING", "license.go", "README.md", "font/LICENSE_EmojiOneColor.txt"} {
		path := filepath.Join(dir, f)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(f), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for deep, want := range map[bool][]string{true: {"LICENSE", "NOTICE.txt", "sub/LICENSE.md"}, false: {"LICENSE", "NOTICE.txt"}} {
		list, err := licenceTexts(dir, deep)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range list {
			got = append(got, f.name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("deep %v: %v, want %v", deep, got, want)
		}
	}
}

func TestNotices_writesATextOnce(t *testing.T) {
	got := string(notices([]part{
		{"a", "v1", []terms{{"LICENSE", "the terms\r\nof a"}}, []string{"MIT"}},
		{"b", "v2", []terms{{"LICENSE", "the terms\nof a\n"}, {"NOTICE", "b is not c"}}, []string{"MIT"}},
	}))
	if strings.Count(got, "the terms") != 1 || !strings.Contains(got, "LICENSE: the same text as that of a") || !strings.Contains(got, "b is not c") {
		t.Error(got)
	}
}

func TestCyclone(t *testing.T) {
	parts := []part{{"stdlib", "1.26.8", nil, []string{"BSD-3-Clause"}}, {"example.org/m", "v1.2.3", nil, []string{"Apache-2.0", "MIT"}}}
	one, err := cyclone("p.exe", "example.org/p", "1.0.0", parts)
	if err != nil {
		t.Fatal(err)
	}
	two, err := cyclone("p.exe", "example.org/p", "1.0.0", parts)
	if err != nil || !bytes.Equal(one, two) {
		t.Error("twice is not the same", err)
	}
	var d document
	if err := json.Unmarshal(one, &d); err != nil {
		t.Fatal(err)
	}
	if d.Format != "CycloneDX" || len(d.Components) != 2 || d.Components[1].Purl != "pkg:golang/example.org/m@v1.2.3" ||
		len(d.Components[1].Licences) != 2 || !slices.Equal(d.Dependencies[0].DependsOn, []string{d.Components[0].Ref, d.Components[1].Ref}) {
		t.Errorf("%s", one)
	}
}

// Every module of this repository's program has terms that are known.
func TestPartsOf_aProgramOfThisRepository(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	program := filepath.Join(t.TempDir(), "program")
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.WithoutCancel(t.Context())
	if _, err := output(ctx, root, "go", "build", "-tags", "cli", "-o", program, "."); err != nil {
		t.Fatal(err)
	}
	parts, main, err := partsOf(ctx, root, program)
	if err != nil {
		t.Fatal(err)
	}
	if main != "github.com/adsync-reconnect/adsync-reconnect" || len(parts) < 20 {
		t.Errorf("%s with %d parts", main, len(parts))
	}
	for _, p := range parts {
		if len(p.licences) == 0 || p.version == "" {
			t.Errorf("%s %s: %v", p.name, p.version, p.licences)
		}
	}
}

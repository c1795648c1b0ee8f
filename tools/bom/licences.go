package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// part is something that a program is made of.
type part struct {
	name, version string
	texts         []terms
	licences      []string // SPDX identifiers, sorted
}

// terms is a file with terms, named by its place in the module.
type terms struct{ name, text string }

// licenceFile matches the names of files with terms.
var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents|ofl|ftl|3rdparty)([-_.].*)?$`)

// notBuilt are files with terms of what is in a module, but not in the programs.
var notBuilt = []string{"LICENSE_EmojiOneColor.txt"}

// licenceTexts reads the files with terms of a folder, and of those below it.
func licenceTexts(dir string, deep bool) ([]terms, error) {
	var list []terms
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if path != dir && (!deep || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") || strings.HasPrefix(d.Name(), "_")) {
				return filepath.SkipDir
			}
			return nil
		}
		if !licenceFile.MatchString(d.Name()) || slices.Contains(notBuilt, d.Name()) || strings.HasSuffix(d.Name(), ".go") {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		list = append(list, terms{filepath.ToSlash(name), string(b)})
		return nil
	})
	return list, err
}

// known are the licences that may be in the programs, by words that only they have.
// All allow use in a program under another licence; MPL-2.0 asks that changes to
// its own files are published, and none are made.
var known = []struct {
	id    string
	words []string
	not   string // words that make it another one
}{
	{"MIT", []string{"permission is hereby granted, free of charge, to any person"}, ""},
	{"BSD-3-Clause", []string{"redistribution and use in source and binary forms", "endorse or promote"}, ""},
	{"BSD-2-Clause", []string{"redistribution and use in source and binary forms"}, "endorse or promote"},
	{"Apache-2.0", []string{"apache license", "version 2.0"}, ""},
	{"MPL-2.0", []string{"mozilla public license", "2.0"}, ""},
	{"ISC", []string{"permission to use, copy, modify, and"}, "by obtaining, using"},
	{"Zlib", []string{"this software is provided 'as-is', without any express or implied"}, ""},
	{"OFL-1.1", []string{"sil open font license"}, ""},
	{"Bitstream-Vera", []string{"bitstream vera"}, ""},
	{"FTL", []string{"the freetype project license"}, ""},
	{"Unlicense", []string{"free and unencumbered software released into the public domain"}, ""},
	{"CC0-1.0", []string{"cc0 1.0 universal"}, ""},
}

// refused are words of licences that would bind the whole program.
var refused = regexp.MustCompile(`(?i)gnu (affero |lesser )?general public license|server side public license|business source license`)

// choice are words of a text that offers the terms of FreeType beside refused ones,
// to choose from. The programs take those of FreeType, whose text is among the terms.
const choice = "your choice of exactly one of the following two licenses: * the freetype license"

// licencesOf names the licences of a part. It gives an error for a part without
// terms, with terms that are not known, or with terms that are refused.
func licencesOf(p part) ([]string, error) {
	if len(p.texts) == 0 {
		return nil, fmt.Errorf("%s %s has no licence text", p.name, p.version)
	}
	seen := map[string]bool{}
	for _, t := range p.texts {
		ids, err := classify(t.text)
		if err != nil {
			return nil, fmt.Errorf("%s %s, %s: %w", p.name, p.version, t.name, err)
		}
		for _, id := range ids {
			seen[id] = true
		}
	}
	if len(seen) == 0 {
		return nil, fmt.Errorf("%s %s: none of its files names a licence that is known", p.name, p.version)
	}
	var ids []string
	for id := range seen {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids, nil
}

// classify names the licences of a text: none for a notice without terms.
func classify(text string) ([]string, error) {
	plain := strings.Join(strings.Fields(strings.ToLower(strings.NewReplacer("’", "'", "‘", "'", "“", "\"", "”", "\"").Replace(text))), " ")
	if m := refused.FindString(plain); m != "" && !strings.Contains(plain, "mozilla public license") && !strings.Contains(plain, choice) {
		return nil, fmt.Errorf("%q is not for this program", m)
	}
	var ids []string
	for _, k := range known {
		fits := k.not == "" || !strings.Contains(plain, k.not)
		for _, w := range k.words {
			fits = fits && strings.Contains(plain, w)
		}
		if fits {
			ids = append(ids, k.id)
		}
	}
	return ids, nil
}

// notices puts all terms into one text; terms that are the same word by word are
// written once.
func notices(list []part) []byte {
	var b bytes.Buffer
	b.WriteString("ADSync Reconnect contains the work of others. These are their terms.\n")
	printed := map[string]string{}
	for _, p := range list {
		fmt.Fprintf(&b, "\n%s\n%s\n", strings.Repeat("=", 78), strings.TrimSpace(p.name+" "+p.version))
		if len(p.licences) > 0 {
			fmt.Fprintf(&b, "%s\n", strings.Join(p.licences, ", "))
		}
		for _, t := range p.texts {
			text := strings.TrimSpace(strings.ReplaceAll(t.text, "\r\n", "\n"))
			if first := printed[text]; first != "" {
				fmt.Fprintf(&b, "\n%s: the same text as that of %s\n", t.name, first)
				continue
			}
			printed[text] = p.name
			fmt.Fprintf(&b, "\n%s:\n\n%s\n", t.name, text)
		}
	}
	return b.Bytes()
}

// moduleDirs says where the source of each module is, by path@version.
func moduleDirs(ctx context.Context, root string) (map[string]string, error) {
	out, err := output(ctx, root, "go", "list", "-mod=readonly", "-m", "-f", "{{.Path}}@{{.Version}}|{{.Dir}}", "all")
	if err != nil {
		return nil, err
	}
	dirs := map[string]string{}
	for line := range strings.Lines(out) {
		if name, dir, ok := strings.Cut(strings.TrimSpace(line), "|"); ok && dir != "" {
			dirs[name] = dir
		}
	}
	return dirs, nil
}

// output runs a command of this system's Go, whatever the build is for.
func output(ctx context.Context, dir, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOOS=", "GOARCH=", "GOFLAGS=", "GOWORK=off")
	cmd.Stderr = os.Stderr
	b, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return string(b), nil
}

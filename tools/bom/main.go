// Command bom says what the built programs are made of: a CycloneDX list for each,
// and one file with the licence texts of everything in them. Both are the same for
// the same programs: no times, no random numbers.
//
//	go run ./bom -root .. -out ../dist -also "NAME=FILE" ../dist/adsync-reconnect.exe ...
//
// It fails when a module has no licence text or one it does not know, so that
// nothing gets into the programs under terms that nobody has read.
package main

import (
	"context"
	"debug/buildinfo"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	root := flag.String("root", "..", "folder of the program's go.mod")
	out := flag.String("out", "", "folder for the files")
	version := flag.String("version", "", "version of the program")
	also := flag.String("also", "", "NAME=FILE: licence text of something that is linked in and is no module")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := errors.New("usage: bom -out FOLDER -version VERSION [-root FOLDER] [-also NAME=FILE] PROGRAM")
	if *out != "" && *version != "" && flag.NArg() > 0 {
		err = run(ctx, *root, *out, *version, *also, flag.Args())
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bom:", err)
		os.Exit(1)
	}
}

// run writes the files for the programs.
func run(ctx context.Context, root, out, version, also string, programs []string) error {
	all := map[string]part{}
	for _, path := range programs {
		parts, main, err := partsOf(ctx, root, path)
		if err != nil {
			return err
		}
		for _, p := range parts {
			all[p.name+"@"+p.version] = p
		}
		b, err := cyclone(filepath.Base(path), main, version, parts)
		if err != nil {
			return err
		}
		name := strings.TrimSuffix(filepath.Base(path), ".exe") + ".cdx.json"
		if err := os.WriteFile(filepath.Join(out, name), b, 0o644); err != nil {
			return err
		}
	}
	if name, file, ok := strings.Cut(also, "="); ok {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		all[name] = part{name: name, texts: []terms{{filepath.Base(file), string(text)}}}
	}
	var names []string
	for k := range all {
		names = append(names, k)
	}
	slices.Sort(names)
	var list []part
	for _, n := range names {
		list = append(list, all[n])
	}
	return os.WriteFile(filepath.Join(out, "THIRD-PARTY-NOTICES.txt"), notices(list), 0o644)
}

// partsOf lists the modules of a program, and Go's own library, with their licences.
func partsOf(ctx context.Context, root, program string) ([]part, string, error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", program, err)
	}
	dirs, err := moduleDirs(ctx, root)
	if err != nil {
		return nil, "", err
	}
	goRoot, err := output(ctx, root, "go", "env", "GOROOT")
	if err != nil {
		return nil, "", err
	}
	texts, err := licenceTexts(strings.TrimSpace(goRoot), false)
	if err != nil {
		return nil, "", err
	}
	parts := []part{{name: "stdlib", version: strings.TrimPrefix(info.GoVersion, "go"), texts: texts}}
	for _, d := range info.Deps {
		if d.Replace != nil {
			return nil, "", fmt.Errorf("%s is replaced by %s: its licence cannot be told", d.Path, d.Replace.Path)
		}
		dir := dirs[d.Path+"@"+d.Version]
		if dir == "" {
			return nil, "", fmt.Errorf("the source of %s %s is not in the module cache", d.Path, d.Version)
		}
		texts, err := licenceTexts(dir, true)
		if err != nil {
			return nil, "", err
		}
		parts = append(parts, part{name: d.Path, version: d.Version, texts: texts})
	}
	for i, p := range parts {
		if parts[i].licences, err = licencesOf(p); err != nil {
			return nil, "", err
		}
	}
	return parts, info.Main.Path, nil
}

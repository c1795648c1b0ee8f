// Command fyneoverlay makes a copy of the program's source in which Fyne draws its
// window in memory instead of through OpenGL, which Windows servers do not have.
//
//	go run ./fyneoverlay -out ../build/exe/src ..
//
// The copy gets Fyne by "go mod vendor"; a few spots of it are edited and the
// painter of _softpaint is added. Each spot has to match exactly once, so that
// another version of Fyne is refused. What the program never uses is cut in the same
// way; go build takes one more edit, of Go's own library, by its -overlay from
// _go/overlay.json in the copy. With -pictures Fyne's picture canvas paints
// with the new painter as well, to compare both, and the painter's tests go along.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
)

// fyneVersion is the only one that the edits are made for.
const fyneVersion = "v2.8.0"

func main() {
	out := flag.String("out", "", "folder for the copy, below a folder that git ignores")
	soft := flag.String("painter", "_softpaint", "folder with the painter")
	pictures := flag.Bool("pictures", false, "pictures without a window use the new painter as well")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := errors.New("usage: fyneoverlay -out FOLDER [-painter FOLDER] [-pictures] ROOT")
	if *out != "" && flag.NArg() == 1 {
		err = generate(ctx, flag.Arg(0), *out, *soft, *pictures)
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "fyneoverlay:", err)
		os.Exit(1)
	}
}

// generate makes the copy of root in out.
func generate(ctx context.Context, root, out, soft string, pictures bool) error {
	root, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	if out, err = filepath.Abs(out); err != nil {
		return err
	}
	files, err := sources(ctx, root)
	if err != nil {
		return err
	}
	if err := mirror(root, out, files); err != nil {
		return err
	}
	if err := run(ctx, out, "go", "mod", "vendor"); err != nil {
		return err
	}
	fyne := filepath.Join(out, "vendor", "fyne.io", "fyne", "v2")
	if err := checkVersion(out); err != nil {
		return err
	}
	list := edits
	if pictures {
		list = append(list, pictureEdits...)
	}
	if err := apply(fyne, list); err != nil {
		return err
	}
	if err := apply(filepath.Join(out, "vendor"), smaller); err != nil {
		return err
	}
	if err := packFonts(filepath.Join(out, "vendor")); err != nil {
		return err
	}
	if err := addPainter(soft, fyne, pictures); err != nil {
		return err
	}
	return overlayGo(ctx, out)
}

// builds are the systems and tags for which the copy has to be complete.
var builds = [][2]string{{"windows", ""}, {"windows", "cli"}, {"linux", "x11"}, {"linux", "ci"}}

// sources lists the files of the packages that the program is made of.
func sources(ctx context.Context, root string) ([]string, error) {
	const format = `{{if .Module}}{{if .Module.Main}}{{.Dir}}{{range .EmbedFiles}}|{{.}}{{end}}{{end}}{{end}}`
	seen := map[string]bool{"go.mod": true, "go.sum": true, "FyneApp.toml": true}
	for _, b := range builds {
		cmd := exec.CommandContext(ctx, "go", "list", "-e", "-deps", "-tags", b[1], "-f", format, ".")
		cmd.Dir = root
		cmd.Env = append(os.Environ(), "GOOS="+b[0], "CGO_ENABLED=1", "GOFLAGS=", "GOWORK=off")
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("go list for %s in %s: %w", b[0], root, err)
		}
		for line := range strings.Lines(string(out)) {
			if err := addPackage(root, strings.TrimSpace(line), seen); err != nil {
				return nil, err
			}
		}
	}
	return slices.Sorted(maps.Keys(seen)), nil
}

// addPackage notes the files of a package: its folder and what it embeds.
func addPackage(root, line string, seen map[string]bool) error {
	parts := strings.Split(line, "|")
	if parts[0] == "" {
		return nil
	}
	names := parts[1:]
	entries, err := os.ReadDir(parts[0])
	if err != nil {
		return err
	}
	for _, e := range entries {
		if n := e.Name(); strings.HasSuffix(n, ".go") && !strings.HasSuffix(n, "_test.go") {
			names = append(names, n)
		}
	}
	for _, n := range names {
		name, err := filepath.Rel(root, filepath.Join(parts[0], n))
		if err != nil {
			return err
		}
		seen[name] = true
	}
	return nil
}

// mirror makes out hold exactly these files. Those that did not change keep their
// time, so that go finds them in its cache.
func mirror(root, out string, files []string) error {
	wanted := map[string]bool{}
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(root, f))
		if err != nil {
			return err
		}
		wanted[f] = true
		if err := write(filepath.Join(out, f), b); err != nil {
			return err
		}
	}
	return filepath.WalkDir(out, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(out, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name == "vendor" || name == filepath.Dir(overlayName) {
				return filepath.SkipDir
			}
			return nil
		}
		if !wanted[name] {
			return os.Remove(path)
		}
		return nil
	})
}

// write writes a file, if it says something else now.
func write(path string, b []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, b) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o644)
}

func run(ctx context.Context, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	if b, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, b)
	}
	return nil
}

// checkVersion looks for the version of Fyne in the list of what was vendored.
func checkVersion(out string) error {
	b, err := os.ReadFile(filepath.Join(out, "vendor", "modules.txt"))
	if err != nil {
		return err
	}
	if !bytes.Contains(b, []byte("# fyne.io/fyne/v2 "+fyneVersion+"\n")) {
		return fmt.Errorf("the painter is made for Fyne %s, which go.mod does not name; see tools/fyneoverlay/edits.go", fyneVersion)
	}
	return nil
}

// Package export reads the configuration of a server from what
// Get-ADSyncServerConfiguration wrote: a folder, a .zip of it, or the folder that
// the product's own migration script wraps around it.
package export

import (
	"archive/zip"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/compare"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// Codes of the problems of finding an export.
const (
	CodeNotThere problem.Code = "compare.export.missing" // there is no such folder or file
	CodeNoExport problem.Code = "compare.export.none"    // the folder holds no export
	CodeTooLarge problem.Code = "compare.file.large"     // a file is larger than any export's
	CodeUnread   problem.Code = "compare.file.unread"    // a file could not be read
	CodeSeveral  problem.Code = "compare.export.several" // the folder holds several exports
)

// maxFile bounds what is read of one file, in bytes. The largest of real exports,
// a connector with its directory's schema, has 2 MB.
const maxFile = 256 << 20

// Open reads the export at a path: a folder or a .zip file. Errors are
// *problem.Problem, except that of an ended ctx.
func Open(ctx context.Context, name string) (*compare.Config, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, &problem.Problem{
			Code: CodeNotThere, What: "There is no " + name + ", or it cannot be opened.",
			Why: "The export of a configuration is read from a folder or a .zip file.",
			Fix: "Check the path, and that this account may read it.", Detail: err.Error(), Cause: err,
		}
	}
	if info.IsDir() {
		return Read(ctx, os.DirFS(name), name)
	}
	z, err := zip.OpenReader(name)
	if err != nil {
		return nil, &problem.Problem{
			Code: CodeNoExport, What: name + " is neither a folder nor a .zip file.",
			Fix: "Choose the folder that Get-ADSyncServerConfiguration wrote, or a .zip file of it.", Detail: err.Error(), Cause: err,
		}
	}
	c, err := Read(ctx, z, name)
	return c, errors.Join(err, z.Close())
}

// folders are the parts of an export.
var folders = []string{"GlobalSettings", "Connectors", "SynchronizationRules"}

// Read reads an export from a file system; label says what it is, for a person.
// The export may lie one or two folders deep, as in a .zip file.
func Read(ctx context.Context, f fs.FS, label string) (*compare.Config, error) {
	root, err := find(f, label)
	if err != nil {
		return nil, err
	}
	b := compare.NewBuilder(compare.Source{Kind: compare.FromExport, Label: filepath.ToSlash(label)})
	for _, want := range folders {
		dir, err := entry(f, root, want)
		if err != nil {
			return nil, unread(label, want, err)
		}
		if dir == "" {
			continue // Done names what is missing
		}
		if err := readFolder(ctx, f, b, dir); err != nil {
			return nil, err
		}
	}
	return b.Done()
}

// readFolder reads all documents of one folder.
func readFolder(ctx context.Context, f fs.FS, b *compare.Builder, dir string) error {
	list, err := fs.ReadDir(f, dir)
	if err != nil {
		return unread(dir, dir, err)
	}
	for _, e := range list {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if e.IsDir() || !strings.EqualFold(path.Ext(e.Name()), ".xml") {
			continue
		}
		name := path.Join(dir, e.Name())
		data, err := readFile(f, name)
		if err != nil {
			return err
		}
		if err := b.Add(path.Join(path.Base(dir), e.Name()), data); err != nil {
			return err
		}
	}
	return nil
}

// readFile reads one file, up to maxFile.
func readFile(f fs.FS, name string) (data []byte, err error) {
	file, err := f.Open(name)
	if err != nil {
		return nil, unread(name, name, err)
	}
	defer func() { err = cmp.Or(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return nil, unread(name, name, err)
	}
	if info.Size() > maxFile {
		return nil, &problem.Problem{
			Code: CodeTooLarge, What: fmt.Sprintf("The file %s has %d MB.", name, info.Size()>>20),
			Why: "No file of a configuration export is that large.", Fix: "Choose the folder of the export itself.",
		}
	}
	data = make([]byte, info.Size())
	if _, err := io.ReadFull(file, data); err != nil {
		return nil, unread(name, name, err)
	}
	return data, nil
}

// unread makes the problem of a file or folder that could not be read.
func unread(where, name string, err error) error {
	return &problem.Problem{
		Code: CodeUnread, What: name + " could not be read.", Why: "The comparison needs the whole export.",
		Fix: "Check that this account may read it, and copy the export again if it is damaged.", Detail: where + ": " + err.Error(), Cause: err,
	}
}

// find gives the folder with the parts of an export, at most two levels deep.
func find(f fs.FS, label string) (string, error) {
	level := []string{"."}
	for range 3 {
		var found, next []string
		for _, dir := range level {
			here, below, err := look(f, dir)
			if err != nil {
				return "", unread(label, dir, err)
			}
			if here {
				found = append(found, dir)
			}
			next = append(next, below...)
		}
		switch {
		case len(found) == 1:
			return found[0], nil
		case len(found) > 1:
			return "", &problem.Problem{
				Code: CodeSeveral, What: label + " holds several exports: " + strings.Join(found, ", ") + ".",
				Fix: "Choose the folder of one of them.",
			}
		}
		level = next[:min(len(next), 200)]
	}
	return "", &problem.Problem{
		Code: CodeNoExport, What: label + " holds no configuration export.",
		Why: "An export has the folders " + strings.Join(folders, ", ") + "; none of them is there.",
		Fix: "Choose the folder that this line wrote on the other server: " + compare.How,
	}
}

// look tells whether a folder holds a part of an export, and gives its folders.
func look(f fs.FS, dir string) (here bool, below []string, err error) {
	list, err := fs.ReadDir(f, dir)
	if err != nil {
		return false, nil, err
	}
	for _, e := range list {
		if !e.IsDir() {
			continue
		}
		if slices.ContainsFunc(folders, func(n string) bool { return strings.EqualFold(n, e.Name()) }) {
			here = true
		}
		if len(below) < 200 {
			below = append(below, path.Join(dir, e.Name()))
		}
	}
	return here, below, nil
}

// entry finds a folder by name without regard to case; "" when it is not there.
func entry(f fs.FS, dir, name string) (string, error) {
	list, err := fs.ReadDir(f, dir)
	if err != nil {
		return "", err
	}
	for _, e := range list {
		if e.IsDir() && strings.EqualFold(e.Name(), name) {
			return path.Join(dir, e.Name()), nil
		}
	}
	return "", nil
}

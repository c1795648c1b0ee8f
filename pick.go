//go:build !cli

package main

import (
	"path/filepath"
	"sync/atomic"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"
)

// picker lets the admin choose files and folders: by the dialogs of the system
// where they can be had, else by Fyne's.
type picker struct {
	window fyne.Window
	open   atomic.Bool // one dialog of the system at a time
}

// save lets the admin choose where a file goes.
func (p *picker) save(suggested string, done func(string)) {
	if ask := systemSave(p.window, suggested); ask != nil {
		p.wait(ask, done)
		return
	}
	d := dialog.NewFileSave(func(f fyne.URIWriteCloser, err error) {
		if err != nil || f == nil {
			return // nothing was chosen; the path can still be typed
		}
		path := f.URI().Path()
		if f.Close() == nil {
			done(path)
		}
	}, p.window)
	d.SetFileName(filepath.Base(suggested))
	if dir, err := storage.ListerForURI(storage.NewFileURI(filepath.Dir(suggested))); err == nil {
		d.SetLocation(dir)
	}
	d.Show()
}

// folder lets the admin choose a folder.
func (p *picker) folder(done func(string)) {
	if ask := systemFolder(p.window); ask != nil {
		p.wait(ask, done)
		return
	}
	dialog.ShowFolderOpen(func(f fyne.ListableURI, err error) {
		if err == nil && f != nil {
			done(f.Path())
		}
	}, p.window)
}

// wait shows a dialog of the system beside the window, which goes on painting.
func (p *picker) wait(ask func() string, done func(string)) {
	if !p.open.CompareAndSwap(false, true) {
		return
	}
	go func() {
		defer p.open.Store(false)
		if path := ask(); path != "" {
			fyne.Do(func() { done(path) })
		}
	}()
}

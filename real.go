package main

import (
	"path/filepath"

	"github.com/adsync-reconnect/adsync-reconnect/core/entra"
	"github.com/adsync-reconnect/adsync-reconnect/core/eventlog"
	"github.com/adsync-reconnect/adsync-reconnect/core/forest"
	"github.com/adsync-reconnect/adsync-reconnect/core/handover"
	"github.com/adsync-reconnect/adsync-reconnect/core/host"
	"github.com/adsync-reconnect/adsync-reconnect/core/install"
	"github.com/adsync-reconnect/adsync-reconnect/core/local"
	"github.com/adsync-reconnect/adsync-reconnect/core/probe"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/core/ticks"
)

// realSite is the real world.
func realSite(dataDir string) setup.Site {
	p := &probe.Probe{Computer: host.Facts}
	directory := &forest.Directory{}
	cloud := entra.New(entra.Params{})
	installer := install.New(install.Params{Probe: p, Directory: directory, Granter: directory, Cloud: cloud, DataDir: dataDir, Local: local.This(), Setup: handover.This(), Service: host.Service})
	return setup.Site{
		Prober: p, Comparer: p, Reviewer: p, Directory: directory, Cloud: cloud,
		Installer: installer, Finder: installer,
		Events:   eventlog.System{},
		Computer: host.Name(), CurrentUser: forest.CurrentUser(),
		Ticks: ticks.Store{Dir: filepath.Join(dataDir, "tasks")},
	}
}

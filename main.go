// SQL Server 2017 and older makes itself certificates with negative serial
// numbers, which Go refuses to read by default. They have to be readable to be
// shown and pinned; trust is decided by chain, dates, name or pin all the same.
//go:debug x509negativeserial=1

// Command adsync-reconnect sets a Microsoft Entra Connect server up on the ADSync
// database it already has. Without /check or /install it opens its window; built
// with the tag "cli" it has none.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/cli"
	"github.com/adsync-reconnect/adsync-reconnect/core/logbook"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// version is that of the program; FyneApp.toml says the same (a test compares them).
const version = "0.1.0"

func main() {
	if err := restrictLibraries(); err != nil {
		os.Exit(report(err, os.Stderr, true))
	}
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run is the program: it gives the exit code. Ctrl+C, the end that a service
// manager asks for and, on Windows, closing the console end it in good order
// (https://pkg.go.dev/os/signal#hdr-Windows).
func run(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	options, err := cli.ParseArgs(args)
	if err == nil {
		err = start(ctx, options, stdout, stderr)
	}
	return report(err, stderr, !options.Headless())
}

// report tells what ended the program and gives the exit code. Somebody who
// started it with the mouse is attended and gets a message box, where the system
// has no console for the program; an unattended run is never stopped by one.
func report(err error, stderr io.Writer, attended bool) int {
	var exit cli.Exit
	var usage *cli.UsageError
	switch {
	case err == nil:
		return cli.ExitClean
	case errors.As(err, &exit):
		return int(exit)
	case errors.As(err, &usage):
		say(usage.Text, stderr, attended, true)
		return cli.ExitUsage
	default:
		text := err.Error()
		if errors.Is(err, context.Canceled) {
			err = problem.From(context.Canceled)
		}
		if p := problem.As(err); p != nil {
			text = p.Text()
		}
		say(text, stderr, attended, true)
		return cli.ExitFailed
	}
}

// say writes a text, or shows it where nobody could read it.
func say(text string, to io.Writer, attended, failed bool) {
	if !attended || !tell(text, failed) {
		_, _ = fmt.Fprintln(to, text)
	}
}

// start does what the options ask for.
func start(ctx context.Context, o cli.Options, stdout, stderr io.Writer) error {
	switch {
	case o.Help:
		if tell(cli.Usage(), false) {
			return nil
		}
		_, err := io.WriteString(stdout, cli.Usage())
		return err
	case o.Version:
		return cli.PrintVersion(stdout, version, o.JSON)
	}
	params, err := parameters(ctx, o, stderr)
	if err != nil {
		return err
	}
	params.Book.Logger().InfoContext(ctx, "Started", "version", version, "system", runtime.GOOS, "command", o.Command(), "headless", o.Headless())
	defer closeLog(params.Book, stderr)
	switch {
	case o.Tour != "":
		return tourOf(ctx, params, o.Tour, stdout)
	case o.Review:
		return cli.RunReview(ctx, params, o, stdout, stderr)
	case o.Staging != "":
		return cli.RunStaging(ctx, params, o, stdout, stderr)
	case o.Compare != "":
		err := cli.Compare(ctx, params.Site, o, answers.System(), stdout, stderr)
		if params.Site.Close != nil {
			err = errors.Join(err, params.Site.Close())
		}
		return err
	case o.Heartbeat:
		return cli.Heartbeat(ctx, params.Site, o, stdout)
	case o.Headless():
		return cli.Run(ctx, params, o, stdout, stderr)
	default:
		return window(ctx, params)
	}
}

// closeLog closes the log. What the program did is not made a failure by a log
// that could not be kept, but it is said.
func closeLog(book *logbook.Book, stderr io.Writer) {
	p := book.Problem()
	if err := book.Close(); err != nil && p == nil {
		p = problem.From(err)
	}
	if p != nil {
		_, _ = fmt.Fprintln(stderr, p.Error())
	}
}

// parameters are what a session is made from: the real site or a practice site,
// with the answers of the file filled in.
func parameters(ctx context.Context, o cli.Options, stderr io.Writer) (setup.Params, error) {
	dir, err := dataDir()
	if err != nil {
		return setup.Params{}, err
	}
	p := setup.Params{
		Program: version, DataDir: dir, Book: logbook.New(filepath.Join(dir, "logs"), time.Now()),
		OpenPractice: func(ctx context.Context, scenario string) (setup.Site, error) {
			return practice.Open(ctx, scenario, practice.Options{
				DataDir: filepath.Join(dir, "practice"), Pause: 300 * time.Millisecond,
				Port: strings.HasSuffix(scenario, practice.PortSuffix),
			})
		},
		RealSite: func() setup.Site { return realSite(dir) },
	}
	if o.Practice {
		if _, err := practice.Find(o.Scenario); err != nil {
			return p, &cli.UsageError{Text: "/practice: " + err.Error()}
		}
		if p.Site, err = p.OpenPractice(ctx, o.Scenario); err != nil {
			return p, err
		}
		if strings.HasSuffix(o.Scenario, practice.PortSuffix) {
			hints := p.Site.Practice.Hints
			if _, err := fmt.Fprintln(stderr, hints[0]+"\n"+hints[len(hints)-1]); err != nil {
				return p, err
			}
		}
	} else {
		p.Site = p.RealSite()
	}
	if o.Answers == "" {
		return p, nil
	}
	p.Site, err = cli.FillIn(p.Site, o.Answers, answers.System())
	return p, err
}

// dataDir is where journals, the vault and reports are kept: beside other
// programs' machine-wide data on Windows, in the user's state folder elsewhere.
func dataDir() (string, error) {
	if runtime.GOOS == "windows" {
		if base := os.Getenv("ProgramData"); base != "" {
			return filepath.Join(base, "ADSync Reconnect"), nil
		}
	}
	if base := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(base) { // a relative one is to be ignored, says the specification
		return filepath.Join(base, "adsync-reconnect"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", &problem.Problem{
			Code: "data.folder.unknown", What: "It is not known where this program's data is kept.",
			Why: "Journals, the vault and reports lie in the home folder of whoever starts the program, and the environment names none.",
			Fix: "Set HOME, or XDG_STATE_HOME to a folder of your choice.", Cause: err,
		}
	}
	return filepath.Join(home, ".local", "state", "adsync-reconnect"), nil
}

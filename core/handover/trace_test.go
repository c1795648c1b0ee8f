package handover

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// log is a run as public logs show one, with lines that no version is known to
// write for this mode left out.
const log = `[15:57:30.100] [  1] [INFO ] ================================================================================
[15:57:30.101] [  1] [INFO ] Application starting
[15:57:30.102] [  1] [INFO ] Application Version: 2.6.92.0
[15:57:31.000] [  1] [INFO ] Determining installation action for Azure AD Sync Engine (545334d7-13cd-4bab-8da1-2775fa8cf7c2)
[15:57:40.000] [ 12] [INFO ] SyncEngineSetupViewModel: Validating sync engine settings.
[15:57:41.000] [ 12] [VERB ] Exit ValidateSqlVersion
[15:57:42.000] [ 12] [INFO ] Attaching to the ADSync database: SQLServerName=SQL01, SQLInstanceName=HYBRID, ServiceAccountName=, state=Exists, Collation=Latin1_General_CI_AS, /UseExistingDatabase=True.
[15:57:52.417] [ 17] [INFO ] AzureTenantPage: Successfully retrieved company information for tenant a663168d-6ff4-4d3c-99f6-a68fa20329ca.  Initial domain (contoso.onmicrosoft.com).
[15:58:05.604] [ 25] [INFO ] Page transition from "Connect Directories" [ConfigSyncDirectoriesPageViewModel] to "Configure" [PerformConfigurationPageViewModel]
`

func feed(r *lineReader, data string) []Line { return r.feed([]byte(data)) }

func traceOf(t *testing.T, text string) Trace {
	t.Helper()
	var tr Trace
	for _, l := range feed(&lineReader{}, text) {
		tr = tr.with(l)
	}
	return tr
}

func done(tr Trace) (ids []StepID) {
	for _, s := range tr.Steps {
		if s.Done {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

func TestTrace_stepsAreTickedInOrder(t *testing.T) {
	tr := traceOf(t, log)
	want := []StepID{StepStarted, StepLooked, StepComponents, StepDatabase, StepTenant, StepDirectories}
	if got := done(tr); !slices.Equal(got, want) {
		t.Errorf("done %v, want %v", got, want)
	}
	if !strings.HasPrefix(tr.Newest, `Page transition from "Connect Directories"`) || tr.At != "15:58:05" {
		t.Errorf("newest %q at %q", tr.Newest, tr.At)
	}
	if len(tr.Failures) != 0 || tr.Failed {
		t.Errorf("failures %v", tr.Failures)
	}
	// A later step ticks those before it, and a new start begins anew.
	if got := done(traceOf(t, "[15:58:05.604] [ 25] [INFO ] AzureTenantPage: successfully connected to Azure via AAD PowerShell.\n")); len(got) != 5 {
		t.Errorf("a step in the middle ticks %v", got)
	}
	if got := done(traceOf(t, log+"[16:00:00.000] [  1] [INFO ] Application starting\n")); !slices.Equal(got, []StepID{StepStarted}) {
		t.Errorf("after a new start %v", got)
	}
}

func TestTrace_failsAndGoesOn(t *testing.T) {
	failed := log + "[15:59:05.932] [ 26] [INFO ] PerformConfigurationPageViewModel.PerformWorkflowInstallationAndUpdateState: result of installation operations - Failed\n" +
		"[15:59:05.968] [ 26] [ERROR] PerformConfigurationPageViewModel: An error occurred executing Configure AAD Sync task: An error occurred while sending the request.\n"
	tr := traceOf(t, failed)
	if !tr.Failed || len(tr.Failures) != 1 || tr.Failures[0].Code != CodeTLS || !strings.Contains(tr.Failures[0].Detail, "sending the request") {
		t.Fatalf("failed %t, %v", tr.Failed, tr.Failures)
	}
	tr = traceOf(t, failed+"[16:02:05.932] [ 26] [INFO ] PerformConfigurationPageViewModel.PerformWorkflowInstallationAndUpdateState: result of installation operations - Success\n")
	if tr.Failed || len(tr.Failures) != 0 || !tr.Done(StepFinished) {
		t.Errorf("after a retry that works: failed %t, %v, %v", tr.Failed, tr.Failures, done(tr))
	}
}

// The lines are from public logs and support articles, as the setup wrote them.
func TestRecognise(t *testing.T) {
	for text, want := range map[string]problem.Code{
		"[15:52:17.674] [ 13] [ERROR] The ADSync database already contains data and cannot be overwritten. Please remove the existing database and try again.":                                                                                                                                                                                                                     CodeNotEmpty,
		"[15:52:17.674] [ 13] [ERROR] Caught exception while installing synchronization service.\nMSI (s) (C0!08) [15:52:17:605]: Product: Microsoft Azure AD Connect synchronization services -- Error 25009.The setup wizard cannot configure the specified database. ALTER DATABASE statement failed.":                                                                          CodeAlter,
		"[15:52:17.674] [ 13] [ERROR] PerformConfigurationPageViewModel: Caught exception while installing synchronization service.\nException Data (Raw): System.Exception: Unable to install the Synchronization Service. Please see the event log for additional details.\nMSI (s) (C0!08) [15:52:17:605]: Product: X -- Error 25019.The setup wizard cannot open registry key": CodeLeftover,
		"[15:52:17.674] [ 13] [ERROR] Unable to install the Synchronization Service. Please see the event log for additional details.":                                                                                                                                                                                                                                             CodeMSI,
		"[15:52:17.674] [ 13] [ERROR] The service was unable to start because the version of the database is newer than the version of the binaries installed":                                                                                                                                                                                                                     CodeNewer,
		"[18:33:58.972] [ 12] [ERROR] PerformConfigurationPageViewModel: Unable to create the synchronization service account for Microsoft Entra ID. Retrying this operation may help resolve the issue.":                                                                                                                                                                         CodeIdentity,
		"[18:32:57.115] [ 12] [WARN ] GetServiceAccount: service account authorization failed for Sync_DC1_72476b2272e5@x. Waiting for account to be provisioned. Details: AADSTS50079: Due to a configuration change made":                                                                                                                                                        CodeConditional,
		"[18:32:57.115] [ 12] [ERROR] Using an Enterprise or Domain administrator account for your AD forest account is not allowed. Let Microsoft Entra Connect create the account for you":                                                                                                                                                                                       CodeAdmin,
		"[18:32:57.115] [ 12] [ERROR] CustomAction DetectServiceAccount returned actual error code 1603":                                                                                                                                                                                                                                                                           CodeServiceName,
		"[18:32:57.115] [ 12] [ERROR] StartService unable to start service (ADSync).":                                                                                                                                                                                                                                                                                              CodeServiceStart,
		"[18:32:57.115] [ 12] [ERROR] Azure AD Connect is not able to create a password which satisfies the current password policy":                                                                                                                                                                                                                                               CodePolicy,
		"[18:32:57.115] [ 12] [ERROR] The Microsoft Key Distribution Service failed to start":                                                                                                                                                                                                                                                                                      CodeKDS,
		"[18:32:57.115] [ 12] [ERROR] The remote server returned an error: (407) Proxy Authentication Required.":                                                                                                                                                                                                                                                                   CodeProxy,
		"[18:32:57.115] [ 12] [ERROR] Microsoft Entra Connect could not configure application-based authentication for this server. Setup cannot continue.":                                                                                                                                                                                                                        CodeApplication,
		"[18:32:57.115] [ 12] [ERROR] A network-related or instance-specific error occurred while establishing a connection to SQL Server.":                                                                                                                                                                                                                                        CodeSQL,
		"[18:32:57.115] [ 12] [INFO ] Attaching to the ADSync database: SQLServerName=SQL01, state=Exists, /UseExistingDatabase=False":                                                                                                                                                                                                                                             CodeNoSwitch,
		// What is no failure.
		"[15:57:31.000] [  1] [WARN ] Service ADSync was not found on computer '.'.":  "",
		"[15:57:31.000] [  1] [INFO ] Error 25009 is mentioned in the documentation.": "",
		"[15:57:31.000] [  1] [ERROR] Something that nobody has seen before.":         "",
	} {
		var got problem.Code
		tr := traceOf(t, text+"\n")
		if len(tr.Failures) > 1 {
			t.Errorf("%s: %d failures", text, len(tr.Failures))
		}
		if len(tr.Failures) > 0 {
			got = tr.Failures[0].Code
			if p := tr.Failures[0]; p.What == "" || p.Fix == "" {
				t.Errorf("%s has no fix", p.Code)
			}
		}
		if got != want {
			t.Errorf("%s\n gives %q, want %q", text, got, want)
		}
	}
}

func encode(text string, big, mark bool) []byte {
	var out []byte
	put := func(u uint16) {
		if big {
			out = append(out, byte(u>>8), byte(u))
			return
		}
		out = append(out, byte(u), byte(u>>8))
	}
	if mark {
		put(0xfeff)
	}
	for _, u := range utf16.Encode([]rune(text)) {
		put(u)
	}
	return out
}

// Whatever the encoding and however the bytes come, the lines are the same.
func TestLines_encodingsAndPieces(t *testing.T) {
	text := strings.ReplaceAll(log, "\n", "\r\n") + "[15:58:06.000] [  1] [WARN ] Größe Ωλ\r\nand on\r\n[15:58:07.000] [  1] [INFO ] no end yet"
	want := feed(&lineReader{}, text)
	if n := len(want); n != strings.Count(text, "\n") || want[n-1].Text != "and on" || want[n-1].Level != LevelWarning || want[n-1].Time != "" {
		t.Fatalf("%d lines, the last %+v", len(want), want[len(want)-1])
	}
	for name, data := range map[string][]byte{
		"UTF-8": []byte(text), "UTF-8 with a mark": append([]byte("\xef\xbb\xbf"), text...),
		"UTF-16": encode(text, false, true), "UTF-16 without a mark": encode(text, false, false), "UTF-16 big endian": encode(text, true, true),
		"UTF-16 big endian without a mark": encode(text, true, false),
	} {
		for _, size := range []int{1, 3, 7, 4096} {
			r, got := &lineReader{}, []Line(nil)
			for piece := range slices.Chunk(data, size) {
				got = append(got, r.feed(piece)...)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s in pieces of %d: %d lines, want %d", name, size, len(got), len(want))
			}
		}
	}
}

func TestLines_endless(t *testing.T) {
	r := &lineReader{}
	var got []Line
	for range 100 {
		got = append(got, feed(r, strings.Repeat("x", 10_000))...)
	}
	got = append(got, feed(r, "end\n[15:58:07.000] [  1] [INFO ] next\n")...)
	if len(got) != 2 || got[1].Text != "next" || len(r.rest) > maxLine {
		t.Errorf("%d lines, %d bytes kept", len(got), len(r.rest))
	}
}

func FuzzLines(f *testing.F) {
	f.Add([]byte(log), 5)
	f.Add(encode(log, false, true), 3)
	f.Add(encode("[15:58:07.000] [  1] [ERROR] (407)\r\n", true, false), 1)
	f.Add([]byte{0xff, 0xfe, '\n', 0, 0xd8}, 2)
	f.Fuzz(func(t *testing.T, data []byte, size int) {
		whole := (&lineReader{}).feed(data)
		r, pieces := &lineReader{}, []Line(nil)
		for p := range slices.Chunk(data, max(size%64, 1)) {
			pieces = append(pieces, r.feed(p)...)
		}
		if len(data) <= maxLine && !slices.Equal(whole, pieces) {
			t.Errorf("whole gives %d lines, pieces give %d", len(whole), len(pieces))
		}
		var tr Trace
		for _, l := range whole {
			tr = tr.with(l)
		}
		for i, s := range tr.Steps { // no step is done before those that it follows
			if i > 0 && s.Done && !tr.Steps[i-1].Done {
				t.Errorf("%s is done and %s is not", s.ID, tr.Steps[i-1].ID)
			}
		}
	})
}

func write(t *testing.T, path, text string, at time.Time) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
}

func TestFollower(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "AADConnect")
	f := NewFollower(dir, []string{"Trace-20260101-000000.log"})
	read := func() Trace {
		t.Helper()
		tr, err := f.Read()
		if err != nil {
			t.Fatal(err)
		}
		return tr
	}
	if tr := read(); tr.Steps != nil || f.File() != "" {
		t.Fatalf("a folder that is not there shows %v", tr)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	write(t, filepath.Join(dir, "trace-20260101-000000.log"), log, now.Add(time.Hour)) // of an earlier run
	write(t, filepath.Join(dir, "Synchronization Service_Install-20260101-000000.log"), log, now)
	if tr := read(); tr.Steps != nil {
		t.Fatal("the log of an earlier run counts")
	}
	first := filepath.Join(dir, "trace-20260102-000000.log")
	half := strings.Index(log, "Attaching") + 10 // in the middle of a line
	write(t, first, log[:half], now)
	if got := done(read()); len(got) != 3 {
		t.Fatalf("half a log shows %v", got)
	}
	write(t, first, log, now)
	if got := done(read()); len(got) != 6 {
		t.Fatalf("the whole log shows %v", got)
	}
	// The log goes on in another file, without a new start.
	write(t, filepath.Join(dir, "trace-20260102-000100.log"), "[16:02:05.932] [ 26] [INFO ] ConfigureSyncEngine\n", now.Add(time.Minute))
	if tr := read(); !tr.Done(StepDirectories) || !tr.Done(StepConfigure) {
		t.Fatalf("after the rotation %v", done(tr))
	}
	// And a new start is a new run.
	second := filepath.Join(dir, "trace-20260102-000200.log")
	write(t, second, "[16:03:05.932] [ 26] [INFO ] Application starting\n", now.Add(2*time.Minute))
	if got := done(read()); !slices.Equal(got, []StepID{StepStarted}) {
		t.Fatalf("after a new start %v", got)
	}
	write(t, second, "[16:04:05.932] [  6] [INFO ] x\n", now.Add(3*time.Minute)) // shorter than before: written anew
	if tr := read(); tr.Newest != "x" {
		t.Errorf("newest %q", tr.Newest)
	}
}

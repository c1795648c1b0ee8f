package sqlserver

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// SQL Server Browser, [MC-SQLR]: one datagram to UDP 1434, one back.
const (
	browserPort    = 1434
	browserAskAll  = 0x03                   // CLNT_UCAST_EX: all instances of this computer
	browserAnswer  = 0x05                   // SVR_RESP
	browserResend  = 700 * time.Millisecond // datagrams get lost
	browserPatient = 4 * time.Second        // a browser that runs answers in milliseconds
	browserMost    = 64 * 1024              // size of the largest answer
)

// Instances asks SQL Server Browser on host for all instances of that computer,
// sorted by name. d is nil for the real network. It waits four seconds at most,
// less if ctx ends before. The error is a *problem.Problem.
func Instances(ctx context.Context, d Dialer, host string) ([]facts.Instance, error) {
	a, err := Parse(host, "")
	if err != nil {
		return nil, err
	}
	n := newNetwork(d)
	ips, err := n.lookup(ctx, a.Host)
	if err != nil {
		return nil, nameProblem(a.Host, err)
	}
	found, err := n.browse(ctx, ips)
	if err != nil {
		return nil, browserProblem(a.Host, err)
	}
	return found, nil
}

// errNoInstances is an answer in which nothing could be found.
var errNoInstances = errors.New("the answer lists no instance")

// browse asks all addresses at once and takes the first answer that lists
// anything.
func (n network) browse(ctx context.Context, ips []string) ([]facts.Instance, error) {
	ctx, cancel := context.WithTimeout(ctx, browserPatient)
	defer cancel()
	type result struct {
		found []facts.Instance
		err   error
	}
	results := make(chan result, len(ips))
	for _, ip := range ips {
		go func() {
			found, err := n.browseOne(ctx, ip)
			results <- result{found, err}
		}()
	}
	var failed error
	for range ips {
		select {
		case r := <-results:
			if r.err == nil {
				return r.found, nil
			}
			failed = r.err
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	return nil, ended(ctx, failed)
}

// browseOne asks one address, again and again until ctx ends.
func (n network) browseOne(ctx context.Context, ip string) ([]facts.Instance, error) {
	conn, err := n.dial.DialContext(ctx, "udp", hostPort(ip, browserPort))
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	defer bind(ctx, conn)()
	buf := make([]byte, browserMost)
	refused := 0
	for ctx.Err() == nil {
		if err := conn.SetDeadline(time.Now().Add(browserResend)); err != nil {
			return nil, ended(ctx, err)
		}
		if _, err := conn.Write([]byte{browserAskAll}); err != nil {
			return nil, ended(ctx, err)
		}
		size, err := conn.Read(buf)
		if err == nil {
			return parseBrowser(buf[:size])
		}
		var late net.Error
		if errors.As(err, &late) && late.Timeout() {
			continue
		}
		if refused++; refused > 1 { // "port unreachable" came back twice
			return nil, ended(ctx, err)
		}
	}
	return nil, context.Cause(ctx)
}

// parseBrowser reads a SVR_RESP: 0x05, the length (little endian), then
// "ServerName;SQL01;InstanceName;HYBRID;IsClustered;No;Version;16.0.1000.6;tcp;50123;;"
// per instance. It takes what it can: keys in any order and case, a wrong length,
// a cut end.
func parseBrowser(b []byte) ([]facts.Instance, error) {
	if len(b) < 3 || b[0] != browserAnswer {
		return nil, fmt.Errorf("%d bytes that are no answer of SQL Server Browser", len(b))
	}
	text := b[3:]
	if size := int(binary.LittleEndian.Uint16(b[1:])); size > 0 && size < len(text) {
		text = text[:size]
	}
	var out []facts.Instance
	for _, block := range strings.Split(decodeBrowser(text), ";;") {
		if i, ok := parseBlock(block); ok && !slices.ContainsFunc(out, func(o facts.Instance) bool { return strings.EqualFold(o.Name, i.Name) }) {
			out = append(out, i)
		}
	}
	if len(out) == 0 {
		return nil, errNoInstances
	}
	slices.SortFunc(out, func(a, b facts.Instance) int {
		return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	return out, nil
}

// decodeBrowser turns the answer's characters into text. [MC-SQLR] leaves the
// code page to the server: UTF-8 is taken if it is valid, else Latin-1, which is
// right for the Western European servers where it matters most.
func decodeBrowser(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	r := make([]rune, len(b))
	for i, c := range b {
		r[i] = rune(c)
	}
	return string(r)
}

// parseBlock reads the keys and values of one instance.
func parseBlock(block string) (facts.Instance, bool) {
	var out facts.Instance
	words := strings.Split(block, ";")
	for i := 0; i+1 < len(words); i += 2 {
		value := clean(words[i+1])
		switch strings.ToLower(clean(words[i])) {
		case "servername":
			out.Server = value
		case "instancename":
			out.Name = value
		case "version":
			out.Version = value
		case "isclustered":
			out.Cluster = strings.EqualFold(value, "yes")
		case "tcp":
			if port, err := strconv.ParseUint(value, 10, 16); err == nil {
				out.Port = int(port)
			}
		}
	}
	return out, out.Name != ""
}

// clean drops what could upset a page or a log: the datagram comes from anybody.
func clean(s string) string {
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s))
	if r := []rune(s); len(r) > 255 {
		s = string(r[:255])
	}
	return s
}

// pick finds the instance called name among those found.
func pick(found []facts.Instance, host, name string) (facts.Instance, *problem.Problem) {
	var names []string
	for _, i := range found {
		if strings.EqualFold(i.Name, name) {
			if i.Port == 0 {
				return i, &problem.Problem{
					Code: CodeInstanceNoTCP, Field: answers.FieldInstance,
					What: "The instance " + i.Name + " on " + host + " does not accept TCP connections.",
					Why:  "The synchronization service reaches SQL Server over TCP only.",
					Fix:  "In SQL Server Configuration Manager switch TCP/IP on for this instance and restart it.",
				}
			}
			return i, nil
		}
		names = append(names, i.Name)
	}
	return facts.Instance{}, &problem.Problem{
		Code: CodeInstanceUnknown, Field: answers.FieldInstance,
		What: "There is no instance called " + name + " on " + host + ".",
		Why:  "SQL Server Browser lists " + strings.Join(names, ", ") + ".",
		Fix:  "Choose one of these. A stopped or hidden instance is not listed: start it, or enter its port as well (" + name + ",PORT).",
	}
}

// browserProblem puts a failed question to the browser into words.
func browserProblem(host string, err error) *problem.Problem {
	if p := problem.From(err); p.Code == problem.CodeCancelled {
		return p
	}
	if errors.Is(err, errNoInstances) {
		return &problem.Problem{
			Code: CodeBrowserAnswer, Field: answers.FieldInstance, Detail: err.Error(), Cause: err,
			What: "SQL Server Browser on " + host + " knows of no instance.",
			Why:  "All instances are stopped or hidden.",
			Fix:  "Start the instance, or enter its port behind a comma (INSTANCE,PORT): then the browser is not needed.",
		}
	}
	return &problem.Problem{
		Code: CodeBrowserSilent, Field: answers.FieldInstance, Detail: err.Error(), Cause: err,
		What: "SQL Server Browser on " + host + " does not answer, so the instance's port is not known.",
		Why:  "The service SQL Server Browser is stopped, or a firewall blocks UDP port 1434.",
		Fix:  "Enter the instance's port behind a comma (INSTANCE,PORT): then the browser is not needed. Or start the service and open UDP 1434.",
	}
}

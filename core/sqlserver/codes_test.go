package sqlserver

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// declared reads the codes that a file declares.
func declared(t *testing.T, file string) map[string]string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	ast.Inspect(f, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(v.Names[0].Name, "Code") {
			return true
		}
		value, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		out[value] = v.Names[0].Name
		return false
	})
	return out
}

// Every code is well-formed, declared once, and made by some code or test here.
func TestCodesAreUsed(t *testing.T) {
	form := regexp.MustCompile(`^sql(\.[a-z-]+){1,2}$`)
	var source strings.Builder
	for _, name := range []string{
		"address.go", "address_check.go", "address_forms.go", "browser.go", "certificate.go", "config.go", "connect.go", "login.go", "numbers.go",
		"problems.go", "problems_way.go",
	} {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		source.Write(b)
	}
	all := declared(t, "codes.go")
	for value, name := range declared(t, "numbers.go") {
		if other, twice := all[value]; twice {
			t.Errorf("%s and %s are both %q", name, other, value)
		}
		all[value] = name
	}
	if len(all) < 70 {
		t.Errorf("only %d codes were found", len(all))
	}
	for value, name := range all {
		if !form.MatchString(value) {
			t.Errorf("%s is %q", name, value)
		}
		if !regexp.MustCompile(`\b` + name + `\b[^ ]|` + name + ` *,|code.*` + name).MatchString(source.String()) {
			t.Errorf("%s (%s) is never used", name, value)
		}
	}
}

// TestWayProblems puts what the network says on each layer into words.
func TestWayProblems(t *testing.T) {
	refused := &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	unreachable := &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.EHOSTUNREACH)}
	plain, named := Address{Host: "SQL01"}, Address{Host: "SQL01", Instance: "HYBRID", Port: 1500}
	name := func(err error) *problem.Problem { return nameProblem("SQL01", err) }
	port := func(a Address) func(error) *problem.Problem {
		return func(err error) *problem.Problem { return portProblem(a, 1500, err) }
	}
	answer := func(err error) *problem.Problem { return answerProblem("SQL01, port 1500", err) }
	tls := func(err error) *problem.Problem { return handshakeProblem("SQL01, port 1500", err) }
	browser := func(err error) *problem.Problem { return browserProblem("SQL01", err) }
	cases := []struct {
		name  string
		make  func(error) *problem.Problem
		err   error
		code  problem.Code
		field problem.Field
	}{
		{"name unknown", name, &net.DNSError{IsNotFound: true}, CodeNameUnknown, answers.FieldServer},
		{"DNS fails", name, &net.DNSError{IsTemporary: true}, CodeNameServer, answers.FieldServer},
		{"DNS silent", name, context.DeadlineExceeded, CodeNameServer, answers.FieldServer},
		{"name cancelled", name, context.Canceled, problem.CodeCancelled, ""},
		{"browser silent", browser, context.DeadlineExceeded, CodeBrowserSilent, answers.FieldInstance},
		{"browser empty", browser, errNoInstances, CodeBrowserAnswer, answers.FieldInstance},
		{"browser cancelled", browser, context.Canceled, problem.CodeCancelled, ""},
		{"refused", port(plain), refused, CodePortRefused, answers.FieldServer},
		{"refused with instance", port(named), refused, CodePortRefused, answers.FieldInstance},
		{"silent", port(plain), context.DeadlineExceeded, CodePortSilent, answers.FieldServer},
		{"unreachable", port(named), unreachable, CodePortUnreachable, answers.FieldServer},
		{"port otherwise", port(plain), errors.New("x"), CodePortFailed, answers.FieldServer},
		{"port cancelled", port(plain), context.Canceled, problem.CodeCancelled, ""},
		{"answer silent", answer, os.ErrDeadlineExceeded, CodeAnswerSilent, answers.FieldInstance},
		{"answer closed", answer, io.EOF, CodeAnswerClosed, answers.FieldInstance},
		{"answer reset", answer, syscall.ECONNRESET, CodeAnswerClosed, answers.FieldInstance},
		{"answer foreign", answer, &foreign{bytes: []byte("HTTP/1.1"), looks: "a web server"}, CodeAnswerForeign, answers.FieldInstance},
		{"answer cancelled", answer, context.Canceled, problem.CodeCancelled, ""},
		{"TLS silent", tls, context.DeadlineExceeded, CodeTLSSilent, answers.FieldCert},
		{"TLS old", tls, &net.OpError{Op: "remote error", Err: errors.New("tls: protocol version not supported")}, CodeTLSOld, answers.FieldCert},
		{"TLS old, said here", tls, errors.New("tls: server selected unsupported protocol version 301"), CodeTLSOld, answers.FieldCert},
		{"negative serial number", tls, errors.New("tls: failed to parse certificate from server: x509: negative serial number"), CodeTLSMalformed, answers.FieldCert},
		{"TLS alert", tls, &net.OpError{Op: "remote error", Err: errors.New("tls: handshake failure")}, CodeTLSFailed, answers.FieldCert},
		{"TLS broken", tls, io.ErrUnexpectedEOF, CodeTLSFailed, answers.FieldCert},
		{"TLS cancelled", tls, context.Canceled, problem.CodeCancelled, ""},
		{"strict not there", func(err error) *problem.Problem { return strictProblem("15.0.2000", err) }, io.EOF, CodeStrictNo, answers.FieldEncryption},
		{"no TLS", func(error) *problem.Problem { return noTLSProblem() }, nil, CodeTLSNo, answers.FieldEncryption},
		{"TLS forced", func(error) *problem.Problem { return forcedTLSProblem() }, nil, CodeTLSForced, answers.FieldEncryption},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := c.make(c.err)
			if p.Code != c.code || p.Field != c.field || p.What == "" || p.Fix == "" {
				t.Errorf("beside %q: %s", p.Field, p.Text())
			}
		})
	}
}

// TestLoginProblems puts what a driver says during sign-in into words.
func TestLoginProblems(t *testing.T) {
	w := &way{t: target{addr: Address{Host: "SQL01"}, login: login{kind: answers.SignInWindows, provider: providerSSPI}}, port: 1433}
	cases := map[string]struct {
		err  error
		code problem.Code
	}{
		"silent":        {context.DeadlineExceeded, CodeLoginSilent},
		"cancelled":     {context.Canceled, problem.CodeCancelled},
		"SSPI":          {errors.New("InitializeSecurityContext failed 8009030c"), CodeSignInFailed},
		"no encryption": {errors.New("server does not support encryption"), CodeTLSNo},
		"closed":        {io.EOF, CodeLoginBroken},
		"nonsense":      {errors.New("unknown token type"), CodeLoginBroken},
		"refused":       {&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, problem.CodeRefused},
	}
	for name, c := range cases {
		if p := w.loginProblem(t.Context(), c.err); p.Code != c.code || p.What == "" || p.Fix == "" {
			t.Errorf("%s: %s", name, p.Text())
		}
	}
	if d := w.loginDetail(); !strings.Contains(d, "Windows") {
		t.Errorf("detail %q", d)
	}
}

package sqlserver

import (
	"errors"
	"strconv"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// renamed gives a general problem the code and field that it has on the way to
// SQL Server.
func renamed(p *problem.Problem, code problem.Code, field problem.Field) *problem.Problem {
	c := *p
	c.Code, c.Field = code, field
	return &c
}

// nameProblem puts a failed name lookup into words.
func nameProblem(host string, err error) *problem.Problem {
	p := problem.From(err)
	switch p.Code {
	case problem.CodeCancelled:
		return p
	case problem.CodeNameUnknown:
		p = renamed(p, CodeNameUnknown, answers.FieldServer)
		p.What = "There is no computer called " + host + "."
		return p
	default:
		return &problem.Problem{
			Code: CodeNameServer, Field: answers.FieldServer, Detail: p.Detail, Cause: err,
			What: "The name " + host + " could not be looked up.",
			Why:  "The DNS server of this computer did not answer as it should.",
			Fix:  "Check this computer's DNS settings, or enter the IP address instead of the name.",
		}
	}
}

// portProblem puts a TCP connection that could not be made into words.
func portProblem(a Address, port int, err error) *problem.Problem {
	p := problem.From(err)
	where, field := a.Host+", port "+strconv.Itoa(port), answers.FieldServer
	if a.Port != 0 || a.Instance != "" {
		field = answers.FieldInstance
	}
	advice := "If it listens on another port, enter it behind a comma in the field for the instance (INSTANCE,PORT)."
	switch p.Code {
	case problem.CodeCancelled:
		return p
	case problem.CodeRefused:
		p = renamed(p, CodePortRefused, field)
		p.What = "The computer is there, but nothing answers on " + where + "."
		p.Why = "SQL Server is stopped, TCP/IP is switched off for it, or it listens on another port."
		p.Fix = "Check in SQL Server Configuration Manager that the service runs and that TCP/IP is on. " + advice
	case problem.CodeTimeout, problem.CodeNetTimeout:
		p = renamed(p, CodePortSilent, field)
		p.What = "There is no answer from " + where + "."
		p.Why = "The computer is off, or a firewall drops the traffic silently."
		p.Fix = "Open the TCP port for this computer in the firewalls between, the SQL Server's own included. " + advice
	case problem.CodeUnreachable:
		p = renamed(p, CodePortUnreachable, answers.FieldServer)
	default:
		p = renamed(p, CodePortFailed, field)
		p.What = "No connection could be made to " + where + "."
	}
	return p
}

// answerProblem puts a prelogin that failed into words.
func answerProblem(where string, err error) *problem.Problem {
	var f *foreign
	p := problem.From(err)
	switch {
	case p.Code == problem.CodeCancelled:
		return p
	case errors.As(err, &f):
		p = &problem.Problem{
			Code: CodeAnswerForeign, Field: answers.FieldInstance, Detail: f.Error(), Cause: err,
			What: "What answers at " + where + " is not SQL Server.",
			Fix:  "Check the server's name and the port.",
		}
		if f.looks != "" {
			p.Why = "It looks like " + f.looks + "."
		}
		return p
	case p.Code == problem.CodeTimeout, p.Code == problem.CodeNetTimeout:
		return &problem.Problem{
			Code: CodeAnswerSilent, Field: answers.FieldInstance, Detail: err.Error(), Cause: err,
			What: "Something accepts connections at " + where + ", but stays silent.",
			Why:  "It may be another service, a firewall or load balancer without a server behind it, or a SQL Server that hangs.",
			Fix:  "Check the name and the port, and that SQL Server answers there for other programs.",
		}
	}
	return &problem.Problem{
		Code: CodeAnswerClosed, Field: answers.FieldInstance, Detail: err.Error(), Cause: err,
		What: "What answers at " + where + " closed the connection at once.",
		Why:  "It is not SQL Server, it takes no more connections, or it accepts only TDS 8.0 (Force Strict Encryption).",
		Fix:  "Check the name and the port and look into SQL Server's error log. If strict encryption is forced there, choose Strict.",
	}
}

// strictProblem is for a server that speaks TDS but not its version 8.0.
func strictProblem(version string, err error) *problem.Problem {
	return &problem.Problem{
		Code: CodeStrictNo, Field: answers.FieldEncryption, Detail: err.Error(), Cause: err,
		What: "This SQL Server (version " + version + ") does not offer strict encryption.",
		Why:  "Strict encryption (TDS 8.0) came with SQL Server 2022 and needs a certificate that was given to the server.",
		Fix:  "Choose mandatory encryption, which protects the connection as well.",
	}
}

// noTLSProblem is for a server that can't encrypt at all.
func noTLSProblem() *problem.Problem {
	return &problem.Problem{
		Code: CodeTLSNo, Field: answers.FieldEncryption,
		What: "This SQL Server does not offer encryption.",
		Why:  "Without it passwords and data travel readable for everybody on the way.",
		Fix:  "Have encryption set up on the server. Only on a network that you trust completely, switch encryption off here.",
	}
}

// forcedTLSProblem is for a server that insists on encryption when it is off here.
func forcedTLSProblem() *problem.Problem {
	return &problem.Problem{
		Code: CodeTLSForced, Field: answers.FieldEncryption,
		What: "This SQL Server insists on encryption, which is switched off here.",
		Fix:  "Choose mandatory encryption.",
	}
}

// handshakeProblem puts a TLS handshake that failed into words; a verdict on the
// certificate comes out as it is.
func handshakeProblem(where string, err error) *problem.Problem {
	var u *untrusted
	if errors.As(err, &u) {
		return u.p
	}
	p := problem.From(err)
	text := err.Error()
	made := func(code problem.Code, what, why, fix string) *problem.Problem {
		q := tlsProblem(code, what, why, fix)
		q.Detail, q.Cause = text, err
		return q
	}
	switch {
	case p.Code == problem.CodeCancelled:
		return p
	case p.Code == problem.CodeTimeout, p.Code == problem.CodeNetTimeout:
		return made(CodeTLSSilent, "The server at "+where+" stopped answering while encryption was set up.",
			"A device between may inspect or break TLS, or the server hangs.",
			"Try again. If it stays so, check the firewalls between and SQL Server's error log.")
	case strings.Contains(text, "protocol version"), strings.Contains(text, "unsupported versions"):
		return made(CodeTLSOld, "The server offers only old versions of TLS.",
			"TLS 1.0 and 1.1 are not safe any more and are not used here.",
			"Switch TLS 1.2 on at the server, and update SQL Server if its build is too old for it.")
	case strings.Contains(text, "failed to parse certificate"):
		return made(CodeTLSMalformed, "The server's certificate breaks the rules for certificates and can't be read.",
			"Certificates that SQL Server 2017 and older make for themselves can have a negative serial number.",
			"Give the server a certificate of your own authority, or restart SQL Server so that it makes a new one.")
	}
	return made(CodeTLSFailed, "Encryption could not be set up with the server at "+where+".",
		"The two sides agreed on no protection, or the connection was broken.",
		"Look into SQL Server's error log and check that TLS 1.2 and its ciphers are on at the server.")
}

package sqlserver

import (
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// DefaultPort is the TCP port of a default instance.
const DefaultPort = 1433

// Address is where SQL Server is, as understood from what was typed.
type Address struct {
	Host     string // name or IP address without brackets: "sql01.contoso.com", "::1"
	Port     int    // 0 when none was given
	Instance string // empty for the default instance; spelled as typed
	Typed    string // for display: `SQL01\HYBRID`, "SQL01,14330", "[::1],1433"
	Note     string // how something unusual was understood, for a person; mostly empty
	Local    bool   // this computer: ".", "(local)", "localhost" or a loopback address
}

// NeedsBrowser tells whether SQL Server Browser has to be asked for the port: an
// instance is named and no port is.
func (a Address) NeedsBrowser() bool { return a.Instance != "" && a.Port == 0 }

// PortOrDefault gives the typed port, or that of the default instance.
func (a Address) PortOrDefault() int {
	if a.Port == 0 {
		return DefaultPort
	}
	return a.Port
}

// IP gives the address if the host is an IP address and no name.
func (a Address) IP() (netip.Addr, bool) {
	ip, err := netip.ParseAddr(a.Host)
	return ip, err == nil
}

// Parse understands what admins paste into the fields for the server and the
// instance: SQL01, a full name, SQL01\HYBRID, "host,port", "host:port", ".",
// "(local)", IPv4, [::1]:1433, "tcp:" in front, INSTANCE and INSTANCE,PORT in the
// second field, MSSQLSERVER for the default instance, quotes and stray spaces.
// What can't be used (LocalDB, pipes, shared memory, the dedicated admin
// connection, whole connection strings, Azure SQL) gives a *problem.Problem
// which names it and stands beside the field it belongs to.
func Parse(server, instance string) (Address, error) {
	server, instance = tidy(server), tidy(instance)
	if server == "" && strings.ContainsAny(instance, `\`) {
		server, instance = instance, "" // everything was pasted into the second field
	}
	if server == "" {
		return Address{}, &problem.Problem{
			Code: CodeAddressMissing, Field: answers.FieldServer,
			What: "The name of the SQL Server is missing.",
			Fix:  "Enter the name of the computer that SQL Server runs on, for example SQL01.",
		}
	}
	if p := recognise(server, answers.FieldServer); p != nil {
		return Address{}, p
	}
	if p := recognise(instance, answers.FieldInstance); p != nil {
		return Address{}, p
	}
	one, p := parseServer(server)
	if p != nil {
		return Address{}, p
	}
	two, p := parseInstance(instance)
	if p != nil {
		return Address{}, p
	}
	a, p := join(one, two)
	if p != nil {
		return Address{}, p
	}
	return a.finish(), nil
}

// part is what one field says.
type part struct {
	host, instance string
	port           int
	note           string
}

// parseServer reads the first field.
func parseServer(text string) (part, *problem.Problem) {
	text = cutPrefixFold(text, "tcp:")
	text = strings.TrimSpace(strings.TrimPrefix(text, "//"))
	host, rest := splitHost(text)
	var out part
	var p *problem.Problem
	if strings.HasPrefix(rest, `\`) {
		out, p = parseTail(rest[1:], answers.FieldServer)
	} else if rest != "" {
		out.port, p = parsePort(rest[1:], answers.FieldServer)
		if rest[0] == ':' {
			out.note = "The colon was read as the separator before the port; SQL Server's own tools write a comma."
		}
	}
	if p != nil {
		return part{}, p
	}
	var note string
	if out.host, note, p = checkHost(host); p != nil {
		return part{}, p
	}
	if note != "" {
		out.note = note
	}
	return out, nil
}

// splitHost cuts text after the host. rest begins with the separator: a
// backslash, a comma or a colon.
func splitHost(text string) (host, rest string) {
	if strings.HasPrefix(text, "[") {
		if end := strings.IndexByte(text, ']'); end > 0 {
			return text[:end+1], strings.TrimSpace(text[end+1:])
		}
	}
	i := strings.IndexAny(text, `\,`)
	head := text
	if i >= 0 {
		head, rest = text[:i], text[i:]
	}
	if strings.Count(head, ":") == 1 {
		c := strings.IndexByte(head, ':')
		return strings.TrimSpace(head[:c]), strings.TrimSpace(head[c:] + rest)
	}
	return strings.TrimSpace(head), rest
}

// parseInstance reads the second field: INSTANCE, INSTANCE,PORT, ",PORT", a port
// alone, or the whole name once more.
func parseInstance(text string) (part, *problem.Problem) {
	if text == "" {
		return part{}, nil
	}
	if i := strings.LastIndexByte(text, '\\'); i > 0 {
		host, note, p := checkHost(strings.TrimSpace(text[:i]))
		if p != nil {
			return part{}, p.On(answers.FieldInstance)
		}
		out, p := parseTail(text[i+1:], answers.FieldInstance)
		out.host = host
		if note != "" {
			out.note = note
		}
		return out, p
	}
	if allDigits(text) {
		port, p := parsePort(text, answers.FieldInstance)
		return part{port: port, note: "The number was read as a port, because no instance can be called that."}, p
	}
	return parseTail(strings.TrimPrefix(text, `\`), answers.FieldInstance)
}

// parseTail reads INSTANCE, "INSTANCE,PORT" or ",PORT".
func parseTail(text string, field problem.Field) (part, *problem.Problem) {
	name, port, found := text, "", false
	if i := strings.IndexAny(text, ",:"); i >= 0 {
		name, port, found = text[:i], text[i+1:], true
	}
	var out part
	var p *problem.Problem
	if out.instance, p = checkInstance(strings.TrimSpace(name), field); p != nil {
		return part{}, p
	}
	if found {
		if out.port, p = parsePort(port, field); p != nil {
			return part{}, p
		}
		if strings.Contains(text, ":") {
			out.note = "The colon was read as the separator before the port; SQL Server's own tools write a comma."
		}
	}
	if out.instance == "" && out.port == 0 {
		// MSSQLSERVER alone is the default instance; a bare backslash is a slip.
		if strings.TrimSpace(name) == "" {
			return part{}, badInstance(text, field, "There is nothing behind the backslash.")
		}
	}
	return out, nil
}

// parsePort reads a TCP port.
func parsePort(text string, field problem.Field) (int, *problem.Problem) {
	text = strings.TrimSpace(text)
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 65535 || !allDigits(text) {
		return 0, &problem.Problem{
			Code: CodeAddressPort, Field: field,
			What: strconv.Quote(text) + " is no port.",
			Why:  "A port is a whole number from 1 to 65535.",
			Fix:  `Write the port behind a comma, for example SQL01,14330 or HYBRID,14330, or leave it out.`,
		}
	}
	return n, nil
}

// join puts the two fields together, and objects where they contradict.
func join(one, two part) (Address, *problem.Problem) {
	conflict := func(what, first, second string) *problem.Problem {
		return &problem.Problem{
			Code: CodeAddressConflict, Field: answers.FieldInstance,
			What: "The two fields name different " + what + ": " + first + " and " + second + ".",
			Fix:  "Leave one of them out.",
		}
	}
	a := Address{Host: one.host, Instance: one.instance, Port: one.port, Note: one.note}
	if two.host != "" && !strings.EqualFold(two.host, one.host) {
		return Address{}, conflict("servers", one.host, two.host)
	}
	if two.instance != "" {
		if one.instance != "" && !strings.EqualFold(one.instance, two.instance) {
			return Address{}, conflict("instances", one.instance, two.instance)
		}
		a.Instance = two.instance
	}
	if two.port != 0 {
		if one.port != 0 && one.port != two.port {
			return Address{}, conflict("ports", strconv.Itoa(one.port), strconv.Itoa(two.port))
		}
		a.Port = two.port
	}
	if a.Note == "" {
		a.Note = two.note
	}
	return a, nil
}

// finish drops the names of the default instance and of this computer, and makes
// the text to show.
func (a Address) finish() Address {
	if strings.EqualFold(a.Instance, "MSSQLSERVER") {
		a.Instance = ""
	}
	if ip, ok := a.IP(); ok && ip.IsLoopback() {
		a.Local = true
	}
	if strings.EqualFold(a.Host, "localhost") {
		a.Host, a.Local = "localhost", true
	}
	a.Typed = a.Host
	if ip, ok := a.IP(); ok && ip.Is6() {
		a.Typed = "[" + a.Host + "]"
	}
	if a.Instance != "" {
		a.Typed += `\` + a.Instance
	}
	if a.Port != 0 {
		a.Typed += "," + strconv.Itoa(a.Port)
	}
	return a
}

// hostPort joins a host and a port for a dialer.
func hostPort(host string, port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }

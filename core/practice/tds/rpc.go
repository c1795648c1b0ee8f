package tds

import (
	"bytes"
	"context"
	"fmt"
	"strings"
)

const (
	maxParameters = 2100 // SQL Server's limit for one call

	paramByReference = 0x01
	paramDefault     = 0x02
	paramEncrypted   = 0x08

	rpcSeparator    byte = 0xFF // between the calls of one request
	rpcSeparatorOld byte = 0x80
)

// call is one procedure call of a request.
type call struct {
	procedure string
	params    []Param
}

// procedureIDs are the well-known procedures that are called by number,
// [MS-TDS] 2.2.6.6.
var procedureIDs = [...]string{
	1: "sp_cursor", 2: "sp_cursoropen", 3: "sp_cursorprepare", 4: "sp_cursorexecute", 5: "sp_cursorprepexec",
	6: "sp_cursorunprepare", 7: "sp_cursorfetch", 8: "sp_cursoroption", 9: "sp_cursorclose", 10: "sp_executesql",
	11: "sp_prepare", 12: "sp_execute", 13: "sp_prepexec", 14: "sp_prepexecrpc", 15: "sp_unprepare",
}

// rpc runs the calls of an RPC request.
func (c *conn) rpc(ctx context.Context, body []byte, r *results) error {
	d := newDecoder(bytes.NewReader(body), len(body))
	calls := readCalls(d)
	if d.err != nil {
		return protocolError(d.err)
	}
	for i, call := range calls {
		if i > 0 {
			r.endCall()
		}
		if err := c.call(ctx, call, r); err != nil {
			if ctx.Err() != nil || i == len(calls)-1 {
				return err
			}
			r.fail(err)
		}
	}
	return nil
}

func readCalls(d *decoder) []call {
	d.allHeaders()
	var calls []call
	for d.err == nil && !d.atEnd() {
		calls = append(calls, readCall(d))
	}
	if len(calls) == 0 {
		d.fail("a request without a call")
	}
	return calls
}

// readCall reads a procedure's name or number, its options and its parameters.
func readCall(d *decoder) call {
	var c call
	if n := int(d.u16()); n == 0xFFFF {
		id := int(d.u16())
		if id < 1 || id >= len(procedureIDs) {
			d.fail("procedure number %d", id)
			return c
		}
		c.procedure = procedureIDs[id]
	} else {
		c.procedure = d.text16(n)
	}
	d.u16() // recompile, no metadata: hints that change no result
	for d.err == nil && !d.atEnd() {
		first := d.u8()
		if first == rpcSeparator || first == rpcSeparatorOld {
			break
		}
		if len(c.params) == maxParameters {
			d.err = &ServerError{
				Number: 8003, Class: 16, State: 1,
				Message: "The incoming request has too many parameters. The server supports a maximum of 2100 parameters. Reduce the number of parameters and resend the request.",
			}
			break
		}
		if p, given := readParam(d, int(first)); given {
			c.params = append(c.params, p)
		}
	}
	return c
}

// readParam reads a parameter. A named one for which the client wants the
// procedure's default counts as not given.
func readParam(d *decoder, nameLength int) (p Param, given bool) {
	p.Name = d.text16(nameLength)
	status := d.u8()
	p.Output = status&paramByReference != 0
	if status&paramEncrypted != 0 {
		d.fail("an encrypted parameter")
	}
	w := readType(d)
	p.Type = w.Type
	p.Value = w.readValue(d, false)
	return p, status&paramDefault == 0 || p.Name == ""
}

// plainName takes brackets, schema and database off a system procedure's name.
func plainName(procedure string) string {
	if at := strings.LastIndexByte(procedure, '.'); at >= 0 {
		procedure = procedure[at+1:]
	}
	return strings.ToLower(strings.Trim(strings.TrimSpace(procedure), "[]\""))
}

// call runs one call: the procedures that carry SQL text here, all others on the
// backend.
func (c *conn) call(ctx context.Context, call call, r *results) error {
	var status int32
	var err error
	params := call.params
	switch plainName(call.procedure) {
	case "sp_executesql":
		params, err = c.executeSQL(ctx, params, r)
	case "sp_prepare":
		err = c.prepare(params)
	case "sp_prepexec":
		err = c.prepareAndExecute(ctx, params, r)
	case "sp_execute":
		err = c.executePrepared(ctx, params, r)
	case "sp_unprepare":
		err = c.unprepare(params)
	default:
		status, err = c.session.Call(ctx, call.procedure, params, r)
	}
	if err != nil {
		return err
	}
	r.release()
	r.write(appendReturnStatus(nil, status))
	for i, p := range params {
		if !p.Output {
			continue
		}
		if err := r.returnValue(i, p); err != nil {
			return err
		}
	}
	return nil
}

// executeSQL runs sp_executesql: the statement, the declaration of its
// parameters, then their values. It gives those values back for output.
func (c *conn) executeSQL(ctx context.Context, params []Param, r *results) ([]Param, error) {
	text, err := textParam(params, 0, "sp_executesql", "statement")
	if err != nil {
		return nil, err
	}
	declared := ""
	if len(params) > 1 {
		if declared, err = textParam(params, 1, "sp_executesql", "parameter"); err != nil {
			return nil, err
		}
		params = params[2:]
	} else {
		params = nil
	}
	if params, err = bindParams(declared, params); err != nil {
		return nil, err
	}
	c.rollback = speaksOfRollback(text)
	return params, c.session.ExecuteSQL(ctx, text, params, r)
}

// textParam gives a parameter that must be text; NULL counts as empty.
func textParam(params []Param, at int, procedure, what string) (string, error) {
	if at < len(params) {
		switch v := params[at].Value.(type) {
		case string:
			return v, nil
		case nil:
			return "", nil
		}
	}
	return "", &ServerError{
		Number: 214, Class: 16, State: 2, Procedure: procedure,
		Message: fmt.Sprintf("Procedure expects parameter '@%s' of type 'ntext/nchar/nvarchar'.", what),
	}
}

// bindParams gives each value the name of its declaration when the client sent
// it by position, and an untyped NULL its declared type.
func bindParams(declared string, params []Param) ([]Param, error) {
	declarations := parseDeclarations(declared)
	if len(declarations) < len(params) {
		return nil, &ServerError{
			Number: 8144, Class: 16, State: 2, Message: "Procedure or function has too many arguments specified.",
		}
	}
	types := map[string]Type{}
	for _, d := range declarations {
		types[strings.ToLower(d.Name)] = d.Type
	}
	for i := range params {
		p := &params[i]
		if p.Name == "" {
			p.Name = declarations[i].Name
		}
		if t, ok := types[strings.ToLower(p.Name)]; ok && p.Type.Kind == KindNull {
			p.Type = t
		}
	}
	return params, nil
}

// parseDeclarations reads "@a int, @b decimal(10, 2) output". A type it does not
// know (a user-defined one) stays KindNull.
func parseDeclarations(text string) []Param {
	var all []Param
	depth, from := 0, 0
	for i := 0; i <= len(text); i++ {
		switch {
		case i == len(text) || (text[i] == ',' && depth == 0):
			if p, ok := parseDeclaration(text[from:i]); ok {
				all = append(all, p)
			}
			from = i + 1
		case text[i] == '(':
			depth++
		case text[i] == ')':
			depth--
		}
	}
	return all
}

func parseDeclaration(text string) (Param, bool) {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "@") {
		return Param{}, false
	}
	end := strings.IndexAny(text, " \t\r\n")
	if end < 0 {
		return Param{Name: text}, true
	}
	p := Param{Name: text[:end]}
	rest, _, _ := strings.Cut(text[end:], "=")
	rest = strings.TrimSpace(rest)
	for _, word := range []string{"output", "out", "readonly"} {
		if n := len(rest) - len(word); n > 0 && strings.EqualFold(rest[n:], word) && strings.ContainsAny(rest[n-1:n], " \t\r\n)") {
			p.Output = word != "readonly"
			rest = strings.TrimSpace(rest[:n])
			break
		}
	}
	words := strings.Fields(rest)
	if len(words) > 1 && strings.EqualFold(words[0], "as") {
		rest = strings.Join(words[1:], " ")
	}
	p.Type, _ = ParseType(rest)
	return p, true
}

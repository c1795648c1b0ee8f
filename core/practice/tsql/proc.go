package tsql

import (
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// procArg is an argument of a procedure; output ones get their value back.
type procArg struct {
	name   string
	t      tds.Type
	value  any // physical
	output bool
	target *variable
}

func (a *procArg) text() (string, bool) {
	if a == nil || a.value == nil {
		return "", false
	}
	v, err := convert(a.value, a.t, nvarchar(-1), 0)
	s, ok := v.(string)
	return s, ok && err == nil
}

func (a *procArg) number() (int64, bool) {
	if a == nil || a.value == nil {
		return 0, false
	}
	v, err := convert(a.value, a.t, typeBigInt, 0)
	n, ok := v.(int64)
	return n, ok && err == nil
}

// procedure is a built-in procedure: the names of its parameters, how many of
// the first must be given.
type procedure struct {
	params []string
	need   int
	run    func(*Session, *frame, map[string]*procArg) (int32, error)
}

var procedures map[string]procedure

func init() {
	level := []string{"@level0type", "@level0name", "@level1type", "@level1name", "@level2type", "@level2name"}
	procedures = map[string]procedure{
		"sp_getapplock":             {[]string{"@resource", "@lockmode", "@lockowner", "@locktimeout", "@dbprincipal"}, 2, (*Session).getAppLock},
		"sp_releaseapplock":         {[]string{"@resource", "@lockowner", "@dbprincipal"}, 1, (*Session).releaseAppLock},
		"sp_addextendedproperty":    {append([]string{"@name", "@value"}, level...), 1, (*Session).addProperty},
		"sp_updateextendedproperty": {append([]string{"@name", "@value"}, level...), 1, (*Session).updateProperty},
		"sp_dropextendedproperty":   {append([]string{"@name"}, level...), 1, (*Session).dropProperty},
	}
}

// execute is the EXEC statement.
func (s *Session) execute(f *frame, v *execStmt) error {
	if v.dyn != nil {
		x, err := s.evalAs(f, v.dyn, nvarchar(-1))
		if err != nil {
			return err
		}
		text, _ := x.(string)
		return s.nested(f, text, map[string]*variable{})
	}
	args := make([]procArg, len(v.args))
	for i, a := range v.args {
		args[i].name, args[i].output = a.name, a.output
		if _, ok := a.x.(*defaultExpr); ok {
			args[i].t = nvarchar(1)
			continue
		}
		x, err := s.eval(f, a.x)
		if err != nil {
			return err
		}
		args[i].t, args[i].value = x.t, x.value
		if name, ok := a.x.(*varExpr); ok && a.output {
			args[i].target = f.vars[name.name]
		}
	}
	status, err := s.callProc(f, v.name, args)
	if err != nil {
		return err
	}
	for _, a := range args {
		if a.target == nil || a.value == nil {
			continue
		}
		if a.target.value, err = convert(a.value, a.t, a.target.t, 0); err != nil {
			return err
		}
	}
	if v.result != "" {
		x := f.vars[v.result]
		x.value, err = convert(int64(status), typeInt, x.t, 0)
	}
	return err
}

// nested runs a text as a batch of its own inside another one.
func (s *Session) nested(f *frame, text string, vars map[string]*variable) error {
	db := s.db
	inner := &frame{ctx: f.ctx, w: f.w, vars: vars, level: f.level + 1, try: f.try}
	err := s.run(inner, text)
	if s.db != db && s.mayOpen(db) == nil {
		s.setDB(db)
	}
	if isJump(err) {
		err = nil
	}
	f.ret = inner.ret
	return err
}

// callProc runs a procedure by name.
func (s *Session) callProc(f *frame, n objName, args []procArg) (int32, error) {
	if n.db != "" {
		if _, err := s.database(n.db); err != nil {
			return 0, errf(2812, 16, 62, "Could not find stored procedure '%s'.", n.String())
		}
	}
	name := strings.ToLower(n.name)
	if name == "sp_executesql" {
		return s.executeSQL(f, args)
	}
	p, ok := procedures[name]
	if !ok {
		return 0, errf(2812, 16, 62, "Could not find stored procedure '%s'.", n.String())
	}
	bound, err := p.bind(name, args)
	if err != nil {
		return 0, err
	}
	return p.run(s, f, bound)
}

// bind puts arguments to their parameters.
func (p procedure) bind(name string, args []procArg) (map[string]*procArg, error) {
	out := map[string]*procArg{}
	for i := range args {
		a := &args[i]
		key := a.name
		if key == "" {
			if i >= len(p.params) {
				return nil, errf(8144, 16, 2, "Procedure or function %s has too many arguments specified.", name)
			}
			key = p.params[i]
		}
		known := false
		for _, k := range p.params {
			known = known || k == key
		}
		if !known {
			return nil, errf(8145, 16, 1, "%s is not a parameter for procedure %s.", key, name)
		}
		if out[key] != nil {
			return nil, errf(8143, 16, 1, "Parameter '%s' was supplied multiple times.", key)
		}
		out[key] = a
	}
	for _, k := range p.params[:p.need] {
		if out[k] == nil {
			return nil, errf(201, 16, 4, "Procedure or function '%s' expects parameter '%s', which was not supplied.", name, k)
		}
	}
	return out, nil
}

// executeSQL is sp_executesql @stmt [, @params, value…].
func (s *Session) executeSQL(f *frame, args []procArg) (int32, error) {
	if len(args) == 0 {
		return 0, errf(201, 16, 10, "Procedure or function 'sp_executesql' expects parameter '@statement', which was not supplied.")
	}
	if !isUnicode(args[0].t.Kind) {
		return 0, errf(214, 16, 2, "Procedure expects parameter '@statement' of type 'ntext/nchar/nvarchar'.")
	}
	text, _ := args[0].text()
	vars := map[string]*variable{}
	outs := map[*variable]*procArg{}
	if len(args) > 1 {
		if !isUnicode(args[1].t.Kind) && args[1].value != nil {
			return 0, errf(214, 16, 3, "Procedure expects parameter '@params' of type 'ntext/nchar/nvarchar'.")
		}
		decl, _ := args[1].text()
		params, err := parseParams(decl)
		if err != nil {
			return 0, err
		}
		if err := s.bindParams(f, params, args[2:], vars, outs); err != nil {
			return 0, err
		}
	}
	err := s.nested(f, text, vars)
	for v, a := range outs {
		a.value, a.t = v.value, v.t
	}
	return 0, err
}

// bindParams gives the parameters of sp_executesql their values in vars, and
// tells in outs which arguments get one back.
func (s *Session) bindParams(f *frame, params []declared, args []procArg, vars map[string]*variable, outs map[*variable]*procArg) error {
	for i, p := range params {
		a := argumentFor(p, i, args)
		value, err := s.paramValue(f, p, a)
		if err != nil {
			return err
		}
		v := &variable{t: p.t, value: value}
		if a != nil && a.output {
			outs[v] = a
		}
		vars[p.name] = v
	}
	if len(args) > len(params) {
		return errf(8144, 16, 2, "Procedure or function %s has too many arguments specified.", "sp_executesql")
	}
	return nil
}

// argumentFor finds the argument of a parameter by its name, or without one by
// its place; nil when there is none.
func argumentFor(p declared, at int, args []procArg) *procArg {
	var found *procArg
	for j := range args {
		if args[j].name == p.name || args[j].name == "" && j == at {
			found = &args[j]
		}
	}
	return found
}

// paramValue is the physical value that a parameter gets from its argument, or
// its default without one.
func (s *Session) paramValue(f *frame, p declared, a *procArg) (any, error) {
	switch {
	case a == nil && p.init != nil:
		return s.evalAs(f, p.init, p.t)
	case a == nil:
		return nil, errf(8178, 16, 1, "The parameterized query '%s' expects the parameter '%s', which was not supplied.", "", p.name)
	case a.value == nil:
		return nil, nil
	}
	if err := checkConversion(a.t, p.t, false); err != nil {
		return nil, err
	}
	return convert(a.value, a.t, p.t, 0)
}

// parseParams reads the declarations of sp_executesql.
func parseParams(text string) (out []declared, err error) {
	toks, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := &parser{src: text, toks: toks, vars: map[string]bool{}}
	defer func() {
		if r := recover(); r != nil {
			fail, ok := r.(parseFailure)
			if !ok {
				panic(r)
			}
			out, err = nil, fail.err
		}
	}()
	for p.cur().kind != tokEOF {
		t := p.next()
		if t.kind != tokVar {
			p.i--
			p.unexpected()
		}
		p.kw("AS")
		d := declared{name: strings.ToLower(t.text), t: p.dataType(1)}
		if p.op("=") {
			d.init = p.unary()
		}
		if !p.kw("OUTPUT") {
			p.kw("OUT")
		}
		p.kw("READONLY")
		out = append(out, d)
		if !p.op(",") && p.cur().kind != tokEOF {
			p.unexpected()
		}
	}
	return out, nil
}

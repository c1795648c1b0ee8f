package tsql

import (
	"database/sql/driver"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// bx is a bound expression: SQLite text with its SQL Server type.
type bx struct {
	sql   string
	t     tds.Type
	null  bool // may be NULL
	c     collation
	label collLabel
	pred  bool // a condition, not a value
	lit   any  // the value of a literal, nil otherwise
	ident bool // an identity column
	name  string
}

// collLabel is a collation's strength: explicit wins over a column's, which
// wins over a literal's.
type collLabel uint8

const (
	coercible collLabel = iota
	implicitColl
	explicitColl
	conflicting
)

// binder translates the statements of one session.
type binder struct {
	s    *Session
	f    *frame
	args []driver.Value
	vars map[string]string // variable -> its placeholder
	with []string          // materialised catalogue views
	ctes []*boundCTE
	n    int // aliases given out
	uses map[*Database]bool
	lock bool // a hint or the isolation level asks for locks that last
}

type boundCTE struct {
	name, sql string
	cols      []srcCol
	inUse     bool // being defined: a reference is recursive
	recursive bool
}

// srcCol is a column of something in FROM.
type srcCol struct {
	name  string
	sql   string
	t     tds.Type
	null  bool
	c     collation
	ident bool
}

type source struct {
	alias   string // how the statement calls it
	sql     string // its SQLite alias
	db      *Database
	schema  string
	table   string
	cols    []srcCol
	tab     *table
	outer   bool
	aliased bool
}

// scope is what names resolve against: the sources of one SELECT, then those
// around it.
type scope struct {
	parent  *scope
	sources []*source
	grouped bool
	groups  map[string]bool
	noAgg   string // why aggregates are not allowed here
	inAgg   bool
	clause  string // HAVING or ORDER BY, empty in the select list
}

func newBinder(s *Session, f *frame) *binder {
	return &binder{s: s, f: f, vars: map[string]string{}, uses: map[*Database]bool{}}
}

func (b *binder) alias() string {
	b.n++
	return "s" + strconv.Itoa(b.n)
}

// arg gives a placeholder for a physical value.
func (b *binder) arg(v any) string {
	b.args = append(b.args, v)
	return "?" + strconv.Itoa(len(b.args))
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// raise is SQLite text that fails with an error when it is evaluated.
func raise(se *tds.ServerError) string {
	text, err := json.Marshal(se)
	must(err)
	return "tsql_err(" + quote(string(text)) + ")"
}

// coll is the collation of the current database, which text without a column
// has.
func (b *binder) coll() collation { return b.s.db.coll }

// conv converts e to a type; explicit is CAST and CONVERT.
func (b *binder) conv(e bx, to tds.Type, explicit bool) (bx, error) {
	if err := checkConversion(e.t, to, explicit); err != nil {
		return bx{}, err
	}
	return b.convStyle(e, to, convSpec{}), nil
}

func (b *binder) convStyle(e bx, to tds.Type, c convSpec) bx {
	out := bx{t: to, null: e.null || c.try, c: b.coll(), label: e.label, name: e.name}
	if isString(e.t.Kind) {
		out.c = e.c
	}
	c.from, c.to = e.t, to
	if isInt(e.t.Kind) && isInt(to.Kind) {
		out.lit = e.lit
	}
	if same(e.t, to) && c.style == 0 || e.t.Kind == tds.KindNull {
		out.sql = e.sql
		return out
	}
	out.sql = "tsql_conv(" + strconv.Itoa(convID(c)) + ", " + e.sql + ")"
	return out
}

// same tells whether a value of type a is already a value of type b.
func same(a, b tds.Type) bool {
	switch {
	case a == b:
		return true
	case isInt(a.Kind) && isInt(b.Kind):
		return intWithin(a.Kind, b.Kind)
	case a.Kind == tds.Real && b.Kind == tds.Float:
		return true
	case isString(a.Kind) && isString(b.Kind):
		padded := b.Kind == tds.Char || b.Kind == tds.NChar
		narrows := isUnicode(a.Kind) && !isUnicode(b.Kind)
		return !padded && !narrows && lengthWithin(a, b)
	case isBinary(a.Kind) && isBinary(b.Kind):
		return b.Kind != tds.Binary && lengthWithin(a, b)
	}
	return false
}

// intWithin tells whether every value of integer type a is one of b.
func intWithin(a, b tds.Kind) bool {
	if a == tds.TinyInt {
		return b > tds.TinyInt
	}
	return a <= b && b != tds.Bit
}

// lengthWithin tells whether a's longest value fits b.
func lengthWithin(a, b tds.Type) bool {
	return b.Length < 0 || a.Length >= 0 && a.Length <= b.Length
}

// value binds an expression that must be a value.
func (b *binder) value(x expr, sc *scope) (bx, error) {
	e, err := b.expr(x, sc)
	if err != nil {
		return bx{}, err
	}
	if e.pred {
		return bx{}, errSyntax(predicateWord(x))
	}
	return e, nil
}

func predicateWord(x expr) string {
	switch v := x.(type) {
	case *binaryExpr:
		return v.op
	case *isNullExpr:
		return "IS"
	case *likeExpr:
		return "LIKE"
	case *inExpr:
		return "IN"
	case *existsExpr:
		return "EXISTS"
	}
	return "NOT"
}

// condition binds an expression that must be a condition.
func (b *binder) condition(x expr, sc *scope) (string, error) {
	e, err := b.expr(x, sc)
	if err != nil {
		return "", err
	}
	if !e.pred {
		return "", errf(4145, 15, 1, "An expression of non-boolean type specified in a context where a condition is expected, near '%s'.", nearOf(x))
	}
	return e.sql, nil
}

func nearOf(x expr) string {
	switch v := x.(type) {
	case *nameExpr:
		return v.parts[len(v.parts)-1]
	case *varExpr:
		return v.name
	}
	return ")"
}

// expr binds a value or a condition.
func (b *binder) expr(x expr, sc *scope) (bx, error) { //nolint:gocyclo // a line for each kind of expression reads best in one switch
	if sc != nil && sc.grouped && !sc.inAgg {
		if e, ok := b.groupKey(x, sc); ok {
			return e, nil
		}
	}
	switch v := x.(type) {
	case *litExpr:
		return b.literal(v), nil
	case *nameExpr:
		return b.name(v, sc)
	case *varExpr:
		return b.variable(v)
	case *globalExpr:
		return b.global(v)
	case *unaryExpr:
		return b.unary(v, sc)
	case *binaryExpr:
		return b.binary(v, sc)
	case *notExpr:
		c, err := b.condition(v.x, sc)
		return bx{sql: "(NOT " + c + ")", pred: true, null: true}, err
	case *funcExpr:
		return b.call(v, sc)
	case *caseExpr:
		return b.caseOf(v, sc)
	case *castExpr:
		return b.cast(v, sc)
	case *isNullExpr:
		return b.isNull(v, sc)
	case *inExpr:
		return b.in(v, sc)
	case *betweenExpr:
		return b.between(v, sc)
	case *likeExpr:
		return b.like(v, sc)
	case *existsExpr:
		q, err := b.subselect(v.sub, sc, true)
		return bx{sql: "EXISTS (" + q.sql + ")", pred: true}, err
	case *subqueryExpr:
		return b.scalarSubquery(v.sub, sc)
	case *collateExpr:
		return b.collate(v, sc)
	}
	return bx{}, errKeyword("DEFAULT")
}

// groupKey recognises an expression of GROUP BY by its translation.
func (b *binder) groupKey(x expr, sc *scope) (bx, bool) {
	switch x.(type) {
	case *litExpr, *varExpr, *globalExpr:
		return bx{}, false
	}
	if len(sc.groups) == 0 {
		return bx{}, false
	}
	probe := *sc
	probe.grouped, probe.noAgg = false, "probe"
	args, n, with, vars := len(b.args), b.n, len(b.with), len(b.vars)
	e, err := b.expr(x, &probe)
	if err != nil || !sc.groups[e.sql] {
		if len(b.vars) == vars {
			b.args = b.args[:args]
		}
		b.n, b.with = n, b.with[:with]
		return bx{}, false
	}
	return e, true
}

func (b *binder) literal(l *litExpr) bx {
	e := bx{t: l.t, null: l.val == nil, c: b.coll(), lit: l.val}
	switch v := pack(l.t, l.val).(type) {
	case nil:
		e.sql = "NULL"
	case int64:
		e.sql = strconv.FormatInt(v, 10)
		if v < 0 {
			e.sql = "(" + e.sql + ")"
		}
	case string:
		if strings.ContainsRune(v, 0) {
			e.sql = b.arg(v)
		} else {
			e.sql = quote(v)
		}
		if isDecimal(l.t.Kind) {
			e.sql = quote(v)
		}
	default:
		e.sql = b.arg(v)
	}
	return e
}

// errUndeclared is 137.
func errUndeclared(name string) error {
	return errf(137, 15, 2, "Must declare the scalar variable \"%s\".", name)
}

func (b *binder) variable(v *varExpr) (bx, error) {
	x := b.f.vars[v.name]
	if x == nil {
		return bx{}, errUndeclared(v.name)
	}
	p, ok := b.vars[v.name]
	if !ok {
		p = b.arg(x.value)
		b.vars[v.name] = p
	}
	return bx{sql: p, t: x.t, null: true, c: b.coll()}, nil
}

func (b *binder) collate(v *collateExpr, sc *scope) (bx, error) {
	e, err := b.value(v.x, sc)
	if err != nil {
		return bx{}, err
	}
	if !isString(e.t.Kind) && e.t.Kind != tds.KindNull {
		return bx{}, errf(447, 16, 0, "Expression type %s is invalid for COLLATE clause.", typeName(e.t))
	}
	c, ok := collationOf(v.name)
	switch {
	case strings.EqualFold(v.name, "DATABASE_DEFAULT"):
		c = b.coll()
	case strings.EqualFold(v.name, "CATALOG_DEFAULT"):
		c = b.coll()
	case !ok:
		return bx{}, errf(448, 16, 3, "Invalid collation '%s'.", v.name)
	}
	e.c, e.label = c, explicitColl
	return e, nil
}

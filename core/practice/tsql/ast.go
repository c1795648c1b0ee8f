package tsql

import (
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// The syntax tree. Names keep the case in which they were typed.

type expr interface{ exprNode() }

type (
	litExpr struct {
		t   tds.Type // KindNull for NULL
		val any      // a value as tds.Param takes it
	}
	nameExpr struct { // a column, with up to three qualifiers before it
		parts []string
		line  int32
	}
	varExpr    struct{ name string }
	globalExpr struct{ name string }
	unaryExpr  struct {
		op string
		x  expr
	}
	binaryExpr struct {
		op   string // + - * / % & | ^, = <> < <= > >=, AND OR
		l, r expr
	}
	notExpr  struct{ x expr }
	funcExpr struct {
		parts       []string
		args        []expr
		star        bool
		distinct    bool
		over        *overClause
		withinGroup []orderItem
		line        int32
	}
	caseExpr struct {
		operand expr
		whens   []whenClause
		els     expr
	}
	castExpr struct {
		x     expr
		t     tds.Type
		style expr
		try   bool
	}
	isNullExpr struct {
		x   expr
		not bool
	}
	inExpr struct {
		x    expr
		list []expr
		sub  *selectStmt
		not  bool
	}
	betweenExpr struct {
		x, lo, hi expr
		not       bool
	}
	likeExpr struct {
		x, pat, esc expr
		not         bool
	}
	existsExpr   struct{ sub *selectStmt }
	subqueryExpr struct{ sub *selectStmt }
	collateExpr  struct {
		x    expr
		name string
	}
	defaultExpr struct{}
)

type whenClause struct{ cond, then expr }

type overClause struct {
	partition []expr
	order     []orderItem
}

type orderItem struct {
	x    expr
	desc bool
}

func (*litExpr) exprNode()      {}
func (*nameExpr) exprNode()     {}
func (*varExpr) exprNode()      {}
func (*globalExpr) exprNode()   {}
func (*unaryExpr) exprNode()    {}
func (*binaryExpr) exprNode()   {}
func (*notExpr) exprNode()      {}
func (*funcExpr) exprNode()     {}
func (*caseExpr) exprNode()     {}
func (*castExpr) exprNode()     {}
func (*isNullExpr) exprNode()   {}
func (*inExpr) exprNode()       {}
func (*betweenExpr) exprNode()  {}
func (*likeExpr) exprNode()     {}
func (*existsExpr) exprNode()   {}
func (*subqueryExpr) exprNode() {}
func (*collateExpr) exprNode()  {}
func (*defaultExpr) exprNode()  {}

// objName is a name of up to four parts; the last one is the object's.
type objName struct {
	server, db, schema, name string
}

func (o objName) String() string {
	s := o.name
	if o.schema != "" || o.db != "" {
		s = o.schema + "." + s
	}
	if o.db != "" {
		s = o.db + "." + s
	}
	return s
}

type selectStmt struct {
	ctes          []cte
	body          queryExpr
	order         []orderItem
	offset, fetch expr
	line          int32
}

type cte struct {
	name string
	cols []string
	sel  *selectStmt
}

type queryExpr interface{ queryNode() }

type selectCore struct {
	distinct bool
	top      expr
	items    []selectItem
	into     *objName
	from     []tableExpr
	where    expr
	group    []expr
	having   expr
}

type setOp struct {
	op   string // UNION, UNION ALL, EXCEPT, INTERSECT
	l, r queryExpr
}

func (*selectCore) queryNode() {}
func (*setOp) queryNode()      {}

type selectItem struct {
	star   bool
	qual   []string // of a star
	x      expr
	alias  string
	assign string // @x = expr
}

type tableExpr interface{ tableNode() }

type (
	tableRef struct {
		name  objName
		alias string
		hints []string
		line  int32
	}
	tableFunc struct {
		name  objName
		args  []expr
		alias string
		cols  []string
		line  int32
	}
	derivedTable struct {
		sel   *selectStmt
		rows  [][]expr // VALUES instead of a select
		alias string
		cols  []string
	}
	joinExpr struct {
		kind string // INNER, LEFT, RIGHT, FULL, CROSS
		l, r tableExpr
		on   expr
	}
)

func (*tableRef) tableNode()     {}
func (*tableFunc) tableNode()    {}
func (*derivedTable) tableNode() {}
func (*joinExpr) tableNode()     {}

package tsql

import "github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"

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

type stmt interface {
	at() (line int32, text string)
}

// pos is where a statement stands in its batch.
type pos struct {
	line int32
	text string
}

func (p pos) at() (int32, string) { return p.line, p.text }

type (
	declareStmt struct {
		pos
		vars []declared
	}
	setVarStmt struct {
		pos
		name string
		op   string // = or += and the like
		x    expr
	}
	setOptionStmt struct {
		pos
		name, value string
	}
	ifStmt struct {
		pos
		cond      expr
		then, els stmt
	}
	whileStmt struct {
		pos
		cond expr
		body stmt
	}
	blockStmt struct {
		pos
		body []stmt
	}
	tryStmt struct {
		pos
		body, catch []stmt
	}
	loopJumpStmt struct {
		pos
		brk bool
	}
	returnStmt struct {
		pos
		x expr
	}
	printStmt struct {
		pos
		x expr
	}
	raiseStmt struct {
		pos
		args   []expr
		nowait bool
	}
	throwStmt struct {
		pos
		args []expr
	}
	useStmt struct {
		pos
		db string
	}
	tranStmt struct {
		pos
		kind string // BEGIN, COMMIT, ROLLBACK, SAVE
		name string
	}
	waitStmt struct {
		pos
		delay expr
	}
	queryStmt struct {
		pos
		sel *selectStmt
	}
	insertStmt struct {
		pos
		ctes     []cte
		target   objName
		cols     []string
		rows     [][]expr
		sel      *selectStmt
		defaults bool
		output   []selectItem
		top      expr
	}
	updateStmt struct {
		pos
		ctes   []cte
		target objName
		top    expr
		sets   []setClause
		from   []tableExpr
		where  expr
		output []selectItem
	}
	deleteStmt struct {
		pos
		ctes   []cte
		target objName
		top    expr
		from   []tableExpr
		where  expr
		output []selectItem
	}
	truncateStmt struct {
		pos
		target objName
	}
	createTableStmt struct {
		pos
		name        objName
		cols        []columnDef
		constraints []constraintDef
	}
	alterTableStmt struct {
		pos
		name        objName
		add         []columnDef
		constraints []constraintDef
		dropCols    []string
		ifExists    bool
	}
	dropStmt struct {
		pos
		kind     string // TABLE, DATABASE, SCHEMA
		names    []objName
		ifExists bool
	}
	createIndexStmt struct {
		pos
		name    string
		table   objName
		unique  bool
		cluster bool
		cols    []string
		include []string
	}
	dropIndexStmt struct {
		pos
		name     string
		table    objName
		ifExists bool
	}
	createDatabaseStmt struct {
		pos
		name, collate string
	}
	alterDatabaseStmt struct {
		pos
		name, option, value string
	}
	createSchemaStmt struct {
		pos
		name string
	}
	execStmt struct {
		pos
		result string // @rc
		name   objName
		args   []execArg
		dyn    expr // EXEC ('text')
	}
	insertBulkStmt struct {
		pos
		target objName
		cols   []columnDef
	}
)

type declared struct {
	name string
	t    tds.Type
	init expr
}

type setClause struct {
	col    []string
	assign string // @x = ...
	op     string
	x      expr
}

type execArg struct {
	name   string
	x      expr
	output bool
}

type columnDef struct {
	name     string
	t        tds.Type
	hasNull  bool
	null     bool
	identity *identityDef
	def      expr
	defText  string
	defName  string
	collate  string
	rowGUID  bool
	cons     []constraintDef
}

type identityDef struct{ seed, incr int64 }

type constraintDef struct {
	kind string // PRIMARY KEY, UNIQUE
	name string
	cols []string
	def  expr // DEFAULT … FOR column
	text string
}

package tsql

import (
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

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

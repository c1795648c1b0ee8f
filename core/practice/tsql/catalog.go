package tsql

import (
	"fmt"
	"maps"
	"path/filepath"
	"sort"
	"strings"
	"sync/atomic"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// Database is one database of the server, with storage of its own.
type Database struct {
	srv   *Server
	id    int
	cfg   atomic.Pointer[DatabaseConfig]
	file  string
	alias string // its name among the attached databases of a connection
	coll  collation
	cat   atomic.Pointer[catalog]
	lock  *writeLock
	// temp marks a session's own temporary database.
	temp    bool
	dropped atomic.Bool
	ids     atomic.Int32 // object ids
}

// conf is how the database presents itself now; it is not to be changed.
func (d *Database) conf() *DatabaseConfig { return d.cfg.Load() }

// Name gives the database's name.
func (d *Database) Name() string { return d.conf().Name }

// catalog is what a database holds. It is never changed in place: a session
// works on a copy and publishes it when its transaction commits.
type catalog struct {
	tables  map[string]*table // by folded schema.name
	schemas map[string]int    // name -> schema_id
	props   []property
}

type table struct {
	id           int32
	schema, name string
	phys         string
	cols         []*column
	indexes      []*index
	created      time.Time
	nextCol      int
}

type column struct {
	id       int
	name     string
	phys     string
	t        tds.Type
	null     bool
	coll     string // the collation's full name, for character types
	c        collation
	identity int64 // key into identities, 0 for none
	seed     int64
	incr     int64
	def      expr
	defText  string
	defName  string
	rowGUID  bool
}

type index struct {
	id         int
	name, phys string
	cols       []*column
	unique     bool
	primary    bool
	constraint bool
	objectID   int32
}

// property is an extended property.
type property struct {
	class  int // 0 database, 1 object or column
	major  int32
	minor  int
	name   string
	value  any // a physical sql_variant
	schema string
	object string
	column string
}

func newDatabase(srv *Server, id int, cfg DatabaseConfig) *Database {
	d := &Database{srv: srv, id: id, alias: fmt.Sprintf("db%d", id), lock: newWriteLock()}
	d.cfg.Store(&cfg)
	d.file = filepath.Join(srv.dir, d.alias+".sqlite")
	d.coll, _ = collationOf(cfg.Collation)
	d.cat.Store(&catalog{tables: map[string]*table{}, schemas: map[string]int{"dbo": 1, "guest": 2, "INFORMATION_SCHEMA": 3, "sys": 4}})
	d.ids.Store(245575913)
	return d
}

func (c *catalog) clone() *catalog {
	return &catalog{tables: maps.Clone(c.tables), schemas: maps.Clone(c.schemas), props: append([]property(nil), c.props...)}
}

func (d *Database) key(schema, name string) string {
	return d.coll.fold(schema) + "." + d.coll.fold(name)
}

func (d *Database) find(c *catalog, schema, name string) *table {
	if schema == "" {
		schema = "dbo"
	}
	return c.tables[d.key(schema, name)]
}

func (d *Database) newID() int32 { return d.ids.Add(16) }

// sorted gives the tables by name.
func (c *catalog) sorted() []*table {
	out := make([]*table, 0, len(c.tables))
	for _, t := range c.tables {
		out = append(out, t)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].id < out[j].id })
	return out
}

func (d *Database) column(t *table, name string) *column {
	for _, c := range t.cols {
		if d.coll.sameName(c.name, name) {
			return c
		}
	}
	return nil
}

func (t *table) primary() *index {
	for _, ix := range t.indexes {
		if ix.primary {
			return ix
		}
	}
	return nil
}

// full is the table's name as messages give it.
func (d *Database) full(t *table) string {
	return d.conf().Name + "." + t.schema + "." + t.name
}

// physName is the table among the attached databases.
func (d *Database) physName(t *table) string { return d.alias + "." + t.phys }

// storage is the declaration of a column in SQLite: no type, so no affinity.
func (c *column) storage() string {
	s := c.phys
	switch {
	case isString(c.t.Kind):
		s += " COLLATE " + c.c.sqlName()
	case isDecimal(c.t.Kind):
		s += " COLLATE tsql_dec"
	}
	if !c.null {
		s += " NOT NULL"
	}
	return s
}

func physNames(cols []*column) string {
	out := make([]string, len(cols))
	for i, c := range cols {
		out[i] = c.phys
	}
	return strings.Join(out, ", ")
}

func (d *Database) online() bool {
	return d.conf().State == "ONLINE" || d.conf().State == "EMERGENCY"
}

package tsql

import (
	"errors"
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// insertPlan is how an INSERT fills a table: every column gets a text.
type insertPlan struct {
	d        *Database
	t        *table
	cols     []*column // those with given values
	rest     []string  // texts of the others
	restCols []*column
	ident    *column // the identity column when it counts by itself
}

// insertPlan sorts the columns of an INSERT's table into given and others.
func (b *binder) insertPlan(v *insertStmt) (*insertPlan, error) {
	d, t, err := b.target(v.target, "INSERT")
	if err != nil {
		return nil, err
	}
	p := &insertPlan{d: d, t: t}
	given := map[*column]bool{}
	explicit := b.s.identityOn == d.full(t)
	for _, name := range v.cols {
		c := d.column(t, name)
		switch {
		case c == nil:
			return nil, errNoColumn(name)
		case given[c]:
			return nil, errSetTwice(c)
		case c.identity != 0 && !explicit:
			return nil, errf(544, 16, 1, "Cannot insert explicit value for identity column in table '%s' when IDENTITY_INSERT is set to OFF.", t.name)
		}
		given[c] = true
		p.cols = append(p.cols, c)
	}
	listed := len(v.cols) > 0
	for _, c := range t.cols {
		switch {
		case given[c]:
		case c.identity != 0:
			err = p.counts(c, explicit, listed)
		case !listed && !v.defaults:
			p.cols = append(p.cols, c)
		default:
			err = p.defaults(b, c)
		}
		if err != nil {
			return nil, err
		}
	}
	return p, nil
}

// counts adds the identity column, which counts by itself unless IDENTITY_INSERT
// is on (explicit) for the table.
func (p *insertPlan) counts(c *column, explicit, listed bool) error {
	switch {
	case explicit && listed:
		return errf(545, 16, 1, "Explicit value must be specified for identity column in table '%s' either when IDENTITY_INSERT is set to ON or when a replication user is inserting into a NOT FOR REPLICATION identity column.", p.t.name)
	case explicit:
		return errf(8101, 16, 1, "An explicit value for the identity column in table '%s' can only be specified when a column list is used and IDENTITY_INSERT is ON.", p.t.name)
	}
	p.ident = c
	p.restCols = append(p.restCols, c)
	p.rest = append(p.rest, fmt.Sprintf("tsql_ident(%d)", c.identity))
	return nil
}

// defaults adds a column that gets its default.
func (p *insertPlan) defaults(b *binder, c *column) error {
	text, err := b.defaultOf(p.d, p.t, c)
	if err != nil {
		return err
	}
	p.restCols = append(p.restCols, c)
	p.rest = append(p.rest, text)
	return nil
}

// errSetTwice refuses a column that a statement sets twice: 264.
func errSetTwice(c *column) error {
	return errf(264, 16, 1, "The column name '%s' is specified more than once in the SET clause or column list of an INSERT. "+
		"A column cannot be assigned more than one value in the same clause. Modify the clause to make sure that a column is updated only once. "+
		"If this statement updates or inserts columns into a view, column aliasing can conceal the duplication in your code.", c.name)
}

func (p *insertPlan) into() string {
	return "INSERT INTO " + p.d.physName(p.t) + " (" + physNames(append(append([]*column(nil), p.cols...), p.restCols...)) + ") "
}

func (s *Session) insert(f *frame, v *insertStmt) error {
	b := newBinder(s, f)
	if err := b.bindCTEs(v.ctes, nil); err != nil {
		return err
	}
	p, err := b.insertPlan(v)
	if err != nil {
		return err
	}
	var text string
	switch {
	case v.defaults:
		text = p.into() + "VALUES (" + strings.Join(p.rest, ", ") + ")"
	case v.sel != nil:
		text, err = b.insertSelect(v, p)
	default:
		text, err = b.insertValues(v, p)
	}
	if err != nil {
		return err
	}
	if v.top != nil && v.sel == nil {
		return errUnsupported("INSERT TOP … VALUES")
	}
	b.uses[p.d] = true
	if err := s.change1(f, b, p.d, text, v.output, p.t, "inserted"); err != nil {
		return err
	}
	if p.ident != nil && s.rowcount > 0 {
		s.identity = lastIdentity(p.ident)
	}
	return nil
}

func lastIdentity(c *column) *int64 {
	v, _ := identities.Load(c.identity)
	st, ok := v.(*identityState)
	if !ok {
		return nil
	}
	n := st.last.Load()
	return &n
}

func (b *binder) insertValues(v *insertStmt, p *insertPlan) (string, error) {
	rows := make([]string, len(v.rows))
	for i, row := range v.rows {
		if len(row) != len(p.cols) {
			return "", countMismatch(len(row), len(p.cols), len(v.cols) > 0)
		}
		parts := make([]string, 0, len(p.cols)+len(p.rest))
		for j, x := range row {
			if _, ok := x.(*defaultExpr); ok {
				text, err := b.defaultOf(p.d, p.t, p.cols[j])
				if err != nil {
					return "", err
				}
				parts = append(parts, text)
				continue
			}
			e, err := b.value(x, nil)
			if err != nil {
				var se *tds.ServerError
				if n, ok := x.(*nameExpr); ok && errors.As(err, &se) && se.Number == 207 {
					err = errf(128, 15, 1, "The name \"%s\" is not permitted in this context. Valid expressions are constants, constant expressions, and (in some contexts) variables. "+
						"Column names are not permitted.", n.parts[0])
				}
				return "", err
			}
			text, err := b.store(e, p.d, p.t, p.cols[j])
			if err != nil {
				return "", err
			}
			parts = append(parts, text)
		}
		rows[i] = "(" + strings.Join(append(parts, p.rest...), ", ") + ")"
	}
	return p.into() + "VALUES " + strings.Join(rows, ", "), nil
}

func countMismatch(values, cols int, listed bool) error {
	switch {
	case !listed:
		return errf(213, 16, 1, "Column name or number of supplied values does not match table definition.")
	case values < cols:
		return errf(109, 15, 1, "There are more columns in the INSERT statement than values specified in the VALUES clause. The number of values in the VALUES clause must match the number of columns specified in the INSERT statement.")
	}
	return errf(110, 15, 1, "There are fewer columns in the INSERT statement than values specified in the VALUES clause. The number of values in the VALUES clause must match the number of columns specified in the INSERT statement.")
}

func (b *binder) insertSelect(v *insertStmt, p *insertPlan) (string, error) {
	q, err := b.query(v.sel, nil)
	if err != nil {
		return "", err
	}
	if len(q.cols) != len(p.cols) {
		switch {
		case len(v.cols) == 0:
			return "", countMismatch(0, 0, false)
		case len(q.cols) < len(p.cols):
			return "", errf(120, 15, 1, "The select list for the INSERT statement contains fewer items than the insert list. The number of SELECT values must match the number of INSERT columns.")
		}
		return "", errf(121, 15, 1, "The select list for the INSERT statement contains more items than the insert list. The number of SELECT values must match the number of INSERT columns.")
	}
	parts := make([]string, len(p.cols))
	for i, c := range p.cols {
		e := bx{sql: colName(i), t: q.cols[i].t, null: q.cols[i].null, c: q.cols[i].c}
		if parts[i], err = b.store(e, p.d, p.t, c); err != nil {
			return "", err
		}
	}
	limit, err := b.limit(v.top, &selectStmt{})
	if err != nil {
		return "", err
	}
	return p.into() + "SELECT " + strings.Join(append(parts, p.rest...), ", ") + " FROM (" + q.sql + ") WHERE true" + limit, nil
}

func (s *Session) identityInsert(f *frame, name string, on bool) error {
	b := newBinder(s, f)
	d, t, err := b.target(nameOf(name), "INSERT")
	if err != nil {
		return err
	}
	full := d.full(t)
	if on && s.identityOn != "" && s.identityOn != full {
		return errf(8107, 16, 1, "IDENTITY_INSERT is already ON for table '%s'. Cannot perform SET operation for table '%s'.", s.identityOn, t.name)
	}
	s.identityOn = ""
	if on {
		s.identityOn = full
	}
	return nil
}

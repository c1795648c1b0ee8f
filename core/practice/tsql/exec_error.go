package tsql

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

var (
	uniqueFailed = regexp.MustCompile(`UNIQUE constraint failed: (.*?)(?: \(\d+\))?$`)
	nullFailed   = regexp.MustCompile(`NOT NULL constraint failed: (\w+)\.(\w+)`)
	indexFailed  = regexp.MustCompile(`UNIQUE constraint failed: index '(\w+)'`)
)

// translate turns an error of the engine below into SQL Server's.
func (s *Session) translate(ctx context.Context, err error) error {
	if err == nil || isJump(err) {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var se *tds.ServerError
	if errors.As(err, &se) {
		return err
	}
	text := err.Error()
	if se := fromCallback(text); se != nil {
		return se
	}
	if m := indexFailed.FindStringSubmatch(text); m != nil {
		return s.duplicate(func(_ *table, ix *index) bool { return ix.phys == m[1] })
	}
	if m := uniqueFailed.FindStringSubmatch(text); m != nil {
		return s.duplicate(func(t *table, ix *index) bool { return ix.unique && keyText(t, ix) == m[1] })
	}
	if m := nullFailed.FindStringSubmatch(text); m != nil {
		return s.nullRefused(m[1], m[2])
	}
	switch {
	case strings.Contains(text, "integer overflow"):
		return errf(8115, 16, 2, "Arithmetic overflow error converting expression to data type bigint.")
	case strings.Contains(text, "database is locked"), strings.Contains(text, "SQLITE_BUSY"):
		return errf(3960, 16, 2, "Snapshot isolation transaction aborted due to update conflict. Retry the transaction or change the isolation level for the update/delete statement.")
	case strings.Contains(text, "parser stack overflow"), strings.Contains(text, "too many"), strings.Contains(text, "Expression tree is too large"):
		return errf(8623, 16, 1, "The query processor ran out of internal resources and could not produce a query plan. "+
			"This is a rare event and only expected for extremely complex queries. Please simplify the query.")
	case strings.Contains(text, "no such table"):
		return errf(208, 16, 1, "Invalid object name (it was dropped by another session).")
	}
	return fmt.Errorf("the embedded engine: %w", err)
}

func keyText(t *table, ix *index) string {
	parts := make([]string, len(ix.cols))
	for i, c := range ix.cols {
		parts[i] = t.phys + "." + c.phys
	}
	return strings.Join(parts, ", ")
}

// duplicate words the violation of a key or a unique index.
func (s *Session) duplicate(match func(*table, *index) bool) error {
	for _, d := range s.reachable() {
		for _, t := range s.catalog(d).tables {
			for _, ix := range t.indexes {
				if !match(t, ix) {
					continue
				}
				if !ix.constraint {
					return errf(2601, 14, 1, "Cannot insert duplicate key row in object '%s.%s' with unique index '%s'.", t.schema, t.name, ix.name)
				}
				kind := "UNIQUE KEY"
				if ix.primary {
					kind = "PRIMARY KEY"
				}
				return errf(2627, 14, 1, "Violation of %s constraint '%s'. Cannot insert duplicate key in object '%s.%s'.", kind, ix.name, t.schema, t.name)
			}
		}
	}
	return errf(2627, 14, 1, "Violation of UNIQUE KEY constraint. Cannot insert duplicate key.")
}

func (s *Session) nullRefused(phys, col string) error {
	for _, d := range s.reachable() {
		for _, t := range s.catalog(d).tables {
			if t.phys != phys {
				continue
			}
			for _, c := range t.cols {
				if c.phys == col {
					return errf(515, 16, 2, "Cannot insert the value NULL into column '%s', table '%s'; column does not allow nulls. %s fails.", c.name, d.full(t), "INSERT")
				}
			}
		}
	}
	return errf(515, 16, 2, "Cannot insert the value NULL into a column; column does not allow nulls.")
}

// reachable are the databases whose tables a statement of this session can have
// touched.
func (s *Session) reachable() []*Database {
	var out []*Database
	for d := range s.attached {
		out = append(out, d)
	}
	if s.temp != nil {
		out = append(out, s.temp)
	}
	return out
}

// raise is RAISERROR.
func (s *Session) raise(f *frame, v *raiseStmt) error {
	if len(v.args) < 3 {
		return errSyntax(")")
	}
	args := make([]variable, len(v.args))
	for i, a := range v.args {
		x, err := s.eval(f, a)
		if err != nil {
			return err
		}
		args[i] = x
	}
	sev, _ := args[1].value.(int64)
	state, _ := args[2].value.(int64)
	number := int32(50000)
	text := ""
	switch m := args[0].value.(type) {
	case int64:
		number = int32(m)
		text = fmt.Sprintf("Error %d, severity %d, state %d was raised, but no message with that error number was found in sys.messages.", m, sev, state)
		if number < 13000 {
			return errf(2732, 16, 1, "Error number %d is invalid. The number must be from 13000 through 2147483647 and it cannot be 50000.", m)
		}
	case string:
		text = formatMessage(m, args[3:])
	}
	if sev > 18 && !s.sysadmin() || sev > 25 || sev < 0 {
		return errf(2754, 16, 1, "Error severity levels greater than 18 can only be specified by members of the sysadmin role, using the WITH LOG option.")
	}
	se := tds.ServerError{Number: number, Class: uint8(sev), State: uint8(min(max(state, 0), 255)), Message: text, Line: v.line}
	if sev <= 10 {
		f.w.Info(se)
		s.lastError = 0
		return nil
	}
	s.byRaise = true
	return &se
}

// formatMessage fills %s, %d, %i, %u, %x and %o with RAISERROR's arguments.
func formatMessage(text string, args []variable) string {
	var sb strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '%' || i+1 == len(text) {
			sb.WriteByte(text[i])
			continue
		}
		j := i + 1
		for j < len(text) && strings.IndexByte("-+0 #*.123456789lhI", text[j]) >= 0 {
			j++
		}
		if j == len(text) {
			sb.WriteString(text[i:])
			break
		}
		verb := text[j]
		if verb == '%' {
			sb.WriteByte('%')
			i = j
			continue
		}
		if strings.IndexByte("sdiuxXo", verb) < 0 {
			sb.WriteByte(text[i])
			continue
		}
		flags := strings.Trim(text[i+1:j], "lhI*")
		if len(args) == 0 {
			sb.WriteString("(null)")
		} else {
			sb.WriteString(formatOne(flags, verb, args[0].value))
			args = args[1:]
		}
		i = j
	}
	return sb.String()
}

func formatOne(flags string, verb byte, v any) string {
	switch x := v.(type) {
	case nil:
		return "(null)"
	case int64:
		if verb == 'i' || verb == 'u' || verb == 's' {
			verb = 'd'
		}
		return fmt.Sprintf("%"+flags+string(verb), x)
	case string:
		return fmt.Sprintf("%"+flags+"s", x)
	}
	return fmt.Sprint(v)
}

// throw is THROW with arguments, or without them inside CATCH.
func (s *Session) throw(f *frame, v *throwStmt) error {
	if len(v.args) == 0 {
		if s.caught == nil {
			return errf(10704, 15, 1, "To rethrow an error, a THROW statement must be used inside a CATCH block. Insert the THROW statement inside a CATCH block, or add error parameters to the THROW statement.")
		}
		again := *s.caught
		return &again
	}
	n, err := s.evalAs(f, v.args[0], typeInt)
	if err != nil {
		return err
	}
	text, err := s.evalAs(f, v.args[1], nvarchar(2048))
	if err != nil {
		return err
	}
	state, err := s.evalAs(f, v.args[2], typeInt)
	if err != nil {
		return err
	}
	number, _ := n.(int64)
	message, _ := text.(string)
	st, _ := state.(int64)
	if number < 50000 {
		return errf(35100, 16, 10, "Error number %d in the THROW statement is outside the valid range. Specify an error number in the valid range of 50000 to 2147483647.", number)
	}
	return &tds.ServerError{Number: int32(number), Class: 16, State: uint8(min(max(st, 0), 255)), Message: message, Line: v.line}
}

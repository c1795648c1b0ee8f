package sqlserver

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	mssql "github.com/microsoft/go-mssqldb"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// Number gives SQL Server's error number inside err, or 0. When the server sent
// several, it is the most telling one: "cannot open database" (4060) is followed
// by a plain "login failed" (18456), which is only its consequence.
func Number(err error) int32 {
	e, ok := serverError(err)
	if !ok {
		return 0
	}
	return e.Number
}

// serverError finds the most telling error of the server in err.
func serverError(err error) (mssql.Error, bool) {
	var e mssql.Error
	if !errors.As(err, &e) {
		return mssql.Error{}, false
	}
	if e.Number != 18456 && e.Number != 3013 && known(e.Number) {
		return e, true
	}
	for _, other := range e.All {
		if other.Number != 18456 && other.Number != 3013 && known(other.Number) {
			return other, true
		}
	}
	return e, true
}

// Problem turns an error of the driver, or any error of a query, into a problem.
// ctx is the caller's: when it has ended, that is the reason, whatever the driver
// says. It is nil for a nil error. Numbers that it does not know become
// CodeSQLUnknown with the server's words as Detail.
func Problem(ctx context.Context, err error) *problem.Problem {
	if err == nil {
		return nil
	}
	if p := problem.As(err); p != nil {
		return p
	}
	if ctx != nil && ctx.Err() != nil {
		p := problem.From(context.Cause(ctx))
		p.Detail = err.Error()
		return p
	}
	if e, ok := serverError(err); ok {
		return numberProblem(e, err)
	}
	var stream mssql.StreamError
	var retry mssql.RetryableError
	p := problem.From(err)
	switch {
	case errors.As(err, &stream), p.Code == problem.CodeUnknown && strings.Contains(err.Error(), "TDS"):
		return &problem.Problem{
			Code: CodeStream, Detail: err.Error(), Cause: err,
			What: "The SQL Server's answer could not be understood.",
			Why:  "The connection was disturbed, or a device between changed what was sent.",
			Fix:  "Try again. If it stays so, look into SQL Server's error log.",
		}
	case errors.As(err, &retry):
		return &problem.Problem{
			Code: problem.CodeReset, Detail: err.Error(), Cause: err,
			What: "The connection to SQL Server was lost.", Why: "The server was restarted, or a device between broke the connection.",
			Fix: "Try again.",
		}
	}
	return p
}

// numberProblem puts one of the server's errors into words.
func numberProblem(e mssql.Error, cause error) *problem.Problem {
	p := &problem.Problem{
		Code: CodeSQLUnknown, What: "SQL Server reports an error.",
		Why: e.Message, Fix: "Look the number up in SQL Server's documentation; the details below go with it.",
	}
	for i := range numbers {
		if slices.Contains(numbers[i].numbers, e.Number) {
			n := numbers[i]
			p = &problem.Problem{Code: n.code, What: n.what, Why: n.why, Fix: n.fix, Field: n.field}
			break
		}
	}
	p.Detail = fmt.Sprintf("SQL Server error %d, severity %d, state %d: %s", e.Number, e.Class, e.State, e.Message)
	p.Cause = cause
	return p
}

// known tells whether there are words for a number.
func known(number int32) bool {
	return slices.ContainsFunc(numbers, func(n numbered) bool { return slices.Contains(n.numbers, number) })
}

// Of tells whether err is the server's error with one of the numbers.
func Of(err error, numbers ...int32) bool {
	n := Number(err)
	return n != 0 && slices.Contains(numbers, n)
}

// IsMissing tells whether err says that a table or a column does not exist: 208
// and 207, or what other engines give for the same.
func IsMissing(err error) bool { return Of(err, 208, 207, 4902, 1088) }

// IsPermission tells whether err says that the login may not do or see it.
func IsPermission(err error) bool { return codeOf(err) == CodePermission }

// isDatabase tells whether a login failed at the database only.
func isDatabase(err error) bool {
	code := string(codeOf(err))
	return strings.HasPrefix(code, "sql.database.")
}

// codeOf gives the code of the server's error, or "".
func codeOf(err error) problem.Code {
	number := Number(err)
	for i := range numbers {
		if number != 0 && slices.Contains(numbers[i].numbers, number) {
			return numbers[i].code
		}
	}
	return ""
}

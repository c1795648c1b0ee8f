package tsql

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// errf makes an error with SQL Server's number, class and state.
func errf(number int32, class, state uint8, format string, a ...any) *tds.ServerError {
	return &tds.ServerError{Number: number, Class: class, State: state, Message: fmt.Sprintf(format, a...), Line: 1}
}

// atLine sets the line of a server error that does not have one of its own.
func atLine(err error, line int32) error {
	var se *tds.ServerError
	if errors.As(err, &se) && se.Line <= 1 {
		se.Line = line
	}
	return err
}

func errSyntax(near string) *tds.ServerError {
	return errf(102, 15, 1, "Incorrect syntax near '%s'.", near)
}

func errKeyword(word string) *tds.ServerError {
	return errf(156, 15, 1, "Incorrect syntax near the keyword '%s'.", word)
}

// errUnsupported is the answer to T-SQL which SQL Server knows and this engine
// does not: never a guess, always 40514.
func errUnsupported(what string) *tds.ServerError {
	return errf(40514, 16, 1, "'%s' is not supported in this version of SQL Server.", what)
}

func errNoObject(name string) *tds.ServerError {
	return errf(208, 16, 1, "Invalid object name '%s'.", name)
}

func errNoColumn(name string) *tds.ServerError {
	return errf(207, 16, 1, "Invalid column name '%s'.", name)
}

// callbackMark introduces a server error which travels through SQLite as the
// text of a failed function call.
const callbackMark = "\x01tsql:"

type callbackError struct{ se *tds.ServerError }

func (e callbackError) Error() string {
	b, err := json.Marshal(e.se)
	must(err)
	return callbackMark + string(b)
}

// fromCallback finds the server error inside the text of a SQLite error.
func fromCallback(text string) *tds.ServerError {
	_, tail, ok := strings.Cut(text, callbackMark)
	if !ok {
		return nil
	}
	se := new(tds.ServerError)
	// A number tells a whole error from a torn one.
	_ = json.NewDecoder(strings.NewReader(tail)).Decode(se)
	if se.Number == 0 {
		return nil
	}
	return se
}

// asServerError gives err as a server error, 50000 for anything else.
func asServerError(err error) *tds.ServerError {
	var se *tds.ServerError
	if errors.As(err, &se) {
		return se
	}
	return errf(50000, 16, 1, "%s", err.Error())
}

// batchAborting tells whether an error of this number ends the whole batch even
// with XACT_ABORT OFF, as conversion and name errors do.
func batchAborting(n int32) bool {
	switch n {
	case 207, 208, 209, 195, 4104, 4121, 911, 174, 189, 206, 257, 529, 402, 8117, 8120, 8121, 8127, 40514,
		137, 102, 156, 145, 205, 104, 8155, 8156, 147, 1033, 4145, 141, 213, 110, 109, 107, 108, 264, 8101, 544, 15151:
		return true
	}
	return abortsTransaction(n)
}

// abortsTransaction tells whether an error of this number ends the batch and
// rolls the transaction back (or dooms it inside TRY).
func abortsTransaction(n int32) bool {
	switch n {
	case 241, 242, 244, 245, 248, 295, 296, 1205, 8169:
		return true
	}
	return false
}

package adsync

import (
	"context"
	"database/sql"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// CodeNotReadOnly is the problem of a statement that is not one single SELECT
// and was therefore not sent. Seeing it means a fault in this program.
const CodeNotReadOnly problem.Code = "adsync.readonly.refused"

// Querier is what reading needs of a connection: *sql.DB, *sql.Conn and *sql.Tx
// have it. There is no way to execute through it, and QueryRowContext is left
// out because a *sql.Row cannot carry the guard's refusal.
type Querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// ReadOnly gives a Querier that passes a statement on to db only when it is one
// single SELECT that changes nothing; anything else is refused with the problem
// CodeNotReadOnly before it leaves this computer.
func ReadOnly(db Querier) Querier {
	if g, ok := db.(guard); ok {
		return g
	}
	return guard{db}
}

// guard is the Querier of ReadOnly.
type guard struct{ db Querier }

// QueryContext runs query if it only reads.
func (g guard) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if why := notReadOnly(query); why != "" {
		return nil, &problem.Problem{
			Code:   CodeNotReadOnly,
			What:   "A statement that may change the database was stopped before it was sent.",
			Why:    "Before Install this program only reads.",
			Fix:    "Report this as a fault of the program, with the details.",
			Detail: why + ": " + query,
		}
	}
	return g.db.QueryContext(ctx, query, args...)
}

// refusedWords cannot stand outside quotes in a text that only reads: words that
// begin another statement, SELECT INTO, sequences, pass-through sources that can
// run anything elsewhere, and hints that lock others out.
var refusedWords = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`
		ADD ALTER BACKUP BEGIN BREAK BULK CHECKPOINT CLOSE COMMIT CREATE DBCC DEALLOCATE DECLARE
		DELETE DENY DISABLE DROP ENABLE EXEC EXECUTE FETCH GOTO GRANT IF INSERT INTO KILL MERGE
		MOVE NEXT OPEN OPENDATASOURCE OPENQUERY OPENROWSET OPENXML PRINT RAISERROR READTEXT RECEIVE
		RECONFIGURE RESTORE RETURN REVERT REVOKE ROLLBACK SAVE SEND SET SETUSER SHUTDOWN THROW
		TRUNCATE UPDATE UPDATETEXT USE WAITFOR WHILE WRITETEXT
		HOLDLOCK PAGLOCK SERIALIZABLE TABLOCK TABLOCKX UPDLOCK XLOCK`) {
		m[w] = true
	}
	return m
}()

// notReadOnly gives why text is not one single SELECT, or "". T-SQL needs no
// semicolon between statements, so every word counts, not only the first.
func notReadOnly(text string) string {
	words, why := sqlWords(text)
	switch {
	case why != "":
		return why
	case len(words) == 0:
		return "there is no statement"
	case words[0].text != "SELECT":
		return "it does not begin with SELECT"
	}
	for i, w := range words {
		switch {
		case refusedWords[w.text]:
			return "it contains " + w.text
		case w.text == "SELECT" && i > 0 && w.depth == 0 && !joinsSelect(words[i-1].text):
			return "it holds a second statement"
		}
	}
	return ""
}

// joinsSelect tells whether a SELECT after word belongs to the statement before it.
func joinsSelect(word string) bool {
	return word == "UNION" || word == "ALL" || word == "EXCEPT" || word == "INTERSECT"
}

// sqlWord is one bare word of a text, in upper case, with the depth of
// parentheses it stands in.
type sqlWord struct {
	text  string
	depth int
}

// sqlWords gives the bare words of a T-SQL text: what stands outside strings,
// quoted names and comments. why is set for a text that cannot be a single
// statement: an open quote or comment, unequal parentheses, something after ";".
func sqlWords(text string) (words []sqlWord, why string) {
	depth, ended := 0, false
	for i := 0; i < len(text); {
		n := skipQuiet(text[i:])
		switch {
		case n < 0:
			return nil, "a quote or comment is not closed"
		case ended && isStatement(text[i:], n):
			return nil, "it holds a second statement"
		case n > 0:
			i += n
			continue
		}
		depth += nesting(text[i])
		ended = ended || text[i] == ';'
		if depth < 0 {
			return nil, unequal
		}
		n = wordLength(text[i:])
		if n > 0 {
			words = append(words, sqlWord{strings.ToUpper(text[i : i+n]), depth})
		}
		i += max(n, 1)
	}
	if depth != 0 {
		return nil, unequal
	}
	return words, ""
}

// unequal is why a text is refused whose parentheses do not match.
const unequal = "its parentheses do not match"

// nesting gives how much deeper in parentheses a text is behind c.
func nesting(c byte) int {
	switch c {
	case '(':
		return 1
	case ')':
		return -1
	}
	return 0
}

// isStatement tells whether what stands at the start of text, quiet bytes of
// which skipQuiet skips, says something to the server: neither white space, nor
// a comment, nor another semicolon.
func isStatement(text string, quiet int) bool {
	if quiet == 0 {
		return text[0] != ';'
	}
	return text[0] == '\'' || text[0] == '"' || text[0] == '['
}

// skipQuiet gives the length of the white space, comment, string or quoted name
// at the start of text, 0 when there is none and -1 when it has no end.
func skipQuiet(text string) int {
	switch c := text[0]; {
	case c == ' ' || c == '\t' || c == '\r' || c == '\n':
		return 1
	case strings.HasPrefix(text, "--"):
		if n := strings.IndexByte(text, '\n'); n >= 0 {
			return n + 1
		}
		return len(text)
	case strings.HasPrefix(text, "/*"):
		return skipComment(text)
	case c == '\'' || c == '"':
		return skipQuoted(text, c)
	case c == '[':
		return skipQuoted(text, ']')
	}
	return 0
}

// skipQuoted gives the length of the quoted text at the start, whose closing
// character is doubled when it stands inside, or -1.
func skipQuoted(text string, closing byte) int {
	for i := 1; i < len(text); i++ {
		if text[i] != closing {
			continue
		}
		if i+1 < len(text) && text[i+1] == closing {
			i++
			continue
		}
		return i + 1
	}
	return -1
}

// skipComment gives the length of the block comment at the start, or -1.
// T-SQL's block comments nest.
func skipComment(text string) int {
	depth := 0
	for i := 0; i+1 < len(text); i++ {
		switch text[i : i+2] {
		case "/*":
			depth++
			i++
		case "*/":
			depth--
			i++
		}
		if depth == 0 {
			return i + 1
		}
	}
	return -1
}

// wordLength gives the length of the identifier, number or variable at the start.
func wordLength(text string) int {
	n := 0
	for n < len(text) && isWordByte(text[n]) {
		n++
	}
	return n
}

// isWordByte tells whether c can stand in a bare T-SQL word. Bytes of other
// scripts count as letters, so that nothing hides behind them.
func isWordByte(c byte) bool {
	return c == '_' || c == '@' || c == '#' || c == '$' || c >= 0x80 ||
		c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// Package tsql is the SQL engine of the practice SQL Server: a documented
// subset of Transact-SQL over an embedded SQLite (modernc.org/sqlite), behind
// the contract of package tds. Whatever is in the subset works for any
// statement; whatever is not gives an error with SQL Server's own number and
// wording, or 40514 "… is not supported in this version of SQL Server", never
// a silent wrong answer.
//
// # How it works
//
// A batch is cut into tokens, parsed by recursive descent into a syntax tree,
// and run statement by statement. The binder resolves names against the
// catalogue, gives every expression its SQL Server type, checks conversions,
// collations and grouping, and writes SQLite text in which every conversion is
// explicit; SQLite's tables have physical names and columns without affinity.
// How values lie there is told in value.go.
//
// Each database is a SQLite file of its own in a temporary directory (WAL
// mode). One session is one SQLite connection, with the databases that it uses
// attached.
//
// # Where to look
//
// token.go cuts, parse_*.go parse into the tree of ast*.go; bind_*.go translate
// queries, a file for each part of one; exec*.go run statements, dml_*.go those
// that change rows, ddl*.go those that define, proc*.go procedures, tx.go and
// locks.go transactions; conv*.go convert values of types.go as value.go stores
// them; scalars*.go are the functions that the translated text calls;
// session_*.go and properties.go answer what depends on the session; catalog.go
// and sysviews*.go are the catalogue; sqlite.go is the one door to the engine below.
//
// # The subset
//
// Batches: several statements, comments, N'…', [x] and "x", names of up to
// three parts, DECLARE, SET @x (also += and the like), SELECT @x = …, IF, WHILE
// with BREAK and CONTINUE, BEGIN … END, TRY … CATCH with the ERROR_ functions,
// PRINT, RAISERROR, THROW, RETURN, WAITFOR DELAY, USE, SET options,
// BEGIN/COMMIT/ROLLBACK/SAVE TRANSACTION with counting, XACT_ABORT,
// LOCK_TIMEOUT and isolation levels, EXEC of procedures and of text.
//
// Queries: TOP, DISTINCT, common table expressions (recursive too), derived
// tables, VALUES as a table, INNER/LEFT/RIGHT/FULL/CROSS JOIN, subqueries,
// EXISTS, IN, BETWEEN, LIKE with [sets] and ESCAPE, CASE, COLLATE, GROUP BY,
// HAVING, UNION [ALL], EXCEPT, INTERSECT, ORDER BY, OFFSET … FETCH, table and
// query hints, COUNT, COUNT_BIG, SUM, AVG, MIN, MAX, STRING_AGG, ROW_NUMBER,
// RANK, DENSE_RANK, NTILE, LAG, LEAD and aggregates OVER (without ROWS or
// RANGE), SELECT … INTO.
//
// Functions: those of the table in bind_builtin.go (text, date, number) and of
// the table in session_funcs.go (names, rights, properties); CAST and CONVERT
// with their TRY_ forms; all @@ functions of properties.go.
//
// Changes: INSERT (VALUES, SELECT, DEFAULT VALUES, OUTPUT), UPDATE and DELETE
// (FROM, TOP, OUTPUT of the new respectively deleted row), TRUNCATE, INSERT BULK.
//
// Definitions: CREATE TABLE (all types of package tds, IDENTITY, PRIMARY KEY,
// UNIQUE, DEFAULT, COLLATE), #temporary tables, ALTER TABLE ADD and DROP
// COLUMN, CREATE [UNIQUE] INDEX, DROP TABLE/INDEX/SCHEMA/DATABASE, CREATE
// SCHEMA, CREATE DATABASE, ALTER DATABASE SET.
//
// Procedures: sp_executesql, sp_getapplock, sp_releaseapplock,
// sp_addextendedproperty, sp_updateextendedproperty, sp_dropextendedproperty.
//
// Catalogue: the sys and INFORMATION_SCHEMA views of sysviews_*.go,
// fn_listextendedproperty, and msdb's backup and restore history.
//
// # Where it differs from SQL Server
//
//   - One transaction at a time writes to a database; a second writer waits
//     (LOCK_TIMEOUT, 1222). Readers see what was committed when their statement
//     began, as with READ_COMMITTED_SNAPSHOT; NOLOCK changes nothing. Under
//     REPEATABLE READ and SERIALIZABLE, and with UPDLOCK, HOLDLOCK or XLOCK
//     inside a transaction, a read takes the database's write lock.
//   - A statement cancelled inside a transaction may roll the whole transaction
//     back.
//   - A cancelled query stops at its next row; while it searches for its first
//     one, at once.
//   - Names are resolved when a statement runs, not for the whole batch before.
//   - Collations know case, accents, trailing spaces and Windows' order of
//     punctuation, digits and Latin letters; other scripts sort by code point.
//   - varbinary values that differ in trailing zero bytes only are not equal.
//   - An UPDATE that shifts the values of a unique key through each other can
//     give 2627 where SQL Server checks at the statement's end.
//   - The message of 2627 and 2601 does not quote the duplicate value.
package tsql

// Package sqlserver makes a checked connection to SQL Server out of what an
// admin typed, and reads what the server says about itself and the database.
//
// The way to the database is tested layer by layer (name, browser, port, answer,
// TLS, login, database), each with its own deadline and its own problem, so that
// a page can say which one failed. The connection that comes out is guarded:
// neither a silent nor a foreign server holds a caller beyond its deadline or
// its Cancel, the login handshake included. Nothing here writes to the server.
//
// Wire facts are from the open specifications [MS-TDS] (prelogin, TLS inside
// prelogin packets, TDS 8.0) and [MC-SQLR] (SQL Server Browser).
package sqlserver

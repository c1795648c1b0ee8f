// Package adsync is the ADSync database as Go values, and the few writes that
// Install makes to it.
//
// Reading is read-only by construction: Read sends everything through ReadOnly,
// which refuses any text that is not one single SELECT. What a version of the
// product lacks is reported as "not available in this version", what could not
// be understood as unreadable; neither is ever taken for a good answer. The
// number of statements is the same for every database, however many connectors,
// rules or objects it holds, and objects are counted by the server.
//
// Writing changes values by name inside the text that is there: unknown XML,
// parameters, columns and their order stay byte for byte as they are.
//
// Where public material leaves the real columns open (the table of the
// synchronization rules, the custom data of partitions), the likely shapes are
// discovered and accepted; rules.go and partitions.go say which.
//
// Sources: the tables, columns, XML forms and the layout of sealed credentials
// follow public write-ups and exports of real servers and, where those are
// silent, Microsoft's open specification of the sync database's ancestor
// ([MS-UPSDBDAP]).
package adsync

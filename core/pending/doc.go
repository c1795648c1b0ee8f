// Package pending reads what waits in the connector spaces of an ADSync database:
// pending exports in numbers and one by one, export and import errors with their
// meaning, and the run history. It only reads, through the guard of core/adsync.
//
// # How a million rows stay cheap
//
// The whole is counted once, by one grouped statement. The list then goes by
// keyset: a page is "the next 100 in the order of object_id behind this key",
// never OFFSET, so that page 10,000 costs what page 1 costs. Operations are
// listed one after the other, deletions first. What has few rows (rareKeys) would
// be searched for through the whole table on each page, as nobody outside
// Microsoft knows the table's indexes: the keys of what is rare, by operation,
// connector, type and error, are read by a second statement that belongs to the
// count, and pages of it are looked up by key. So the list, and any choice of
// operation, connector, type or error, opens without another way through the
// table; a search and a container need one. What is kept is bounded whatever the
// database holds: mostKeys keys, one page, and a cache of containers' names.
//
// The statements rely on one thing only: that rows are found by object_id, in
// mms_connectorspace, mms_csmv_link and mms_metaverse, as the product does it.
//
// # Locks
//
// Statements run under READ COMMITTED, each by itself: nothing is locked between
// two pages. NOLOCK is not used: a dirty read can count rows twice or leave some
// out while pages split, and a number that keeps a company from being deleted has
// to be right rather than first. Every statement ends with its context.
package pending

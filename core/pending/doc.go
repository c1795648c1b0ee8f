// Package pending reads what waits in the connector spaces of an ADSync database:
// pending exports in numbers and one by one, export and import errors with their
// meaning, and the run history. It only reads, through the guard of core/adsync.
//
// # How a million rows stay cheap
//
// The whole is counted once, by one grouped statement. The list then goes by
// keyset: a page is "the next 100 in the order of object_id behind this key",
// never OFFSET, so that page 10,000 costs what page 1 costs. Operations are
// listed one after the other, deletions first. An operation with few rows
// (rareKeys) would be searched for through the whole table on each page, as
// nobody outside Microsoft knows the table's indexes: its keys are fetched once
// with the count, 16 bytes of content each, and its pages are looked up by key.
// What is kept is bounded whatever the database holds: those keys, one page, and
// a cache of containers' names.
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

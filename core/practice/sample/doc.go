// Package sample makes a sample ADSync database: the 18 tables and their rows,
// as a living server of a chosen version would leave them. It is pure: the same
// options give the same rows, byte for byte. Rows are made while they are read,
// so that a database of a million objects takes no memory to speak of.
//
// Names of tables, columns, settings, attributes and rules are facts from public
// write-ups, dumps and open specifications; where those leave something open (the
// columns of mms_synchronization_rule, mms_watermark_history and
// mms_cs_object_log, an AD object's anchor, the parameters of an application
// identity) the likely shape is assumed, and said so where it is made. All values
// are invented.
//
// Assumed are: sync_rule_id, version_number, modification_date and sync_rule_xml,
// or a column per exported element, for a rule; watermark_history_id, ma_id,
// partition_id and watermark_date beside the known column of a watermark; log_id,
// ma_id, cs_object_id, log_date, operation and cs_dn of the object log; nvarchar
// for error codes; a DWORD length before an AD object's 16-byte anchor; the
// parameters ApplicationId and CertificateThumbprint; nvarchar(max) for the global
// settings; <custom-data> around a partition's own data; schema version 616.
package sample

package sample

import "strings"

// New makes an ADSync database from the options. It does no work to speak of:
// rows are made when they are read.
func New(o Options) *Database {
	s := newSite(o.completed())
	columns := adsyncColumns()
	values := columns["mms_metaverse"]
	tables := []Table{
		s.csLinkTable(columns["mms_cs_link"]),
		s.objectLogTable(columns["mms_cs_object_log"]),
		s.spaceTable(columns["mms_connectorspace"]),
		s.linkTable(columns["mms_csmv_link"]),
		s.connectorTable(columns["mms_management_agent"]),
		s.metaverseTable(values),
		s.lineageTable("mms_metaverse_lineagedate", columns["mms_metaverse_lineagedate"], values, true),
		s.lineageTable("mms_metaverse_lineageguid", columns["mms_metaverse_lineageguid"], values, false),
		s.multivalueTable(columns["mms_metaverse_multivalue"]),
		s.mvLinkTable(columns["mms_mv_link"]),
		s.partitionTable(columns["mms_partition"]),
		s.runTable(columns["mms_run_history"]),
		s.profileTable(columns["mms_run_profile"]),
		s.serverTable(columns["mms_server_configuration"]),
		s.stepTable(columns["mms_step_history"]),
		s.detailTable(columns["mms_step_object_details"]),
		s.ruleTable(s.RuleForm),
		s.watermarkTable(columns["mms_watermark_history"]),
	}
	for i, t := range tables {
		t.Indexes = keys[t.Name]
		tables[i] = t.without(func(column string) bool { return missing(o.MissingColumns, t.Name+"."+column) })
	}
	return &Database{tables: tables, truth: s.makeTruth()}
}

func missing(list []string, name string) bool {
	for _, m := range list {
		if strings.EqualFold(m, name) {
			return true
		}
	}
	return false
}

// OlderColumns are columns that ADSync added to FIM's tables over time: leaving
// them out (Options.MissingColumns) makes a database of an early version.
var OlderColumns = []string{
	"mms_management_agent.full_import_required", "mms_management_agent.full_sync_required",
	"mms_partition.password_hash_custom_data",
	"mms_partition.passwordsync_last_successful_cycle_start_date", "mms_partition.passwordsync_last_successful_cycle_end_date",
	"mms_partition.passwordsync_last_cycle_start_date", "mms_partition.passwordsync_last_cycle_end_date",
	"mms_partition.passwordsync_last_cycle_status",
	"mms_connectorspace.password_sync_target", "mms_connectorspace.is_password_hash_sync_retry",
}

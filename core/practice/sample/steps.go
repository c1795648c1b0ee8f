package sample

import "time"

// stepID gives the id of a step of the i-th run.
func (s *site) stepID(run, step int) GUID {
	return s.seed.guid(kindStep, uint64(run)<<8|uint64(step))
}

// stepTable makes mms_step_history: a step for each selected partition.
func (s *site) stepTable(columns []Column) Table {
	return list("mms_step_history", columns, func(put func(...any) bool) {
		for i, r := range s.runs {
			for step := range max(1, r.connector.selected()) {
				if !put(s.stepRow(i, step, r)...) {
					return
				}
			}
		}
	})
}

func (s *site) stepRow(i, step int, r run) []any {
	p := profiles[r.profile]
	row := []any{
		"step_history_id", s.stepID(i, step), "run_history_id", s.seed.guid(kindRun, uint64(i)),
		"step_number", int64(step + 1), "step_result", r.result, "start_date", r.start,
		"ma_connection_information_xml", s.connectionXML(r), "ma_discovery_errors_xml", "<ma-discovery-errors />",
		"ma_counters_xml", "<ma-discovery-counters />", "sync_errors_xml", "<synchronization-errors />",
		"step_xml", p.xml(&connector{forest: r.connector.forest, partitions: r.connector.partitions[step : step+1]}),
		"mv_retry_errors_xml", "<mv-retry-errors />", "flow_counters_xml", "<outbound-flow-counters />",
		"current_export_batch_number", int64(r.number), "last_successful_export_batch_number", int64(r.number),
	}
	if !r.end.IsZero() {
		row = append(row, "end_date", r.end)
	}
	if r.fact().Good() {
		row = append(row, s.counters(i, r)...)
	}
	return row
}

// counters gives plausible counts: little changes in half an hour, most of it
// during the day.
func (s *site) counters(i int, r run) []any {
	most := 3
	if h := r.start.Hour(); h >= 7 && h < 18 {
		most = 14
	}
	n := func(k int) int64 { return int64(s.seed.below(kindCounter, uint64(i)<<4|uint64(k), most)) }
	switch r.profile {
	case deltaImport:
		return []any{"stage_add", n(1) / 3, "stage_update", n(2), "stage_delete", n(3) / 6, "stage_no_change", n(4)}
	case deltaSync:
		return []any{"disconnector_projected_flow", n(1) / 3, "connector_flow", n(2), "connector_no_flow", n(3), "connector_delete_remove_mv", n(4) / 6}
	default:
		failures := int64(0)
		if r.result == "completed-export-errors" {
			failures = max(1, int64(s.ExportErrors))
		}
		return []any{"export_add", n(1) / 3, "export_update", n(2), "export_delete", n(3) / 6, "export_failure", failures}
	}
}

func (s *site) connectionXML(r run) string {
	if r.profile == deltaSync {
		return ""
	}
	server := "adminwebservice.microsoftonline.com:443"
	if r.connector.forest != nil {
		server = r.connector.partitions[0].dc + ":389"
	}
	result := "success"
	if !r.fact().Good() && !r.end.IsZero() {
		result = r.result
	}
	var x xmlText
	x.open("ma-connection")
	x.pairs("connection-result", result, "server", server)
	x.open("connection-log")
	x.open("incident")
	x.pairs("connection-result", result, "date", r.start.Format("2006-01-02 15:04:05.000"), "server", server)
	x.close("incident", "connection-log", "ma-connection")
	return x.String()
}

// detailTable makes mms_step_object_details: the objects that the newest steps
// touched.
func (s *site) detailTable(columns []Column) Table {
	return list("mms_step_object_details", columns, func(put func(...any) bool) {
		from := max(0, len(s.runs)-96)
		for i := from; i < len(s.runs); i++ {
			r := s.runs[i]
			if r.connector.space.linked == 0 || r.end.IsZero() {
				continue
			}
			for k := range s.seed.below(kindDetail, uint64(i), 4) {
				at := s.seed.below(kindDetail, uint64(i)<<8|uint64(k+1), r.connector.space.linked)
				ok := put("step_object_id", s.seed.guid(kindDetail, uint64(i)<<8|uint64(k)), "step_history_id", s.stepID(i, 0),
					"statistics_type", [...]string{"add", "update", "no-change"}[k%3], "ma_statistics_type", profiles[r.profile].step,
					"update_count", int64(1), "ma_id", r.connector.id, "cs_object_id", s.spaceID(r.connector, at),
					"cs_dn", s.spaceDN(r.connector, at))
				if !ok {
					return
				}
			}
		}
	})
}

// watermarkTable makes mms_watermark_history: a cookie a day of the last week for
// each AD partition. Only the column with the cookie is known from public sources.
func (s *site) watermarkTable(columns []Column) Table {
	return list("mms_watermark_history", columns, func(put func(...any) bool) {
		for _, c := range s.present() {
			for j := range c.partitions {
				p := &c.partitions[j]
				for day := 0; day < 7 && !p.hashTime.IsZero(); day++ {
					at := p.hashTime.Add(-time.Duration(day) * 24 * time.Hour)
					put("watermark_history_id", s.seed.guid(kindCookie, uint64(c.number)<<16|uint64(j)<<4|uint64(day)),
						"ma_id", c.id, "partition_id", p.id, "watermark_date", at,
						"password_hash_custom_data_compressed", deflated(s.cookie(p, at)))
				}
			}
		}
	})
}

// objectLogTable makes mms_cs_object_log, whose columns are assumed.
func (s *site) objectLogTable(columns []Column) Table {
	return list("mms_cs_object_log", columns, func(put func(...any) bool) {
		id := int64(0)
		for _, c := range s.present() {
			for k := range min(20, c.space.linked) {
				id++
				at := s.seed.below(kindDetail, uint64(c.number)<<32|uint64(k), c.space.linked)
				put("log_id", id, "ma_id", c.id, "cs_object_id", s.spaceID(c, at), "log_date", s.moment(uint64(id)),
					"operation", int64(1+k%2), "cs_dn", s.spaceDN(c, at))
			}
		}
	})
}

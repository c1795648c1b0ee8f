package sample

// profile is a run profile: the same five for every connector.
type profile struct {
	name, step, subtype string
	batch               string
}

var profiles = []profile{
	{"Full Import", "full-import", "to-cs", "50"},
	{"Full Synchronization", "apply-rules", "reevaluate-flow-connectors", "0"},
	{"Delta Import", "delta-import", "to-cs", "50"},
	{"Delta Synchronization", "apply-rules", "apply-pending", "0"},
	{"Export", "export", "", "30"},
}

// The places of profiles in their list.
const (
	deltaImport = 2
	deltaSync   = 3
	export      = 4
)

func (s *site) profileID(c *connector, i int) GUID {
	return s.seed.guid(kindProfile, uint64(c.number)<<8|uint64(i))
}

// profileTable makes mms_run_profile.
func (s *site) profileTable(columns []Column) Table {
	return list("mms_run_profile", columns, func(put func(...any) bool) {
		for _, c := range s.present() {
			for i, p := range profiles {
				put("run_profile_id", s.profileID(c, i), "ma_id", c.id, "version_number", int64(3),
					"creation_date", s.installed, "modification_date", s.installed,
					"run_profile_name", p.name, "configuration_xml", p.xml(c))
			}
		}
	})
}

// xml writes the profile's configuration: a step for each selected partition,
// whose id is in upper case, unlike anywhere else.
func (p profile) xml(c *connector) string {
	var x xmlText
	x.open("configuration")
	for _, part := range c.partitions {
		if !part.selected {
			continue
		}
		x.step(p, c, part)
	}
	x.close("configuration")
	return x.String()
}

func (x *xmlText) step(p profile, c *connector, part partition) {
	x.open("step")
	switch p.step {
	case "export":
		x.text("step-type", "", "type", p.step)
	case "apply-rules":
		x.open("step-type", "type", p.step)
		x.text("apply-rules-subtype", p.subtype)
		x.close("step-type")
	default:
		x.open("step-type", "type", p.step)
		x.text("import-subtype", p.subtype)
		x.close("step-type")
	}
	x.open("threshold")
	x.pairs("object", "0", "batch-size", p.batch)
	x.close("threshold")
	x.text("partition", part.id.upper())
	x.open("custom-data")
	if c.forest != nil {
		x.open("adma-step-data")
		x.pairs("batch-size", p.batch, "page-size", "500", "time-limit", "120")
		x.close("adma-step-data")
	} else {
		x.open("extensible2-step-data")
		x.pairs("timeout", "120", "batch-size", p.batch)
		x.close("extensible2-step-data")
		x.text("parameter-values", "")
	}
	x.close("custom-data", "step")
}

package sample

import (
	_ "embed"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

//go:embed data/settings.txt
var settingsText string

// settings gives the global settings in the database's order. Names that a
// version lacks are left out.
func (s *site) settings() []facts.Setting {
	words := s.settingWords()
	var out []facts.Setting
	for line := range lines(settingsText) {
		name, value, _ := strings.Cut(line, "=")
		if s.lacksSetting(name) {
			continue
		}
		if strings.HasPrefix(value, "$") {
			value = words[value]
		}
		out = append(out, facts.Setting{Name: name, Value: value})
	}
	return out
}

func (s *site) lacksSetting(name string) bool {
	switch strings.TrimPrefix(name, "Microsoft.") {
	case "OptionalFeature.PasswordHashSync", "OptionalFeature.PasswordWriteback":
		return !s.below("1.2")
	case "OptionalFeature.ExchangeMailPublicFolder":
		return s.below("1.4")
	case "OptionalFeature.AutoUpgradeSuspensionReason":
		return s.AutoUpgrade != "Suspended"
	}
	return false
}

func (s *site) settingWords() map[string]string {
	forest := &s.Forests[0]
	root := dnOf(forest.Name)
	words := map[string]string{
		"$POLICY": "Delta", "$DELETION_LIMIT": itoa(s.DeletionMax), "$DELETION_ON": trueFalse(!s.DeletionOff),
		"$SUSPENDED": trueFalse(s.Suspended), "$SCHEDULE": trueFalse(!s.ScheduleOff), "$VERSION": s.Version,
		"$STAGING": trueFalse(s.StagingMode), "$AUTO_UPGRADE": s.AutoUpgrade,
		"$AUTO_UPGRADE_REASON": "UpgradeNotSupportedNonLocalDbInstall",
		"$NEXT_START":          s.lastCycle.Add(30 * time.Minute).Format(httpTime),
		"$DEVICE_WRITEBACK":    trueFalse(s.Writebacks.Devices), "$GROUP_WRITEBACK": trueFalse(s.Writebacks.Groups),
		"$PUBLIC_FOLDERS":         trueFalse(s.Writebacks.PublicFolders),
		"$OLD_PASSWORD_WRITEBACK": trueFalse(s.Writebacks.Password), "$OLD_PASSWORD_HASH": trueFalse(s.PasswordHashSync),
		"$HYBRID_EXCHANGE": trueFalse(s.HybridExchange), "$EXTENSIONS_ON": trueFalse(len(s.Extensions) > 0),
		"$SIGN_ON": s.SignOnMethod, "$DESKTOP_SSO": trueFalse(s.DesktopSSO),
	}
	if s.InitialDue {
		words["$POLICY"] = "Initial"
	}
	if s.Writebacks.Groups {
		words["$GROUP_FOREST"], words["$GROUP_CONTAINER"] = forest.Name, "OU=Cloud Groups,"+root
	}
	if s.Writebacks.Devices {
		words["$DEVICE_FOREST"], words["$DEVICE_CONTAINER"] = forest.Name, "CN=RegisteredDevices,"+root
	}
	words["$EXTENSIONS"], words["$EXTENSION_MAP"] = s.extensionWords()
	return words
}

// extensionWords gives the directory extensions in both forms of the product:
// attribute.class.type.single-valued, and attribute.extension_application_attribute.
func (s *site) extensionWords() (attributes, mapping string) {
	application := s.seed.hexText(kindServer, 70, 16)
	var a, m []string
	for _, name := range s.Extensions {
		a = append(a, name+".user.String.True")
		m = append(m, name+".extension_"+application+"_"+name)
	}
	return strings.Join(a, ","), strings.Join(m, ",")
}

// httpTime is how settings write times.
const httpTime = "Mon, 02 Jan 2006 15:04:05 GMT"

// settingsXML writes the settings as the configuration export does.
func settingsXML(settings []facts.Setting) string {
	var x xmlText
	x.open("parameter-values")
	for _, p := range settings {
		x.WriteString("\n  ")
		x.parameter(p.Name, "SynchronizationGlobal", p.Value)
	}
	x.WriteString("\n")
	x.close("parameter-values")
	return x.String()
}

// serverTable makes mms_server_configuration, one row.
func (s *site) serverTable(columns []Column) Table {
	return list("mms_server_configuration", columns, func(put func(...any) bool) {
		t := s.serverTruth()
		local := s.seed.domainSID(1 << 20) // the local accounts of the computer
		schema := int64(616)               // the newest that was seen in public
		if s.below("1.5") {
			schema = 615
		}
		put("instance_id", t.InstanceID, "fixed_schema_version_number", schema,
			"server_configuration_version_number", t.ConfigVersion, "keyset_id", t.KeysetID,
			"mms_timestamp", t.Timestamp, "operation_bitmask", int64(0),
			"administrators_sid", local.binary(1001), "operators_sid", local.binary(1002),
			"browse_sid", local.binary(1003), "passwordset_sid", local.binary(1004),
			"mv_schema_xml", metaverseSchema(), "parameters", settingsXML(s.settings()), "entropy", t.Entropy)
	})
}

// serverTruth gives the values of the server row that others refer to.
func (s *site) serverTruth() ServerTruth {
	local := s.seed.domainSID(1 << 20)
	return ServerTruth{
		InstanceID: s.seed.guid(kindServer, 1), Entropy: s.seed.guid(kindServer, 2),
		KeysetID: 100000 + int64(s.seed.below(kindServer, 3, 900)), ConfigVersion: 900 + int64(s.seed.below(kindServer, 4, 900)),
		Timestamp: s.timestamp(len(s.runs)),
		Groups: map[string]string{
			"administrators_sid": local.text(1001), "operators_sid": local.text(1002),
			"browse_sid": local.text(1003), "passwordset_sid": local.text(1004),
		},
	}
}

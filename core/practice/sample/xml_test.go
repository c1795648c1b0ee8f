package sample

import (
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// TestXMLIsWellFormed parses every value that begins like XML, in every database.
func TestXMLIsWellFormed(t *testing.T) {
	for name, d := range variants() {
		seen := map[string]bool{}
		n := 0
		for table := range d.Tables() {
			for row := range table.All() {
				for i, v := range row {
					text, _ := v.(string)
					if !strings.HasPrefix(text, "<") || seen[text] {
						continue
					}
					seen[text] = true
					n++
					if parseXML(t, text).XMLName.Local == "" {
						t.Fatalf("%s: %s.%s has no element", name, table.Name, table.Columns[i].Name)
					}
				}
			}
		}
		if n == 0 && name != "other" && name != "empty-adsync" {
			t.Errorf("%s: no XML anywhere", name)
		}
	}
}

func TestServerRow(t *testing.T) {
	d := New(Options{Version: "2.4.131.0", StagingMode: true, SignOnMethod: "Federation", Extensions: []string{"employeeID"}})
	rows := records(t, d, "mms_server_configuration")
	if len(rows) != 1 {
		t.Fatalf("%d rows", len(rows))
	}
	r := rows[0]
	got := parseXML(t, r["parameters"].(string)).parameters()
	for _, s := range d.Truth().Settings {
		if got[s.Name] != s.Value {
			t.Errorf("%s is %q, the truth says %q", s.Name, got[s.Name], s.Value)
		}
	}
	want := map[string]string{
		"Microsoft.Synchronize.ServerConfigurationVersion": "2.4.131.0", "Microsoft.Synchronize.StagingMode": "True",
		"Microsoft.UserSignIn.SignOnMethod": "Federation", "Microsoft.Synchronize.TimeInterval": "00:30:00",
		"Microsoft.OptionalFeature.ExportDeletionThresholdValue": "500", "Contoso.Operations.ChangeTicket": "CHG-20417 & CHG-20982",
		"Microsoft.OptionalFeature.DirectoryExtensionAttributes": "employeeID.user.String.True",
	}
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s is %q, not %q", name, got[name], value)
		}
	}
	next, err := time.Parse(httpTime, got["Microsoft.Synchronize.NextStartTime"])
	if err != nil || !next.Add(-cycleLength).Equal(d.Truth().LastCycle) {
		t.Errorf("NextStartTime %v does not follow the last cycle %v: %v", next, d.Truth().LastCycle, err)
	}
	for column, text := range d.Truth().Server.Groups {
		b := r[column].([]byte)
		if len(b) != 28 || b[0] != 1 || b[1] != 5 || !strings.HasSuffix(text, "-"+itoa(int(binary.LittleEndian.Uint32(b[24:])))) {
			t.Errorf("%s: %x is not %s", column, b, text)
		}
	}
}

// TestSettingsFollowTheVersion checks the names that only some versions have.
func TestSettingsFollowTheVersion(t *testing.T) {
	for _, c := range []struct {
		version       string
		hash, folders bool
	}{{"1.1.130.0", true, false}, {"1.2.60.0", false, false}, {"1.6.16.0", false, true}, {"2.4.131.0", false, true}} {
		names := map[string]bool{}
		for _, s := range New(Options{Version: c.version}).Truth().Settings {
			names[s.Name] = true
		}
		if names[facts.SettingPHSOld] != c.hash || names[facts.SettingPublicFolders] != c.folders {
			t.Errorf("%s: old password hash setting %v, public folders %v", c.version, names[facts.SettingPHSOld], names[facts.SettingPublicFolders])
		}
	}
}

// TestSchemaAgreesWithMetaverse holds the DSML schema against the columns.
func TestSchemaAgreesWithMetaverse(t *testing.T) {
	d := New(Options{})
	schema := parseXML(t, records(t, d, "mms_server_configuration")[0]["mv_schema_xml"].(string))
	declared, referred := map[string]node{}, map[string]bool{}
	for _, n := range schema.find("directory-schema").Children {
		if n.XMLName.Local == "attribute-type" {
			declared[n.attr("id")] = n
			continue
		}
		for _, a := range n.Children {
			if ref := a.attr("ref"); ref != "" {
				referred[strings.TrimPrefix(ref, "#")] = true
			}
		}
	}
	mv, _ := d.Table("mms_metaverse")
	columns := map[string]bool{}
	for _, c := range mv.Columns[8:] {
		columns[c.Name] = true
	}
	const reference = "1.3.6.1.4.1.1466.115.121.1.12"
	for name, n := range declared {
		single := n.attr("single-value") == "true" && n.find("syntax").Text != reference
		if single != columns[name] || !referred[name] {
			t.Errorf("%s: single-valued %v, a column %v, in a class %v", name, single, columns[name], referred[name])
		}
		delete(columns, name)
	}
	if len(columns) > 0 || len(declared) < 60 {
		t.Errorf("%d attributes; columns beside the schema: %v", len(declared), columns)
	}
}

func TestADConnector(t *testing.T) {
	d := variants()["many"]
	for _, r := range records(t, d, "mms_management_agent") {
		if r["ma_type"] != "AD" {
			continue
		}
		truth, ok := d.Truth().Connector(r["ma_name"].(string))
		if !ok {
			t.Fatalf("the truth does not know %v", r["ma_name"])
		}
		x := parseXML(t, r["private_configuration_xml"].(string))
		p := x.find("parameter-values").parameters()
		for _, name := range []string{"forest-name", "forest-guid", "forest-port", "forest-login-domain", "forest-login-user", "sign-and-seal", "default-ssl-strength", "ssl-bind", "simple-bind"} {
			if v := x.find(name).Text; v == "" || v != p[name] {
				t.Errorf("%s: %s is %q, its parameter %q", truth.Name, name, v, p[name])
			}
		}
		if x.XMLName.Local != "adma-configuration" || p["forest-login-user"] != truth.Account.User || p["forest-login-domain"] != truth.Account.Domain {
			t.Errorf("%s: %s signs in as %v, the truth says %v", truth.Name, x.XMLName.Local, p, truth.Account)
		}
		if p["Forest.FQDN"] != truth.Forest || !strings.HasPrefix(p["Forest.LDAP"], "DC=") || p["ADS_GROUP_TYPE_SECURITY_ENABLED"] != "0x80000000" {
			t.Errorf("%s: intrinsic parameters %v", truth.Name, p)
		}
		if on := x.find("password-hash-sync-config", "enabled").Text == "1"; on != truth.PasswordHash {
			t.Errorf("%s: password hash sync %v", truth.Name, on)
		}
		if r["full_import_required"] != truth.FullImport || r["full_sync_required"] != truth.FullSync {
			t.Errorf("%s: flags %v and %v", truth.Name, r["full_import_required"], r["full_sync_required"])
		}
		included := parseXML(t, r["attribute_inclusion_xml"].(string))
		if len(included.Children) != len(truth.Attributes) || len(truth.Attributes) < 100 {
			t.Errorf("%s: %d attributes, the truth says %d", truth.Name, len(included.Children), len(truth.Attributes))
		}
	}
}

func TestEntraConnector(t *testing.T) {
	for _, identity := range []Identity{ServiceAccount, Application} {
		d := New(Options{Identity: identity, Server: "OLD-07", Writebacks: Writebacks{Password: true}})
		rows := records(t, d, "mms_management_agent")
		r := rows[len(rows)-1]
		if r["ma_id"].(GUID).String() != EntraConnectorID || r["capabilities_mask"] != int64(-2146984912) || r["ma_name"] != "contoso.onmicrosoft.com - AAD" {
			t.Errorf("id %v, capabilities %v, name %v", r["ma_id"], r["capabilities_mask"], r["ma_name"])
		}
		x := parseXML(t, r["private_configuration_xml"].(string))
		user := x.find("parameter-values").parameters()["UserName"]
		if x.XMLName.Local != "MAConfig" || x.find("extension-config", "assembly-version").Text != "2.4.131.0" || x.find("aad-password-reset-config", "enabled").Text != "1" {
			t.Errorf("%s: %v", x.XMLName.Local, x.find("extension-config"))
		}
		previous := d.Truth().PreviousServer
		if identity == ServiceAccount && (!strings.HasPrefix(user, "Sync_OLD-07_") || len(user) != len("Sync_OLD-07_")+12+len("@contoso.onmicrosoft.com") || previous != "OLD-07") {
			t.Errorf("user name %q, previous server %q", user, previous)
		}
		if identity == Application && (user != "" || previous != "") {
			t.Errorf("an application has user name %q, previous server %q", user, previous)
		}
	}
}

// TestSealedCredentials checks the layout of encrypted_configuration.
func TestSealedCredentials(t *testing.T) {
	d := New(Options{BadCredentials: true, Forests: []ForestSpec{{Name: "a.example"}, {Name: "b.example"}}})
	for _, r := range records(t, d, "mms_management_agent") {
		truth, _ := d.Truth().Connector(r["ma_name"].(string))
		b, err := base64.StdEncoding.DecodeString(r["encrypted_configuration"].(string))
		well := err == nil && len(b) >= 40 && len(b)%16 == 8 && binary.LittleEndian.Uint32(b[4:]) == 8 &&
			int(binary.LittleEndian.Uint32(b)) == len(b)-8
		if well == truth.CredentialsWrong {
			t.Errorf("%s: well made %v, damaged on purpose %v (%d bytes, %v)", truth.Name, well, truth.CredentialsWrong, len(b), err)
		}
	}
}

func TestPartitions(t *testing.T) {
	d := variants()["many"]
	truth := map[string]PartitionTruth{}
	for _, c := range d.Truth().Connectors {
		for _, p := range c.Partitions {
			truth[p.ID] = p
		}
	}
	var newest time.Time
	for _, r := range records(t, d, "mms_partition") {
		want := truth[r["partition_id"].(GUID).String()]
		containers := parseXML(t, r["filter_xml"].(string)).find("containers")
		if got := texts(containers.find("exclusions")); !slices.Equal(got, want.Exclusions) {
			t.Errorf("%s excludes %v, the truth says %v", want.Name, got, want.Exclusions)
		}
		if got := texts(containers.find("inclusions")); r["partition_name"] != "default" && !slices.Equal(got, want.Inclusions) {
			t.Errorf("%s includes %v, the truth says %v", want.Name, got, want.Inclusions)
		}
		custom := parseXML(t, r["ma_custom_data_xml"].(string))
		if mark := custom.find("water-mark").Text; r["partition_name"] == "default" && !opaque(mark) {
			t.Errorf("the water-mark is %.40q, %d characters", mark, len(mark))
		}
		cookie := custom.find("adma-partition-data", "cookie").Text
		if custom.find("parameter-values").parameters()["cookie"] != cookie || (cookie == "") != want.Cookie.IsZero() {
			t.Errorf("%s: cookie %.20q", want.Name, cookie)
		}
		if cookie == "" {
			continue
		}
		b, err := base64.StdEncoding.DecodeString(cookie)
		if err != nil {
			t.Fatal(err)
		}
		if at, err := cookieTime(b); err != nil || !at.Equal(want.Cookie) {
			t.Errorf("%s: cookie of %v, the truth says %v: %v", want.Name, at, want.Cookie, err)
		}
		newest = later(newest, want.Cookie)
	}
	if !newest.Equal(d.Truth().LastCookie) || newest.IsZero() {
		t.Errorf("newest cookie %v, the truth says %v", newest, d.Truth().LastCookie)
	}
}

// opaque tells whether a text is a water-mark: Base64 in UTF-16LE in Base64.
func opaque(mark string) bool {
	outer, err := base64.StdEncoding.DecodeString(mark)
	if err != nil || len(outer)%2 != 0 {
		return false
	}
	inner := make([]byte, 0, len(outer)/2)
	for i := 0; i < len(outer); i += 2 {
		if outer[i+1] != 0 {
			return false
		}
		inner = append(inner, outer[i])
	}
	b, err := base64.StdEncoding.DecodeString(string(inner))
	return err == nil && len(b) > 3000
}

func texts(n node) []string {
	var out []string
	for _, c := range n.Children {
		out = append(out, c.Text)
	}
	return out
}

func TestRunProfiles(t *testing.T) {
	d := New(Options{})
	partitions := columnValues(t, d, "mms_partition.partition_id")
	names := map[any][]string{}
	for _, r := range records(t, d, "mms_run_profile") {
		names[r["ma_id"]] = append(names[r["ma_id"]], r["run_profile_name"].(string))
		for _, step := range parseXML(t, r["configuration_xml"].(string)).Children {
			id := step.find("partition").Text
			if id != strings.ToUpper(id) || !partitions[parseGUID(id)] {
				t.Errorf("%v: partition %s", r["run_profile_name"], id)
			}
			if kind := step.find("step-type").attr("type"); !slices.Contains([]string{"full-import", "delta-import", "apply-rules", "export"}, kind) {
				t.Errorf("step %q", kind)
			}
		}
	}
	for id, list := range names {
		if len(list) != 5 {
			t.Errorf("%v has %v", id, list)
		}
	}
}

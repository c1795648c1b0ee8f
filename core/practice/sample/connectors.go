package sample

import "time"

// attributes gives the names of the attributes a connector includes.
func (c *connector) attributes() []string {
	list := entraAttributes()
	if c.forest != nil {
		list = adAttributes()
	}
	var out []string
	for _, a := range list {
		out = append(out, a.name)
	}
	return out
}

// isEntra tells the Entra connector from the others.
func (c *connector) isEntra() bool { return c.id == parseGUID(EntraConnectorID) }

// connectorTable makes mms_management_agent.
func (s *site) connectorTable(columns []Column) Table {
	return list("mms_management_agent", columns, func(put func(...any) bool) {
		for _, c := range s.present() {
			row := []any{
				"ma_id", c.id, "ma_name", c.name, "version_number", int64(40 + s.seed.below(kindConnector, uint64(c.number), 600)),
				"internal_version_number", int64(1), "creation_date", s.installed.Add(time.Duration(c.number) * time.Minute),
				"modification_date", s.modified(), "current_run_number", int64(s.runCount(c)), "key_id", int64(c.keyID),
				"ma_description", "", "ui_settings_xml", "<ui-settings />", "ma_extension_xml", "<extension />",
				"dn_construction_xml", "<dn-construction />", "component_mappings_xml", "<component_mappings />",
				"controller_configuration_xml", controllerXML, "private_configuration_xml", s.privateXML(c),
				"full_import_required", flagged(s.FullImport, c.name), "full_sync_required", flagged(s.FullSync, c.name),
			}
			put(append(row, s.connectorKind(c)...)...)
		}
	})
}

// modified is when the configuration was last changed: by an export of it, which
// is why it says nothing about the last synchronization.
func (s *site) modified() time.Time {
	return s.lastCycle.Add(-time.Duration(40+s.seed.below(kindServer, 9, 400)) * time.Hour).Truncate(time.Minute)
}

const controllerXML = `<controller-configuration><application-protection>low</application-protection><impersonation /></controller-configuration>`

// connectorKind gives the columns that depend on the kind of connector.
func (s *site) connectorKind(c *connector) []any {
	encrypted := s.seed.sealed(uint64(c.number), 224)
	switch {
	case c.isEntra():
		return []any{
			"ma_type", "Extensible2", "subtype", entraSubtype, "ma_listname", entraSubtype, "company_name", "Microsoft",
			"capabilities_mask", entraCapabilities, "ma_export_type", s.exportType(), "ma_schema_xml", entraSchema(),
			"attribute_inclusion_xml", inclusionXML(c.attributes()), "encrypted_configuration", s.seed.sealed(uint64(c.number), 240),
		}
	case c.forest != nil:
		if s.BadCredentials && c.number == 0 {
			encrypted = encrypted[:len(encrypted)-7]
		}
		return []any{
			"ma_type", "AD", "subtype", "", "ma_listname", "", "company_name", "", "capabilities_mask", adCapabilities,
			"ma_export_type", int64(0), "ma_schema_xml", adSchema(),
			"attribute_inclusion_xml", inclusionXML(c.attributes()), "encrypted_configuration", encrypted,
		}
	default:
		return []any{
			"ma_type", "Extensible2", "subtype", "Generic LDAP (Microsoft)", "ma_listname", "Generic LDAP (Microsoft)",
			"company_name", "Microsoft", "capabilities_mask", int64(0x00040C30), "ma_export_type", int64(1),
			"ma_schema_xml", "<dsml:dsml xmlns:dsml=\"http://www.dsml.org/DSML\"><dsml:directory-schema /></dsml:dsml>",
			"attribute_inclusion_xml", inclusionXML([]string{"cn", "mail", "uid"}), "encrypted_configuration", encrypted,
		}
	}
}

const (
	entraSubtype = "Windows Azure Active Directory (Microsoft)"
	// entraCapabilities are the bits 0x80079C30 of public exports, as an int column
	// holds them: negative.
	entraCapabilities = int64(0x80079C30 - 1<<32)
	// adCapabilities is invented; no public source gives the AD connector's mask.
	adCapabilities = int64(0x00071C03)
)

// exportType is 2 in 1.1 and 5 in newer versions (public exports).
func (s *site) exportType() int64 {
	if s.below("1.2") {
		return 2
	}
	return 5
}

func flagged(names []string, name string) bool {
	for _, n := range names {
		if n == "*" || n == name {
			return true
		}
	}
	return false
}

// privateXML writes private_configuration_xml.
func (s *site) privateXML(c *connector) string {
	switch {
	case c.isEntra():
		return s.entraXML(c)
	case c.forest != nil:
		return s.adXML(c)
	default:
		var x xmlText
		x.open("MAConfig")
		x.open("parameter-values")
		x.parameter("Host", "connectivity", "ldap.staff.example")
		x.parameter("User Name", "connectivity", c.user)
		x.secret("Password")
		x.close("parameter-values", "MAConfig")
		return x.String()
	}
}

// adXML writes adma-configuration: elements, and most of them again as
// parameters, which have to agree.
func (s *site) adXML(c *connector) string {
	f := c.forest
	connectivity := []string{
		"forest-port", "0", "forest-guid", GUID{}.braces(), "forest-login-user", c.user, "forest-login-domain", c.domain,
		"default-ssl-strength", "0", "password", "", "forest-name", f.Name, "sign-and-seal", "1", "crl-check", "0",
		"ssl-bind", "0", "simple-bind", "0",
	}
	var x xmlText
	x.open("adma-configuration")
	x.pairs("forest-name", f.Name, "forest-guid", GUID{}.braces(), "forest-port", "0", "forest-login-domain", c.domain,
		"forest-login-user", c.user, "sign-and-seal", "1", "default-ssl-strength", "0")
	x.text("ssl-bind", "0", "crl-check", "0")
	x.text("simple-bind", "0")
	x.open("password-hash-sync-config")
	x.pairs("enabled", bit(s.PasswordHashSync), "target", parseGUID(EntraConnectorID).upper())
	x.close("password-hash-sync-config")
	x.open("parameter-values")
	for i := 0; i < len(connectivity); i += 2 {
		if connectivity[i] == "password" {
			x.secret("password")
			continue
		}
		x.parameter(connectivity[i], "connectivity", connectivity[i+1])
	}
	x.parameter("Connector.GroupFilteringGroupDn", "global", "")
	for i := 0; i < len(adConstants); i += 2 {
		x.parameter(adConstants[i], "global", adConstants[i+1], "intrinsic", "1")
	}
	x.parameter("Forest.FQDN", "global", f.Name, "intrinsic", "1")
	x.parameter("Forest.LDAP", "global", dnOf(f.Name), "intrinsic", "1")
	x.parameter("Forest.Netbios", "global", f.NetBIOS, "intrinsic", "1")
	x.close("parameter-values", "adma-configuration")
	return x.String()
}

// adConstants are the flags of Active Directory that rules may name.
var adConstants = []string{
	"ADS_UF_ACCOUNTDISABLE", "0x2",
	"ADS_GROUP_TYPE_GLOBAL_GROUP", "0x00000002",
	"ADS_GROUP_TYPE_DOMAIN_LOCAL_GROUP", "0x00000004",
	"ADS_GROUP_TYPE_LOCAL_GROUP", "0x00000004",
	"ADS_GROUP_TYPE_UNIVERSAL_GROUP", "0x00000008",
	"ADS_GROUP_TYPE_SECURITY_ENABLED", "0x80000000",
}

// entraXML writes MAConfig.
func (s *site) entraXML(c *connector) string {
	classes := []string{"contact", "device", "group", "publicFolder", "user"}
	var x xmlText
	x.open("MAConfig")
	x.open("primary_class_mappings")
	for _, class := range classes {
		x.open("mapping")
		x.pairs("primary_class", class, "oc-value", class)
		x.close("mapping")
	}
	x.close("primary_class_mappings")
	x.pairs("change_type_attribute", "", "add_change_type_value", "Add", "modify_change_type_value", "Modify",
		"delete_change_type_value", "Delete", "ldap-dn", "0", "case_normalize_dn_for_anchor", "1")
	x.open("extension-config")
	x.pairs("filename", "Microsoft.Azure.ActiveDirectory.Connector.dll", "import-default-page-size", "50",
		"import-max-page-size", "50", "export-default-page-size", "30", "export-max-page-size", "30",
		"export-mode", "call-based", "import-mode", "call-based", "export-enabled", "1", "import-enabled", "1",
		"capability-bits", "2147982384", "export-type", itoa(int(s.exportType())), "discovery-partition", "",
		"discovery-schema", "extensibility", "discovery-hierarchy", "", "password-management-enabled", "",
		"assembly-version", s.Version)
	x.close("extension-config")
	x.text("file-type", "Extensible2")
	x.importing(classes)
	s.entraParameters(&x, c)
	x.text("possible_component_mappings", "")
	x.open("aad-password-reset-config")
	x.pairs("enabled", bit(s.Writebacks.Password), "modified-timestamp", s.modified().Format("2006-01-02 15:04:05.000"),
		"adal-authority", "https://login.windows.net/"+s.Tenant)
	x.close("aad-password-reset-config", "MAConfig")
	return x.String()
}

func (x *xmlText) importing(classes []string) {
	x.open("importing")
	for _, part := range []string{"dn", "anchor"} {
		x.open(part)
		for _, class := range classes {
			x.text("attribute", "cloudAnchor", "object_class", class)
		}
		x.close(part)
	}
	x.open("per-class-settings")
	for _, class := range classes {
		x.open("class")
		x.text("name", class)
		x.open("anchor")
		x.text("attribute", "cloudAnchor")
		x.close("anchor", "class")
	}
	x.close("per-class-settings", "importing")
}

// entraParameters writes the definitions and values. The names of an application
// identity's parameters are not public: these are assumed.
func (s *site) entraParameters(x *xmlText, c *connector) {
	names := []string{"UserName", "string", "Password", "encrypted-string"}
	if s.Identity == Application {
		names = []string{"ApplicationId", "string", "CertificateThumbprint", "string", "Password", "encrypted-string"}
	}
	x.open("parameter-definitions")
	for i := 0; i < len(names); i += 2 {
		x.open("parameter")
		x.pairs("name", names[i], "use", "connectivity", "type", names[i+1], "validation", "", "text", "", "default-value", "")
		x.close("parameter")
	}
	x.close("parameter-definitions")
	x.open("parameter-values")
	if s.Identity == Application {
		x.parameter("ApplicationId", "connectivity", s.seed.guid(kindServer, 40).String())
		x.parameter("CertificateThumbprint", "connectivity", s.seed.hexText(kindServer, 41, 20))
	} else {
		x.parameter("UserName", "connectivity", c.user)
	}
	x.secret("Password")
	if s.Writebacks.Password && !s.below("1.2") {
		x.secret("PasswordResetConfiguration")
	}
	x.close("parameter-values")
}

// secret writes a parameter whose value is in encrypted_configuration only.
func (x *xmlText) secret(name string) {
	x.text("parameter", "", "name", name, "type", "encrypted-string", "use", "connectivity", "dataType", "String", "encrypted", "1")
}

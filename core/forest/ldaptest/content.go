package ldaptest

import (
	"encoding/binary"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/adsync-reconnect/adsync-reconnect/core/forest/descriptor"
)

// classes and attributes of the schema that is played, with GUIDs of its own.
var (
	schemaClasses    = []string{"domainDNS", "user", "inetOrgPerson", "group", "contact", "computer", "device", "foreignSecurityPrincipal", "publicFolder"}
	schemaAttributes = []string{"mS-DS-ConsistencyGuid", "lockoutTime", "pwdLastSet"}
)

func (f *Forest) config() string { return "CN=Configuration," + f.Domains[0].Base() }

// rootDSE answers what a domain controller tells about itself.
func (c *client) rootDSE(id int64, q search) error {
	f, d := c.dc.domain.forest, c.dc.domain
	e := Entry{Attrs: map[string][]string{
		"objectclass": {"top"}, "defaultnamingcontext": {d.Base()}, "rootdomainnamingcontext": {f.Domains[0].Base()},
		"configurationnamingcontext": {f.config()}, "schemanamingcontext": {"CN=Schema," + f.config()},
		"dnshostname": {c.dc.Host}, "domainfunctionality": {f.Level}, "forestfunctionality": {f.Level},
		"supportedcapabilities": {"1.2.840.113556.1.4.800"}, "currenttime": {time.Now().UTC().Format("20060102150405") + ".0Z"},
	}}
	if c.dc.ReadOnly {
		e.Attrs["supportedcapabilities"] = append(e.Attrs["supportedcapabilities"], "1.2.840.113556.1.4.1920")
	}
	if c.who != nil {
		e.Attrs["tokengroups"] = c.token()
	}
	if slices.Contains(q.attrs, "netlogon") {
		e.Attrs["netlogon"] = []string{c.dc.ping()}
	}
	if err := c.entry(id, e, q.attrs); err != nil {
		return err
	}
	return c.send(id, ldap.ApplicationSearchResultDone, Result{})
}

// ping makes the answer to the netlogon question (MS-ADTS 6.3.1.9).
func (dc *DC) ping() string {
	const extended, writable, site = 23, 0x100, "Default-First-Site-Name"
	b := binary.LittleEndian.AppendUint16(nil, extended)
	flags := uint32(writable)
	if dc.ReadOnly {
		flags = 0
	}
	b = binary.LittleEndian.AppendUint32(append(b, 0, 0), flags)
	b = append(b, guid(dc.domain.DNS)...)
	for _, name := range []string{dc.domain.forest.Domains[0].DNS, dc.domain.DNS, dc.Host, dc.domain.NetBIOS, "DC", "", site, site} {
		for label := range strings.SplitSeq(name, ".") {
			if label != "" {
				b = append(append(b, byte(len(label))), label...)
			}
		}
		b = append(b, 0)
	}
	return string(b)
}

// elsewhere is the answer about an object that this domain controller does not hold.
func elsewhere(host, dn string) Result {
	return Result{Code: ldap.LDAPResultReferral, Text: "0000202B: RefErr: DSID-03100835, data 0, 1 access points", Referral: []string{"ldap://" + host + "/" + dn}}
}

// scope gives the entries that a search may find, or why there are none.
func (c *client) scope(q search) (iter.Seq[Entry], Result) {
	d := c.dc.domain
	f := d.forest
	if rest, ok := strings.CutPrefix(q.base, "<WKGUID=a9d1ca15768811d1aded00c04fd8d5cd,"); ok {
		q.base = "CN=Users," + strings.TrimSuffix(rest, ">")
	}
	for _, other := range f.Domains {
		if below(q.base, other.Base()) && len(other.Base()) > len(d.Base()) {
			return nil, elsewhere(other.DNS, q.base)
		}
	}
	source := c.domain()
	switch {
	case below(q.base, f.config()):
		source = f.configuration()
	case !below(q.base, d.Base()):
		return nil, elsewhere("", q.base)
	}
	in := func(yield func(Entry) bool) {
		for e := range source {
			if q.reaches(e.DN) && !yield(e) {
				return
			}
			if q.scope == ldap.ScopeBaseObject && strings.EqualFold(e.DN, q.base) {
				return
			}
		}
	}
	if q.scope != ldap.ScopeBaseObject {
		return in, Result{}
	}
	for e := range in {
		return func(yield func(Entry) bool) { yield(e) }, Result{}
	}
	return nil, Result{Code: ldap.LDAPResultNoSuchObject, Text: "0000208D: NameErr: DSID-03100245, problem 2001 (NO_OBJECT), data 0, best match of:"}
}

// reaches tells whether an object lies where the search looks.
func (q search) reaches(dn string) bool {
	switch q.scope {
	case ldap.ScopeBaseObject:
		return strings.EqualFold(dn, q.base)
	case ldap.ScopeSingleLevel:
		_, parent, _ := strings.Cut(dn, ",")
		return strings.EqualFold(parent, q.base)
	default:
		return below(dn, q.base)
	}
}

// below tells whether an object is the base, or lies under it.
func below(dn, base string) bool {
	at := len(dn) - len(base)
	return at >= 0 && strings.EqualFold(dn[at:], base) && (at == 0 || dn[at-1] == ',')
}

// configuration gives the domains of the forest and its schema.
func (f *Forest) configuration() iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		partitions, schema := "CN=Partitions,"+f.config(), "CN=Schema,"+f.config()
		all := []Entry{
			{DN: partitions, Attrs: map[string][]string{"objectclass": {"crossRefContainer"}, "upnsuffixes": {"suffix.example"}}},
			{DN: "CN=Enterprise Configuration," + partitions, Attrs: map[string][]string{"objectclass": {"crossRef"}, "ncname": {f.config()}, "dnsroot": {f.Domains[0].DNS}, "systemflags": {"1"}}},
		}
		for _, d := range f.Domains {
			all = append(all, Entry{DN: "CN=" + d.NetBIOS + "," + partitions, Attrs: map[string][]string{
				"objectclass": {"crossRef"}, "ncname": {d.Base()}, "dnsroot": {d.DNS}, "netbiosname": {d.NetBIOS}, "systemflags": {"3"},
			}})
		}
		for _, name := range append(slices.Clone(schemaClasses), schemaAttributes...) {
			all = append(all, Entry{DN: "CN=" + name + "," + schema, Attrs: map[string][]string{
				"objectclass": {"top"}, "ldapdisplayname": {name}, "schemaidguid": {guid(name)},
			}})
		}
		for _, e := range all {
			if !yield(e) {
				return
			}
		}
	}
}

// domain gives the objects of the domain, as who signed in sees them.
func (c *client) domain() iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		d := c.dc.domain
		head := Entry{DN: d.Base(), Attrs: map[string][]string{
			"objectclass": {"top", "domain", "domainDNS"}, "objectsid": {string(d.SID)}, "objectguid": {guid(d.DNS)}, "sdrightseffective": {c.rightsOn(d)},
		}}
		if b, err := descriptor.New(0, d.DACL...).Bytes(); err == nil {
			head.Attrs["ntsecuritydescriptor"] = []string{string(b)}
		}
		users := Entry{DN: "CN=Users," + d.Base(), Attrs: map[string][]string{"objectclass": {"container"}}}
		if c.rightsOn(d) != "0" {
			users.Attrs["allowedchildclasseseffective"] = []string{"user", "group"}
		}
		if !yield(head) || !yield(users) {
			return
		}
		for _, a := range d.accounts {
			if !yield(a.entry(c.who)) {
				return
			}
		}
		if d.Entries != nil {
			d.Entries(yield)
		}
	}
}

// rightsOn gives what of the head's descriptor who signed in may write.
func (c *client) rightsOn(d *Domain) string {
	if c.grants(d, descriptor.Question{Mask: descriptor.WriteDAC}) {
		return "15"
	}
	return "0"
}

// mayReplicate tells whether who signed in has Replicating Directory Changes.
func (c *client) mayReplicate() bool {
	return c.grants(c.dc.domain, descriptor.Question{
		Mask: descriptor.ControlAccess, Object: descriptor.MustGUID("1131f6aa-9c07-11d1-f79f-00c04fc2dcd2"),
	})
}

func (c *client) grants(d *Domain, q descriptor.Question) bool {
	token := descriptor.Token{}
	for _, s := range c.token() {
		token[descriptor.SID(s)] = true
	}
	return descriptor.New(0, d.DACL...).DACL.Grants(token, q)
}

func (a *Account) entry(who *Account) Entry {
	class := a.Class
	if class == "" {
		class = "user"
	}
	return Entry{DN: a.DN(), Attrs: map[string][]string{
		"objectclass": {"top", "person", "user", class}, "objectcategory": {"person"}, "samaccountname": {a.Name},
		"userprincipalname": {a.Name + "@" + a.domain.DNS}, "objectsid": {string(a.sid)}, "allowedattributeseffective": who.Writes,
	}}
}

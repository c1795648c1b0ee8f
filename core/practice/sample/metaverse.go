package sample

import "strings"

// metaverseTable makes mms_metaverse.
func (s *site) metaverseTable(columns []Column) Table {
	return Table{Name: "mms_metaverse", Columns: columns, Rows: func(yield func([]any) bool) {
		m := newMaker(columns)
		for i := range s.people.total {
			m.reset()
			s.metaverseRow(m, i)
			if !yield(m.row) {
				return
			}
		}
	}}
}

func (s *site) metaverseID(i int) GUID { return s.seed.guid(kindMetaverse, uint64(i)) }

func (s *site) metaverseRow(m *maker, i int) {
	c, p := s.place(i)
	m.set("object_id", s.metaverseID(i))
	m.set("object_type_lineage_id", s.lineage(c, s.people.class(i), true))
	m.set("object_type_lineage_date", s.moment(uint64(i)))
	m.set("last_modification_date", s.moment(uint64(i)+11))
	s.values(m, i, c, p)
}

// values sets the attributes that all classes have, then those of the class.
func (s *site) values(m *maker, i int, c *connector, p *partition) {
	n := s.names(i, p)
	anchor := s.anchor(i)
	rid := uint32(1100 + i/s.people.forests)
	m.set("cn", n.cn)
	m.set("displayName", n.display)
	m.set("sourceAnchor", anchor)
	m.set("sourceAnchorBinary", s.seed.guid(kindDirectory, uint64(i)).wire())
	m.set("objectSid", p.sid.binary(rid))
	m.set("objectSidString", p.sid.text(rid))
	m.set("domainFQDN", p.domain.Name)
	m.set("domainNetBios", p.domain.NetBIOS)
	m.set("forestFQDN", c.forest.Name)
	m.set("forestNetBios", c.forest.NetBIOS)
	m.set("distinguishedName", s.spaceDN(c, i/s.people.forests))
	if i < s.people.total-s.Exports.Adds { // the others are not in Entra ID yet
		m.set("cloudAnchor", s.cloudAnchor(i))
		m.set("cloudSourceAnchor", anchor)
	}
	switch s.people.class(i) {
	case 'p':
		m.set("object_type", "person")
		s.personValues(m, i, n)
	case 'g':
		m.set("object_type", "group")
		m.set("accountName", n.account)
		m.set("sourceObjectType", "Group")
		m.set("securityEnabled", i%3 != 0)
		m.set("cloudMastered", false)
		if i%3 == 0 {
			m.set("mail", n.mail)
			m.set("mailNickname", "group"+itoa(i))
		}
	default:
		m.set("object_type", "device")
		s.deviceValues(m, i)
	}
}

func (s *site) personValues(m *maker, i int, n names) {
	v := words().lists
	h := s.seed.number(kindPerson, uint64(i)+1<<40)
	city := strings.Split(v["cities"][h%uint64(len(v["cities"]))], ",")
	m.set("accountEnabled", h>>8%50 != 0)
	m.set("accountName", n.account)
	m.set("sourceObjectType", "User")
	m.set("cloudMastered", false)
	m.set("givenName", n.given)
	m.set("sn", n.sn)
	m.set("userPrincipalName", n.mail)
	m.set("mail", n.mail)
	m.set("mailNickname", n.account)
	m.set("department", v["departments"][h>>12%uint64(len(v["departments"]))])
	m.set("title", v["titles"][h>>18%uint64(len(v["titles"]))])
	m.set("company", "Contoso")
	m.set("l", city[0])
	m.set("c", city[1])
	m.set("co", city[2])
	m.set("usageLocation", city[1])
	m.set("countryCode", int64(h>>24%900))
	m.set("employeeID", "E"+itoa(100000+i))
	m.set("telephoneNumber", "+00 555 "+itoa(100000+i))
	m.set("pwdLastSet", s.moment(h).Format("20060102150405.0Z"))
	m.set("msExchRecipientTypeDetails", int64(2147483648))
	m.set("msExchRecipientDisplayType", int64(-2147483642))
	m.set("msExchRemoteRecipientType", int64(4))
	if i%7 == 0 {
		m.set("description", n.display+", since "+s.moment(h).Format("2006"))
		m.set("mobile", "+00 555 "+itoa(900000+i))
		m.set("extensionAttribute1", "K"+itoa(i%400))
	}
}

func (s *site) deviceValues(m *maker, i int) {
	systems := words().lists["systems"]
	name, version, _ := strings.Cut(systems[s.seed.below(kindPerson, uint64(i), len(systems))], ",")
	m.set("accountEnabled", true)
	m.set("sourceObjectType", "Computer")
	m.set("cloudCreated", false)
	m.set("deviceId", s.seed.guid(kindDirectory, uint64(i)).wire())
	m.set("deviceOSType", name)
	m.set("deviceOSVersion", version)
	m.set("deviceTrustType", "ServerAd")
}

// lineageTable makes mms_metaverse_lineagedate or mms_metaverse_lineageguid: for
// each attribute that has a value, when it was set and by which rule.
func (s *site) lineageTable(name string, columns, values []Column, dates bool) Table {
	if s.Lean {
		return Table{Name: name, Columns: columns}
	}
	return Table{Name: name, Columns: columns, Rows: func(yield func([]any) bool) {
		source := newMaker(values)
		row := make([]any, len(columns))
		from := make([]int, len(columns))
		for k, col := range columns {
			from[k] = source.index[col.Name]
		}
		for i := range s.people.total {
			c, p := s.place(i)
			source.reset()
			s.values(source, i, c, p)
			row[0] = s.metaverseID(i)
			s.lineageRow(row, columns, from, source, i, c, dates)
			if !yield(row) {
				return
			}
		}
	}}
}

func (s *site) lineageRow(row []any, columns []Column, from []int, source *maker, i int, c *connector, dates bool) {
	class := s.people.class(i)
	var date, own, cloud any = s.moment(uint64(i) + 3), s.lineage(c, class, false), s.lineage(s.entra(), class, false)
	for k := 1; k < len(columns); k++ {
		switch {
		case source.row[from[k]] == nil:
			row[k] = nil
		case dates:
			row[k] = date
		case strings.HasPrefix(columns[k].Name, "cloud"):
			row[k] = cloud
		default:
			row[k] = own
		}
	}
}

// lineageKey names what a lineage id is asked for.
type lineageKey struct {
	connector int
	class     byte
	join      bool
}

// lineage gives the internal id of the rule that joined an object of a class to a
// connector, or that set its attributes. Rows ask for it, so it is looked up in a
// table that makeLineages filled.
func (s *site) lineage(c *connector, class byte, join bool) GUID {
	return s.lineages[lineageKey{c.number, class, join}]
}

func (s *site) makeLineages() {
	s.lineages = map[lineageKey]GUID{}
	for _, c := range s.connectors {
		for class, name := range map[byte]string{'p': "User", 'g': "Group", 'd': "Computer"} {
			for _, join := range []bool{true, false} {
				rule := lineageRule(c.isEntra(), name, join)
				s.lineages[lineageKey{c.number, class, join}] = joinRule(s.rules, rule, c.id.String())
			}
		}
	}
}

func lineageRule(entra bool, name string, join bool) string {
	switch {
	case entra && name == "Computer":
		return "Out to AAD - Device Join SOAInAD"
	case entra:
		return "In from AAD - " + name + " Join"
	case join || name == "Computer":
		return "In from AD - " + name + " Join"
	default:
		return "In from AD - " + name + " Common"
	}
}

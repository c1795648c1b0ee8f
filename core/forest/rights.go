package forest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/forest/descriptor"
)

// place tells which object of a domain carries an entry.
type place int

const (
	onHead    place = iota // the head of the domain
	onDevices              // the container of registered devices, which one domain of a forest has
)

// devices is the container that device writeback fills, below a domain's head.
const devices = "CN=RegisteredDevices,"

// want is one entry that a feature needs, by names; the schema gives the GUIDs.
type want struct {
	text  string // for a person
	mask  uint32
	right descriptor.GUID // extended right, if it is about one
	about string          // attribute, or class of the objects to create, if it is about one
	class string          // class of the objects below that inherit it; empty for the object itself
	whole bool            // for the object itself and everything below
	at    place
	ace   string // as dsacls writes it, behind the account's name
	extra bool   // granted to new accounts, but its absence is no lack
}

// Extended rights (control access rights of the Configuration partition; their
// GUIDs are the same in every forest, learn.microsoft.com/windows/win32/adschema/extended-rights).
var (
	rightChanges    = descriptor.MustGUID("1131f6aa-9c07-11d1-f79f-00c04fc2dcd2")
	rightChangesAll = descriptor.MustGUID("1131f6ad-9c07-11d1-f79f-00c04fc2dcd2")
	rightReset      = descriptor.MustGUID("00299570-246d-11d0-a768-00aa006e0529")
	rightChangePwd  = descriptor.MustGUID("ab721a53-1e2f-11d0-9819-00aa0040529b")
	rightUnexpire   = descriptor.MustGUID("ccc2dc7d-a6ad-4a7a-8846-c04e3cc53501")
)

const domainClass = "domainDNS"

var changes = want{
	text: "Replicating Directory Changes", mask: descriptor.ControlAccess, right: rightChanges, ace: "CA;Replicating Directory Changes",
}

// wants lists what each feature needs (docs: how-to-connect-configure-ad-ds-connector-account;
// password writeback: tutorial-enable-sspr-writeback). Reading by DirSync, which
// every import does, needs Replicating Directory Changes.
var wants = map[facts.Feature][]want{
	facts.FeatureBasicRead: append(append([]want{changes},
		properties(descriptor.ReadProperty, "Read all properties of", "RP", "user", "inetOrgPerson", "group", "contact")...),
		// Accounts that the product made itself in express mode do without these.
		extra(properties(descriptor.ReadProperty, "Read all properties of", "RP", "computer", "device", "foreignSecurityPrincipal"))...),
	facts.FeaturePasswordHash: {changes, {
		text: "Replicating Directory Changes All", mask: descriptor.ControlAccess, right: rightChangesAll, ace: "CA;Replicating Directory Changes All",
	}},
	facts.FeatureConsistencyGUID: {
		attribute(descriptor.ReadProperty|descriptor.WriteProperty, "Read and write", "RPWP", "mS-DS-ConsistencyGuid"),
	},
	facts.FeatureWriteback: {
		{text: "Reset Password of users", mask: descriptor.ControlAccess, right: rightReset, class: "user", ace: "CA;Reset Password;user"},
		{text: "Change Password of users", mask: descriptor.ControlAccess, right: rightChangePwd, class: "user", ace: "CA;Change Password;user"},
		attribute(descriptor.WriteProperty, "Write", "WP", "lockoutTime"),
		attribute(descriptor.WriteProperty, "Write", "WP", "pwdLastSet"),
		{text: "Unexpire Password", mask: descriptor.ControlAccess, right: rightUnexpire, ace: "CA;Unexpire Password"},
	},
	facts.FeatureHybridExchange: properties(descriptor.ReadProperty|descriptor.WriteProperty, "Read and write all properties of", "RPWP", "user", "inetOrgPerson", "group", "contact"),
	facts.FeaturePublicFolders:  properties(descriptor.ReadProperty, "Read all properties of", "RP", "publicFolder"),
	facts.FeatureGroupWriteback: {
		{
			text: "Read, change and delete groups", class: "group", ace: "GRGWSDDT;;group",
			mask: descriptor.GenericRead | descriptor.GenericWrite | descriptor.Delete | descriptor.DeleteTree,
		},
		{text: "Create and delete groups", mask: descriptor.CreateChild | descriptor.DeleteChild, about: "group", whole: true, ace: "CCDC;group"},
	},
	facts.FeatureDeviceWriteback: {
		{text: "Full control of the container RegisteredDevices", mask: descriptor.FullControl, whole: true, at: onDevices, ace: "GA"},
	},
}

func properties(mask uint32, verb, letters string, classes ...string) []want {
	var out []want
	for _, c := range classes {
		out = append(out, want{text: verb + " " + plurals[c], mask: mask, class: c, ace: letters + ";;" + c})
	}
	return out
}

func extra(list []want) []want {
	for i := range list {
		list[i].extra = true
	}
	return list
}

func attribute(mask uint32, verb, letters, name string) want {
	return want{text: verb + " " + name + " of users", mask: mask, about: name, class: "user", ace: letters + ";" + name + ";user"}
}

var plurals = map[string]string{
	"user": "users", "inetOrgPerson": "inetOrgPersons", "group": "groups", "contact": "contacts", "computer": "computers",
	"device": "devices", "foreignSecurityPrincipal": "foreign security principals", "publicFolder": "public folders",
}

// names lists the attributes and classes of the schema that wants speak of, in order.
func names() []string {
	out := []string{domainClass}
	for _, list := range wants {
		for _, w := range list {
			out = append(out, w.about, w.class)
		}
	}
	slices.Sort(out)
	return unique(out)
}

// entry makes the access control entry that gives a want to an account.
func (w want) entry(s schema, sid descriptor.SID) (descriptor.ACE, error) {
	q, err := w.question(s)
	if err != nil {
		return descriptor.ACE{}, err
	}
	var flags byte
	var class descriptor.GUID
	switch {
	case w.class != "":
		flags, class = descriptor.ContainerInherit|descriptor.InheritOnly, q.Class
	case w.whole:
		flags = descriptor.ContainerInherit
	}
	// A list keeps specific rights; generic ones would be turned into them on writing.
	return descriptor.NewAllow(sid, descriptor.Expand(w.mask), flags, q.Object, class), nil
}

// question asks a list whether the want is had.
func (w want) question(s schema) (descriptor.Question, error) {
	q := descriptor.Question{Mask: w.mask, Object: w.right, Below: w.class != ""}
	if w.about != "" {
		def, ok := s[strings.ToLower(w.about)]
		if !ok {
			return q, missingName(w.about)
		}
		q.Object, q.Set = def.id, def.set
	}
	class := w.class
	if class == "" {
		class = domainClass
	}
	def, ok := s[strings.ToLower(class)]
	if !ok {
		return q, missingName(class)
	}
	q.Class = def.id
	return q, nil
}

func missingName(name string) error {
	return fmt.Errorf("the schema of this forest has no %s", name)
}

// had tells whether a token has a want by the list on the object. Objects start
// with their class's own default entries, in front of the inherited ones, and for
// many classes it is these that let everybody read.
func (w want) had(s schema, dacl *descriptor.ACL, token descriptor.Token) (bool, error) {
	q, err := w.question(s)
	if err != nil {
		return false, err
	}
	own := q
	own.Below = false
	for left := descriptor.Expand(w.mask); left != 0; left &= left - 1 {
		q.Mask = left & -left // one right at a time, as they may come from different places
		own.Mask = q.Mask
		if q.Below {
			if initial := s[strings.ToLower(w.class)].initial; initial != nil && initial.Grants(token, own) {
				continue
			}
		}
		if !dacl.Grants(token, q) {
			return false, nil
		}
	}
	return true, nil
}

// dsacls gives the line with which a domain admin grants a want.
func (w want) dsacls(dn, account string) string {
	line := fmt.Sprintf(`dsacls "%s" /G "%s:%s"`, dn, account, w.ace)
	switch {
	case w.class != "":
		return line + " /I:S"
	case w.whole:
		return line + " /I:T"
	}
	return line
}

// object gives the DN of the object that carries the entry in a domain.
func (w want) object(domain string) string {
	if w.at == onDevices {
		return devices + domain
	}
	return domain
}

// title says for a person what wants are about, in one line.
func title(list []want) string {
	var all []string
	for _, w := range list {
		verb, what, ok := cutVerb(w.text)
		if ok && len(all) > 0 && strings.HasPrefix(all[len(all)-1], verb) {
			all[len(all)-1] += ", " + what
			continue
		}
		all = append(all, w.text)
	}
	return strings.Join(all, "; ")
}

// cutVerb parts "Read all properties of users" at its last "of".
func cutVerb(text string) (verb, what string, ok bool) {
	const of = "all properties of "
	i := strings.Index(text, of)
	if i < 0 {
		return "", "", false
	}
	return text[:i+len(of)], text[i+len(of):], true
}

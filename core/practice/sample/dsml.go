package sample

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:embed data/ad-attributes.txt
var adAttributesText string

//go:embed data/entra-attributes.txt
var entraAttributesText string

// csAttribute is one attribute of a connector's schema.
type csAttribute struct {
	name  string
	kind  byte // s, r, b, n, l, x, d
	multi bool
}

func readAttributes(text string) []csAttribute {
	var out []csAttribute
	for line := range lines(text) {
		f := strings.Fields(line)
		out = append(out, csAttribute{name: f[0], kind: f[1][0], multi: strings.HasSuffix(f[1], "*")})
	}
	return out
}

var (
	adAttributes    = sync.OnceValue(func() []csAttribute { return readAttributes(adAttributesText) })
	entraAttributes = sync.OnceValue(func() []csAttribute { return readAttributes(entraAttributesText) })
)

// syntaxes are the LDAP syntaxes of the kinds of attributes in DSML.
var syntaxes = map[byte]string{
	's': "1.3.6.1.4.1.1466.115.121.1.15", 't': "1.3.6.1.4.1.1466.115.121.1.15",
	'r': "1.3.6.1.4.1.1466.115.121.1.12", 'b': "1.3.6.1.4.1.1466.115.121.1.7",
	'n': "1.3.6.1.4.1.1466.115.121.1.27", 'l': "1.2.840.113556.1.4.906",
	'x': "1.3.6.1.4.1.1466.115.121.1.5", 'd': "1.3.6.1.4.1.1466.115.121.1.40",
}

// adClasses are the object types that AD connectors take; the last three are
// only there for the tree.
var (
	adClasses    = []string{"computer", "contact", "foreignSecurityPrincipal", "group", "inetOrgPerson", "msDS-Device", "user"}
	adContainers = []string{"container", "domainDNS", "organizationalUnit"}
	entraClasses = []string{"contact", "device", "group", "publicFolder", "user"}
	mvClasses    = []string{"person", "group", "device"}
)

// adSchema writes the AD schema as the product does: short ids and the DSML
// namespace as the default one.
var adSchema = sync.OnceValue(func() string {
	var x xmlText
	x.open("dsml", "xmlns", "http://www.dsml.org/DSML", "xmlns:m", "http://www.microsoft.com/MMS/DSML")
	x.open("directory-schema")
	for i, a := range adAttributes() {
		attributes := []string{"id", "A" + itoa(i)}
		if !a.multi {
			attributes = append(attributes, "single-value", "true")
		}
		if a.kind == 's' {
			attributes = append(attributes, "m:range-upper", "1024")
		}
		x.open("attribute-type", attributes...)
		x.pairs("name", a.name, "syntax", syntaxes[a.kind])
		x.close("attribute-type")
	}
	classes := slices.Concat(adClasses, adContainers)
	for i, class := range classes {
		x.open("class", "id", "C"+itoa(i), "type", "structural")
		x.text("name", class)
		for j := range adAttributes() {
			x.text("attribute", "", "ref", "#A"+itoa(j), "required", "false")
		}
		x.close("class")
	}
	// What the last of the synchronized classes, user, has from auxiliary ones.
	x.open("m:dit-content-rule", "id", "C"+itoa(len(adClasses)-1))
	x.text("attribute", "", "ref", "#A0", "required", "false")
	x.text("m:aux-class", "", "ref", "#C1")
	x.close("m:dit-content-rule", "directory-schema", "dsml")
	return x.String()
})

// entraSchema writes the Entra connector's schema, with names as ids.
var entraSchema = sync.OnceValue(func() string {
	classes := map[string][]string{}
	for _, class := range entraClasses {
		for _, a := range entraAttributes() {
			if strings.HasPrefix(a.name, "device") == (class == "device") || a.name == "displayName" || a.name == "sourceAnchor" {
				classes[class] = append(classes[class], a.name)
			}
		}
	}
	return prefixedSchema(entraClasses, classes, entraAttributes())
})

// metaverseSchema writes the metaverse's schema; its single-valued attributes
// are the columns of mms_metaverse.
var metaverseSchema = sync.OnceValue(func() string {
	classes := map[string][]string{}
	var all []csAttribute
	for _, a := range mvAttributes() {
		all = append(all, csAttribute{name: a.name, kind: a.kind, multi: a.multi})
		for _, class := range mvClasses {
			if strings.ContainsRune(a.classes, rune(class[0])) {
				classes[class] = append(classes[class], a.name)
			}
		}
	}
	return prefixedSchema(mvClasses, classes, all)
})

func prefixedSchema(order []string, classes map[string][]string, attributes []csAttribute) string {
	var x xmlText
	x.open("dsml:dsml", "xmlns:ms-dsml", "http://www.microsoft.com/MMS/DSML", "xmlns:dsml", "http://www.dsml.org/DSML")
	x.open("dsml:directory-schema", "ms-dsml:no-objectclass-validation", "true")
	for _, class := range order {
		x.open("dsml:class", "id", class, "type", "structural")
		x.text("dsml:name", class)
		for _, name := range classes[class] {
			x.text("dsml:attribute", "", "ref", "#"+name, "required", "false")
		}
		x.close("dsml:class")
	}
	for _, a := range attributes {
		head := []string{"id", a.name, "single-value", strings.ToLower(trueFalse(!a.multi))}
		if a.kind == 's' {
			head = append(head, "ms-dsml:indexable", "true")
		}
		x.open("dsml:attribute-type", head...)
		x.pairs("dsml:name", a.name, "dsml:syntax", syntaxes[a.kind])
		x.close("dsml:attribute-type")
	}
	x.close("dsml:directory-schema", "dsml:dsml")
	return x.String()
}

// inclusionXML writes the list of included attributes.
func inclusionXML(attributes []string) string {
	var x xmlText
	x.open("attribute-inclusion")
	for _, a := range attributes {
		x.text("attribute", a)
	}
	x.close("attribute-inclusion")
	return x.String()
}

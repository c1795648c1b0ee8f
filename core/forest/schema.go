package forest

import (
	"context"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/adsync-reconnect/adsync-reconnect/core/forest/descriptor"
)

// definition is what the schema says about one attribute or class.
type definition struct {
	id      descriptor.GUID // schemaIDGUID
	set     descriptor.GUID // the property set an attribute belongs to (attributeSecurityGUID)
	initial *descriptor.ACL // entries that new objects of a class start with; nil if none or not understood
}

// schema holds definitions by lDAPDisplayName in lower case.
type schema map[string]definition

// readSchema looks up the names that wants speak of, in one search.
func (s *session) readSchema(ctx context.Context) (schema, error) {
	var filter strings.Builder
	filter.WriteString("(|")
	for _, n := range names() {
		filter.WriteString("(lDAPDisplayName=" + ldap.EscapeFilter(n) + ")")
	}
	filter.WriteString(")")
	found, err := s.search(ctx, query{
		base: s.root.schema, scope: ldap.ScopeSingleLevel, filter: filter.String(),
		attrs: []string{"lDAPDisplayName", "schemaIDGUID", "attributeSecurityGUID", "defaultSecurityDescriptor"},
	})
	if err != nil {
		return nil, err
	}
	out := schema{}
	for _, e := range found {
		var def definition
		if def.id, err = descriptor.GUIDFromBytes(e.GetEqualFoldRawAttributeValue("schemaIDGUID")); err != nil {
			continue // then what needs it is unknown, which is said there
		}
		if set := e.GetEqualFoldRawAttributeValue("attributeSecurityGUID"); len(set) > 0 {
			if def.set, err = descriptor.GUIDFromBytes(set); err != nil {
				continue
			}
		}
		if text := e.GetEqualFoldAttributeValue("defaultSecurityDescriptor"); text != "" {
			if acl, err := descriptor.ParseDACL(text); err == nil {
				def.initial = acl
			}
		}
		out[strings.ToLower(e.GetEqualFoldAttributeValue("lDAPDisplayName"))] = def
	}
	return out, nil
}

package sample

import "strings"

// container is an object of the tree above the synchronized ones: the domain
// head and its OUs. They are in the connector space, joined to nothing.
type container struct {
	id, parent GUID
	rdn, dn    string
	class      string
	depth      int
	ancestors  []byte // ids from the top down
	leaf       bool   // synchronized objects lie in it
	part       *partition
}

// containers makes the tree of a connector's selected partitions.
func (s *site) containers(c *connector) []container {
	if c.forest == nil {
		return nil
	}
	var out []container
	for i := range c.partitions {
		p := &c.partitions[i]
		if !p.selected {
			continue
		}
		out = s.domainTree(out, c, p)
	}
	return out
}

func (s *site) domainTree(out []container, c *connector, p *partition) []container {
	at := map[string]int{} // lower-case DN -> index
	add := func(dn, rdn, class string, parent int) int {
		n := container{
			id: s.seed.guid(kindContainer, uint64(c.number)<<32|uint64(len(out))), rdn: rdn, dn: dn, class: class,
			depth: 1, part: p,
		}
		if parent >= 0 {
			up := out[parent]
			n.parent, n.depth = up.id, up.depth+1
			n.ancestors = append(append([]byte{}, up.ancestors...), up.id.wire()...)
		}
		out = append(out, n)
		at[strings.ToLower(dn)] = len(out) - 1
		return len(out) - 1
	}
	head := add(p.name, p.name, "domainDNS", -1)
	leaves := p.inclusions()
	if len(p.domain.Include) == 0 {
		leaves = []string{"OU=Staff," + p.name, "OU=Groups," + p.name, "OU=Devices," + p.name}
	}
	for _, leaf := range leaves {
		parent := head
		parts := strings.Split(strings.TrimSuffix(leaf, ","+p.name), ",")
		for k := len(parts) - 1; k >= 0; k-- {
			dn := strings.Join(parts[k:], ",") + "," + p.name
			found, ok := at[strings.ToLower(dn)]
			if !ok {
				found = add(dn, parts[k], "organizationalUnit", parent)
			}
			parent = found
		}
		out[parent].leaf = true
	}
	return out
}

// leavesOf gives, by partition, the places for objects.
func leavesOf(list []container) map[*partition][]*container {
	out := map[*partition][]*container{}
	for i := range list {
		if list[i].leaf {
			out[list[i].part] = append(out[list[i].part], &list[i])
		}
	}
	return out
}

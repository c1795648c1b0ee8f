package sample

import (
	_ "embed"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"sync"
	"time"
)

//go:embed data/given.txt
var givenText string

//go:embed data/surnames.txt
var surnamesText string

//go:embed data/words.txt
var wordsText string

// vocabulary are the lists that names are made of.
type vocabulary struct {
	given, surnames           []string
	givenASCII, surnamesASCII []string // lower case, for accounts
	lists                     map[string][]string
}

var words = sync.OnceValue(func() vocabulary {
	v := vocabulary{given: strings.Fields(givenText), surnames: strings.Fields(surnamesText), lists: map[string][]string{}}
	plain := strings.NewReplacer("ö", "oe", "Ö", "oe", "ü", "ue", "Ü", "ue")
	for _, n := range v.given {
		v.givenASCII = append(v.givenASCII, strings.ToLower(plain.Replace(n)))
	}
	for _, n := range v.surnames {
		v.surnamesASCII = append(v.surnamesASCII, strings.ToLower(plain.Replace(n)))
	}
	for line := range lines(wordsText) {
		name, values, _ := strings.Cut(line, ": ")
		v.lists[name] = strings.Split(values, "|")
	}
	return v
})

// population is who is in the metaverse: objects 0 to people-1 are people, then
// groups, then devices. They are dealt out to the forests in turn, and within a
// forest to its selected domains, so that any object's place can be worked out.
type population struct {
	people, groups, total int
	forests               int
}

func newPopulation(s *site) population {
	return population{people: s.Objects * 7 / 10, groups: s.Objects * 2 / 10, total: s.Objects, forests: len(s.Forests)}
}

// class gives 'p', 'g' or 'd'.
func (p population) class(i int) byte {
	switch {
	case i < p.people:
		return 'p'
	case i < p.people+p.groups:
		return 'g'
	default:
		return 'd'
	}
}

// inForest counts the objects of a forest; ofPeople its people.
func (p population) inForest(f int) int { return share(p.total, f, p.forests) }
func (p population) ofPeople(f int) int { return share(p.people, f, p.forests) }

func share(n, f, forests int) int { return max(0, (n-f+forests-1)/forests) }

// manager gives a person's manager in the same forest, if there is one.
func (p population) manager(i int) (int, bool) {
	place := i / p.forests
	return place/8*p.forests + i%p.forests, place > 0
}

// person gives the k-th person that a group or device points to.
func (s *site) person(i, k int) (int, bool) {
	f := i % s.people.forests
	n := s.people.ofPeople(f)
	if n == 0 {
		return 0, false
	}
	return s.seed.below(kindPerson, uint64(i)<<8|uint64(k), n)*s.people.forests + f, true
}

// place gives an object's connector and domain.
func (s *site) place(i int) (*connector, *partition) {
	c := s.connectors[i%s.people.forests]
	n := i / s.people.forests % len(c.partitions)
	for range c.partitions {
		if c.partitions[n].selected {
			break
		}
		n = (n + 1) % len(c.partitions)
	}
	return c, &c.partitions[n]
}

// names are the names of one object.
type names struct {
	given, sn, display, cn, account, mail string
}

func (s *site) names(i int, p *partition) names {
	v := words()
	h := s.seed.number(kindPerson, uint64(i))
	number := itoa(10000 + i)
	switch s.people.class(i) {
	case 'p':
		g, f := int(h%100), int(h>>16%100)
		n := names{given: v.given[g], sn: v.surnames[f]}
		n.display = n.given + " " + n.sn
		n.cn = n.display + " " + number
		n.account = v.givenASCII[g][:1] + v.surnamesASCII[f] + number
		n.mail = v.givenASCII[g] + "." + v.surnamesASCII[f] + number + "@" + p.domain.Name
		return n
	case 'g':
		departments, groups := v.lists["departments"], v.lists["groups"]
		n := names{display: departments[h%uint64(len(departments))] + " " + groups[h>>20%uint64(len(groups))] + " " + number}
		n.cn, n.account = n.display, n.display
		n.mail = "group" + number + "@" + p.domain.Name
		return n
	default:
		n := names{cn: "PC-" + strings.ToUpper(p.domain.NetBIOS[:min(3, len(p.domain.NetBIOS))]) + number}
		n.display, n.account = n.cn, n.cn+"$"
		return n
	}
}

// anchor gives the source anchor: the objectGUID in Base64.
func (s *site) anchor(i int) string {
	return base64.StdEncoding.EncodeToString(s.seed.guid(kindDirectory, uint64(i)).wire())
}

// cloudRDN gives the name in the Entra connector space: the source anchor's
// characters in hex.
func (s *site) cloudRDN(i int) string {
	return "CN={" + hex.EncodeToString([]byte(s.anchor(i))) + "}"
}

// cloudAnchor gives "User_<guid>" and the like.
func (s *site) cloudAnchor(i int) string {
	prefix := "User_"
	switch s.people.class(i) {
	case 'g':
		prefix = "Group_"
	case 'd':
		prefix = "Device_"
	}
	return prefix + s.seed.guid(kindCloud, uint64(i)).String()
}

// moment gives a time of change after the server was set up and before its last
// cycle; the same few hundred values, so that no time is made per row.
func (s *site) moment(i uint64) time.Time {
	span := s.lastCycle.Sub(s.installed) / 1024
	return s.installed.Add(time.Duration(mix(i)%1024) * span).Truncate(time.Second)
}

package main

import "encoding/json"

// https://cyclonedx.org/docs/1.5/json/
type document struct {
	Format       string       `json:"bomFormat"`
	Spec         string       `json:"specVersion"`
	Version      int          `json:"version"`
	Metadata     metadata     `json:"metadata"`
	Components   []component  `json:"components"`
	Dependencies []dependency `json:"dependencies"`
}

type metadata struct {
	Component component `json:"component"`
}

type component struct {
	Ref      string    `json:"bom-ref"`
	Type     string    `json:"type"`
	Name     string    `json:"name"`
	Version  string    `json:"version"`
	Purl     string    `json:"purl,omitempty"`
	Licences []licence `json:"licenses"`
}

type licence struct {
	Licence licenceID `json:"license"`
}

// licenceID is an identifier of the SPDX list.
type licenceID struct {
	ID string `json:"id"`
}

type dependency struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn,omitempty"`
}

// cyclone writes the list of a program's parts. It carries no time and no serial
// number, so that the same program gives the same bytes.
func cyclone(program, main, version string, parts []part) ([]byte, error) {
	ref := "pkg:golang/" + main + "@" + version
	self := component{Ref: ref, Type: "application", Name: program, Version: version, Purl: ref, Licences: licences([]string{"MIT"})}
	d := document{Format: "CycloneDX", Spec: "1.5", Version: 1, Metadata: metadata{self}, Components: []component{}}
	all := dependency{Ref: ref}
	for _, p := range parts {
		purl := "pkg:golang/" + p.name + "@" + p.version
		d.Components = append(d.Components, component{
			Ref: purl, Type: "library", Name: p.name, Version: p.version, Purl: purl, Licences: licences(p.licences),
		})
		all.DependsOn = append(all.DependsOn, purl)
	}
	d.Dependencies = []dependency{all}
	b, err := json.MarshalIndent(d, "", "  ")
	return append(b, '\n'), err
}

func licences(ids []string) []licence {
	list := []licence{}
	for _, id := range ids {
		list = append(list, licence{licenceID{ID: id}})
	}
	return list
}

package adsync

import (
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// parameter is one <parameter name="…">value</parameter>.
type parameter struct {
	facts.Setting
	encrypted bool
}

// parametersOf gives the parameters below n, in order. What wraps them does not
// matter: <parameter-values>, another root, or nothing. Definitions of parameters
// carry their name in an element and so are not taken for values.
func parametersOf(n *node) []parameter {
	var out []parameter
	for _, k := range n.all("parameter") {
		name, ok := k.attr("name")
		if !ok || strings.TrimSpace(name) == "" {
			continue
		}
		kind, _ := k.attr("type")
		sealed, _ := k.attr("encrypted")
		on, _ := truth(sealed)
		out = append(out, parameter{
			Setting:   facts.Setting{Name: name, Value: k.value()},
			encrypted: on || strings.EqualFold(kind, "encrypted-string"),
		})
	}
	return out
}

// openSettings gives the parameters that are not encrypted.
func openSettings(ps []parameter) []facts.Setting {
	out := []facts.Setting{}
	for _, p := range ps {
		if !p.encrypted {
			out = append(out, p.Setting)
		}
	}
	return out
}

// parameterNamed gives the value of a parameter by name, without regard to case.
func parameterNamed(ps []parameter, name string) (string, bool) {
	for _, p := range ps {
		if strings.EqualFold(p.Name, name) {
			return p.Value, true
		}
	}
	return "", false
}

// ParseSettings reads the global settings from the text of
// mms_server_configuration.parameters. An error says that it is no XML.
func ParseSettings(text string) ([]facts.Setting, error) {
	root, err := parseXML(text)
	if err != nil {
		return nil, err
	}
	out := []facts.Setting{}
	for _, p := range parametersOf(root) {
		out = append(out, p.Setting)
	}
	return out, nil
}

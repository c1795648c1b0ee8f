package product_test

import (
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/product"
)

func TestCompare(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
		ok   bool
	}{
		{"2.5.190.0", "2.5.79.0", 1, true}, // by number, not by text
		{"1.2.65.0", "1.2.65.0", 0, true},
		{" 1.1.613.0 ", "1.1.614.0", -1, true},
		{"2.5", "2.5.0.0", 0, true},
		{"", "2.5.0.0", 0, false},
		{"2.5.0.0", "two", 0, false},
	} {
		if got, ok := product.Compare(c.a, c.b); got != c.want || ok != c.ok {
			t.Errorf("Compare(%q, %q) = %d, %t; want %d, %t", c.a, c.b, got, ok, c.want, c.ok)
		}
	}
}

func TestBelowAndHighest(t *testing.T) {
	if product.Below("nonsense", "1.0") || product.Below("1.0", "nonsense") {
		t.Error("what cannot be read is below nothing and above nothing")
	}
	if got := product.Highest("1.1.613.0", "", "x", "2.5.79.0", "2.4.131.0"); got != "2.5.79.0" {
		t.Errorf("Highest = %q", got)
	}
	if got := product.Highest("", "x"); got != "" {
		t.Errorf("Highest of nothing = %q", got)
	}
}

// The table is in order of versions and of dates, and ends before the newest.
func TestBuilds(t *testing.T) {
	list := product.Builds()
	for i := 1; i < len(list); i++ {
		if !product.Below(list[i-1].Version, list[i].Version) || list[i].Ends.Before(list[i-1].Ends) {
			t.Errorf("%s does not follow %s", list[i].Version, list[i-1].Version)
		}
	}
	if last := list[len(list)-1].Version; !product.Below(last, product.Newest) {
		t.Errorf("%s is not below the newest, %s", last, product.Newest)
	}
}

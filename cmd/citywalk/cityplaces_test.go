package main

import (
	"testing"

	"citywalk/discover"
)

// Every shop and place of the demo city lies on the island, in the district
// that it says, and districts meet without a gap.
func TestTheDemoCityHangsTogether(t *testing.T) {
	areas := cityAreas(demoSeed)
	var districts []discover.Area
	for _, a := range areas {
		if a.Kind == discover.District {
			districts = append(districts, a)
		}
	}
	if len(districts) != len(demoDistricts) {
		t.Fatalf("%d districts", len(districts))
	}
	for _, s := range cityShops(demoSeed) {
		if a, ok := discover.AreaAt(districts, s.Point); !ok || a.Name != s.District {
			t.Errorf("%s lies in %q and says %s", s.Name, a.Name, s.District)
		}
	}
	changes := 0
	for _, p := range cityPlaces() {
		if _, ok := discover.AreaAt(districts, p.Point); !ok {
			t.Errorf("%s lies in the sea", p.Name)
		}
		if len(p.Lines) > 1 {
			changes++
		}
	}
	if changes != 4 {
		t.Errorf("%d stations to change at, want 4", changes)
	}
}

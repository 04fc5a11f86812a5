package api

import (
	"encoding/json"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// What a body writes by itself is what encoding/json writes.
func TestQuickBodiesAreWhatReflectionWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String()
		hit := rapid.Custom(func(t *rapid.T) hitBody {
			h := hitBody{ID: text.Draw(t, "id"), Number: text.Draw(t, "number"), Name: text.Draw(t, "name"), Category: text.Draw(t, "category"),
				Lat: rapid.Float64Range(-90, 90).Draw(t, "lat"), Lng: rapid.Float64Range(0.001, 180).Draw(t, "lng"), Price: 100,
				Card: rapid.Bool().Draw(t, "card"), Curated: rapid.Bool().Draw(t, "curated"), Gives: text.Draw(t, "gives"), Why: []whyBody{}}
			if rapid.Bool().Draw(t, "near") {
				m := rapid.Int().Draw(t, "distance")
				h.Distance = &m
			}
			for range rapid.IntRange(0, 3).Draw(t, "whys") {
				h.Why = append(h.Why, whyBody{text.Draw(t, "reason"), text.Draw(t, "says"), rapid.Int().Draw(t, "n")})
			}
			return h
		})
		body := searchBody{Hits: rapid.SliceOfN(hit, 0, 3).Draw(t, "hits"), Total: rapid.IntRange(0, 9).Draw(t, "total"), Next: text.Draw(t, "next"), Spelt: text.Draw(t, "spelt")}
		if body.Hits == nil {
			body.Hits = []hitBody{}
		}
		var quick, slow any
		plain, err := json.Marshal(body)
		if err == nil {
			err = json.Unmarshal(plain, &slow)
		}
		if err == nil {
			err = json.Unmarshal(body.appendJSON(nil), &quick)
		}
		if err != nil || fmt.Sprint(quick) != fmt.Sprint(slow) {
			t.Fatalf("%v\n%s\n%s", err, body.appendJSON(nil), plain)
		}
	})
}

package api

import (
	"encoding/json"
	"math"
	"testing"

	"pgregory.net/rapid"

	"citywalk/discover"
	"citywalk/fault"
	"citywalk/geo"
	"citywalk/money"
	"citywalk/parlance"
	"citywalk/shop"
)

// What is written by hand is what encoding/json writes of the document's body,
// whatever texts and numbers there are.
func TestAnswersByHandAreWhatReflectionWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"<b>&", "\"\\", "\u2027\u2028", "\u2029", "\xe2\x80", "\xff", "\x00\t", "“茶”"}))
		n := rapid.IntRange(0, 9)
		degrees := func(most float64) *rapid.Generator[float64] {
			kept := rapid.Custom(func(t *rapid.T) float64 {
				return math.Round(rapid.Float64Range(-most, most).Draw(t, "degrees")*1e7) / 1e7
			})
			return rapid.OneOf(kept, rapid.Float64Range(-most, most), rapid.SampledFrom([]float64{0, 1e-7, -9e-7, 1e-6, 1, -most, 31.23}))
		}
		reasons := []discover.Reason{discover.IsNear, discover.AtStation, discover.CameBack, discover.InList, discover.IsNew, discover.HasDish,
			discover.WasProved, discover.IsCurated, discover.CardNow, discover.CardLater, discover.NoCard, discover.ShutNow}
		why := rapid.Custom(func(t *rapid.T) discover.Why {
			return discover.Why{Reason: rapid.SampledFrom(reasons).Draw(t, "reason"), N: n.Draw(t, "n"), Text: text.Draw(t, "text")}
		})
		hit := rapid.Custom(func(t *rapid.T) discover.Hit {
			h := discover.Hit{Distance: rapid.Float64Range(-1, 1e6).Draw(t, "distance"), Gives: text.Draw(t, "gives"), Why: rapid.SliceOfN(why, 1, 4).Draw(t, "why")}
			h.ID, h.Number, h.Name = shop.ID(text.Draw(t, "id")), text.Draw(t, "number"), text.Draw(t, "name")
			h.Category, h.District, h.Address = text.Draw(t, "category"), text.Draw(t, "district"), text.Draw(t, "address")
			h.Plain = true
			for _, s := range []string{string(h.ID), h.Number, h.Name, h.Category, h.District, h.Address} {
				h.Plain = h.Plain && discover.PlainJSON(s)
			}
			h.Point = geo.Point{Lat: degrees(90).Draw(t, "lat"), Lng: degrees(180).Draw(t, "lng")}
			h.Price, h.Curated = money.Amount(n.Draw(t, "price")), rapid.Bool().Draw(t, "curated")
			h.State = rapid.SampledFrom([]shop.State{shop.Live, shop.Paused}).Draw(t, "state")
			return h
		})
		part := rapid.Custom(func(t *rapid.T) parlance.Part {
			return parlance.Part{Kind: rapid.SampledFrom([]parlance.PartKind{parlance.Words, parlance.Kind, parlance.Wish}).Draw(t, "kind"),
				Zh: text.Draw(t, "zh"), En: text.Draw(t, "en"), From: n.Draw(t, "from"), To: n.Draw(t, "to")}
		})
		found := discover.Answer{Hits: rapid.SliceOfN(hit, 0, 3).Draw(t, "hits"), Understood: rapid.SliceOfN(part, 0, 3).Draw(t, "understood"),
			Spelt: text.Draw(t, "spelt"), Next: text.Draw(t, "next"), Facets: discover.Facets{Total: n.Draw(t, "total"), About: rapid.Bool().Draw(t, "about")}}
		if rapid.Bool().Draw(t, "nothing") {
			found.Instead = &discover.Instead{Gave: found.Understood, Hits: found.Hits, Dropped: []discover.Condition{discover.OpenHour}}
		}
		lang := rapid.SampledFrom([]fault.Lang{fault.Zh, fault.En}).Draw(t, "lang")
		plain, err := json.Marshal(showSearch(&found, lang))
		if got := appendSearch(nil, &found, lang); err != nil || string(got) != string(plain) {
			t.Fatalf("%v\n%s\n%s", err, got, plain)
		}
	})
}

package gazetteer

import (
	"testing"

	"citywalk/geo"
)

// FuzzFind builds an index with any name in it and asks it anything. It never
// falls, its probabilities are some, and a name that has anything to go by is
// found by itself.
func FuzzFind(f *testing.F) {
	for _, s := range []string{"汤记面馆（江湾店）", "Rusty Anchor 铁锚", "·（店）", "\xff\xfe", "我外婆家", "a", "店店店店", "（）（（", "e\u0301\u0301"} {
		f.Add(s, s, "去"+s+"打卡", "徐汇", 31.2, 121.4)
		f.Add("外婆家", s, s, s, -91.0, 1e300)
	}
	f.Fuzz(func(t *testing.T, entry, name, text, place string, lat, lng float64) {
		entries := append([]Entry{{ID: "x", Name: entry, Aliases: []string{place}, District: place, Address: text, Category: name}}, town...)
		g := New(entries)
		p := geo.Point{Lat: lat, Lng: lng}
		for _, q := range []Query{{Name: name}, {Text: text}, {Name: name, Text: text, District: place, Address: place, Category: text, Point: &p}} {
			ms := g.Find(q)
			for i, m := range ms {
				if !(m.Probability >= 0 && m.Probability <= 1) || i > 0 && m.Probability > ms[i-1].Probability {
					t.Fatalf("%+v", ms)
				}
			}
			Decide(ms)
			g.Attribute(q)
		}
		Chains([]string{entry, name, text})
		if take(entry).whole != "" && len(g.byName(take(entry))) == 0 && len([]rune(take(entry).whole)) > 3 && len(entry) < 100 {
			t.Fatalf("%q does not find itself", entry)
		}
	})
}

package parlance

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// A book that has written of other places writes the same as an empty one.
func TestABookWritesWhatItWouldWithoutItsMemory(t *testing.T) {
	var used Book
	parts := []string{"外婆家", "半亩", "咖啡", "咖啡馆", "Coffee", "火锅", "烧肉", "西湖", "博物馆", "公园", "（东区店）", "·", " ", "重庆", "88", "寺", ""}
	text := rapid.Custom(func(t *rapid.T) string {
		s := ""
		for _, p := range rapid.SliceOfN(rapid.SampledFrom(parts), 0, 4).Draw(t, "parts") {
			s += p
		}
		return s
	})
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(text, 0, 4)
		p := Text{Name: text.Draw(t, "name"), Aliases: texts.Draw(t, "aliases"), Category: text.Draw(t, "category"), Dishes: texts.Draw(t, "dishes"),
			City: "杭州", District: text.Draw(t, "district"), Areas: texts.Draw(t, "areas"), Address: text.Draw(t, "address"), Stations: texts.Draw(t, "stations")}
		if got, want := used.Terms(p), Terms(p); !reflect.DeepEqual(got, want) {
			t.Fatalf("terms of %+v:\n%v, want\n%v", p, got, want)
		}
		if got, want := used.Says(p), Says(p); !reflect.DeepEqual(got, want) {
			t.Fatalf("says of %+v:\n%v, want\n%v", p, got, want)
		}
	})
}

package discover

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"citywalk/geo"
	"citywalk/shop"
)

// madeGround is a city of 30 by 30 km whose shops stand close together in its
// middle and whose people live everywhere.
func madeGround(shops, blocks int) *ground {
	r := rand.New(rand.NewPCG(1, 2))
	g := &ground{city: "上海"}
	at := func(spread float64) geo.Point {
		return geo.Point{Lat: middle.Lat + r.NormFloat64()*spread, Lng: middle.Lng + r.NormFloat64()*spread}
	}
	for i := range shops {
		g.shops = append(g.shops, shop.Shop{Category: fmt.Sprint(i % 20), District: fmt.Sprint(i % 16), Point: at(0.04), Opens: 600, Closes: 1320})
	}
	for range blocks {
		g.members = append(g.members, stand{at(0.08).Block(), "", 1 + r.IntN(5)})
	}
	for range 1000 {
		g.places = append(g.places, stand{at(0.08), "", 1})
	}
	return g
}

// TestTilesMissNobody holds the measure by tiles against one that asks every
// shop about every place.
func TestTilesMissNobody(t *testing.T) {
	g := madeGround(600, 400)
	for _, minutes := range []int{1, 5, 15, 60} {
		c := Conditions{City: "上海", Share: 50, Shops: 4, Categories: 3, Minutes: minutes, Hour: 19 * 60}
		var near []Near
		for _, s := range g.shops {
			near = append(near, Near{s.Point, s.Category, OpenAt(s, c.Hour)})
		}
		want := 0
		for _, m := range g.members {
			if c.met(Count(m.Point, minutes, near)) {
				want += m.N
			}
		}
		if got := g.measure(c); got.MembersReached != want {
			t.Errorf("within %d minutes: %d of %d, want %d", minutes, got.MembersReached, got.Members, want)
		}
	}
}

func BenchmarkMeasure(b *testing.B) {
	g := madeGround(20_000, 50_000)
	c := Usual
	var m Measure
	for b.Loop() {
		m = g.measure(c)
	}
	b.ReportMetric(float64(m.Reached)/100, "percent")
	b.ReportMetric(float64(m.Members), "anchors")
}

func BenchmarkCount(b *testing.B) {
	g := madeGround(20_000, 1)
	var near []Near
	for _, s := range g.shops {
		near = append(near, Near{s.Point, s.Category, true})
	}
	on := spread(near, geo.Stroll(15))
	var n Number
	for b.Loop() {
		n = Count(middle, 15, on.around(middle))
	}
	b.ReportMetric(float64(n.Shops), "shops")
}

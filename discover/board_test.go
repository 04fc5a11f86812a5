package discover

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"citywalk/geo"
	"citywalk/shop"
)

// Whatever is put on a board, moved and taken away, a frame shows what looking
// at every shop finds.
func TestABoardShowsWhatLookingAtAllDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		degree := rapid.SampledFrom([]float64{1e-4, 0.01, 1, 60})
		spread := degree.Draw(t, "spread")
		point := rapid.Custom(func(t *rapid.T) geo.Point {
			return geo.Point{Lat: 20 + spread*rapid.Float64Range(0, 1).Draw(t, "lat"), Lng: 100 + spread*rapid.Float64Range(0, 1).Draw(t, "lng")}
		})
		where := map[shop.ID]uint64{}
		var sites []site
		for i, p := range rapid.SliceOfN(point, 0, 60).Draw(t, "points") {
			id := shop.ID(fmt.Sprint("shp_", i))
			where[id] = codeOf(p)
			sites = append(sites, site{id: id, code: codeOf(p)})
		}
		b := newBoard(sites)
		for range rapid.IntRange(0, 4).Draw(t, "batches") {
			edits := map[shop.ID]edit{}
			for range rapid.IntRange(0, 20).Draw(t, "edits") {
				id, now := shop.ID(fmt.Sprint("shp_", rapid.IntRange(0, 80).Draw(t, "id"))), uint64(0)
				if rapid.Bool().Draw(t, "there") {
					now = codeOf(point.Draw(t, "to"))
				}
				edits[id] = edit{where[id], now}
			}
			for id, e := range edits {
				if where[id] = e.now; e.now == 0 {
					delete(where, id)
				}
			}
			b = b.with(edits, nil)
		}
		if rapid.Bool().Draw(t, "anew") {
			b = newBoard(slices.Collect(b.sites()))
		}
		var box *geo.Bounds
		if rapid.Bool().Draw(t, "boxed") {
			p, wide := point.Draw(t, "corner"), degree.Draw(t, "width")
			box = &geo.Bounds{Min: p, Max: geo.Point{Lat: min(p.Lat+wide, 89), Lng: p.Lng + wide*rapid.Float64Range(0, 2).Draw(t, "wider")}}
		}
		if b.size() != len(where) {
			t.Fatalf("%d shops on the board, want %d", b.size(), len(where))
		}
		compare(t, b.look(frameOf(box)), where)
	})
}

// compare holds a view against all shops one by one.
func compare(t *rapid.T, v *view, where map[shop.ID]uint64) {
	var in []shop.ID
	heaps := map[uint64]*heap{}
	for id, code := range where {
		if v.holds(code) {
			in = append(in, id)
			if heaps[v.square(code)] == nil {
				heaps[v.square(code)] = &heap{}
			}
			heaps[v.square(code)].add(code, 1)
		}
	}
	slices.Sort(in)
	if got := slices.Sorted(slices.Values(v.shops())); !slices.Equal(got, in) || v.n != len(in) {
		t.Fatalf("%d shops in view: %v, want %v", v.n, got, in)
	}
	got := maps.Clone(v.heaps)
	maps.DeleteFunc(got, func(_ uint64, h *heap) bool { return h.n == 0 && h.lat == 0 && h.lng == 0 })
	if !reflect.DeepEqual(got, heaps) {
		t.Fatalf("crowds %v, want %v", got, heaps)
	}
}

// The map follows the news, and says what the database says.
func TestTheMapFollows(t *testing.T) {
	each(t, func(t *testing.T, g *stage) {
		ctx := t.Context()
		for i := range 12 {
			g.open(shop.Shop{Name: fmt.Sprint("店", i), Category: "面馆", Price: 3000, Point: geo.Point{Lat: centre.Lat + float64(i)/1000, Lng: centre.Lng}}, tenOff)
		}
		first := g.alike(nil)
		if len(first) != 12 {
			t.Fatalf("%d shops on the map", len(first))
		}
		g.must(g.shops.Pause(ctx, operator, first[0].ID, "装修"))
		if got := g.alike(nil); len(got) != 11 {
			t.Errorf("%d shops after one paused", len(got))
		}
		_, err := g.shops.SetTerms(ctx, operator, first[1].ID, shop.Terms{Kind: shop.Fixed, Off: 500})
		g.must(err)
		if got := g.alike(nil); !slices.ContainsFunc(got, func(p Pin) bool { return p.Terms.Kind == shop.Fixed }) {
			t.Error("the map has old terms")
		}
		g.open(shop.Shop{Name: "新店", Category: "书店"}, tenOff)
		box := &geo.Bounds{Min: geo.Point{Lat: centre.Lat - 0.0005, Lng: centre.Lng - 0.0005}, Max: geo.Point{Lat: centre.Lat + 0.0015, Lng: centre.Lng + 0.0005}}
		if got := g.alike(box); len(got) != 2 {
			t.Errorf("%d shops in the box", len(got))
		}
	})
}

// alike asks the node's memory and the database for the same part of the map.
func (g *stage) alike(box *geo.Bounds) []Pin {
	g.t.Helper()
	got, err := g.node.Map(g.t.Context(), here, box)
	g.must(err)
	want, err := g.node.mapFromDatabase(g.t.Context(), here, box)
	g.must(err)
	if len(got.Crowds) > 0 || !slices.EqualFunc(got.Shops, want.Shops, func(a, b Pin) bool {
		near := geo.Distance(a.Point, b.Point) < 0.1
		a.Point, b.Point = geo.Point{}, geo.Point{}
		return near && reflect.DeepEqual(a, b)
	}) {
		g.t.Errorf("in memory %+v\nin the database %+v", got, want)
	}
	return got.Shops
}

// Before the city was read the map is told from the database.
func TestTheMapIsThereBeforeTheIndex(t *testing.T) {
	each(t, func(t *testing.T, g *stage) {
		g.open(shop.Shop{Name: "早店", Category: "面馆"}, tenOff)
		s := g.another()
		s.guide.following.Store(true) // As Run does before it has read anything.
		if pins, err := s.Map(context.Background(), here, nil); err != nil || len(pins.Shops) != 1 {
			t.Errorf("%+v, %v", pins, err)
		}
	})
}

package discover

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"citywalk/curate"
	"citywalk/db"
	"citywalk/geo"
	"citywalk/sheet"
	"citywalk/shop"
)

// A press is a stage at which notes are taken too, and whose node follows: the
// test makes its looks, and no comparison is due.
type press struct {
	*stage
	notes *curate.Service
}

func eachPress(t *testing.T, fn func(t *testing.T, p *press)) {
	each(t, func(t *testing.T, g *stage) {
		p := &press{g, &curate.Service{DB: g.db, Key: []byte(strings.Repeat("k", 32)), Zone: g.shops.Zone}}
		g.node.guide.following.Store(true)
		g.must(g.node.KeepUp(t.Context()))
		fn(t, p)
	})
}

// street imports n shops with the ids s0, s1 and so on.
func (p *press) street(n int) {
	p.t.Helper()
	var file strings.Builder
	file.WriteString("id,name,lat,lng\n")
	for i := range n {
		fmt.Fprintf(&file, "s%d,第%d家面馆,31.%d,121.4\n", i, i, 1000+i)
	}
	r, err := p.shops.Import(p.t.Context(), operator.Person, strings.NewReader(file.String()),
		shop.Import{City: here, Source: "web", System: geo.WGS84, Format: shop.CSV})
	p.must(err)
	if r.Added != n {
		p.t.Fatalf("%+v", r)
	}
}

// bring imports notes, the i-th about the shop of(i); the city is named for
// those that name no shop.
func (p *press) bring(n int, of func(i int) string) {
	p.t.Helper()
	var file strings.Builder
	for i := range n {
		fmt.Fprintf(&file, `{"id":%d,"shop":%q,"author":"u%d","time":%d,"stars":4,"text":"汤头很鲜，面条劲道，第 %d 次来。"}`+"\n", i, of(i), i, 1_700_000_000+i, i)
	}
	r, err := p.notes.Import(p.t.Context(), operator.Person, strings.NewReader(file.String()), curate.Import{Source: "web", Format: sheet.JSONL, City: here})
	p.must(err)
	if r.Added != n {
		p.t.Fatalf("%+v", r)
	}
}

// heard wants the node to know, a second later and without a comparison, what
// one knows that reads everything now.
func (p *press) heard(what string) {
	p.t.Helper()
	p.clock.Advance(time.Second)
	p.must(p.node.KeepUp(p.t.Context()))
	if got, want := p.digests(p.node), p.digests(p.another()); !maps.Equal(got, want) {
		p.t.Errorf("%s: followed %v, read at once %v", what, got, want)
	}
}

// known is how many notes the node knows of.
func (p *press) known() (n int) {
	p.t.Helper()
	a, err := p.node.Search(p.t.Context(), Query{City: here, Everywhere: true, Limit: 100})
	p.must(err)
	for _, h := range a.Hits {
		n += h.Notes
	}
	return n
}

// told is how many news the database has, and how long the longest is.
func (p *press) told() (messages, longest int) {
	p.t.Helper()
	p.must(p.db.View(p.t.Context(), func(tx *db.Tx) error {
		rows, err := db.All[string](tx, `SELECT key FROM outbox_items`)
		for _, key := range rows {
			longest = max(longest, len(key))
		}
		messages = len(rows)
		return err
	}))
	return messages, longest
}

// Many shops and notes that come from files are found as soon as one that
// somebody adds by hand, and the messages that say so are by shop and few.
func TestImportsAreHeard(t *testing.T) {
	eachPress(t, func(t *testing.T, p *press) {
		const shops, notes = 60, 1300
		p.street(shops)
		p.heard("a file of shops")
		before, _ := p.told()
		p.bring(notes, func(i int) string { return fmt.Sprintf("s%d", i%shops) })
		if after, longest := p.told(); after-before > notes/curate.BatchMax+1 || longest > 8<<10 {
			t.Errorf("%d messages of %d notes of %d shops, the longest of %d bytes", after-before, notes, shops, longest)
		}
		p.heard("a file of notes")
		if n := p.known(); n != notes {
			t.Errorf("search knows of %d notes of %d", n, notes)
		}
		_, err := p.notes.FitCity(t.Context(), here, nil)
		p.must(err)
		p.heard("a fit")
	})
}

// A batch over the interface is heard as a file is, and so is a note for which a
// person finds the shop.
func TestBatchesAndLinksAreHeard(t *testing.T) {
	eachPress(t, func(t *testing.T, p *press) {
		p.street(40)
		p.heard("a file of shops")
		first, err := p.notes.Take(t.Context(), operator, "api", p.drafts(40))
		p.must(err)
		p.heard("a batch of notes")
		if n := p.known(); n != 40 {
			t.Errorf("search knows of %d notes of 40: %+v", n, first[0])
		}
		lost := curate.Draft{SourceID: "lost", City: here, Author: "w", Written: p.clock.Now().Add(-time.Hour), Likes: -1, Followers: -1, Text: "不知道哪一家，反正很好吃。"}
		waiting, err := p.notes.Take(t.Context(), operator, "api", []curate.Draft{lost})
		p.must(err)
		if waiting[0].State != curate.Waiting {
			t.Fatalf("%+v", waiting[0])
		}
		p.heard("a note of nobody knows where")
		p.must(p.notes.Link(t.Context(), operator, waiting[0].ID, p.ids()[3], ""))
		p.heard("a note that a person linked")
		if n := p.known(); n != 41 {
			t.Errorf("search knows of %d notes of 41", n)
		}
	})
}

func (p *press) ids() (all []shop.ID) {
	p.t.Helper()
	p.must(p.db.View(p.t.Context(), func(tx *db.Tx) (err error) {
		all, err = db.All[shop.ID](tx, `SELECT id FROM shop_shops ORDER BY id`)
		return err
	}))
	return all
}

// drafts are n notes, one a shop.
func (p *press) drafts(n int) []curate.Draft {
	all := make([]curate.Draft, n)
	for i, id := range p.ids()[:n] {
		all[i] = curate.Draft{SourceID: fmt.Sprint(i), Shop: id, Author: fmt.Sprint("u", i), Written: p.clock.Now().Add(-time.Hour), Likes: -1, Followers: -1, Stars: 4, Text: "汤头很鲜。"}
	}
	return all
}

// A file of stations or districts is heard as one of shops is, and only by the
// shops that stand where something changed: others are not even read. A file of
// hotels is heard by the words, and by no shop. What was told of places and lost
// is made good by the next comparison.
func TestPlacesAreHeardWhereTheyAre(t *testing.T) {
	eachPress(t, func(t *testing.T, p *press) {
		near := p.open(shop.Shop{Name: "巷口面馆", District: "旧区"}, tenOff)
		bare := p.open(shop.Shop{Name: "无名面馆"}, tenOff)
		far := p.open(shop.Shop{Name: "远处面馆", Point: geo.Point{Lat: centre.Lat + 0.1, Lng: centre.Lng}}, tenOff)
		p.heard("shops")
		rename := func(name string) { p.exec(`UPDATE shop_shops SET name = $1 WHERE id = $2`, name, far.ID) }
		rename("没人说过的名字")
		listing := func(sh shop.Shop) Listing {
			t.Helper()
			p.clock.Advance(time.Second)
			p.must(p.node.KeepUp(t.Context()))
			l, _, err := p.node.Listing(t.Context(), here, string(sh.ID))
			p.must(err)
			return l
		}
		here := Import{City: here, Source: "web", System: geo.WGS84, Format: CSV}
		p.places(Metro, "id,name,lat,lng\n1,近站,31.231,121.47\n", here)
		if l := listing(near); l.Station != "近站" || l.Walk < 50 {
			t.Errorf("after a file of stations: %+v", l)
		}
		p.must(p.put(bare.City, "新区", 0.01))
		if l := listing(bare); l.District != "新区" {
			t.Errorf("after a file of districts: %+v", l)
		}
		p.places(Hotel, "id,name,lat,lng\nh,近旅店,31.231,121.47\n", here)
		if l := listing(far); l.Name != "远处面馆" {
			t.Errorf("a shop was read that stands nowhere near: %+v", l)
		}
		if words := (*p.node.guide.towns.Load())[bare.City].words.Load().Read("近旅店附近"); len(words.Parts) == 0 {
			t.Error("the words do not know the hotel")
		}
		rename("远处面馆")
		p.heard("all files")
		p.places(Metro, "id,name,lat,lng\n1,改名站,31.232,121.47\n", here)
		p.exec(`DELETE FROM outbox_items WHERE topic = 'place'`)
		if l := listing(near); l.Station != "近站" {
			t.Errorf("nobody told of it: %+v", l)
		}
		p.must(p.node.Compare(t.Context()))
		p.heard("a comparison")
		if l := listing(near); l.Station != "改名站" {
			t.Errorf("after a comparison: %+v", l)
		}
	})
}

// places imports places of a kind.
func (p *press) places(kind Kind, file string, i Import) {
	p.t.Helper()
	_, err := p.node.ImportPlaces(p.t.Context(), operator.Person, strings.NewReader(file), kind, i)
	p.must(err)
}

// put makes a square district around the centre, so many degrees to each side.
func (p *press) put(city, name string, half float64) error {
	c := centre
	ring := []geo.Point{{Lat: c.Lat - half, Lng: c.Lng - half}, {Lat: c.Lat - half, Lng: c.Lng + half}, {Lat: c.Lat + half, Lng: c.Lng + half}, {Lat: c.Lat + half, Lng: c.Lng - half}, {Lat: c.Lat - half, Lng: c.Lng - half}}
	return p.db.Update(p.t.Context(), func(tx *db.Tx) error {
		_, _, err := PutAreas(tx, operator.Person, []Area{{City: city, Kind: District, Name: name, Shape: ShapeOf([][][]geo.Point{{ring}}, nil), Source: "web", SourceID: name}})
		return err
	})
}

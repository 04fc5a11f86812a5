package atlas

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"citywalk/geo"
)

// A maker draws documents and queries whose values meet often: few words, few
// places, few labels, so that ties, gaps and repetitions happen.
type maker struct{ *rand.Rand }

func (m maker) of(prefix string, n int) string { return fmt.Sprint(prefix, m.IntN(n)) }

func (m maker) point() geo.Point {
	if m.IntN(4) == 0 { // On a coarse lattice, so that points coincide.
		return geo.Point{Lat: 31 + float64(m.IntN(4))/100, Lng: 121 + float64(m.IntN(4))/100}
	}
	return geo.Point{Lat: 31 + m.Float64()/10, Lng: 121 + m.Float64()/10}
}

func (m maker) doc(id string) Doc {
	d := Doc{
		ID: id, Point: m.point(), Category: m.of("cat", 5), District: m.of("dis", 3), Area: m.of("area", 9),
		Price: int32(m.IntN(6)) * 1000, Opens: int16(m.IntN(minutes)), Closes: int16(m.IntN(2 * minutes)), Flags: Flags(m.Uint32() & m.Uint32()),
		Prior: float32(m.IntN(5)) / 4, Score: float32(m.IntN(5)) / 4, Saving: int32(m.IntN(4)), Payload: []byte(m.of("payload", 1000)),
	}
	if m.IntN(5) == 0 {
		d.Opens, d.Area = -1, ""
	}
	for range m.IntN(3) {
		d.Card.Windows = append(d.Card.Windows, Window{Weekdays(m.IntN(128)), int16(m.IntN(minutes)), int16(m.IntN(2 * minutes))})
		d.Card.Not = append(d.Card.Not, Day(20000+m.IntN(9)))
	}
	for range m.IntN(8) {
		d.Terms = append(d.Terms, Weighted{TermOf(1, m.of("w", 1+m.IntN(40))), uint8(m.IntN(256))})
	}
	for range m.IntN(3) {
		text := m.of("text", 30)
		d.Says = append(d.Says, Said{Kind: byte(len(text) % 2), Text: text, Keys: []string{text, "k" + text[4:]}, Weight: uint16(m.IntN(4))})
	}
	return d
}

func (m maker) query() Query {
	var q Query
	for range m.IntN(4) {
		var c Clause
		for range m.IntN(4) {
			p := Phrase{Weight: float32(m.IntN(5)) / 4}
			for range 1 + m.IntN(3) {
				p.Terms = append(p.Terms, TermOf(1, m.of("w", 1+m.IntN(41))))
			}
			p.Lack = m.IntN(len(p.Terms))
			c.Any = append(c.Any, p)
		}
		q.Clauses = append(q.Clauses, c)
	}
	q.Loose, q.Sort, q.Limit = m.IntN(3), Sort(m.IntN(int(sorts))), 1+m.IntN(30)
	if p := m.point(); q.Sort == Distance || m.IntN(2) == 0 {
		if m.IntN(8) == 0 {
			p = []geo.Point{{Lat: 90}, {Lat: -90, Lng: 180}, {Lat: 31, Lng: -59}, {Lat: 31.05, Lng: -180}}[m.IntN(4)]
		}
		q.Near = &p
		if m.IntN(3) == 0 {
			q.Within = m.Float64() * 8000
		}
	}
	if m.IntN(3) == 0 {
		q.Taste = map[string]float32{"cat1": 1, "cat2": m.Float32()}
	}
	q.Facets, q.Bands = m.IntN(3) == 0, []int32{1000, 3000}
	q.Filter = m.filter()
	return q
}

func (m maker) filter() Filter {
	var f Filter
	at := time.Unix(20000*86400, 0).UTC().Add(time.Duration(m.IntN(9*minutes)) * time.Minute)
	for _, set := range []func(){
		func() { f.Categories = []string{m.of("cat", 6), m.of("cat", 6)} },
		func() { f.Districts = []string{m.of("dis", 4)} },
		func() { f.Areas = []string{m.of("area", 10), m.of("area", 10), ""} },
		func() { f.PriceMin, f.PriceMax = int32(m.IntN(6))*1000, int32(m.IntN(6))*1000 },
		func() { f.OpenAt = at },
		func() { f.CardAt = at },
		func() { f.All = 1 << m.IntN(32) },
		func() { f.Some = Flags(m.Uint32() & m.Uint32()) },
		func() { f.None = 1 << m.IntN(32) },
	} {
		if m.IntN(6) == 0 {
			set()
		}
	}
	return f
}

// agree compares all pages of some queries, and all suggestions.
func agree(t rapid.TB, m maker, x *Index, p *plain, queries int) {
	t.Helper()
	for range queries {
		q := m.query()
		for page := range 4 {
			got, err := x.Search(q)
			if err != nil {
				t.Fatalf("%+v: %v", q, err)
			}
			want, _ := p.search(q)
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(Cursor{})); diff != "" {
				t.Fatalf("page %d of %+v, %d documents in %d segments (-plain +index):\n%s", page, q, x.Len(), len(x.now.Load().views), diff)
			}
			if q.After = got.Next; got.Next == (Cursor{}) {
				break
			}
		}
	}
	for _, prefix := range []string{"t", "text1", "k", "k2", "z"} {
		k := 1 + m.IntN(12)
		if got, want := x.Suggest(prefix, 0, k), p.suggest(prefix, k); !slices.Equal(got, want) {
			t.Fatalf("suggestions for %s: %v, want %v", prefix, got, want)
		}
	}
}

// Whatever the order of changes and merges, the index answers like one that
// looks at every document, and is the same as one built at once.
func TestIndexAgreesWithLookingAtEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := maker{rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))}
		x, p := New(1+m.IntN(2)), &plain{docs: map[string]Doc{}}
		ids := 1 + m.IntN([]int{40, 500, 40, 500, 40, 500, 40, 500, 3000}[m.IntN(9)])
		for range 1 + m.IntN(4) {
			var b Batch
			for range m.IntN(2 + ids) {
				b.Put = append(b.Put, m.doc(m.of("id", ids)))
			}
			for range m.IntN(2 + ids/4) {
				b.Delete = append(b.Delete, m.of("id", ids))
			}
			b.Mark = []byte(m.of("mark", 100))
			if err := x.Apply(b); err != nil {
				t.Fatal(err)
			}
			p.apply(b)
			if m.IntN(6) == 0 {
				if err := x.Compact(); err != nil {
					t.Fatal(err)
				}
			}
			if m.IntN(3) == 0 {
				x = reread(t, x)
			}
			agree(t, m, x, p, 3)
		}
		same(t, x, p)
	})
}

// In a city that is large enough for trees, words as frequent as words are find
// what looking at everything finds.
func TestMadeCityAgreesWithLookingAtEverything(t *testing.T) {
	city := NewMade(20_000, 3)
	x, err := Build(city.Docs(), nil, 2)
	if err != nil {
		t.Fatal(err)
	}
	p := &plain{docs: map[string]Doc{}}
	for d := range city.Docs() {
		p.docs[d.ID] = d.tidy()
	}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 120 {
		q := []func(*rand.Rand) Query{city.Text, city.Text, city.Nearest, city.Filtered}[i%4](r)
		q.Loose, q.Facets = r.IntN(2), i%3 == 0
		for range 2 {
			got, err := x.Search(q)
			if err != nil {
				t.Fatal(err)
			}
			want, _ := p.search(q)
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(Cursor{})); diff != "" {
				t.Fatalf("%+v (-plain +index):\n%s", q, diff)
			}
			if q.After = got.Next; got.Next == (Cursor{}) {
				break
			}
		}
	}
}

// So do terms that nearly all documents have, alone and several together, and
// filters that hardly anything passes.
func TestCommonTermsAgreeWithLookingAtEverything(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	m := maker{r}
	x, p := New(2), &plain{docs: map[string]Doc{}}
	var b Batch
	for i := range 12_000 {
		d := m.doc(fmt.Sprint("id", i))
		d.Terms, d.Says, d.Prior, d.Opens, d.Closes = nil, nil, r.Float32(), 600, 1200
		if r.IntN(800) == 0 {
			d.Closes = 1200 + minutes
		}
		// Two parts of one dish, mostly of one weight, and two words of any.
		if weight := uint8(1 + r.IntN(255)); r.IntN(8) > 0 {
			d.Terms = append(d.Terms, Weighted{TermOf(2, "小笼"), weight}, Weighted{TermOf(2, "笼包"), max(1, weight-uint8(r.IntN(2)))})
		}
		for _, word := range []string{"面", "汤"} {
			if r.IntN(4) > 0 {
				d.Terms = append(d.Terms, Weighted{TermOf(2, word), uint8(1 + r.IntN(255))})
			}
		}
		b.Put = append(b.Put, d)
	}
	if err := x.Apply(b); err != nil {
		t.Fatal(err)
	}
	p.apply(b)
	terms := []Term{TermOf(2, "小笼"), TermOf(2, "笼包"), TermOf(2, "面"), TermOf(2, "汤")}
	for i := range 80 {
		phrase := Phrase{Terms: terms[:1+i%4], Weight: 1}
		if i%3 == 0 {
			phrase.Lack = (len(phrase.Terms) - 1) / 2
		}
		q := Query{Clauses: []Clause{{Any: []Phrase{phrase}}}, Sort: []Sort{Best, Best, Score}[r.IntN(3)]}
		if near := m.point(); i%5 > 0 {
			q.Near = &near
		}
		if i%2 == 0 {
			q.Filter.OpenAt = time.Date(2026, 11, 26, 3, 30+r.IntN(3), 0, 0, time.UTC)
		}
		if i%8 == 0 {
			q.Filter.Categories = []string{"cat1"}
		}
		got, err := x.Search(q)
		if err != nil {
			t.Fatal(err)
		}
		want, _ := p.search(q)
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(Cursor{})); diff != "" {
			t.Fatalf("%+v (-plain +index):\n%s", q, diff)
		}
	}
}

// same compares the index with one that is built of what there is.
func same(t rapid.TB, x *Index, p *plain) {
	t.Helper()
	fresh, err := Build(func(yield func(Doc) bool) {
		for _, d := range p.docs {
			if !yield(d) {
				return
			}
		}
	}, nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	if x.Digest() != fresh.Digest() || x.Len() != len(p.docs) {
		t.Fatalf("digest %v of %d documents, built anew %v of %d", x.Digest(), x.Len(), fresh.Digest(), len(p.docs))
	}
	for id, sum := range x.Sums() {
		if want := p.docs[id]; want.ID != id || want.Sum() != sum {
			t.Fatalf("the sum of %s is not that of the document", id)
		}
	}
	for n := range 40 {
		w := TermOf(1, fmt.Sprint("w", n))
		if got, want := x.DF(w), p.df(w); got != want || fresh.DF(w) != want {
			t.Fatalf("%d documents have w%d, want %d", got, n, want)
		}
	}
}

// reread writes a snapshot and goes on with what is read from it.
func reread(t rapid.TB, x *Index) *Index {
	t.Helper()
	var b bytes.Buffer
	if n, err := x.WriteTo(&b); err != nil || n != int64(b.Len()) {
		t.Fatalf("%d of %d bytes, %v", n, b.Len(), err)
	}
	y, err := Read(&b, 1)
	if err != nil {
		t.Fatal(err)
	}
	if y.Len() != x.Len() || y.Digest() != x.Digest() || string(y.Mark()) != string(x.Mark()) {
		t.Fatal("the snapshot is of something else")
	}
	return y
}

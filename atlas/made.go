package atlas

import (
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"citywalk/geo"
)

// Made is a city that is made to measure on: crowded centres and wide suburbs,
// few categories with most of the places, words as frequent as words are, some
// sixty terms a place. The same seed makes the same city.
type Made struct {
	Places  int
	Seed    uint64
	centres []centre
}

type centre struct {
	at     geo.Point
	spread float64 // Degrees.
	share  float64 // Of the places, summed up to here.
}

// What a made place has; a word's number is drawn so that the first are common.
const (
	madeCentres    = 80
	madeCategories = 60
	madeWords      = 60_000
	madeDishes     = 20_000
	madeSchedules  = 500
)

// Kinds of a made city's terms.
const (
	madeName byte = 1 + iota
	madeSound
	madeDish
	madeCategory
	madeArea
)

// NewMade returns a made city.
func NewMade(places int, seed uint64) *Made {
	m := &Made{Places: places, Seed: seed}
	r := rand.New(rand.NewPCG(seed, 0))
	whole := 0.0
	for i := range madeCentres {
		whole += 1 / float64(i+3)
		m.centres = append(m.centres, centre{
			geo.Point{Lat: 31.23 + r.NormFloat64()*0.12, Lng: 121.47 + r.NormFloat64()*0.14}, 0.003 + 0.02*r.Float64(), whole,
		})
	}
	for i := range m.centres {
		m.centres[i].share /= whole
	}
	return m
}

// place returns a position and its centre; one in five is anywhere.
func (m *Made) place(r *rand.Rand) (geo.Point, int) {
	at := 0
	for x := r.Float64(); at < len(m.centres)-1 && m.centres[at].share < x; at++ {
	}
	if r.IntN(5) == 0 {
		return geo.Point{Lat: 30.95 + 0.6*r.Float64(), Lng: 121.1 + 0.75*r.Float64()}, at
	}
	c := m.centres[at]
	return geo.Point{Lat: c.at.Lat + c.spread*r.NormFloat64(), Lng: c.at.Lng + c.spread*1.17*r.NormFloat64()}, at
}

// zipf draws a number below n, the first ones often: number i as 1/(i+flat).
func zipf(r *rand.Rand, n, flat int) int {
	return int(float64(flat) * (math.Pow(float64(n)/float64(flat)+1, r.Float64()) - 1))
}

// commonest of words and dishes are in one place of twenty.
const commonest = 20

// Doc makes place i.
func (m *Made) Doc(i int) Doc {
	r := rand.New(rand.NewPCG(m.Seed, uint64(i)+1))
	p, area := m.place(r)
	category := zipf(r, madeCategories, 2)
	opens := 30 * (12 + r.IntN(10))
	d := Doc{
		ID: fmt.Sprintf("shp_%020d", i), Point: p, Category: label("category", category), Area: label("area", area), District: label("district", area%16),
		Price: int32(1000 * (1 + zipf(r, 300, 1))), Opens: int16(opens), Closes: int16(opens + 30*(16+r.IntN(14))),
		Prior: r.Float32() * r.Float32(), Score: r.Float32(), Saving: int32(r.IntN(5000)),
	}
	if r.IntN(10) == 0 {
		d.Opens, d.Closes, d.Price = -1, -1, 0
	}
	if r.IntN(4) == 0 {
		d.Card, d.Flags = m.schedule(zipf(r, madeSchedules, 1)), 1
	}
	for i := 1; i < 8; i++ {
		d.Flags |= Flags(r.IntN(8)/7) << i
	}
	name := m.words(&d, r, category, area)
	d.Says = []Said{{Kind: 1, Text: name, Keys: []string{strings.ReplaceAll(name, " ", ""), fmt.Sprintf("%s%d", initials(name), i%1000)}, Weight: uint16(1 + r.IntN(9))},
		{Kind: 2, Text: d.Category, Keys: []string{d.Category}, Weight: 1}}
	d.Payload = fmt.Appendf(nil, `{"name":%q,"category":%q,"area":%q,"price":%d,"note":%q}`, name, d.Category, d.Area, d.Price, strings.Repeat("x", 60+r.IntN(80)))
	return d
}

// words gives the place its terms and returns its name.
func (m *Made) words(d *Doc, r *rand.Rand, category, area int) string {
	var name []string
	for range 3 + r.IntN(6) {
		w := zipf(r, madeWords, commonest)
		name = append(name, label("n", w))
		d.Terms = append(d.Terms, Weighted{TermOf(madeName, label("n", w)), 255}, Weighted{TermOf(madeSound, label("n", w/3)), 160})
	}
	for range 4 + r.IntN(8) {
		dish := zipf(r, madeDishes, commonest)
		for part := range 4 {
			d.Terms = append(d.Terms, Weighted{TermOf(madeDish, label("d", dish*(part+1)%madeDishes)), 120})
		}
	}
	for part := range 6 {
		d.Terms = append(d.Terms, Weighted{TermOf(madeCategory, label("c", category*7+part)), 200})
	}
	for part := range 4 {
		d.Terms = append(d.Terms, Weighted{TermOf(madeArea, label("a", area*4+part)), 140})
	}
	return strings.Join(name, " ")
}

func (m *Made) schedule(n int) Schedule {
	s := Schedule{Windows: []Window{{Weekdays(1 + n%127), int16(10 * (n % 90)), int16(10*(n%90) + 240)}, {EveryDay, 1020, 1320}}}
	for i := range n % 5 {
		s.Not = append(s.Not, Day(20700+7*i+n%7))
	}
	return s
}

func label(kind string, n int) string { return fmt.Sprint(kind, n) }

func initials(name string) string {
	s := ""
	for _, w := range strings.Fields(name) {
		s += w[len(w)-1:]
	}
	return s
}

// Docs makes the places one after the other.
func (m *Made) Docs() iter.Seq[Doc] {
	return func(yield func(Doc) bool) {
		for i := range m.Places {
			if !yield(m.Doc(i)) {
				return
			}
		}
	}
}

// Nearest is the query for the 20 places nearest to somewhere in the city.
func (m *Made) Nearest(r *rand.Rand) Query {
	p, _ := m.place(r)
	return Query{Near: &p, Sort: Distance}
}

// Filtered is Nearest with one to three filters: open now, card works now, a
// category, a price, a flag.
func (m *Made) Filtered(r *rand.Rand) Query {
	q := m.Nearest(r)
	m.filter(&q, r, 1+r.IntN(3))
	return q
}

// now is when a made city is asked: one of five minutes of one evening.
func (m *Made) now(r *rand.Rand) time.Time {
	return time.Date(2026, 11, 26, 18, 30+r.IntN(5), 0, 0, time.UTC)
}

// filter adds n filters; what is asked for by words already has no category as
// well.
func (m *Made) filter(q *Query, r *rand.Rand, n int) {
	f := &q.Filter
	kinds := r.Perm(4)
	if q.Clauses == nil {
		kinds = r.Perm(5)
	}
	for _, kind := range kinds[:n] {
		switch kind {
		case 0:
			f.OpenAt = m.now(r)
		case 1:
			f.CardAt = m.now(r)
		case 2:
			f.PriceMin, f.PriceMax = 20_00, 80_00
		case 3:
			f.All = 2 << r.IntN(7)
		case 4:
			f.Categories = []string{label("category", zipf(r, madeCategories, 2))}
		}
	}
}

// Text is a search by words near somewhere, best first, with up to two
// filters: a category under three names, a category in an area, a dish, or a
// name of which one word may be wrong.
func (m *Made) Text(r *rand.Rand) Query {
	p, area := m.place(r)
	q := Query{Near: &p}
	category := Clause{}
	c := zipf(r, madeCategories, 2)
	for part, weight := range []float32{1, 0.9, 0.8} {
		category.Any = append(category.Any, Phrase{Terms: []Term{TermOf(madeCategory, label("c", c*7+part))}, Weight: weight})
	}
	dish := Clause{Any: []Phrase{{Terms: []Term{TermOf(madeDish, label("d", zipf(r, madeDishes, commonest)))}, Weight: 1}}}
	switch r.IntN(4) {
	case 0:
		q.Clauses = []Clause{category}
	case 1:
		q.Clauses = []Clause{category, {Any: []Phrase{{Terms: []Term{TermOf(madeArea, label("a", area*4))}, Weight: 1}}}}
	case 2:
		q.Clauses = []Clause{dish}
	case 3:
		q.Clauses = []Clause{m.name(r)}
	}
	m.filter(&q, r, r.IntN(3))
	return q
}

// name is a place's name, as it is and with one word missing, and as it sounds.
func (m *Made) name(r *rand.Rand) Clause {
	d := m.Doc(r.IntN(m.Places))
	var written, spoken []Term
	for i := 0; i < 6; i += 2 {
		written, spoken = append(written, d.Terms[i].Term), append(spoken, d.Terms[i+1].Term)
	}
	return Clause{Any: []Phrase{{Terms: written, Weight: 1}, {Terms: spoken, Weight: 0.8}, {Terms: written, Weight: 0.6, Lack: 1}}}
}

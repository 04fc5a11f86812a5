package atlas

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"citywalk/geo"
)

const (
	name byte = 1
	dish byte = 2
)

// bund is where the small city of these tests is.
var bund = geo.Point{Lat: 31.2397, Lng: 121.4900}

func north(metres float64) geo.Point {
	return geo.Point{Lat: bund.Lat + metres/111_195, Lng: bund.Lng}
}

func weighted(kind byte, weight uint8, words ...string) []Weighted {
	var all []Weighted
	for _, w := range words {
		all = append(all, Weighted{TermOf(kind, w), weight})
	}
	return all
}

func word(kind byte, w string) Clause {
	return Clause{Any: []Phrase{{Terms: []Term{TermOf(kind, w)}, Weight: 1}}}
}

func smallCity(t *testing.T) *Index {
	t.Helper()
	lunch := Schedule{Windows: []Window{{Days: 1 << time.Monday, From: 660, Until: 840}, {Days: 1 << time.Friday, From: 1320, Until: 1560}}, Not: []Day{DayOf(time.Date(2026, 10, 5, 0, 0, 0, 0, time.UTC))}}
	x := New(1)
	err := x.Apply(Batch{Put: []Doc{
		{ID: "a", Point: north(0), Terms: weighted(name, 255, "coffee", "bund"), Category: "cafe", Price: 40_00, Opens: 480, Closes: 1080, Flags: 1, Score: 0.2, Saving: 500, Card: Always(),
			Says: []Said{{Kind: 1, Text: "咖啡", Keys: []string{"咖啡", "kafei", "kf"}, Weight: 3}}},
		{ID: "b", Point: north(300), Terms: weighted(name, 255, "coffee"), Category: "cafe", Price: 60_00, Opens: 1200, Closes: 1560, Prior: 1, Score: 0.9, Saving: 100, Card: lunch,
			Says: []Said{{Kind: 1, Text: "咖啡", Keys: []string{"咖啡", "kafei", "kf"}, Weight: 4}}},
		{ID: "c", Point: north(900), Terms: append(weighted(name, 255, "noodles"), weighted(dish, 100, "coffee")...), Category: "food", Opens: -1, Closes: -1, Flags: 3, Saving: 900,
			Says: []Said{{Kind: 2, Text: "卡", Keys: []string{"卡", "ka"}, Weight: 5}}},
	}, Mark: []byte("7")})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func ids(a Answer) string {
	s := ""
	for _, h := range a.Hits {
		s += h.ID
	}
	return s
}

func TestQueriesOfASmallCity(t *testing.T) {
	x := smallCity(t)
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 10, day, hour, minute, 0, 0, time.UTC) }
	end := north(900)
	for _, row := range []struct {
		what string
		q    Query
		want string
	}{
		{"everything, by what speaks for it", Query{}, "bac"},
		{"nearest", Query{Near: &end, Sort: Distance}, "cba"},
		{"within half a kilometre of it", Query{Near: &bund, Sort: Distance, Within: 500}, "ab"},
		{"by score", Query{Sort: Score}, "bac"},
		{"by saving", Query{Sort: Saving}, "cab"},
		{"a word of a name", Query{Clauses: []Clause{word(name, "coffee")}}, "ba"},
		{"two words", Query{Clauses: []Clause{word(name, "coffee"), word(name, "bund")}}, "a"},
		{"two words, one may be missing", Query{Clauses: []Clause{word(name, "coffee"), word(name, "bund")}, Loose: 1}, "ab"},
		{"a word that nothing has", Query{Clauses: []Clause{word(name, "tea")}, Loose: 1}, ""},
		{"open on Monday at nine", Query{Filter: Filter{OpenAt: at(12, 9, 0)}}, "a"},
		{"open at one in the night", Query{Filter: Filter{OpenAt: at(12, 1, 0)}}, "b"},
		{"card on Monday at noon", Query{Filter: Filter{CardAt: at(12, 12, 0)}}, "ba"},
		{"card on a Monday that is left out", Query{Filter: Filter{CardAt: at(5, 12, 0)}}, "a"},
		{"card on Saturday at one, begun on Friday", Query{Filter: Filter{CardAt: at(10, 1, 0)}}, "ba"},
		{"by price, without the unknown", Query{Filter: Filter{PriceMin: 50_00}}, "b"},
		{"flags", Query{Filter: Filter{All: 1, None: 2}}, "a"},
		{"one of the flags", Query{Filter: Filter{Some: 2}}, "c"},
		{"a category", Query{Filter: Filter{Categories: []string{"food", "tea"}}}, "c"},
	} {
		a, err := x.Search(row.q)
		if err != nil {
			t.Errorf("%s: %v", row.what, err)
			continue
		}
		if got := ids(a); got != row.want {
			t.Errorf("%s: %q, want %q", row.what, got, row.want)
		}
	}
}

func TestPagesFollowOneAnother(t *testing.T) {
	x := smallCity(t)
	q := Query{Near: &bund, Sort: Distance, Limit: 1}
	first, err := x.Search(q)
	if err != nil {
		t.Fatal(err)
	}
	// What the page ended with may go before the next is asked for.
	if err := x.Apply(Batch{Delete: []string{"a"}}); err != nil {
		t.Fatal(err)
	}
	if q.After, err = ParseCursor(first.Next.String()); err != nil {
		t.Fatal(err)
	}
	q.Limit = 5
	next, err := x.Search(q)
	if err != nil || ids(first) != "a" || ids(next) != "bc" || next.Next.String() != "" {
		t.Errorf("%q, then %q, %v", ids(first), ids(next), err)
	}
	if d := next.Hits[0].Distance; math.Abs(d-geo.Distance(bund, north(300))) > 0.02 {
		t.Errorf("%v m", d)
	}
}

func TestSuggestions(t *testing.T) {
	x := smallCity(t)
	if got, want := x.Suggest("ka", 0, 9), []Suggestion{{1, "咖啡", 7}, {2, "卡", 5}}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if err := x.Apply(Batch{Delete: []string{"b"}}); err != nil {
		t.Fatal(err)
	}
	if got, want := x.Suggest("ka", 0, 1), []Suggestion{{2, "卡", 5}}; !slices.Equal(got, want) {
		t.Errorf("after a deletion %v, want %v", got, want)
	}
}

func TestWhatCannotBeMeantIsRefused(t *testing.T) {
	x := smallCity(t)
	nowhere := geo.Point{Lat: math.NaN(), Lng: 1}
	for what, q := range map[string]Query{
		"no point":            {Near: &nowhere},
		"distance from where": {Sort: Distance},
		"no number":           {Near: &bund, Within: math.NaN()},
		"a negative limit":    {Limit: -1},
		"an empty phrase":     {Clauses: []Clause{{Any: []Phrase{{Weight: 1}}}}},
		"too many clauses":    {Clauses: make([]Clause, 1000)},
	} {
		if _, err := x.Search(q); !errors.Is(err, ErrQuery) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, d := range map[string]Doc{"no id": {Point: bund}, "no place": {ID: "x", Point: nowhere}} {
		if err := x.Apply(Batch{Put: []Doc{{ID: "y", Point: bund}, d}}); !errors.Is(err, ErrDoc) || x.Len() != 3 {
			t.Errorf("%s: %v, %d documents", what, err, x.Len())
		}
	}
}

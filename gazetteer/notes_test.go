package gazetteer

import (
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"citywalk/db/dbtest"
	"citywalk/geo"
)

// TestForeignNotes reads 4,467 real notes about restaurants of Wuhan against the
// restaurants of three other cities. No note speaks of any of these, so every
// link is a false one. A chain may be named rightly, but not as one branch.
func TestForeignNotes(t *testing.T) {
	notes := rows(t, dbtest.Data(t, "dianping-reviews-wuhan/reviews.csv"))
	for _, city := range cities {
		entries, byID := restaurants(t, city.key)
		g := New(entries)
		counts := map[Decision]int{}
		for _, n := range notes {
			text := n["评论内容"]
			d, m := Decide(g.Find(Query{Text: text}))
			counts[d]++
			if d != None && os.Getenv("PAIRS") != "" {
				name := []rune(take(byID[m.ID]["Name"]).whole)
				i := strings.Index(text, string(name[:min(2, len(name))]))
				t.Logf("%v %.2f %s: %s", d, m.Probability, byID[m.ID]["Name"], text[max(0, i-30):min(len(text), max(i, 0)+60)])
			}
		}
		t.Logf("%s: of %d notes from elsewhere %d are linked, %d ambiguous", city.key, len(notes), counts[Linked], counts[Ambiguous])
		if counts[Linked] > 1 || counts[Ambiguous] > len(notes)/50 {
			t.Errorf("%s: %v", city.key, counts)
		}
	}
}

// TestNotesWithRealNames puts every real name of three cities into an invented
// sentence, once as the list has it and once without the branch in brackets.
// Whole names are to be found; of the others no brand with several branches may
// be linked to one.
func TestNotesWithRealNames(t *testing.T) {
	var whole, brand tally
	for _, city := range cities {
		entries, byID := restaurants(t, city.key)
		g := New(entries)
		bases := map[string]int{}
		for _, e := range entries {
			bases[take(e.Name).whole]++
		}
		for _, e := range entries {
			base, _, _ := strings.Cut(strings.ReplaceAll(e.Name, "（", "("), "(")
			ask := func(name string, into *tally, same string) {
				into.add(judge(t, g.Find(Query{Text: "周末和朋友去了" + name + "，味道不错，下次还来。"}), row{"shop_name": name}, same, byID))
			}
			ask(e.Name, &whole, e.ID)
			if bases[take(e.Name).whole] > 1 {
				ask(base, &brand, "")
			} else {
				ask(base, &brand, e.ID)
			}
		}
	}
	t.Logf("whole names: %v", whole)
	t.Logf("without the branch: %v", brand)
	if whole.precision() < 0.999 || whole.recall() < 0.97 || brand.linked-brand.right > 1 {
		t.Error("more is wrong than was")
	}
}

// TestBranchesByDistance asks for each restaurant by its name without the branch
// and a position some 100 m off in each direction, as a telephone or another map gives it. The
// errors are drawn from a seed.
func TestBranchesByDistance(t *testing.T) {
	noise := rand.New(rand.NewPCG(5, 5))
	var branches, others tally
	for _, city := range cities {
		entries, byID := restaurants(t, city.key)
		g := New(entries)
		bases := map[string]int{}
		for _, e := range entries {
			bases[take(e.Name).whole]++
		}
		for _, e := range entries {
			const degree = 111_000 // Metres of latitude.
			base, _, _ := strings.Cut(strings.ReplaceAll(e.Name, "（", "("), "(")
			p := geo.Point{Lat: e.Point.Lat + noise.NormFloat64()*100/degree, Lng: e.Point.Lng + noise.NormFloat64()*115/degree}
			into := &others
			if bases[take(e.Name).whole] > 1 {
				into = &branches
			}
			into.add(judge(t, g.Find(Query{Name: base, Point: &p}), row{"shop_name": base}, e.ID, byID))
		}
	}
	t.Logf("brands of several branches: %v", branches)
	t.Logf("others: %v", others)
	if branches.precision() < 0.97 || others.precision() < 0.99 || branches.recall() < 0.9 || others.recall() < 0.9 {
		t.Error("more is wrong than was")
	}
}

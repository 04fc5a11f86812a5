package score

import (
	"context"
	"encoding/json"
	"math"
	"reflect"
	"testing"
)

func fit(t *testing.T, town *Town, o Options) (*Model, *Result) {
	t.Helper()
	m, r, err := Fit(t.Context(), town, o)
	if err != nil {
		t.Fatal(err)
	}
	return m, r
}

// oneShop is a shop of a fitted town, as it would be read from a database.
func oneShop(town *Town, r *Result, s int) (in OneShop, at []int) {
	in.Shop, in.Last = town.Shops[s], r.Shops[s]
	authors := map[int32]int32{}
	for i, n := range town.Notes {
		if int(n.Shop) != s {
			continue
		}
		a, ok := authors[n.Author]
		if !ok {
			a = int32(len(authors))
			authors[n.Author] = a
			in.Authors = append(in.Authors, town.Authors[n.Author])
			in.Standings = append(in.Standings, r.Authors[n.Author])
		}
		n.Author = a
		in.Notes = append(in.Notes, n)
		in.Before = append(in.Before, r.Notes[i])
		at = append(at, i)
	}
	return in, at
}

// A shop scored again from a model that went through JSON is scored as the Fit
// scored it.
func TestScoreAgreesWithFit(t *testing.T) {
	town, _ := newPlan(21).make()
	fitted, r := fit(t, town, Options{})
	data, err := json.Marshal(fitted)
	if err != nil {
		t.Fatal(err)
	}
	var m Model
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	if len(data) > 100_000 {
		t.Errorf("the model has %d bytes", len(data))
	}
	var worst, sum, note float64
	for s := range town.Shops {
		in, at := oneShop(town, r, s)
		e, found := m.Score(in)
		d := math.Abs(e.Mean - r.Shops[s].Mean)
		worst, sum = math.Max(worst, d), sum+d
		for k, i := range at {
			note = math.Max(note, math.Abs(found[k].PFake-r.Notes[i].PFake))
		}
	}
	t.Logf("means differ by %.4f at most, %.5f on average; probabilities by %.3f at most", worst, sum/float64(len(town.Shops)), note)
	if worst > 0.03 || sum/float64(len(town.Shops)) > 0.002 || note > 0.1 {
		t.Errorf("means differ by %.4f at most, %.5f on average; probabilities by %.3f at most", worst, sum/float64(len(town.Shops)), note)
	}
}

// The result does not depend on how many work at it.
func TestFitIsTheSameForAnyWorkers(t *testing.T) {
	p := newPlan(22)
	p.shops, p.authors, p.labels = 200, 1500, 50
	town, _ := p.make()
	m1, r1 := fit(t, town, Options{Workers: 1})
	m5, r5 := fit(t, town, Options{Workers: 5})
	m1.like, m5.like = nil, nil
	if !reflect.DeepEqual(r1, r5) || !reflect.DeepEqual(m1, m5) {
		t.Error("five workers find another thing than one")
	}
}

// hamlet is a town of ordinary shops and authors, and one shop more, whose notes
// a test writes itself. Its authors are established and wrote elsewhere.
func hamlet(write func(note func(author int32, day, rating float64) *Note)) (*Town, int) {
	p := newPlan(23)
	p.shops, p.authors, p.buying, p.viral = 300, 2000, 0, 0.03
	town, _ := p.make()
	town.Shops = append(town.Shops, Shop{Category: 0, Chain: -1})
	s := len(town.Shops) - 1
	write(func(author int32, day, rating float64) *Note {
		town.Authors[author].Created = -900
		town.Notes = append(town.Notes, Note{Author: author, Shop: int32(s), Day: day, Rating: rating, Starred: true, Likes: -1})
		return &town.Notes[len(town.Notes)-1]
	})
	return town, s
}

// A festival: forty guests of good standing write within a week. None of their
// notes loses half its weight, and the shop is believed.
func TestBurstAloneIsNoGuilt(t *testing.T) {
	ratings := []float64{5, 4, 5, 4, 3, 5, 4, 5}
	town, s := hamlet(func(note func(int32, float64, float64) *Note) {
		for i := range 12 {
			note(int32(i), float64(i*45), ratings[i%8])
		}
		for i := range 40 {
			note(int32(20+i), 300+float64(i%7), ratings[i%8])
		}
	})
	_, r := fit(t, town, Options{})
	e := r.Shops[s]
	if len(e.Bursts) != 1 || e.Bursts[0].Notes < 35 || e.Bursts[0].Surprise < 10 {
		t.Errorf("the burst is not seen: %+v", e.Bursts)
	}
	for i, n := range town.Notes {
		if int(n.Shop) == s && r.Notes[i].Weight < 0.5 {
			t.Errorf("a note of day %g and rating %g counts %.2f: %+v", n.Day, n.Rating, r.Notes[i].Weight, r.Notes[i].Reasons)
		}
	}
	if e.Mean < 4 || e.Discounted > 0.2 {
		t.Errorf("the shop has mean %.2f and lost %.0f %%", e.Mean, 100*e.Discounted)
	}
}

// The same notes bought: new accounts, one text, too many likes.
func TestBoughtBurstIsSeen(t *testing.T) {
	town, s := hamlet(func(note func(int32, float64, float64) *Note) {
		for i := range 12 {
			note(int32(i), float64(i*45), []float64{3, 4, 3, 2}[i%4])
		}
		for i := range 14 {
			n := note(int32(20+i), 300+float64(i%7), 5)
			n.Hash, n.Likes = 12345, 3000
		}
	})
	for i := range 14 {
		town.Authors[20+i].Created = 290
	}
	_, r := fit(t, town, Options{})
	for i, n := range town.Notes {
		if int(n.Shop) != s {
			continue
		}
		if bought := n.Hash == 12345; bought != (r.Notes[i].PFake > 0.5) {
			t.Errorf("a note of day %g and rating %g is bought with %.2f", n.Day, n.Rating, r.Notes[i].PFake)
		}
	}
	e := r.Shops[s]
	if e.Mean > 3.6 || e.Discounted < 0.4 || len(e.Reasons) == 0 {
		t.Errorf("the shop has mean %.2f, lost %.2f for %v", e.Mean, e.Discounted, e.Reasons)
	}
}

// More likes never lift a shop, nor a note's weight.
func TestLikesDoNotRaise(t *testing.T) {
	p := newPlan(24)
	p.shops, p.authors = 250, 2000
	town, _ := p.make()
	_, r := fit(t, town, Options{})
	const s = 17
	before := r.Shops[s]
	count := 0
	for i := range town.Notes {
		if town.Notes[i].Shop == s && town.Notes[i].Rating >= 4 {
			town.Notes[i].Likes = 50_000
			count++
		}
	}
	_, after := fit(t, town, Options{})
	if count == 0 || after.Shops[s].Mean > before.Mean+0.01 || after.Shops[s].Effective > before.Effective {
		t.Errorf("%d liked notes took the mean from %.3f to %.3f, the effective notes from %.2f to %.2f",
			count, before.Mean, after.Shops[s].Mean, before.Effective, after.Shops[s].Effective)
	}
}

// A reviewer's word stands, and a visit pulls the estimate to what was seen.
func TestReviewersAreHeard(t *testing.T) {
	p := newPlan(25)
	p.shops, p.authors = 250, 2000
	town, _ := p.make()
	town.Notes[3].Label, town.Notes[4].Label = Bought, Honest
	_, r := fit(t, town, Options{})
	if r.Notes[3].Weight != 0 || r.Notes[4].Weight != 1 || r.Notes[3].Reasons[0].Family != Reviewer {
		t.Errorf("labelled notes count %g and %g", r.Notes[3].Weight, r.Notes[4].Weight)
	}
	const s = 9
	seen := math.Max(1.5, r.Shops[s].Mean-1.5)
	town.Checks = []Check{{Shop: s, Value: seen, SD: 0.2}}
	_, after := fit(t, town, Options{})
	if b, a := math.Abs(r.Shops[s].Mean-seen), math.Abs(after.Shops[s].Mean-seen); a > 0.7*b {
		t.Errorf("a visit moved the mean from %.2f to %.2f, seen was %.2f", r.Shops[s].Mean, after.Shops[s].Mean, seen)
	}
}

// Towns that are hardly there are scored too, and nothing in them is not a
// number.
func TestSmallTowns(t *testing.T) {
	for name, town := range map[string]*Town{
		"nothing":  {},
		"shops":    {Shops: []Shop{{-1, -1}, {2, 7}}},
		"one note": {Shops: []Shop{{0, 0}}, Authors: []Author{{-1, math.NaN()}}, Notes: []Note{{Rating: 4.2, Likes: -1}}},
		"one day": {Shops: []Shop{{0, 0}, {0, 0}}, Authors: []Author{{10, 0}, {10, 0}},
			Notes: []Note{{Rating: 5, Starred: true}, {Author: 1, Rating: 5, Hash: 9}, {Author: 1, Shop: 1, Rating: 1, Hash: 9}}},
	} {
		m, r := fit(t, town, Options{})
		for _, v := range []any{m, r} {
			if _, err := json.Marshal(v); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		for s, e := range r.Shops {
			if !(e.Lo <= e.Mean && e.Mean <= e.Hi && e.SD > 0 && e.Above >= 0 && e.Above <= 1) {
				t.Errorf("%s: shop %d: %+v", name, s, e)
			}
		}
	}
}

func TestTownsThatCannotBeAreRefused(t *testing.T) {
	good := func() *Town {
		return &Town{Shops: []Shop{{0, -1}}, Authors: []Author{{1, 0}}, Notes: []Note{{Rating: 4}}}
	}
	for name, spoil := range map[string]func(*Town){
		"shop":   func(t *Town) { t.Notes[0].Shop = 1 },
		"author": func(t *Town) { t.Notes[0].Author = -1 },
		"rating": func(t *Town) { t.Notes[0].Rating = 0 },
		"nan":    func(t *Town) { t.Notes[0].Rating = math.NaN() },
		"day":    func(t *Town) { t.Notes[0].Day = math.Inf(1) },
		"aspect": func(t *Town) { t.Notes[0].Aspects[2] = 7 },
		"label":  func(t *Town) { t.Notes[0].Label = 3 },
		"check":  func(t *Town) { t.Checks = []Check{{Value: 3}} },
	} {
		town := good()
		spoil(town)
		if _, _, err := Fit(context.Background(), town, Options{}); err == nil {
			t.Errorf("%s: nothing was refused", name)
		}
	}
	if _, _, err := Fit(context.Background(), good(), Options{Bar: 6}); err == nil {
		t.Error("a bar of 6 was not refused")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := Fit(ctx, good(), Options{}); err == nil {
		t.Error("a fit went on after it was stopped")
	}
}

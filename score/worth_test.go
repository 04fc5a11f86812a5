package score

import (
	"math"
	"slices"
	"testing"
)

// worth is what a list is worth to those who know the truth.
type worth struct {
	hit      float64 // Share of the list's top tenth that belongs there.
	bad      float64 // Share of it that buys notes and is 0.25 below the bar or more.
	covered  float64 // Share of the 90 % intervals that hold the truth.
	attacked float64 // The same among shops with bought notes.
}

func judge(town *Town, tr truth, shops []Estimate) worth {
	var all []int
	for s := range town.Shops {
		if shops[s].Notes >= 3 {
			all = append(all, s)
		}
	}
	order := func(value func(s int) float64) []int {
		list := slices.Clone(all)
		slices.SortStableFunc(list, func(a, b int) int {
			switch d := value(b) - value(a); {
			case d > 0:
				return 1
			case d < 0:
				return -1
			}
			return a - b
		})
		return list
	}
	n := len(all) / 10
	bar := tr.q[order(func(s int) float64 { return tr.q[s] })[n]]
	var w worth
	for _, s := range order(func(s int) float64 { return shops[s].Rank })[:n] {
		if tr.q[s] >= bar {
			w.hit += 1 / float64(n)
		}
		if tr.buyer[s] && tr.q[s] < bar-0.25 {
			w.bad += 1 / float64(n)
		}
	}
	hurt := 0.0
	for _, s := range all {
		in := 0.0
		if shops[s].Lo <= tr.q[s] && tr.q[s] <= shops[s].Hi {
			in = 1
		}
		w.covered += in / float64(len(all))
		if tr.buyer[s] || tr.victim[s] {
			w.attacked, hurt = w.attacked+in, hurt+1
		}
	}
	w.attacked /= math.Max(1, hurt)
	return w
}

// shrunk is the yardstick: means drawn to the city's by the variances between
// and within shops, by moments.
func shrunk(town *Town) []Estimate {
	sum, count := make([]float64, len(town.Shops)), make([]float64, len(town.Shops))
	var all, within, degrees, between, shops float64
	for _, n := range town.Notes {
		sum[n.Shop], count[n.Shop], all = sum[n.Shop]+n.Rating, count[n.Shop]+1, all+n.Rating
	}
	mean := all / float64(len(town.Notes))
	for _, n := range town.Notes {
		d := n.Rating - sum[n.Shop]/count[n.Shop]
		within += d * d
	}
	for s := range sum {
		degrees += math.Max(0, count[s]-1)
	}
	within /= degrees
	for s := range sum {
		if count[s] >= 3 {
			d := sum[s]/count[s] - mean
			between, shops = between+d*d-within/count[s], shops+1
		}
	}
	between = math.Max(0.01, between/shops)
	out := make([]Estimate, len(sum))
	for s := range out {
		k := within / between
		v, sd := (sum[s]+k*mean)/(count[s]+k), math.Sqrt(within/(count[s]+k))
		out[s] = Estimate{Notes: int(count[s]), Mean: v, Rank: v, Lo: v - 1.645*sd, Hi: v + 1.645*sd}
	}
	return out
}

// honestly is the mean probability of honest notes to have been bought, and
// the probability that a bought note has a greater one than an honest.
func honestly(found []Finding, tr truth) (mean, auc float64) {
	order := make([]int, len(found))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		if found[a].PFake < found[b].PFake {
			return -1
		}
		return 1
	})
	honest, bought := 0.0, 0.0
	for _, i := range order {
		if tr.bought[i] {
			auc, bought = auc+honest, bought+1
			continue
		}
		mean, honest = mean+found[i].PFake, honest+1
	}
	return mean / honest, auc / math.Max(1, bought*honest)
}

// Whatever the city is like and whatever the buyers do, the list keeps most of
// them out, and intervals hold what they say.
func TestBuyersAreKeptOut(t *testing.T) {
	for name, change := range map[string]func(*plan){
		"as usual":             func(*plan) {},
		"with labels":          func(p *plan) { p.labels = 300 },
		"old accounts":         func(p *plan) { p.aged = true },
		"no two texts alike":   func(p *plan) { p.copied = 0 },
		"four stars":           func(p *plan) { p.four = 0.6 },
		"noisy opinions":       func(p *plan) { p.opinionSD, p.biasSD, p.readingSD = 1.15, 0.45, 0.6 },
		"sure opinions":        func(p *plan) { p.opinionSD, p.biasSD, p.readingSD = 0.5, 0.2, 0.2 },
		"no chains":            func(p *plan) { p.chained, p.categories = 0, 20 },
		"nothing of authors":   func(p *plan) { p.hidden = true },
		"many buyers":          func(p *plan) { p.buying, p.amount = 0.35, 1.2 },
		"stars only":           func(p *plan) { p.starred = 1 },
		"texts only":           func(p *plan) { p.starred = 0 },
		"texts read harshly":   func(p *plan) { p.tone = -0.6 },
		"ones and fives alone": func(p *plan) { p.extreme = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlan(41)
			change(&p)
			town, tr := p.make()
			_, r := fit(t, town, Options{Workers: 1})
			ours, plain := judge(town, tr, r.Shops), judge(town, tr, shrunk(town))
			honest, auc := honestly(r.Notes, tr)
			t.Logf("ours %.3f, shrunk mean %.3f, honest notes %.3f, area %.3f", ours, plain, honest, auc)
			if ours.bad > 0.6*plain.bad || ours.hit < plain.hit-0.03 {
				t.Errorf("worth %.3f, the shrunk mean %.3f", ours, plain)
			}
			if honest > 0.09 || auc < 0.9 {
				t.Errorf("honest notes are bought with %.3f, the area is %.3f", honest, auc)
			}
			if !p.extreme && (ours.covered < 0.84 || ours.covered > 0.96 || ours.attacked < 0.75) {
				t.Errorf("intervals of 90 %% hold %.3f, of shops with bought notes %.3f", ours.covered, ours.attacked)
			}
		})
	}
}

// A town in which nobody buys loses nothing by being looked at.
func TestHonestTownsLoseNothing(t *testing.T) {
	var ours, plain, honest float64
	const towns = 3
	for seed := range uint64(towns) {
		p := newPlan(51 + seed)
		p.buying = 0
		town, tr := p.make()
		_, r := fit(t, town, Options{})
		ours, plain = ours+judge(town, tr, r.Shops).hit/towns, plain+judge(town, tr, shrunk(town)).hit/towns
		mean, _ := honestly(r.Notes, tr)
		honest += mean / towns
	}
	t.Logf("hits %.3f, shrunk mean %.3f, honest notes %.3f", ours, plain, honest)
	if ours < plain-0.01 || honest > 0.02 {
		t.Errorf("hits %.3f, shrunk mean %.3f, honest notes %.3f", ours, plain, honest)
	}
}

// What describes the city is estimated, not believed.
func TestTheCityIsLearnt(t *testing.T) {
	for _, want := range []struct{ opinion, bias, reading float64 }{{0.55, 0.2, 0.25}, {1.1, 0.5, 0.6}} {
		p := newPlan(61)
		p.skew, p.opinionSD, p.biasSD, p.readingSD = 0, want.opinion, want.bias, want.reading
		town, _ := p.make()
		m, _ := fit(t, town, Options{})
		for name, pair := range map[string][2]float64{
			"noise": {m.Manner.Noise, want.opinion}, "spread": {m.Spread, want.bias}, "reading": {m.Manner.Reading, want.reading},
		} {
			if math.Abs(math.Log(pair[0]/pair[1])) > 0.25 {
				t.Errorf("%s is estimated as %.2f, it is %.2f", name, pair[0], pair[1])
			}
		}
	}
}

// A shop that became worse is judged by what it is, and the page can say when
// that was.
func TestChangesAreSeen(t *testing.T) {
	ratings := [2][]float64{{5, 5, 4, 5}, {3, 2, 3, 3, 2, 4}}
	town, s := hamlet(func(note func(int32, float64, float64) *Note) {
		for i := range 40 {
			note(int32(i), float64(i)*7, ratings[0][i%4])
		}
		for i := range 40 {
			note(int32(50+i), 290+float64(i)*7, ratings[1][i%6])
		}
	})
	_, r := fit(t, town, Options{})
	e := r.Shops[s]
	if e.Change.Probability < 0.9 || math.Abs(e.Change.Day-285) > 40 || e.Change.Delta > -0.7 || e.Mean > 3.3 {
		t.Errorf("mean %.2f, change %+v", e.Mean, e.Change)
	}
}

// Aspects are shown when enough notes speak of them, each for itself.
func TestAspects(t *testing.T) {
	town, s := hamlet(func(note func(int32, float64, float64) *Note) {
		for i := range 12 {
			n := note(int32(i), float64(i)*40, 4)
			n.Aspects[0] = 5
			n.Aspects[4] = 2
			if i < 3 {
				n.Aspects[2] = 3
			}
		}
	})
	_, r := fit(t, town, Options{})
	a := r.Shops[s].Aspects
	if !a[0].OK || !a[4].OK || a[2].OK || a[0].Lo < a[4].Hi {
		t.Errorf("aspects: %+v", a)
	}
}

// One family of evidence, however strong, takes at most half; a new author
// without other evidence keeps three tenths.
func TestEvidenceIsRestrained(t *testing.T) {
	settled, fresh := &line{backed: true}, &line{backed: true}
	settled.x[empty], fresh.x[empty] = 0.1, 1
	for f := range Reviewer {
		e := evidence{}
		e[f] = 6
		if p := e.restrain(0.999, settled, 0); p > 0.5 {
			t.Errorf("%v alone takes %.2f", f, p)
		}
	}
	if p := (&evidence{Timing: 3, Text: 3}).restrain(0.99, settled, 0); p != 0.99 {
		t.Errorf("two families are held to %.2f", p)
	}
	if p := (&evidence{Account: 4, Rating: 1}).restrain(0.99, fresh, 0); p > 0.7 {
		t.Errorf("a new author loses %.2f", p)
	}
	if p := (&evidence{Account: 4, Rating: 1, Text: 2}).restrain(0.99, fresh, 0); p != 0.99 {
		t.Errorf("a new author with other evidence is held to %.2f", p)
	}
}

// Fallen is what the bar says with 95 %.
func TestFallen(t *testing.T) {
	if !(Estimate{Above: 0.04}).Fallen() || (Estimate{Above: 0.2}).Fallen() {
		t.Error("the wrong shop has fallen")
	}
}

package cover

import (
	"bytes"
	"context"
	"errors"
	"math"
	"reflect"
	"slices"
	"testing"

	"citywalk/geo"
)

// A plan keeps its limits, is worth what it says, is nearly always the best
// there is, and no choice at all exceeds its bound; the certificate says so too.
func TestPlansOfSmallInstances(t *testing.T) {
	for _, chances := range []bool{false, true} {
		best, seeds := 0, 400
		for seed := range uint64(seeds) {
			in, l := small(seed, chances)
			p := plan(t, in, l, Options{Seed: seed})
			chosen := chosenOf(p)
			if !allowed(in, l, chosen) || len(chosen) != len(p.Chosen) {
				t.Fatalf("seed %d: %v is not allowed by %+v", seed, p.Chosen, l)
			}
			real, most := worth(in, chosen), optimum(in, l)
			slack := 0.0
			if chances {
				slack = float64(len(in.Weights)) + 1e-7*most
			}
			if float64(p.Value) > real+1e-3 || float64(p.Value) < real-slack-1e-3 {
				t.Errorf("seed %d: says %d, is worth %f", seed, p.Value, real)
			}
			if float64(p.Bound) < most-1e-3 {
				t.Errorf("seed %d: bound %d, but %f can be had", seed, p.Bound, most)
			}
			if real >= most-slack-1e-3 {
				best++
			}
			checkPlan(t, in, p)
			v := check(t, in, p)
			if float64(v.Value) > real+1e-3 || float64(v.Bound) < most-1e-3 {
				t.Errorf("seed %d: checked %d and %d, true are %f and %f", seed, v.Value, v.Bound, real, most)
			}
			if !chances && (v.Value != p.Value || v.Bound != p.Bound) {
				t.Errorf("seed %d: exact numbers differ: %d %d, checked %d %d", seed, p.Value, p.Bound, v.Value, v.Bound)
			}
		}
		if best < seeds*98/100 {
			t.Errorf("chances %v: only %d of %d plans are the best", chances, best, seeds)
		}
	}
}

// checkPlan checks the order of signing and the sums.
func checkPlan(t *testing.T, in *Instance, p *Plan) {
	t.Helper()
	total, cost := p.Given, int64(0)
	for i, s := range p.Chosen {
		total += s.Gain
		cost += in.Shops[s.Shop].Cost
		// Rounding may stand between two equal gains.
		if s.Total != total || i > 0 && s.Gain > p.Chosen[i-1].Gain+int64(len(in.Weights)) {
			t.Errorf("step %d: %+v after %+v", i, s, p.Chosen[max(0, i-1)])
		}
	}
	if total != p.Value || cost != p.Cost || p.Greedy > p.Value || p.Bound < p.Value || p.Ceiling > p.Total || p.Value > p.Ceiling {
		t.Errorf("%+v: sums %d, %d", p, total, cost)
	}
}

func check(t *testing.T, in *Instance, p *Plan) Verdict {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, in, p); err != nil {
		t.Fatal(err)
	}
	v, err := Check(&b)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// The search's running sums stay those of a fresh start, to rounding.
func TestGainsStayTrue(t *testing.T) {
	for seed := range uint64(60) {
		for _, chances := range []bool{false, true} {
			in, l := small(seed, chances)
			p := newProblem(in, l)
			s := newState(p)
			for step := range 300 {
				j := int32((step*7 + int(seed)) % max(1, len(p.shop)))
				if len(p.shop) == 0 {
					break
				}
				if s.place[j] < 0 {
					s.add(j)
				} else {
					loss, before := s.loss(j), s.value
					s.remove(j)
					if math.Abs(before-loss-s.value) > 1e-3 {
						t.Fatalf("seed %d: loss %f, value from %f to %f", seed, loss, before, s.value)
					}
				}
			}
			fresh := newState(p)
			fresh.set(slices.Clone(s.chosen))
			for j := range s.gain {
				if math.Abs(s.gain[j]-fresh.gain[j]) > 1e-3 || !chances && s.gain[j] != fresh.gain[j] {
					t.Errorf("seed %d: gain %f, afresh %f", seed, s.gain[j], fresh.gain[j])
				}
			}
			if math.Abs(s.value-fresh.value) > 1e-3 || !reflect.DeepEqual(s.used, fresh.used) {
				t.Errorf("seed %d: %f %v, afresh %f %v", seed, s.value, s.used, fresh.value, fresh.used)
			}
		}
	}
}

// More may be signed, more is covered; and more shops to choose from, never less.
func TestMoreIsNeverWorse(t *testing.T) {
	for seed := range uint64(60) {
		in, _ := small(seed, seed%2 == 1)
		last := int64(-1)
		for k := 1; k < 8; k++ {
			p := plan(t, in, Limits{Shops: k}, Options{Seed: 3})
			if p.Value < last-int64(len(in.Weights)) {
				t.Errorf("seed %d: %d shops cover %d, one less covers %d", seed, k, p.Value, last)
			}
			last = p.Value
		}
	}
}

// A seed gives one plan, whatever else the machine does; the progress only rises.
func TestSeedsDecide(t *testing.T) {
	in := quarter(t, 400, 120)
	var first *Plan
	for range 3 {
		last := Progress{}
		p := plan(t, in, Limits{Shops: 12, Chain: 1}, Options{Seed: 5, Effort: 0.01, Progress: func(p Progress) {
			if p.Done < last.Done || p.Value < last.Value || last.Bound > 0 && p.Bound > last.Bound {
				t.Errorf("%+v after %+v", p, last)
			}
			last = p
		}})
		if last.Done != 1 {
			t.Errorf("ended at %+v", last)
		}
		p.problem = nil
		if first == nil {
			first = p
		} else if !reflect.DeepEqual(first, p) {
			t.Errorf("%+v, then %+v", first, p)
		}
	}
}

// A plan that is cut off keeps what it has and has a bound that holds.
func TestCutOffPlansAreProved(t *testing.T) {
	in := quarter(t, 2000, 900)
	for _, when := range []string{"greedy", "bound", "search"} {
		ctx, cancel := context.WithCancel(context.Background())
		p, err := Make(ctx, in, Limits{Shops: 60}, Options{Progress: func(p Progress) {
			if p.Phase == when {
				cancel()
			}
		}})
		cancel()
		if err != nil || !p.Cut || len(p.Chosen) != 60 || p.Gap() > 0.2 {
			t.Fatalf("cut at %s: %v, gap %f, %+v", when, err, p.Gap(), p)
		}
		check(t, in, p)
	}
	p := plan(t, in, Limits{Shops: 60}, Options{Effort: 0.05})
	if p.Cut || p.Gap() > 0.01 {
		t.Errorf("whole: cut %v, gap %f", p.Cut, p.Gap())
	}
}

func TestWhatCannotBePlannedIsRefused(t *testing.T) {
	at := geo.Point{Lat: 31.2, Lng: 121.4}
	need := []Need{{"a", 0, 60, 1}}
	for _, c := range []struct {
		name  string
		point Point
		shop  Shop
		walk  float64
		limit Limits
		want  error
	}{
		{"no limit", Point{At: at, Weight: 1}, Shop{At: at, Chance: 1}, 800, Limits{}, ErrLimit},
		{"no walk", Point{At: at, Weight: 1}, Shop{At: at, Chance: 1}, math.NaN(), Limits{Shops: 1}, ErrWalk},
		{"long walk", Point{At: at, Weight: 1}, Shop{At: at, Chance: 1}, 1e6, Limits{Shops: 1}, ErrWalk},
		{"weight below 0", Point{At: at, Weight: -1}, Shop{At: at, Chance: 1}, 800, Limits{Shops: 1}, ErrWeight},
		{"weight NaN", Point{At: at, Weight: math.NaN()}, Shop{At: at, Chance: 1}, 800, Limits{Shops: 1}, ErrWeight},
		{"weight endless", Point{At: at, Weight: math.Inf(1)}, Shop{At: at, Chance: 1}, 800, Limits{Shops: 1}, ErrWeight},
		{"place off Earth", Point{At: geo.Point{Lat: 91}, Weight: 1}, Shop{At: at, Chance: 1}, 800, Limits{Shops: 1}, ErrPlace},
		{"shop off Earth", Point{At: at, Weight: 1}, Shop{At: geo.Point{Lat: math.NaN()}, Chance: 1}, 800, Limits{Shops: 1}, ErrPlace},
		{"no chance", Point{At: at, Weight: 1}, Shop{At: at}, 800, Limits{Shops: 1}, ErrChance},
		{"chance above one", Point{At: at, Weight: 1}, Shop{At: at, Chance: 1001}, 800, Limits{Shops: 1}, ErrChance},
		{"cost below 0", Point{At: at, Weight: 1}, Shop{At: at, Chance: 1, Cost: -1}, 800, Limits{Shops: 1}, ErrCost},
		{"nothing to refuse", Point{At: at, Weight: 1}, Shop{At: at, Category: "a", Chance: 1000}, 800, Limits{Shops: 1}, nil},
	} {
		in, err := Build([]Point{c.point}, need, []Shop{c.shop}, c.walk)
		if err == nil {
			_, err = Make(context.Background(), in, c.limit, Options{Effort: 0.001})
		}
		if !errors.Is(err, c.want) && (err != nil || c.want != nil) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

// Nothing to cover, nobody to cover it, signed shops beyond their cap: all are
// plans, of nothing.
func TestPlansOfNothing(t *testing.T) {
	at := geo.Point{Lat: 31.2, Lng: 121.4}
	need := []Need{{"a", 0, 60, 1}}
	point := []Point{{ID: "p", At: at, Weight: 1}}
	shop := func(signed bool, chain string) Shop {
		return Shop{At: at, Category: "a", Chance: Certain, Opens: -1, Closes: -1, Signed: signed, Chain: chain}
	}
	far := shop(true, "c")
	far.At.Lat += 1
	for name, c := range map[string]struct {
		points []Point
		shops  []Shop
		limits Limits
		want   int
	}{
		"empty":             {nil, nil, Limits{Shops: 3}, 0},
		"no shops":          {point, nil, Limits{Shops: 3}, 0},
		"no demand":         {nil, []Shop{shop(false, "")}, Limits{Shops: 3}, 0},
		"weights of 0":      {[]Point{{At: at}}, []Shop{shop(false, "")}, Limits{Budget: 5}, 0},
		"all signed":        {point, []Shop{shop(true, "")}, Limits{Shops: 3}, 0},
		"covered already":   {point, []Shop{shop(true, ""), shop(false, "")}, Limits{Shops: 3}, 0},
		"signed beyond cap": {point, []Shop{far, far, shop(false, "c")}, Limits{Shops: 3, Chain: 1}, 0},
		"category of 0":     {point, []Shop{shop(false, "")}, Limits{Shops: 3, Categories: map[string]int{"a": 0}}, 0},
		"costs nothing":     {point, []Shop{shop(false, "")}, Limits{Budget: 1}, 1},
		"duplicates":        {append(point, point...), []Shop{shop(false, ""), shop(false, "")}, Limits{Shops: 2}, 1},
	} {
		in, err := Build(c.points, need, c.shops, 800)
		if err != nil {
			t.Fatal(err)
		}
		p := plan(t, in, c.limits, Options{})
		if len(p.Chosen) != c.want || p.Gap() != 0 {
			t.Errorf("%s: %+v, gap %f", name, p, p.Gap())
		}
		check(t, in, p)
	}
}

// A grid finds exactly what a look at every place finds.
func TestBuildFindsWhatIsNear(t *testing.T) {
	in := quarter(t, 600, 150)
	for j, s := range in.Shops {
		var want []int32
		for e, el := range in.Elements {
			n := in.Needs[el.Need]
			if n.Category == s.Category && s.openFor(n) && geo.Distance(s.At, in.Places[el.Place].At) <= 800/Detour {
				want = append(want, int32(e))
			}
		}
		if got := in.Covered(j); !slices.Equal(got, want) {
			t.Fatalf("shop %d covers %v, want %v", j, got, want)
		}
	}
	for _, c := range []struct {
		opens, closes, from, until int
		open                       bool
	}{
		{-1, -1, 600, 720, true}, {600, 1320, 600, 720, true}, {660, 1320, 600, 720, true}, {661, 1320, 600, 720, false},
		{1080, 1560, 1260, 1410, true}, {1200, 1500, 0, 60, true}, {1200, 1440, 0, 60, false}, {0, 1440, 1380, 1500, true},
	} {
		if got := (Shop{Opens: c.opens, Closes: c.closes}).openFor(Need{From: c.from, Until: c.until}); got != c.open {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

// Usable days count those whose every stop is covered.
func TestDaysAreUsableWhole(t *testing.T) {
	at := geo.Point{Lat: 31.2, Lng: 121.4}
	far := geo.Point{Lat: 31.5, Lng: 121.4}
	in, err := Build([]Point{{ID: "p", At: at, Weight: 1}, {ID: "q", At: far, Weight: 1}}, []Need{{"a", 0, 60, 0.5}, {"b", 0, 60, 0.5}}, []Shop{
		{At: at, Category: "a", Signed: true, Opens: -1}, {At: at, Category: "b", Chance: Certain, Opens: -1}, {At: far, Category: "a", Chance: Certain, Opens: -1},
	}, 800)
	if err != nil {
		t.Fatal(err)
	}
	p := plan(t, in, Limits{Shops: 1, Categories: map[string]int{"a": 1}}, Options{Days: [][]int32{{0}, {0, 1}, {0, 2}, {3}, {}}})
	if want := (Days{Sampled: 5, Now: 2, Planned: 3, Ceiling: 4}); p.Usable != want {
		t.Errorf("%+v, want %+v", p.Usable, want)
	}
}

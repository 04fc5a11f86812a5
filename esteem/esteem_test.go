package esteem

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"citywalk/geo"

	"pgregory.net/rapid"
)

// made is a small city without a plan: members go near and far at random and
// like some shops better. Members are many enough for crowds.
func made(seed uint64, shops, members, visits int) Input {
	r := rand.New(rand.NewPCG(seed, 5))
	in := Input{Day: 1000, Days: 365}
	var good []float64
	for s := range shops {
		good = append(good, r.NormFloat64())
		in.Shops = append(in.Shops, Shop{
			Category: int32(r.IntN(3)), District: int32(r.IntN(2)),
			At:    geo.Point{Lat: 31 + 0.1*r.Float64(), Lng: 121 + 0.1*r.Float64()},
			Since: 0, Notes: 3.8 + 0.5*good[s] + 0.2*r.NormFloat64(), NotesVar: 0.05 + 0.2*r.Float64(),
		})
	}
	for range members {
		in.Members = append(in.Members, Member{Joined: int32(400 + r.IntN(300)), Credit: 1})
	}
	for len(in.Visits) < visits {
		v := Visit{Member: int32(r.IntN(members)), Shop: int32(float64(shops) * math.Pow(r.Float64(), 1.5)), Day: int32(640 + r.IntN(360)), Noon: r.IntN(4) == 0}
		in.Visits = append(in.Visits, v)
		if r.Float64() < expit(good[v.Shop]-0.5) {
			v.Day = min(999, v.Day+int32(r.IntN(60)))
			in.Visits = append(in.Visits, v)
		}
	}
	for range visits / 20 {
		in.Words = append(in.Words, Word{Member: int32(r.IntN(members)), Shop: int32(r.IntN(shops)), Rating: float64(1 + r.IntN(5)), Weight: r.Float64()})
	}
	return in
}

// The lists depend on what happened and not on the order in which it is told,
// and are the same every time.
func TestSameInputSameLists(t *testing.T) {
	in := made(1, 60, 400, 6000)
	before := Build(in)
	if len(before.Lists) == 0 {
		t.Fatal("no lists")
	}
	r := rand.New(rand.NewPCG(1, 1))
	in.Visits, in.Words = slices.Clone(in.Visits), slices.Clone(in.Words)
	r.Shuffle(len(in.Visits), func(i, j int) { in.Visits[i], in.Visits[j] = in.Visits[j], in.Visits[i] })
	if !reflect.DeepEqual(before.Lists, Build(in).Lists) {
		t.Error("another order of visits gives other lists")
	}
}

// A member is one voice: whatever he does at a shop beyond his second day there
// changes nothing of what the shop is ranked by, be it on the same day or on
// others.
func TestAThirdVisitBuysNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := made(uint64(rapid.IntRange(1, 50).Draw(t, "seed")), 30, 200, 2500)
		member := int32(rapid.IntRange(0, 199).Draw(t, "member"))
		shop := int32(rapid.IntRange(0, 29).Draw(t, "shop"))
		day := int32(rapid.IntRange(640, 900).Draw(t, "day"))
		in = twice(in, member, shop, day)
		before := count(in).shops[shop]
		for range rapid.IntRange(1, 10).Draw(t, "more visits") {
			at := day
			if rapid.Bool().Draw(t, "on other days") {
				at = int32(rapid.IntRange(int(day)+1, 999).Draw(t, "at"))
			}
			in.Visits = append(in.Visits, Visit{Member: member, Shop: shop, Day: at})
		}
		if after := count(in).shops[shop]; after != before {
			t.Fatalf("the shop has %+v, and %+v after more visits of one member", before, after)
		}
	})
}

// What is usual in a city moves a hair with one member's further visits, since
// his voice elsewhere does. In a city of some size that lifts nobody. (In one of
// thirty shops another shop may come to be ranked by it, which changes what is
// usual for all.)
func TestFurtherVisitsLiftNobody(t *testing.T) {
	for seed := range uint64(3) {
		in := made(seed+1, 300, 3000, 40_000)
		for shop := int32(0); shop < 300; shop += 60 {
			member, day := 7*shop, int32(700)
			now := twice(in, member, shop, day)
			stood := standing(now, shop)
			for more := range int32(10) {
				now.Visits = append(now.Visits, Visit{Member: member, Shop: shop, Day: day + 9*more})
			}
			if stands := standing(now, shop); stands > stood+0.01 {
				t.Errorf("seed %d: shop %d has regard %.4f, and %.4f after ten more visits of one member", seed, shop, stood, stands)
			}
		}
	}
}

// twice is the input in which a member was at a shop on two days and no others.
func twice(in Input, member, shop, day int32) Input {
	in.Visits = slices.DeleteFunc(slices.Clone(in.Visits), func(v Visit) bool { return v.Member == member && v.Shop == shop })
	in.Visits = append(in.Visits, Visit{Member: member, Shop: shop, Day: day}, Visit{Member: member, Shop: shop, Day: day + 1})
	return in
}

// standing is the regard of a shop, cautiously.
func standing(in Input, shop int32) float64 {
	s := Build(in).Shops[shop]
	return s.Regard - Caution*s.SD
}

// Members who are known from one shop alone, however many and however often they
// come, do not make it stand better.
func TestPuppetsOfOneShopBuyNothing(t *testing.T) {
	in := made(3, 40, 300, 4000)
	const shop = 30
	before := standing(in, shop)
	said := in.Shops[shop].Notes
	for p := range int32(200) {
		m := int32(len(in.Members))
		in.Members = append(in.Members, Member{Home: geo.Point{Lat: 31.3, Lng: 121.3}, Joined: 0, Credit: 1})
		for d := range int32(20) {
			in.Visits = append(in.Visits, Visit{Member: m, Shop: shop, Day: 700 + 12*d + p%7})
		}
	}
	if after := standing(in, shop); math.Abs(after-before) > 1e-9 {
		t.Errorf("regard %.4f, and %.4f with puppets", before, after)
	}
	// They also write, and the score believed them.
	for range 10 {
		in.Words = append(in.Words, Word{Member: -1, Shop: shop, Rating: said, Weight: 1})
	}
	for m := 300; m < 310; m++ {
		in.Words = append(in.Words, Word{Member: int32(m), Shop: shop, Rating: 5, Weight: 1})
	}
	in.Shops[shop].Notes = (said + 5) / 2
	if after := standing(in, shop); after > before+0.1 {
		t.Errorf("regard %.4f, and %.4f with puppets and their notes", before, after)
	}
}

// A group that shares a device is three voices at most.
func TestAGroupIsAHousehold(t *testing.T) {
	alone := elsewhere{shops: 10, days: 30, weeks: 20, here: 2, age: 300, group: 1, credit: 1}
	for _, size := range []int32{1, 2, 3, 4, 10, 100} {
		e := alone
		e.group = size
		if sum := e.weight() * float64(size); sum > Household*alone.weight()+1e-9 {
			t.Errorf("%d members of one group weigh %.2f, one alone %.2f", size, sum, alone.weight())
		}
	}
}

// A voice is between 0 and 1, grows with what is done elsewhere and not with
// what is done here.
func TestAVoiceIsEarnedElsewhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) float64 { return rapid.Float64Range(0, 400).Draw(t, name) }
		e := elsewhere{shops: draw("shops"), days: draw("days"), weeks: draw("weeks"), here: draw("here"), age: draw("age"), group: 1, credit: rapid.Float64Range(0, 1).Draw(t, "credit")}
		w, more := e.weight(), rapid.Float64Range(0, 50).Draw(t, "more")
		if w < 0 || w > 1 {
			t.Fatalf("weight %v", w)
		}
		grown := []elsewhere{e, e, e, e, e}
		grown[0].shops += more
		grown[1].days += more
		grown[2].weeks += more
		grown[3].age += more
		grown[4].here = math.Max(0, e.here-more)
		for k, g := range grown {
			if g.weight() < w-1e-12 {
				t.Fatalf("weight falls from %v to %v by the change %d", w, g.weight(), k)
			}
		}
		e.shops, e.days = 0, 0
		if e.weight() != 0 {
			t.Fatal("somebody who is known from here alone has a voice")
		}
	})
}

// Nobody can be read off a list: ranked shops have a crowd, shares have a crowd
// behind them, and counts are rounded. Places are 1, 2, 3 and lie between their
// ends.
func TestListsTellNobody(t *testing.T) {
	in := made(2, 80, 500, 5000)
	in.Shops[79].Since, in.Shops[78].Since = 990, 950
	for v := range in.Visits { // Nearly nobody knows them.
		in.Visits[v].Shop %= 78
	}
	in.Shops[Build(in).Lists[0].Entries[0].Shop].Closed = true // The first of a list.
	r := Build(in)
	seen := map[Kind]bool{}
	for _, l := range r.Lists {
		seen[l.Kind] = true
		for i, e := range l.Entries {
			sh := r.Shops[e.Shop]
			if in.Shops[e.Shop].Closed {
				t.Errorf("%s: a closed shop has place %d", l.Kind, e.Place)
			}
			if l.Kind == New {
				if e.Place != 0 || sh.Members >= Crowd || in.Day-in.Shops[e.Shop].Since >= NewDays {
					t.Errorf("new: %+v of %d members", e, sh.Members)
				}
				continue
			}
			if sh.Members < Crowd || e.Place != i+1 || e.Best > e.Place || e.Worst < e.Place || e.Score <= 0 || e.Score >= 1 {
				t.Errorf("%s: entry %+v of %d members", l.Kind, e, sh.Members)
			}
			if len(e.Reasons) == 0 {
				t.Errorf("%s: shop %d has no reason", l.Kind, e.Shop)
			}
			for _, reason := range e.Reasons {
				if reason.Of%5 != 0 || math.Abs(reason.Share*100-math.Round(reason.Share*100)) > 1e-9 {
					t.Errorf("%s: reason %+v", l.Kind, reason)
				}
			}
		}
	}
	for _, k := range []Kind{Back, Trip, Small, New} {
		if !seen[k] {
			t.Errorf("no list %s", k)
		}
	}
}

// A city of nobody, of one shop, or without positions has no lists and no
// figures that are none.
func TestEmptyCities(t *testing.T) {
	for _, in := range []Input{{Day: 100, Days: 30}, {Day: 100, Days: 30, Shops: make([]Shop, 1)}, {Day: 100, Days: 30, Shops: make([]Shop, 3), Members: make([]Member, 2), Visits: []Visit{{Day: 90}, {Member: 1, Shop: 2, Day: 95}, {Day: 100}}}} {
		r := Build(in)
		for s, sh := range r.Shops {
			if math.IsNaN(sh.Regard) || math.IsNaN(sh.SD) || math.IsNaN(sh.Score) {
				t.Errorf("shop %d: %+v", s, sh)
			}
		}
	}
}

// The intervals are as wide as they say: when shops are drawn again from what
// is known of them, nine of ten places are inside.
func TestPlacesBetween(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	bids := make([]bid, 40)
	for i := range bids {
		bids[i] = bid{shop: int32(i), mean: 2 - 0.05*float64(i), sd: 0.2 + 0.2*r.Float64()}
	}
	draw(bids)
	best, worst := between(bids)
	inside, all := 0.0, 0.0
	for range 500 {
		value := make([]float64, len(bids))
		for i, b := range bids {
			value[i] = b.mean + b.sd*r.NormFloat64()
		}
		for i := range bids {
			place := 1
			for j := range bids {
				if value[j] > value[i] {
					place++
				}
			}
			all++
			if place >= best[i] && place <= worst[i] {
				inside++
			}
		}
	}
	if share := inside / all; share < 0.87 || share > 0.95 {
		t.Errorf("%.3f of the places are between their ends, want about 0.9", share)
	}
}

// People of an office who have nothing else at noon do not make a shop one that
// locals came back to; where there is a choice they do.
func TestCanteens(t *testing.T) {
	run := func(choice bool) float64 {
		in := made(6, 60, 400, 5000)
		const shop = 59
		at := geo.Point{Lat: 31.3, Lng: 121.3}
		in.Shops[shop].At = at
		if choice {
			for s := 50; s < 59; s++ {
				in.Shops[s].At = at
			}
		}
		for v := range in.Visits {
			if in.Visits[v].Shop == shop {
				in.Visits[v].Shop = 0
			}
		}
		for m := range int32(40) {
			for d := int32(700); d < 980; d += 9 {
				if m%2 == 0 || d < 709 {
					in.Visits = append(in.Visits, Visit{Member: m, Shop: shop, Day: d + m%5, Noon: m < 30})
				}
			}
		}
		return Build(in).Shops[shop].Back.Of
	}
	if free, held := run(true), run(false); held >= free/2 {
		t.Errorf("%.1f locals are asked where there is nothing else, %.1f where there is", held, free)
	}
}

func BenchmarkBuild(b *testing.B) {
	in := made(9, 5000, 100_000, 1_000_000)
	b.ReportAllocs()
	for b.Loop() {
		Build(in)
	}
	b.ReportMetric(float64(len(in.Visits))*float64(b.N)/b.Elapsed().Seconds(), "visits/s")
}

package esteem

import (
	"bufio"
	"cmp"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"citywalk/db/dbtest"
	"citywalk/geo"
)

// newYork are real check-ins, of members and shops that nobody knows, over
// 17 months. There are no categories and no notes.
func newYork(t testing.TB) Input {
	var in Input
	shops := map[int]int32{}
	each(t, "foursquare-us/Foursquare_poi_coos.txt", func(line string) {
		var id int
		var at geo.Point
		if _, err := fmt.Sscan(line, &id, &at.Lat, &at.Lng); err != nil {
			t.Fatal(err)
		}
		if at.Lat > 40.5 && at.Lat < 40.95 && at.Lng > -74.3 && at.Lng < -73.65 {
			shops[id] = int32(len(in.Shops))
			in.Shops = append(in.Shops, Shop{Category: -1, District: -1, At: at})
		}
	})
	members := map[int]int32{}
	each(t, "foursquare-us/Foursquare_checkins.txt", func(line string) {
		var member, shop int
		var at float64
		if _, err := fmt.Sscan(line, &member, &shop, &at); err != nil {
			t.Fatal(err)
		}
		s, ok := shops[shop]
		if !ok {
			return
		}
		m, ok := members[member]
		if !ok {
			m = int32(len(in.Members))
			members[member] = m
			in.Members = append(in.Members, Member{Joined: int32(at / 86400), Credit: 1})
		}
		in.Visits = append(in.Visits, Visit{Member: m, Shop: s, Day: int32(at / 86400)})
	})
	return in
}

func each(t testing.TB, name string, read func(line string)) {
	f, err := os.Open(dbtest.Data(t, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		read(lines.Text())
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

// halves are what happened at each shop in two half-years, one after the other:
// how many members there were, how many of them came on another day, and how
// many visits.
type half struct{ members, again, visits []float64 }

func halves(in Input) (before, after half) {
	first := slices.MinFunc(in.Visits, func(a, b Visit) int { return cmp.Compare(a.Day, b.Day) }).Day
	of := func(from int32) half {
		h := half{make([]float64, len(in.Shops)), make([]float64, len(in.Shops)), make([]float64, len(in.Shops))}
		days := map[[2]int32]map[int32]bool{}
		for _, v := range in.Visits {
			if v.Day < from || v.Day >= from+180 {
				continue
			}
			h.visits[v.Shop]++
			k := [2]int32{v.Member, v.Shop}
			if days[k] == nil {
				days[k] = map[int32]bool{}
				h.members[v.Shop]++
			}
			if days[k][v.Day] = true; len(days[k]) == 2 && !days[k][-1] {
				days[k][-1] = true
				h.again[v.Shop]++
			}
		}
		return h
	}
	return of(first), of(first + 180)
}

// The share of members who come back says more of the next half-year when it is
// drawn to the usual than as it is, and both say more than the usual alone; and
// how many members a shop had says more of how many it will have that had not
// been there than how many visits there were.
func TestRealVisits(t *testing.T) {
	in := newYork(t)
	before, after := halves(in)
	tallies := make([]tally, len(in.Shops))
	var all Share
	for s := range tallies {
		tallies[s].back = Share{Part: before.again[s], Of: before.members[s], Count: int(before.members[s])}
		all.Part, all.Of = all.Part+before.again[s], all.Of+before.members[s]
	}
	usual := all.Part / all.Of
	shrink := shrinkage(tallies, usual)
	var drawn, raw, constant, shops float64
	for s := range tallies {
		if before.members[s] < 5 || after.members[s] < 5 {
			continue
		}
		next := after.again[s] / after.members[s]
		shops++
		drawn += square(next - (before.again[s]+shrink*usual)/(before.members[s]+shrink))
		raw += square(next - before.again[s]/before.members[s])
		constant += square(next - usual)
	}
	drawn, raw, constant = math.Sqrt(drawn/shops), math.Sqrt(raw/shops), math.Sqrt(constant/shops)
	t.Logf("%.0f shops, a = %.1f: RMSE of the next half-year's share %.4f drawn, %.4f raw, %.4f constant", shops, shrink, drawn, raw, constant)
	if shops < 100 || drawn >= raw || drawn >= constant {
		t.Error("the drawn share is not the best of the three")
	}
	fresh := newcomers(in)
	byMembers, byVisits := spearman(before.members, fresh), spearman(before.visits, fresh)
	t.Logf("rank correlation with the next half-year's new members: %.3f by members, %.3f by visits", byMembers, byVisits)
	if byMembers <= byVisits {
		t.Error("visits say more than members")
	}
}

// newcomers are how many members each shop has in the second half-year that had
// not been there in the first.
func newcomers(in Input) []float64 {
	first := slices.MinFunc(in.Visits, func(a, b Visit) int { return cmp.Compare(a.Day, b.Day) }).Day
	seen, out := map[[2]int32]bool{}, make([]float64, len(in.Shops))
	visits := slices.Clone(in.Visits)
	slices.SortStableFunc(visits, func(a, b Visit) int { return cmp.Compare(a.Day, b.Day) })
	for _, v := range visits {
		k := [2]int32{v.Member, v.Shop}
		if v.Day >= first+360 || seen[k] {
			continue
		}
		seen[k] = true
		if v.Day >= first+180 {
			out[v.Shop]++
		}
	}
	return out
}

// spearman is the rank correlation, with mean ranks of equals.
func spearman(x, y []float64) float64 {
	a, b := ranks(x), ranks(y)
	middle := float64(len(x)+1) / 2
	var xx, yy, xy float64
	for i := range a {
		xx, yy, xy = xx+square(a[i]-middle), yy+square(b[i]-middle), xy+(a[i]-middle)*(b[i]-middle)
	}
	return xy / math.Sqrt(xx*yy)
}

func ranks(v []float64) []float64 {
	order := make([]int, len(v))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(v[a], v[b]) })
	out := make([]float64, len(v))
	for from := 0; from < len(order); {
		to := from
		for ; to < len(order) && v[order[to]] == v[order[from]]; to++ {
		}
		for _, i := range order[from:to] {
			out[i] = float64(from+to+1) / 2
		}
		from = to
	}
	return out
}

func square(x float64) float64 { return x * x }

package main

import (
	"math"
	"math/rand/v2"
	"sort"

	"citywalk/score"
)

// madeTown makes a town of about so many notes, a sixth of them bought, for
// measuring time: it has the shape of a town, not the tricks of one.
func madeTown(notes int, seed uint64) *score.Town {
	r := rand.New(rand.NewPCG(seed, 31))
	t := &score.Town{Shops: make([]score.Shop, max(1, notes/25)), Authors: make([]score.Author, max(2, notes/3))}
	quality := make([]float64, len(t.Shops))
	busy := make([]float64, len(t.Shops))
	sum := 0.0
	for s := range t.Shops {
		t.Shops[s] = score.Shop{Category: int32(r.IntN(12)), Chain: -1}
		if r.Float64() < 0.25 {
			t.Shops[s].Chain = int32(r.IntN(1 + len(t.Shops)/40))
		}
		quality[s] = 3.8 + 0.45*r.NormFloat64()
		sum += math.Exp(0.9 * r.NormFloat64())
		busy[s] = sum
	}
	for a := range t.Authors {
		t.Authors[a] = score.Author{Followers: math.Floor(math.Exp(3 + 1.5*r.NormFloat64())), Created: float64(r.IntN(1500) - 1100)}
	}
	for range notes * 5 / 6 {
		s := min(len(busy)-1, sort.SearchFloat64s(busy, r.Float64()*sum))
		a := int(float64(len(t.Authors)) * math.Pow(r.Float64(), 2.5))
		t.Notes = append(t.Notes, madeNote(r, t, a, s, quality[s]+0.85*r.NormFloat64()))
	}
	for len(t.Notes) < notes {
		s, start, text := r.IntN(len(t.Shops)), r.Float64()*700, r.Uint64()|1
		for range min(5+r.IntN(20), notes-len(t.Notes)) {
			n := madeNote(r, t, len(t.Authors)-1-r.IntN(1+len(t.Authors)/5), s, 5)
			n.Day = math.Floor(start + 20*r.Float64())
			n.Likes *= 4
			if r.Float64() < 0.3 {
				n.Hash = text
			}
			t.Notes = append(t.Notes, n)
		}
	}
	return t
}

// madeNote is a note of an author who means such a rating.
func madeNote(r *rand.Rand, t *score.Town, author, shop int, means float64) score.Note {
	n := score.Note{Author: int32(author), Shop: int32(shop), Day: float64(r.IntN(730)), Hash: r.Uint64() | 1}
	n.Rating = math.Round(math.Max(1, math.Min(5, means)))
	if n.Starred = r.Float64() < 0.4; !n.Starred {
		n.Rating = math.Max(1, math.Min(5, n.Rating+0.4*r.NormFloat64()))
	}
	n.Likes = math.Floor(math.Exp(0.6*math.Log1p(t.Authors[author].Followers) + 0.9*r.NormFloat64() - 0.5))
	for k := range n.Aspects {
		if r.Float64() < 0.25 {
			n.Aspects[k] = float32(n.Rating)
		}
	}
	return n
}

// shrunkMeans are the yardsticks of worth: the mean of a shop's notes, which if
// shrunk is drawn to the city's by the variances between and within shops, by
// moments. Intervals are those of a normal with the variance within.
func shrunkMeans(t *score.Town, shrunk bool) []score.Estimate {
	means, counts := plainMeans(t)
	var all, total float64
	for s := range means {
		all, total = all+means[s]*counts[s], total+counts[s]
	}
	city := all / math.Max(1, total)
	var within, degrees, between, shops float64
	for i := range t.Notes {
		d := t.Notes[i].Rating - means[t.Notes[i].Shop]
		within += d * d
	}
	for s := range means {
		degrees += math.Max(0, counts[s]-1)
	}
	within /= math.Max(1, degrees)
	for s := range means {
		if counts[s] >= 3 {
			d := means[s] - city
			between, shops = between+d*d-within/counts[s], shops+1
		}
	}
	between = math.Max(0.01, between/math.Max(1, shops))
	out := make([]score.Estimate, len(means))
	for s := range out {
		k := 0.0
		if shrunk || counts[s] == 0 {
			k = within / between
		}
		e := score.Estimate{Notes: int(counts[s]), Mean: (means[s]*counts[s] + k*city) / (counts[s] + k)}
		e.SD = math.Sqrt(within / (counts[s] + k))
		e.Lo, e.Hi, e.Rank, e.Effective = e.Mean-1.645*e.SD, e.Mean+1.645*e.SD, e.Mean, counts[s]
		out[s] = e
	}
	return out
}

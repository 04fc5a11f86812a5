package score

import (
	"math"
	"math/rand/v2"
	"slices"
)

// A plan is a town to be made for a test. Its zero values are made sensible by
// newPlan; tests change what they are about.
type plan struct {
	seed           uint64
	shops, authors int
	days           float64
	busy           float64 // Median honest notes of a shop.
	shopSD         float64 // Spread of quality.
	opinionSD      float64 // Spread of one author's opinions.
	biasSD         float64
	readingSD      float64
	starred        float64 // Share of notes with stars.
	categories     int
	chained        float64
	changing       float64 // Share of shops that change once, by changeBy.
	changeBy       float64
	skew           float64 // How much people who like a place write more.
	viral          float64 // Share of shops with an honest rush.
	tone           float64 // How far above its stars a text is read.
	extreme        bool    // People give five stars or one.

	buying  float64    // Share of shops that buy.
	amount  float64    // Bought notes for each honest one.
	smeared float64    // Share of shops smeared by others.
	tricks  [5]float64 // How common each trick is.
	four    float64    // Share of four stars among bought praise.
	copied  float64    // Share of bought texts that are near copies.
	aged    bool       // Bought accounts are old, with honest notes of their own.
	liked   float64    // Factor on the likes of bought notes.
	hidden  bool       // Neither likes nor followers nor ages are known.
	labels  int        // Notes that a reviewer judged, drawn apart.
}

// The tricks.
const (
	rush    = iota // New accounts within two weeks.
	ring           // A fixed crew that serves many shops within a month.
	sponsor        // Well known honest authors who are paid now and then.
	trickle        // Single accounts over all the time.
	opening        // All at the shop's first days.
)

func newPlan(seed uint64) plan {
	return plan{
		seed: seed, shops: 900, authors: 7000, days: 600, busy: 10, shopSD: 0.45, opinionSD: 0.8, biasSD: 0.3, readingSD: 0.4,
		starred: 0.5, categories: 6, chained: 0.2, changing: 0.1, changeBy: 0.7, skew: 0.2, viral: 0.05,
		buying: 0.2, amount: 0.8, smeared: 0.02, tricks: [5]float64{1, 1, 1, 1, 0.5}, four: 0.2, copied: 0.4, liked: 4,
	}
}

// A truth is what only a test knows.
type truth struct {
	q      []float64
	buyer  []bool
	victim []bool
	bought []bool
	trick  []int
}

// A maker makes a town.
type maker struct {
	plan
	r       *rand.Rand
	town    *Town
	truth   truth
	bias    []float64
	weight  []float64 // Running sum of how much authors write.
	opened  []float64
	changed []float64 // Day of change; before it quality was was.
	was     []float64
	count   []int
	crews   [][]int32
	stars   []int32 // Well known authors.
}

func (p plan) make() (*Town, truth) {
	k := &maker{plan: p, r: rand.New(rand.NewPCG(p.seed, 2024)), town: &Town{}}
	k.people()
	k.places()
	for s := range p.shops {
		k.honest(s)
	}
	k.hire()
	for s := range p.shops {
		switch {
		case k.r.Float64() < p.buying*math.Exp(-0.6*(k.truth.q[s]-3.7)):
			k.truth.buyer[s] = true
			k.campaign(s, false)
		case p.buying > 0 && k.r.Float64() < p.smeared:
			k.truth.victim[s] = true
			k.campaign(s, true)
		}
	}
	k.finish()
	return k.town, k.truth
}

func (k *maker) people() {
	total := 0.0
	for range k.authors {
		k.person(math.Exp(3.2+1.4*k.r.NormFloat64()), k.r.Float64()*1800-1400, k.biasSD*k.r.NormFloat64())
		total += math.Pow(1-k.r.Float64(), -0.7) // Pareto.
		k.weight = append(k.weight, total)
	}
	for a := range k.authors {
		if k.town.Authors[a].Followers > 80 && k.r.Float64() < 0.3 {
			k.stars = append(k.stars, int32(a))
		}
	}
}

func (k *maker) person(followers, created, bias float64) int32 {
	k.town.Authors = append(k.town.Authors, Author{math.Floor(followers), math.Floor(created)})
	k.bias = append(k.bias, bias)
	return int32(len(k.town.Authors) - 1)
}

func (k *maker) places() {
	middle := make([]float64, k.categories)
	for c := range middle {
		middle[c] = 3.7 + 0.15*k.r.NormFloat64()
	}
	chains := make([]float64, max(1, k.shops/30))
	for c := range chains {
		chains[c] = 0.25 * k.r.NormFloat64()
	}
	for range k.shops {
		s := Shop{Category: int32(k.r.IntN(k.categories)), Chain: -1}
		q, sd := middle[s.Category], k.shopSD
		if k.r.Float64() < k.chained {
			s.Chain = int32(k.r.IntN(len(chains)))
			q, sd = q+chains[s.Chain], k.shopSD/2
		}
		q = math.Max(1.2, math.Min(4.95, q+sd*k.r.NormFloat64()))
		k.town.Shops = append(k.town.Shops, s)
		k.truth.q = append(k.truth.q, q)
		opened := 0.0
		if k.r.Float64() < 0.25 {
			opened = k.r.Float64() * k.days * 0.8
		}
		k.opened = append(k.opened, opened)
		was, changed := q, -1.0
		if k.r.Float64() < k.changing {
			changed = opened + (k.days-opened)*(0.3+0.5*k.r.Float64())
			was = math.Max(1.2, math.Min(4.95, q+k.changeBy*(float64(k.r.IntN(2))*2-1)))
		}
		k.was, k.changed = append(k.was, was), append(k.changed, changed)
	}
	k.truth.buyer, k.truth.victim, k.count = make([]bool, k.shops), make([]bool, k.shops), make([]int, k.shops)
}

// writer draws an author by how much they write.
func (k *maker) writer() int32 {
	i, _ := slices.BinarySearch(k.weight, k.r.Float64()*k.weight[len(k.weight)-1])
	return int32(min(i, k.authors-1))
}

// season draws a day after another, with a city that grows and has holidays.
func (k *maker) season(from float64) float64 {
	for {
		d := from + (k.days-from)*math.Sqrt(k.r.Float64())
		if math.Mod(d, 180) < 8 || k.r.Float64() < 0.5 {
			return d
		}
	}
}

// opinion is what an honest author writes of a shop.
func (k *maker) opinion(a int32, s int, day float64) float64 {
	q := k.truth.q[s]
	if day < k.changed[s] {
		q = k.was[s]
	}
	for {
		v := q + k.bias[a] + k.opinionSD*k.r.NormFloat64()
		if k.r.Float64() < math.Exp(k.skew*(math.Abs(v-3.5)-1.5)) {
			return v
		}
	}
}

func (k *maker) write(a int32, s int, day, v float64) *Note {
	stars := math.Round(math.Max(1, math.Min(5, v)))
	if k.extreme && stars >= 4 {
		stars = 5
	} else if k.extreme {
		stars = 1
	}
	n := Note{Author: a, Shop: int32(s), Day: math.Floor(day), Rating: stars, Hash: k.r.Uint64() | 1}
	if n.Starred = k.r.Float64() < k.starred; !n.Starred {
		n.Rating = math.Max(1, math.Min(5, stars+k.tone+k.readingSD*k.r.NormFloat64()))
	}
	f := k.town.Authors[a].Followers
	n.Likes = math.Floor(math.Exp(0.5*math.Log1p(f) + k.r.NormFloat64() - 0.3))
	if k.r.Float64() < 0.02 {
		n.Hash = uint64(k.r.IntN(8)+1) * 0x9e3779b97f4a7c15 // What everybody says.
	}
	for x := range n.Aspects {
		if k.r.Float64() < 0.3 {
			n.Aspects[x] = float32(math.Max(1, math.Min(5, v+0.6*k.r.NormFloat64())))
		}
	}
	k.town.Notes = append(k.town.Notes, n)
	k.truth.bought, k.truth.trick = append(k.truth.bought, false), append(k.truth.trick, -1)
	return &k.town.Notes[len(k.town.Notes)-1]
}

func (k *maker) honest(s int) {
	n := int(k.busy * math.Exp(0.9*k.r.NormFloat64()+0.3*(k.truth.q[s]-3.7)) * (1 - k.opened[s]/k.days))
	k.count[s] = n
	for range n {
		a := k.writer()
		day := math.Max(k.season(k.opened[s]), math.Min(k.days, k.town.Authors[a].Created))
		k.write(a, s, day, k.opinion(a, s, day))
	}
	if k.r.Float64() < k.viral {
		start := k.opened[s] + k.r.Float64()*(k.days-k.opened[s])
		for range 8 + k.r.IntN(30) {
			a, day := k.writer(), math.Min(k.days, start+5*k.r.ExpFloat64())
			k.write(a, s, day, k.opinion(a, s, day))
		}
	}
}

// hire makes crews, which write honest notes besides.
func (k *maker) hire() {
	for range max(1, k.shops/120) {
		var crew []int32
		for range 20 + k.r.IntN(30) {
			crew = append(crew, k.mule(k.r.Float64()*500-600, 2+k.r.IntN(4)))
		}
		k.crews = append(k.crews, crew)
	}
}

// mule makes an account that can be bought, with so many honest notes.
func (k *maker) mule(created float64, honest int) int32 {
	a := k.person(math.Exp(2.5+1.2*k.r.NormFloat64()), created, 0)
	for range honest {
		s := k.r.IntN(k.shops)
		day := math.Max(k.season(k.opened[s]), math.Max(0, created))
		k.write(a, s, day, k.opinion(a, s, day))
	}
	return a
}

// fresh makes an account for one bought note.
func (k *maker) fresh(day float64) int32 {
	if k.aged {
		return k.mule(-300-k.r.Float64()*900, 1+k.r.IntN(5))
	}
	return k.mule(day-k.r.Float64()*80, 0)
}

func (k *maker) campaign(s int, smear bool) {
	trick := 0
	if !smear {
		u := k.r.Float64() * (k.tricks[0] + k.tricks[1] + k.tricks[2] + k.tricks[3] + k.tricks[4])
		for u > k.tricks[trick] {
			u -= k.tricks[trick]
			trick++
		}
	}
	amount := 4 + int(k.amount*float64(k.count[s])*(0.5+k.r.Float64()))
	start := k.opened[s] + (k.days-k.opened[s])*(0.1+0.8*k.r.Float64())
	if trick == opening {
		start = k.opened[s]
	}
	text := k.r.Uint64() | 1
	crew := k.crews[k.r.IntN(len(k.crews))]
	for i := range amount {
		day := start + k.r.Float64()*12
		var a int32
		switch trick {
		case rush, opening:
			a = k.fresh(day)
		case ring:
			day = start + k.r.Float64()*35
			a = crew[(i*7+s)%len(crew)]
		case sponsor:
			day = start + k.r.Float64()*60
			a = k.stars[k.r.IntN(len(k.stars))]
		case trickle:
			day = k.season(k.opened[s])
			a = k.mule(k.r.Float64()*900-600, k.r.IntN(3))
		}
		k.bought(s, a, math.Min(day, k.days), smear, text)
		k.truth.trick[len(k.truth.trick)-1] = trick
	}
}

// bought writes a bought note.
func (k *maker) bought(s int, a int32, day float64, smear bool, text uint64) {
	v := 5.0
	if k.r.Float64() < k.four {
		v = 4
	}
	if smear {
		v = 6 - v
	}
	n := k.write(a, s, day, v)
	k.truth.bought[len(k.truth.bought)-1] = true
	n.Likes = math.Floor((n.Likes + 1) * k.liked)
	if k.r.Float64() < k.copied {
		n.Hash = text ^ 1<<k.r.IntN(64)
	}
}

// finish shuffles nothing but hides what is not known, and draws the labels.
func (k *maker) finish() {
	if k.hidden {
		for i := range k.town.Notes {
			k.town.Notes[i].Likes = -1
		}
		for a := range k.town.Authors {
			k.town.Authors[a] = Author{-1, math.NaN()}
		}
	}
	for range k.labels {
		i := k.r.IntN(len(k.town.Notes))
		k.town.Notes[i].Label = Honest
		if k.truth.bought[i] {
			k.town.Notes[i].Label = Bought
		}
	}
}

package score

import "math"

// aspectLeast is how many notes must speak of an aspect for it to be shown, by
// their weights.
const aspectLeast = 5

// An opinion is what a city's notes say of one aspect: its mean, the spread of
// shops around it and that of notes around a shop.
type opinion struct {
	Mean  float64 `json:"mean"`
	Shops float64 `json:"shops"`
	Notes float64 `json:"notes"`
}

func newOpinion() opinion { return opinion{Mean: 3.7, Shops: 0.5, Notes: 1} }

// said sums up what a shop's notes say of an aspect.
type said struct{ weight, mean, square float64 }

func saidOf(notes []line, note func(i int) *Note, aspect int) said {
	var s said
	for i := range notes {
		if v := float64(note(i).Aspects[aspect]); v != 0 {
			w := 1 - float64(notes[i].p)
			s.weight, s.mean, s.square = s.weight+w, s.mean+w*v, s.square+w*v*v
		}
	}
	if s.weight > 0 {
		s.mean /= s.weight
		s.square = math.Max(0, s.square-s.weight*s.mean*s.mean)
	}
	return s
}

// learn fits an opinion to what all shops' notes say, by moments.
func (o *opinion) learn(all []said) {
	const worth = 20 // Notes' worth of belief.
	before := newOpinion()
	sum, weight := worth*before.Mean, float64(worth)
	within, degrees := worth*before.Notes*before.Notes, float64(worth)
	for _, s := range all {
		sum, weight = sum+s.weight*s.mean, weight+s.weight
		if s.weight > 1 {
			within, degrees = within+s.square, degrees+s.weight-1
		}
	}
	o.Mean = sum / weight
	o.Notes = math.Sqrt(within / degrees)
	among, shops := worth*before.Shops*before.Shops, float64(worth)
	for _, s := range all {
		if s.weight > 1 {
			d := s.mean - o.Mean
			among, shops = among+d*d-o.Notes*o.Notes/s.weight, shops+1
		}
	}
	o.Shops = math.Sqrt(math.Max(0.01, among/shops))
}

// of is the aspect of one shop: normal around the city's, given its notes.
func (o *opinion) of(s said) Aspect {
	prior, own := 1/(o.Shops*o.Shops), s.weight/(o.Notes*o.Notes)
	mean, sd := (prior*o.Mean+own*s.mean)/(prior+own), 1/math.Sqrt(prior+own)
	const z = 1.6449
	return Aspect{Mean: mean, Lo: math.Max(1, mean-z*sd), Hi: math.Min(5, mean+z*sd), Effective: s.weight, OK: s.weight >= aspectLeast}
}

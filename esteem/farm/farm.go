// Package farm is the proof of package esteem: it makes cities whose truth is
// known, lets some shops farm the lists, and says what a way of ranking is worth
// there beside plainer ones.
//
//	Plan ─▶ City: members, shops, visits, notes ─▶ Rankings ─▶ Judge ─▶ Worth
//	          └─ truth: quality, who farms ──────────────────────▲
//
// What a member of the made city does is not what the lists assume. He has a
// home, sometimes an office, tastes of his own and habits; he eats where it is
// near, goes back where he liked it or where it is handy, and sometimes crosses
// the city for a place he heard of, or for a mall. How many come to a shop has
// next to nothing to do with its quality. Some shops are canteens of offices
// whose people have no choice. There are families on one device, tourists, and
// shops that opened last month.
//
// Farms: thirty shops that are not among the best have 8 to 32 puppets each, who
// say that they live far away, come again and again, write five stars, and pay at
// up to eight other shops to look like members; in a third of the farms they
// share devices. A quarter of the farms take care: their puppets come from far
// for all that can be seen and their accounts are old.
//
// Notes go through package score, as in the product. Nothing here is read by the
// lists but what a database would know.
package farm

import (
	"citywalk/esteem"
	"citywalk/geo"
	"citywalk/score"
)

// A Plan of a city.
type Plan struct {
	Seed      uint64
	Shops     int
	Members   int
	Days      int
	Visits    float64 // Of a member in the whole time, on average.
	Farms     int
	Fewest    int     // Puppets of a farm.
	Most      int     // Puppets of a farm.
	Elsewhere int     // Visits that a puppet pays elsewhere, at most.
	Careful   float64 // Share of the farms that take care.
	Sharing   float64 // Share of the farms whose puppets share devices.
	Tourists  float64 // Share of members.
}

// NewPlan is the city that the bars are about. Farms may be set to 0.
func NewPlan(seed uint64) Plan {
	return Plan{Seed: seed, Shops: 600, Members: 15_000, Days: 365, Visits: 20, Farms: 30, Fewest: 8, Most: 32, Elsewhere: 8, Careful: 0.25, Sharing: 0.33, Tourists: 0.12}
}

// A City is what was made. Truth and Farmed are for judges alone.
type City struct {
	Input  esteem.Input // Without what notes say.
	Town   score.Town
	Truth  []float64 // Quality of each shop, standard normal.
	Farmed []bool
	At     []geo.Point // Where members live, for the yardstick of kilometres: what the platform would think.
}

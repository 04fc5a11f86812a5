// Package esteem makes the public lists of shops (街榜) from what members do:
// which shops locals come back to, which ones people cross the city for, which
// small ones are loved, which are new.
//
//	visits ─▶ voices: one for each member and shop, weighed by trust
//	              │
//	              ├─▶ back: share of locals who came back, against what the
//	              │   category, the hour and the choice nearby let expect
//	              ├─▶ trip: members from far, against a gravity model
//	notes ────────┼─▶ notes: what package score says
//	              ▼
//	      one factor: the regard for each shop, with its uncertainty
//	              ▼
//	      lists, by category and district: place, between which places, why
//
// What cannot be bought. A member is one voice at a shop, however often he
// comes: his second day there counts and his third does not. What the voice
// weighs is earned elsewhere, from days, shops and weeks at other shops and
// from the age of the account; nothing that he does at a shop adds to his
// weight there, and who is known from one shop alone weighs nothing there.
// Members who share a device or a payer are three voices at most. Kilometres
// are not counted; being from far needs both where the member says that he
// lives and where his other visits are. What only one signal says counts half in
// the list that it makes, and lists go by a cautious figure, half a standard
// deviation below the mean.
//
// A shop is ranked when at least 15 members visited it in the window, and
// published counts are rounded: nobody can be read off a list. A shop that is
// new and not there yet is listed as new, without a place. Tourists, who are no
// locals and say of no home, have a list of their own, of first visits.
//
// A local is a member with three active weeks, of which the shop in question
// gives one at most. A local whose first visit in the window is of the last two
// weeks is not asked yet whether he came back, and one who comes at working
// noons only is asked nowhere but where five others are near to choose from.
//
// The work is O(visits) for the voices and O(shops) for the rest, with constants
// for zones (at most 256) and for draws of places. The same input gives the
// same lists. There is no SQL, no clock and no text here.
//
// What it does not do: it finds no rings. Puppets that live like members, paying
// at many honest shops over months, are members to it; who shares what is told
// by the caller.
package esteem

import (
	"math"

	"citywalk/geo"
)

// What the rules are. They are public, and the page of the rules shows them.
const (
	Crowd       = 15   // Members before a shop is ranked, and tourists before it is on theirs.
	LocalWeeks  = 3    // Active weeks of a local.
	SettleDays  = 14   // Days before it is asked whether somebody came back.
	FarMetres   = 5000 // From where on somebody came from far.
	Household   = 3    // Voices of those who share a device or a payer.
	NewDays     = 90   // How long a shop is new.
	NearMetres  = 500  // Within which another shop is a choice.
	Choices     = 5    // How many of them make coming back at noon a choice.
	PlaceMetres = 300  // Within which shops share what their place draws.
	Published   = 100  // Places of a list.
	Caution     = 0.5  // Standard deviations below the mean.
	Unsupported = 0.5  // What counts of that which only one signal says.
)

// A Visit is one paid visit.
type Visit struct {
	Member, Shop int32 // Indexes into the Input.
	Day          int32 // Days since any epoch, in the city's zone.
	Noon         bool  // On a working day around noon.
}

// A Member is who visits.
type Member struct {
	Home   geo.Point // Where he says that he lives or works; the zero Point if he does not say.
	Joined int32     // Day.
	Group  int32     // Those who share a device or a payer have the same; 0 for none.
	Credit float64   // 0 to 1: 1 if nothing speaks against him, such as bills that cannot be.
}

// A Shop is what is listed.
type Shop struct {
	Category, District int32 // -1 if it has none.
	At                 geo.Point
	Since              int32   // Day on which members could first go.
	Closed             bool    // Is not listed now; its visits still speak for their members.
	Notes              float64 // What its notes alone say of its quality, on any scale; see Alone.
	NotesVar           float64 // Variance of that; 0 if there are no notes.
}

// A Word is a note. Package score read it among all others; here the voice of
// its writer at the shop is laid on it. Of those who are no members, or did not
// visit in the window, it is thought what the score thought.
type Word struct {
	Member int32 // -1 if he is none.
	Shop   int32
	Rating float64 // 1 to 5.
	Weight float64 // What it counted for in the shop's score, 0 to 1.
}

// An Input is all that is known of one city.
type Input struct {
	Visits  []Visit // In any order. Those before the window speak for their members only.
	Words   []Word  // In any order.
	Members []Member
	Shops   []Shop
	Day     int32 // The first day that does not count any more.
	Days    int32 // Length of the window: 180 for the day's lists, 365 for the year's.
}

// A Kind of list.
type Kind string

// The kinds.
const (
	Back    Kind = "back"    // Locals came back.
	Trip    Kind = "trip"    // Worth the trip.
	Small   Kind = "small"   // Small and loved: in the smaller half of its category, and regarded above the usual for sure, also without what is written.
	New     Kind = "new"     // New, without places.
	Tourist Kind = "tourist" // Tourists' first visits.
)

// Kinds are all kinds, in the order of the page.
var Kinds = []Kind{Back, Trip, Small, New, Tourist}

// A Result is what the lists are made of, shops in the order of the Input.
type Result struct {
	Shops    []Standing
	Lists    []List // By kind, category and district; those without entries are left out.
	Loadings [signals]float64
	Decay    float64 // Metres over which visits fall to 1/e.
	Shrink   float64 // Locals that the usual share counts for.

	rest [signals]float64
}

// A Standing is what is thought of one shop. Regard has mean 0 and standard
// deviation 1 over the city, against the shop's category.
type Standing struct {
	Ranked   bool
	Regard   float64
	SD       float64
	Score    float64 // 0 to 1: which share of shops it is above, cautiously.
	Reasons  []Reason
	Signals  [signals]Signal
	Members  int     // Distinct, in the window.
	Weight   float64 // Of their voices.
	Back     Share   // Locals who came back.
	Far      Share   // Members from more than FarMetres.
	Tourists int
	Choices  int // Shops of its category within NearMetres.

	own                 [2]own  // For the lists of one signal.
	deeds               float64 // Regard without what is written.
	usualBack, usualFar float64
	foreign             own // Of tourists.
}

// A Share is a weighted part of something.
type Share struct {
	Part, Of float64 // Sums of weights.
	Count    int     // How many members are behind Of.
	squares  float64
}

// effective is how many equal voices are as sure as these.
func (s Share) effective() float64 { return s.Of * s.Of / math.Max(1e-9, s.squares) }

// A Signal is one of the things that speak of regard. Value is above or below
// the usual, Var what is not known of it; a Var of 0 means that there is none.
type Signal struct{ Value, Var float64 }

// The signals.
const (
	back = iota
	trip
	notes
	signals
)

// A List is a list of one kind, of one category and district or (-1) of all.
type List struct {
	Kind               Kind
	Category, District int32
	Entries            []Entry
}

// An Entry is a shop's place. Between Best and Worst its place is with a
// probability of nine tenths. New shops have no places.
type Entry struct {
	Shop               int32
	Place, Best, Worst int
	Score              float64 // 0 to 1.
	Reasons            []Reason
}

// A Reason says why a shop stands there, in figures that may be published.
type Reason struct {
	What  What    `json:"what"`
	Share float64 `json:"share,omitempty"` // 0 to 1, rounded.
	Usual float64 `json:"usual,omitempty"` // The same of the category.
	Of    int     `json:"of,omitempty"`    // Of about how many, rounded down.
}

// What a reason says.
type What string

// What reasons say.
const (
	CameBack What = "came-back" // Share of locals came back.
	FromFar  What = "from-far"  // Share came from more than FarMetres.
	Praised  What = "praised"   // Notes are above the usual.
	Few      What = "few"       // About Of members in the window: few for its category.
	Opened   What = "opened"    // New.
	Visited  What = "visited"   // About Of tourists went there first.
)

// Build makes the lists of a city.
func Build(in Input) Result {
	t := count(in)
	g := t.gravity(in)
	r := Result{Shops: make([]Standing, len(in.Shops)), Decay: g.decay}
	for s := range r.Shops {
		r.Shops[s] = t.shops[s].standing()
		r.Shops[s].Choices = t.choices[s]
		r.Shops[s].Ranked = r.Shops[s].Members >= Crowd && !in.Shops[s].Closed
	}
	r.Shrink = r.backs(in, t)
	r.trips(in, g)
	r.notes(in, t)
	r.fuse()
	r.tourists(in, t)
	r.explain()
	r.list(in)
	return r
}

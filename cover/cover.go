// Package cover plans which shops to sign next, so that the card is of use
// where its members are, and proves how good the plan is.
//
// # The problem
//
// A demand element is a place (a metro station, a sight, a hotel, where members
// live or work) with a category and a time of day; its weight is how many
// visits are expected of it. A shop covers an element if it is of the category,
// is open then, and can be walked to. Walking distance is the straight line
// times 1.3. Shops that signed already are given. Wanted is the set of further
// shops that covers the most weight within limits: how many, what they cost
// together, how many of a category, how many of a chain.
//
// An element counts once, however many shops cover it. If shops sign with a
// probability only (Shop.Chance), it counts with the probability that at least
// one of the chosen does: w (1 - prod (1 - p)). Both are monotone and
// submodular, the second is the first for chances of one, and one engine does
// both. A signed shop is certain.
//
// # The method
//
// Greedy twice, by gain and by gain for cost, the better one kept. The gains of
// all shops are kept up to date with every change, so that each step picks by a
// look through one array; what it picks is what lazy evaluation picks. Then
// destroy and repair: two to eight sites that are of little use or neighbours
// are taken out and the best put in, and a plan that is a little worse is
// accepted early on and less and less later. Two searches run beside each
// other and meet after every round, on as many processors as there are; how
// much is searched is counted in steps, not seconds, so that a seed gives the
// same plan however many processors there are and whatever else they do.
//
// # The bound
//
// For an element of weight w let P_1 >= P_2 >= ... be the chances of the shops
// that could cover it. For any price u >= 0 and any set S of them
//
//	w (1 - prod over S of (1 - p_j)) <= max over k of [w (1 - prod (1 - P_i)) - u sum P_i] + u * sum over S of p_j
//
// with i up to k on the right. For the left side less the last term is linear
// in each single p_j: in a set for which it is greatest nothing is lost if a
// chance is exchanged for a greater one, so that the k greatest chances are such
// a set. (Of the chances at one element eight are told apart, and the others
// raised to the eighth, which makes the maximum no smaller.) Summed over the
// elements, with a price v >= 0 for each unit of each limit, no plan is worth
// more than
//
//	sum of the maxima + sum of v_l cap_l + sum over shops of max(0, p_j sum u_d - sum v_l a_lj)
//
// Any prices give a valid bound, for certain shops and for others; good ones are
// found by a subgradient with Polyak's step. With chances of one the maximum is
// w - u and this is the Lagrangian bound of maximum coverage, as good as its
// linear relaxation. With equal chances the maximum is the concave hull of the
// element's own values. With unequal chances the bound is as valid and not as
// good: most of the gap that is certified then is the bound's.
//
// # The certificate
//
// What was found is written into a file with the whole instance, the choice and
// the prices, all of it whole numbers (see Write for the format). Check needs
// nothing else: it reads the file once, recomputes value and bound in integers,
// rounded against the plan where they have to be rounded, and shares no code
// with the planner. It does not see whether the instance is that of the city.
//
// # What is not done
//
// Straight lines ignore rivers and railways. Usable days are reported, not
// optimised: they are not submodular. Nothing is read or written here but what
// is handed in.
package cover

import (
	"math"

	"citywalk/fault"
	"citywalk/geo"
)

// Refusals of instances and limits.
var (
	ErrLimit  = fault.New(fault.Invalid, "cover.limit", fault.Operator, "请说明最多签几家店，或者预算是多少。", "Say how many shops may be signed, or what they may cost.")
	ErrWalk   = fault.New(fault.Invalid, "cover.walk", fault.Operator, "步行距离要在 50 到 20000 米之间。", "The walk is from 50 to 20000 metres.")
	ErrPlace  = fault.New(fault.Invalid, "cover.place", fault.Operator, "{id} 的位置不对，请检查经纬度。", "The position of {id} is not on Earth. Check latitude and longitude.")
	ErrWeight = fault.New(fault.Invalid, "cover.weight", fault.Operator, "{id} 的需求量不对：不能是负数，全部相加不超过 10 亿次。", "The weight of {id} cannot be: none is below 0, and all together are at most a thousand million visits.")
	ErrChance = fault.New(fault.Invalid, "cover.chance", fault.Operator, "{id} 的签约概率不对，应在千分之 1 到 1000 之间。", "The chance of {id} to sign is not from 1 to 1000 in a thousand.")
	ErrCost   = fault.New(fault.Invalid, "cover.cost", fault.Operator, "{id} 的签约成本不对，应在 0 到 100 万元之间。", "The cost of signing {id} is not from 0 to a million yuan.")
	ErrLarge  = fault.New(fault.TooLarge, "cover.large", fault.Operator, "规划的范围太大了，请缩小城市范围或缩短步行距离。", "This is too much to plan at once. Plan a part of the city, or a shorter walk.")
)

// Detour is how much longer a walk is than the straight line.
const Detour = 1.3

// MetresAMinute is how far a person walks in a minute.
const MetresAMinute = 80

// Unit is how many weight units one expected visit is: weights are whole
// numbers from here on.
const Unit = 1_000_000

// Certain is the chance of a shop that is sure to sign.
const Certain = 1000

const (
	weightMax = 1_000_000_000 * Unit // Of all elements together: exact in a float64.
	costMax   = 100_000_000          // Fen.
	cellsMax  = 1 << 30              // Pairs of shop and element.
	walkMin   = 50
	walkMax   = 20_000
)

// A Point is a place that demand comes from.
type Point struct {
	ID     string
	Name   string
	At     geo.Point
	Weight float64   // Visits expected of it, all needs together.
	Shares []float64 // How its weight falls on the needs; nil for each need's own share.
}

// A Need is a category at a time of day, minutes from midnight, [From, Until).
type Need struct {
	Category    string
	From, Until int
	Share       float64 // Of a place's weight, where the place has no shares of its own.
}

// A Shop may be signed, or is.
type Shop struct {
	ID       string
	Name     string
	Address  string
	Category string // As needs name it.
	Chain    string // "" for none.
	At       geo.Point
	Opens    int   // Minute of the day; below 0 unknown, which counts as open.
	Closes   int   // Minute of the day, beyond 1440 past midnight; below 0 unknown.
	Cost     int64 // Fen that signing it takes.
	Chance   int   // In a thousand, that it signs: 1..Certain. A signed shop is certain.
	Signed   bool
}

// An Element is one demand element: a place and a need, by their numbers.
type Element struct{ Place, Need int32 }

// An Instance is demand, shops, and which covers what. Build makes it.
type Instance struct {
	City     string
	Places   []Point
	Needs    []Need
	Shops    []Shop
	Elements []Element
	Weights  []int64 // Of the elements, in weight units.
	Starts   []int32 // Of each shop's part of Covers; one more than shops.
	Covers   []int32 // Elements that each shop covers, ascending.
}

// Covered returns the elements that a shop covers.
func (in *Instance) Covered(shop int) []int32 { return in.Covers[in.Starts[shop]:in.Starts[shop+1]] }

// Total is the weight of all elements, in weight units.
func (in *Instance) Total() int64 {
	sum := int64(0)
	for _, w := range in.Weights {
		sum += w
	}
	return sum
}

// Limits bound a plan. Nothing is bounded by 0, except that Shops or Budget is
// needed. Shops that are signed already count against the caps on categories
// and chains; where they exceed one, no more are chosen.
type Limits struct {
	Shops      int            // New shops.
	Budget     int64          // Fen.
	Categories map[string]int // Shops of a category; of those not named, any number.
	Chain      int            // Shops of one chain.
}

// check refuses what cannot be planned.
func (in *Instance) check() error {
	total := 0.0
	for i, w := range in.Weights {
		if total += float64(w); w < 0 || total > weightMax {
			return ErrWeight.With("id", in.Places[in.Elements[i].Place].ID)
		}
	}
	for _, s := range in.Shops {
		switch {
		case !s.At.Valid():
			return ErrPlace.With("id", s.ID)
		case !s.Signed && (s.Chance < 1 || s.Chance > Certain):
			return ErrChance.With("id", s.ID)
		case s.Cost < 0 || s.Cost > costMax:
			return ErrCost.With("id", s.ID)
		}
	}
	return nil
}

// units turns visits into weight units.
func units(visits float64) int64 { return int64(math.Round(visits * Unit)) }

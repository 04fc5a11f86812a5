package atlas

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"

	"citywalk/geo"
)

// A Phrase matches where at most Lack of its terms are missing.
type Phrase struct {
	Terms  []Term
	Weight float32 // 0..1: how much a match is worth.
	Lack   int
}

// A Clause matches where one of its phrases does; the best one counts. Kinds of
// clauses: a word with its synonyms, a name with its near spellings.
type Clause struct{ Any []Phrase }

// A Query asks. Its zero value asks for everything, best first.
type Query struct {
	Clauses []Clause
	Loose   int        // How many clauses may be missing; one at least must match.
	Near    *geo.Point // Where from; nil is anywhere.
	Within  float64    // Metres from Near; 0 is any distance.
	Reach   float64    // Metres at which nearness is worth half, for Best; 0 is 1,500.
	Filter  Filter
	Sort    Sort
	Taste   map[string]float32 // Liking of categories, 0..1; only if the member chose it.
	Limit   int                // 0 is 20, at most 500.
	After   Cursor             // Where the page before ended; the zero cursor begins.
	Facets  bool               // Count the matches as well.
	Bands   []int32            // Lower ends of price bands for the facets, ascending.
}

// A Filter leaves out what does not hold; its zero value leaves out nothing.
// What is unknown of a place (price, hours) is left out when it is asked for.
type Filter struct {
	Categories []string // One of these; likewise districts and areas.
	Districts  []string
	Areas      []string
	PriceMin   int32     // Inclusive.
	PriceMax   int32     // Inclusive; 0 is no limit.
	OpenAt     time.Time // Local time at which it is open.
	CardAt     time.Time // Local time at which the card works.
	All        Flags     // These are set.
	Some       Flags     // One of these is set.
	None       Flags     // None of these is set.
}

// labels are the filter's categories, districts and areas.
func (f *Filter) labels() [3][]string { return [3][]string{f.Categories, f.Districts, f.Areas} }

// A Sort is an order; ties are broken by id.
type Sort uint8

const (
	Best     Sort = iota // Best match, see the package comment.
	Distance             // Nearest first; needs Near.
	Score                // Highest Score first.
	Saving               // Highest Saving first.
	sorts
)

// An Answer is one page.
type Answer struct {
	Hits   []Hit
	Next   Cursor // Zero if this is the last page.
	Facets *Facets
}

// A Hit is one place found. Its id and its payload are the index's own, and to
// be copied if they are kept, because they keep the whole index of their time in
// memory.
type Hit struct {
	ID       string
	Distance float64 // Metres; 0 without Near.
	Score    float32 // Of Best, 0..1; otherwise what it was sorted by.
	Matched  []Match // One for each clause that matched.
	Payload  string
}

// A Match says which phrase of a clause was best, and what it was worth.
type Match struct {
	Clause, Phrase int
	Worth          float32 // 0..1.
}

// Facets are counts over all matches, largest first. If there are more than
// 50,000 they are estimated from one document in sixteen, chosen by id, and
// About is set.
type Facets struct {
	Total                        int
	About                        bool
	Categories, Districts, Areas []Count
	Bands                        []int // For each of the query's bands.
	Flags                        [32]int
}

// A Count is how many matches have a label.
type Count struct {
	Label string
	N     int
}

// Bounds of one query. They bound what it costs in time and memory.
const (
	limitDefault = 20
	limitMax     = 500
	clausesMax   = 16
	phrasesMax   = 64 // Of all clauses together.
	queryTerms   = 256
	labelsMax    = 64 // Of each kind in a filter.
	reachDefault = 1500
)

// ErrQuery refuses a query that cannot be meant.
var ErrQuery = errors.New("atlas: not a query")

// tidy refuses what cannot be meant and fills in what was left out.
func (q Query) tidy() (Query, error) {
	bad := ""
	switch {
	case q.Near != nil && !q.Near.Valid():
		bad = "near is not on Earth"
	case !(q.Within >= 0) || !(q.Reach >= 0) || math.IsInf(q.Reach, 1):
		bad = "a distance is negative or no number"
	case q.Sort >= sorts || q.Sort == Distance && q.Near == nil:
		bad = "this order needs a point, or is none"
	case q.Limit < 0 || q.Loose < 0:
		bad = "a number is negative"
	case len(q.Filter.Categories) > labelsMax || len(q.Filter.Districts) > labelsMax || len(q.Filter.Areas) > labelsMax || len(q.Bands) > labelsMax || len(q.Taste) > 1024:
		bad = "too many labels"
	case q.After != (Cursor{}) && q.After.sort != q.Sort:
		bad = "the cursor is of another order"
	default:
		bad = checkClauses(q.Clauses)
	}
	if bad != "" {
		return q, fmt.Errorf("%w: %s", ErrQuery, bad)
	}
	if q.Limit == 0 {
		q.Limit = limitDefault
	}
	q.Limit = min(q.Limit, limitMax)
	if q.Reach == 0 {
		q.Reach = reachDefault
	}
	if q.Within == 0 || q.Near == nil {
		q.Within = math.Inf(1)
	}
	return q, nil
}

func checkClauses(clauses []Clause) string {
	phrases, terms := 0, 0
	for _, c := range clauses {
		phrases += len(c.Any)
		for _, p := range c.Any {
			terms += len(p.Terms)
			if !(p.Weight >= 0 && p.Weight <= 1) || p.Lack < 0 || p.Lack >= len(p.Terms) {
				return "a phrase has a weight beyond 0..1, no terms, or may lack them all"
			}
		}
	}
	if len(clauses) > clausesMax || phrases > phrasesMax || terms > queryTerms {
		return "too long"
	}
	return ""
}

// A Cursor is a place in an order: what comes after it is the next page, also
// when documents came and went in between.
type Cursor struct {
	sort Sort
	on   bool
	key  float64
	id   string
}

// String is the cursor for an address; "" if it is zero.
func (c Cursor) String() string {
	if !c.on {
		return ""
	}
	b := binary.BigEndian.AppendUint64([]byte{byte(c.sort)}, math.Float64bits(c.key))
	return base64.RawURLEncoding.EncodeToString(append(b, c.id...))
}

// ParseCursor reads what String wrote.
func ParseCursor(s string) (Cursor, error) {
	if s == "" {
		return Cursor{}, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) < 10 || len(b) > 9+idMax || Sort(b[0]) >= sorts {
		return Cursor{}, fmt.Errorf("%w: not a cursor", ErrQuery)
	}
	c := Cursor{sort: Sort(b[0]), on: true, key: math.Float64frombits(binary.BigEndian.Uint64(b[1:])), id: string(b[9:])}
	if math.IsNaN(c.key) {
		return Cursor{}, fmt.Errorf("%w: not a cursor", ErrQuery)
	}
	return c, nil
}

// Package atlas is the index of one city's places, in memory: what is near,
// what is open, what is asked for, best first. It knows places only as points
// with terms, columns and a payload; what the terms mean is its caller's.
//
// The order of Best is text * (1 + near + prior/2 + 0.3*taste), each 0..1 and
// the whole divided by its largest value. The text is the share of the query's
// clauses that matched, each weighing what its commonest phrase says (idf) and
// worth what its best phrase is worth. Nearness is 1/(1 + metres/reach). Ties
// are broken by id in every order.
//
// How a search finds the best without looking at the rest:
//
//	query -> leads -> boxes, best bound first -> documents -> the best 20
//	          |         |                          |
//	          |         where, flags, prior        a bit for each filter, then
//	          |         and weight at most         the pin, the row, the words
//	          the postings that the fewest documents have
//
// Documents are numbered by tiers of their prior, and by place within a tier.
// So each term's postings, in the order of the numbers, can be cut into a tree
// whose boxes hold documents that are alike (tree.go); a walk goes into that box
// next which could hold the best, and ends when none could hold a better one
// than the hits so far (walk.go). What a search waits for is memory, so a
// posting knows roughly where its document is and its prior, and most of a leaf
// is ruled out without going to the documents (pin.go); common lists are rows of
// bits too, which the sieve takes like flags (common.go); and terms that the
// same documents have share a list. Phrases of several terms are met by going
// through the postings of the rarest, a list at a time (meet.go). What is
// nearest goes by a tree of places alone, that of all documents or that of a
// label (sheaf.go, near.go). Facets go over all that match, 64 documents at
// once (sweep.go).
//
// Changes make small segments beside a large one, which are merged like the
// digits of a number, and everything beside the readers when enough is new or
// gone (merge.go). A segment never changes, so ids and payloads of hits are
// given out without a copy.
package atlas

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"citywalk/geo"
)

// A Term is what documents are found by: the hash of a kind (name, dish, area,
// as the caller counts them from 1) and a text.
type Term uint64

// TermOf returns the term of a text. It is the same on every machine and in
// every version, because snapshots keep it. Kind 0 is the index's own.
func TermOf(kind byte, text string) Term {
	h := uint64(14695981039346656037)
	h = (h ^ uint64(kind)) * 1099511628211
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * 1099511628211
	}
	return Term(mix(h))
}

// mix spreads every bit of h over all of them (the end of MurmurHash3).
func mix(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// Weighted is a term and how much its document is about it, 1 to 255; the name
// says more than a dish. Of a term that stands twice the heavier counts.
type Weighted struct {
	Term   Term
	Weight uint8
}

// Flags are up to 32 properties, whose meaning is the caller's.
type Flags uint32

// A Doc is one place.
type Doc struct {
	ID       string    // Unique; breaks ties.
	Point    geo.Point // Kept to 1e-7 degrees, about a centimetre.
	Terms    []Weighted
	Category string // Category, district and area are filters and facets; "" is unknown.
	District string
	Area     string
	Price    int32    // Per head, in the smallest unit of the currency (fen); 0 is unknown.
	Opens    int16    // Minute of day, -1 unknown.
	Closes   int16    // Minute of day, beyond 1440 past midnight; -1 unknown.
	Card     Schedule // When the card works here; the zero schedule is never.
	Flags    Flags
	Prior    float32 // 0..1: what speaks for the place whatever is asked; part of Best.
	Score    float32 // Sort by Score.
	Saving   int32   // On a typical bill, smallest unit; sort by Saving.
	Says     []Said  // What is suggested because of this place.
	Payload  []byte  // Comes back with the hit as it is.
}

// Said is a text that is suggested while somebody types. Texts of one kind
// that are equal are one suggestion, which weighs what all its places give
// together; ties are broken by a hash.
type Said struct {
	Kind   byte
	Text   string
	Keys   []string // What may be typed for it: folded, pinyin, initials. The same wherever the text is said.
	Weight uint16   // From 1.
}

// Bounds of one document. They keep a hostile import from filling memory.
const (
	idMax      = 255
	termsMax   = 1024
	payloadMax = 1 << 16
	labelMax   = 255 // Bytes of a category, district or area.
	saysMax    = 64
	keysMax    = 8
	textMax    = 255 // Bytes of a suggestion or of one of its keys.
)

// ErrDoc refuses a document that the index cannot hold, and with it the whole
// batch.
var ErrDoc = errors.New("atlas: not a document")

// check refuses what the index cannot hold.
func (d *Doc) check() error {
	bad := ""
	switch {
	case d.ID == "" || len(d.ID) > idMax:
		bad = "the id is empty or too long"
	case !d.Point.Valid():
		bad = "it is not on Earth"
	case len(d.Terms) > termsMax:
		bad = "too many terms"
	case len(d.Payload) > payloadMax:
		bad = "the payload is too long"
	case max(len(d.Category), len(d.District), len(d.Area)) > labelMax:
		bad = "a label is too long"
	case len(d.Says) > saysMax:
		bad = "it says too much"
	default:
		bad = cmp.Or(d.Card.check(), checkSays(d.Says))
	}
	if bad != "" {
		return fmt.Errorf("%w: %q: %s", ErrDoc, d.ID, bad)
	}
	return nil
}

func checkSays(says []Said) string {
	for _, s := range says {
		if s.Text == "" || len(s.Text) > textMax {
			return "a suggestion is empty or too long"
		}
		if len(s.Keys) > keysMax {
			return "a suggestion has too many keys"
		}
		for _, k := range s.Keys {
			if k == "" || len(k) > textMax {
				return "a key is empty or too long"
			}
		}
	}
	return ""
}

// tidy brings what a document says into the one form that the index keeps.
func (d Doc) tidy() Doc {
	d.Terms = slices.Clone(d.Terms)
	slices.SortFunc(d.Terms, func(a, b Weighted) int {
		return cmp.Or(cmp.Compare(a.Term, b.Term), cmp.Compare(b.Weight, a.Weight))
	})
	d.Terms = slices.CompactFunc(d.Terms, func(a, b Weighted) bool { return a.Term == b.Term })
	d.Terms = slices.DeleteFunc(d.Terms, func(w Weighted) bool { return w.Weight == 0 })
	d.Says = slices.Clone(d.Says)
	slices.SortFunc(d.Says, func(a, b Said) int {
		return cmp.Or(cmp.Compare(a.Text, b.Text), cmp.Compare(a.Kind, b.Kind), cmp.Compare(b.Weight, a.Weight))
	})
	d.Says = slices.CompactFunc(d.Says, func(a, b Said) bool { return a.Kind == b.Kind && a.Text == b.Text })
	d.Says = slices.DeleteFunc(d.Says, func(s Said) bool { return s.Weight == 0 })
	d.Card = d.Card.tidy()
	d.Prior, d.Score = share(d.Prior), number(d.Score)
	d.Price = max(d.Price, 0)
	if d.Opens < 0 || d.Closes < 0 {
		d.Opens, d.Closes = -1, -1
	}
	return d
}

// share brings x into 0..1; what is no number is 0.
func share(x float32) float32 { return min(max(number(x), 0), 1) }

// number is x, or 0 if x is no number.
func number(x float32) float32 {
	if x != x || x > 3e38 || x < -3e38 {
		return 0
	}
	return x
}

// A Batch is changes that readers see together or not at all. Deletions come
// first; a document that is put replaces the one of its id.
type Batch struct {
	Put    []Doc
	Delete []string
	Mark   []byte // Kept with the index and in its snapshot: how far the caller has followed. Nil leaves it.
}

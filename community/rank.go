package community

import (
	"math"
	"slices"
	"time"

	"citywalk/curate"
	"citywalk/geo"
	"citywalk/shop"
)

// A candidate is a note that a feed may show, as far as its rank needs it.
type candidate struct {
	ID      curate.NoteID
	Shop    shop.ID
	Written time.Time
	Likes   int
	Photos  int
	Visited bool
	Lat     float64
	Lng     float64
	metres  float64 // From the reader; -1 if nobody knows.
	rank    float64
}

// The numbers of the default order. It is the same for everybody at the same
// place: nothing about the reader but the position that he gave for this
// request is part of it.
//
//	rank = fresh · near · worth · 1/2 for each better one of the same shop
//	fresh = 2^(-age / 7 days)
//	near  = 1 / (1 + distance / 1 km); 1 without a position
//	worth = 1 + 0.5 if paid there + 0.3 · min(photos, 3)/3 + 0.2 · min(likes, 20)/20
//
// So likes move a note by at most a fifth: what is near, new and paid for
// comes before what is liked.
const (
	freshHalf = 7 * 24 * time.Hour
	nearHalf  = 1000.0 // Metres.
	paidWorth = 0.5
	seenWorth = 0.3
	photosTop = 3
	likeWorth = 0.2
	likesTop  = 20
)

// relevance is a candidate's rank by itself at a moment.
func (c candidate) relevance(now time.Time) float64 {
	fresh := math.Exp2(-max(0, now.Sub(c.Written).Hours()) / freshHalf.Hours())
	near := 1.0
	if c.metres >= 0 {
		near = 1 / (1 + c.metres/nearHalf)
	}
	worth := 1 + seenWorth*float64(min(c.Photos, photosTop))/photosTop + likeWorth*float64(min(c.Likes, likesTop))/likesTop
	if c.Visited {
		worth += paidWorth
	}
	return fresh * near * worth
}

// ranked orders candidates for a reader at a moment, best first. Equal ones are
// in the order of their ids, so that every page and every node agrees.
func ranked(all []candidate, at *geo.Point, now time.Time) []candidate {
	for i := range all {
		all[i].metres = -1
		if at != nil {
			all[i].metres = geo.Distance(*at, geo.Point{Lat: all[i].Lat, Lng: all[i].Lng})
		}
		all[i].rank = all[i].relevance(now)
	}
	best := func(a, b candidate) int {
		switch {
		case a.rank > b.rank, a.rank == b.rank && a.ID > b.ID:
			return -1
		case a.ID == b.ID:
			return 0
		}
		return 1
	}
	slices.SortFunc(all, best)
	before := map[shop.ID]int{}
	for i := range all {
		all[i].rank *= math.Exp2(-float64(before[all[i].Shop]))
		before[all[i].Shop]++
	}
	slices.SortFunc(all, best)
	return all
}

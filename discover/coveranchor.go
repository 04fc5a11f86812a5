package discover

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"citywalk/account"
	"citywalk/cover"
	"citywalk/db"
	"citywalk/geo"
)

// CoverFew is how many members must live or work at a place before it shows in
// a plan. Plans leave the house, on maps and in certificates, and nobody's home
// may be read from one.
const CoverFew = 10

// A crowd is the members of some place.
type crowd struct {
	people   map[account.ID]bool
	anchors  int
	lat, lng float64 // Sums over the anchors.
}

func (c *crowd) add(a coverAnchor) {
	if c.people == nil {
		c.people = map[account.ID]bool{}
	}
	c.people[a.Person] = true
	c.anchors, c.lat, c.lng = c.anchors+1, c.lat+a.Lat, c.lng+a.Lng
}

// coverAnchor is an anchor as coverage sees it.
type coverAnchor struct {
	Person account.ID
	Lat    float64
	Lng    float64
}

// A square is the number of a square of a hundredth of a degree, about a
// kilometre.
type square [2]int32

// coverAnchors are where members of a city live and work, as far as they agreed
// that it is kept. A block that fewer than CoverFew share goes to the middle of
// those of its square kilometre, and is left out if they are too few together.
// An anchor weighs as much as a place, but all of them no more than all places
// do: who is a member today tells only half of where members will be.
func coverAnchors(tx *db.Tx, city string, places int) ([]cover.Point, error) {
	blocks, squares := map[geo.Point]*crowd{}, map[square]*crowd{}
	var anchors []coverAnchor
	err := db.Each(tx, func(a coverAnchor) error {
		at := geo.Point{Lat: a.Lat, Lng: a.Lng}
		if blocks[at] == nil {
			blocks[at] = &crowd{}
		}
		blocks[at].add(a)
		anchors = append(anchors, a)
		return nil
	}, `SELECT person, lat, lng FROM discover_anchors WHERE city = $1 ORDER BY person, kind`, city)
	if err != nil {
		return nil, fmt.Errorf("discover: anchors to cover %s: %w", city, err)
	}
	for _, a := range anchors {
		if len(blocks[geo.Point{Lat: a.Lat, Lng: a.Lng}].people) >= CoverFew {
			continue
		}
		at := square{int32(math.Floor(a.Lat * 100)), int32(math.Floor(a.Lng * 100))}
		if squares[at] == nil {
			squares[at] = &crowd{}
		}
		squares[at].add(a)
	}
	all := 0
	var points []cover.Point
	for _, c := range slices.Concat(slices.Collect(maps.Values(blocks)), slices.Collect(maps.Values(squares))) {
		if len(c.people) >= CoverFew {
			points = append(points, c.point())
			all += c.anchors
		}
	}
	slices.SortFunc(points, func(a, b cover.Point) int {
		return cmp.Or(cmp.Compare(a.At.Lat, b.At.Lat), cmp.Compare(a.At.Lng, b.At.Lng), cmp.Compare(a.Weight, b.Weight))
	})
	for i := range points {
		points[i].ID = fmt.Sprintf("members %d", i+1)
		if places > 0 {
			points[i].Weight *= min(1, float64(places)/float64(all))
		}
	}
	return points, nil
}

// point is the middle of a crowd, to about a hundred metres.
func (c *crowd) point() cover.Point {
	n := float64(c.anchors)
	return cover.Point{Name: "会员常在处 (members)", Weight: n,
		At: geo.Point{Lat: math.Round(c.lat/n*1000) / 1000, Lng: math.Round(c.lng/n*1000) / 1000}}
}

package geo

import (
	"slices"

	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"
)

// Cell returns the S2 leaf cell, about a centimetre wide, as the signed
// integer that the database keeps. S2 numbers cells without a sign; the top bit
// is flipped so that signed comparison has the order of the unsigned one.
// (A plain cast would put half of the world below the other half, and a range
// across the seam would be empty.)
func (p Point) Cell() int64 {
	return signed(s2.CellIDFromLatLng(s2.LatLngFromDegrees(p.Lat, p.Lng)))
}

func signed(c s2.CellID) int64 { return int64(uint64(c) ^ 1<<63) }

// A Range is an inclusive range of cells, for one indexed BETWEEN.
type Range struct{ Min, Max int64 }

// slack is added to a circle before it is covered, so that rounding on the way
// to S2's own measure of distance never loses a point on the edge.
const slack = 0.5

// Cover returns at most max ranges of cells, in order and apart from each
// other, that together hold every point within metres of centre. They also
// hold some points outside; more ranges hold fewer of those. A max below one
// counts as one.
func Cover(centre Point, metres float64, max int) []Range {
	if max < 1 {
		max = 1
	}
	circle := s2.CapFromCenterAngle(
		s2.PointFromLatLng(s2.LatLngFromDegrees(centre.Lat, centre.Lng)),
		s1.Angle((metres+slack)/radius),
	)
	coverer := s2.RegionCoverer{MaxLevel: s2.MaxLevel, MaxCells: max}
	cells := coverer.Covering(circle)
	ranges := make([]Range, len(cells))
	for i, c := range cells {
		ranges[i] = Range{signed(c.RangeMin()), signed(c.RangeMax())}
	}
	return merge(ranges, max)
}

// merge joins ranges that touch, then those with the smallest gaps between
// them until at most max are left. S2 may return a few cells more than asked.
func merge(ranges []Range, max int) []Range {
	slices.SortFunc(ranges, func(a, b Range) int {
		switch {
		case a.Min < b.Min:
			return -1
		case a.Min > b.Min:
			return +1
		}
		return 0
	})
	for i := len(ranges) - 1; i > 0; i-- {
		if gap(ranges, i) <= 2 { // Leaf cells are numbered by odd numbers.
			ranges = join(ranges, i)
		}
	}
	for len(ranges) > max {
		least := 1
		for i := 2; i < len(ranges); i++ {
			if gap(ranges, i) < gap(ranges, least) {
				least = i
			}
		}
		ranges = join(ranges, least)
	}
	return ranges
}

// gap is the distance between a range and the one before it; it is taken
// without a sign because the whole span of cells does not fit one with.
func gap(r []Range, i int) uint64 {
	if r[i].Min <= r[i-1].Max {
		return 0
	}
	return uint64(r[i].Min) - uint64(r[i-1].Max)
}

func join(r []Range, i int) []Range {
	r[i-1].Max = max(r[i-1].Max, r[i].Max)
	return slices.Delete(r, i, i+1)
}

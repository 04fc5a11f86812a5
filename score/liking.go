package score

import (
	"math"
	"slices"
)

// liking is how many likes followers give: the median of log(1+likes) and its
// deviation, at quantiles of log(1+followers).
type liking struct {
	Followers []float64 `json:"followers"` // log(1+followers), rising.
	Median    []float64 `json:"median"`
	Deviation []float64 `json:"deviation"`
	Middle    float64   `json:"middle"` // Median of authors' log(1+followers).
	Width     float64   `json:"width"`  // Its deviation.
}

const (
	likingKnots = 24
	likingLeast = 40 // Notes for one knot.
)

// newLiking takes likes from all notes, and followers from all authors. Medians
// are not moved by the few that buy likes.
func newLiking(t *Town) liking {
	type pair struct{ followers, likes float64 }
	var pairs []pair
	for i := range t.Notes {
		n := &t.Notes[i]
		if f := t.Authors[n.Author].Followers; f >= 0 && n.Likes >= 0 {
			pairs = append(pairs, pair{math.Log1p(f), math.Log1p(n.Likes)})
		}
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		switch {
		case a.followers < b.followers:
			return -1
		case a.followers > b.followers:
			return 1
		case a.likes < b.likes:
			return -1
		case a.likes > b.likes:
			return 1
		}
		return 0
	})
	var l liking
	knots := min(likingKnots, len(pairs)/likingLeast)
	for k := range knots {
		part := pairs[len(pairs)*k/knots : len(pairs)*(k+1)/knots]
		values := make([]float64, len(part))
		for i := range part {
			values[i] = part[i].likes
		}
		mid, dev := spreadOf(values)
		l.Followers = append(l.Followers, part[len(part)/2].followers)
		l.Median, l.Deviation = append(l.Median, mid), append(l.Deviation, math.Max(0.25, dev))
	}
	var all []float64
	for i := range t.Authors {
		if f := t.Authors[i].Followers; f >= 0 {
			all = append(all, math.Log1p(f))
		}
	}
	l.Middle, l.Width = spreadOf(all)
	l.Width = math.Max(0.25, l.Width)
	return l
}

// spreadOf returns the median and the median absolute deviation, scaled to a
// standard deviation.
func spreadOf(values []float64) (middle, width float64) {
	if len(values) == 0 {
		return 0, 0
	}
	slices.Sort(values)
	middle = values[len(values)/2]
	off := make([]float64, len(values))
	for i, v := range values {
		off[i] = math.Abs(v - middle)
	}
	slices.Sort(off)
	return middle, 1.4826 * off[len(off)/2]
}

// followers says how far an author's followers are from the city's median.
func (l *liking) followers(f float64) float64 {
	if l.Width == 0 {
		return 0
	}
	return math.Max(-2, math.Min(3, (math.Log1p(f)-l.Middle)/l.Width))
}

// excess says how many deviations a note's likes are above what its author's
// followers give.
func (l *liking) excess(followers, likes float64) float64 {
	if len(l.Followers) == 0 {
		return 0
	}
	f := math.Log1p(followers)
	k, _ := slices.BinarySearch(l.Followers, f)
	mid, dev := 0.0, 0.0
	switch {
	case k == 0:
		mid, dev = l.Median[0], l.Deviation[0]
	case k == len(l.Followers):
		mid, dev = l.Median[k-1], l.Deviation[k-1]
	default:
		u := (f - l.Followers[k-1]) / math.Max(1e-9, l.Followers[k]-l.Followers[k-1])
		mid = l.Median[k-1] + u*(l.Median[k]-l.Median[k-1])
		dev = l.Deviation[k-1] + u*(l.Deviation[k]-l.Deviation[k-1])
	}
	return (math.Log1p(likes) - mid) / dev
}

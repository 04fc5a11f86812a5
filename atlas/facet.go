package atlas

import (
	"cmp"
	"maps"
	"math/bits"
	"slices"
)

// A counter counts matches. Beyond facetMax it gives up, and counts only the
// sampled ones when it is begun again.
type counter struct {
	bands  []int32
	step   int // What one document stands for.
	over   bool
	total  int
	labels [3]map[string]int
	view   [3][]int // By label number, of the view that is counted.
	inBand []int
	flags  [32]int
}

func (c *counter) begin() {
	*c = counter{bands: c.bands, step: max(c.step, 1), inBand: make([]int, len(c.bands)), view: c.view}
	for k := range c.labels {
		c.labels[k] = map[string]int{}
	}
}

func (c *counter) enter(v *view) {
	for k := range c.view {
		c.view[k] = resize(c.view[k], v.names[k].len())
		clear(c.view[k])
	}
}

// leave adds the view's counts to those of all.
func (c *counter) leave(v *view) {
	for k := range c.view {
		for i, n := range c.view[k] {
			if n > 0 {
				c.labels[k][string(v.names[k].at(uint32(i)))] += n
			}
		}
	}
}

// block counts the documents of m.
func (c *counter) block(w *walker, b int, m uint64) {
	c.total += bits.OnesCount64(m) * c.step
	c.over = c.over || c.step == 1 && c.total > facetMax
	for i := range c.flags {
		c.flags[i] += bits.OnesCount64(m&w.segment.bits(i)[b]) * c.step
	}
	for ; m != 0; m &= m - 1 {
		d := b*block + bits.TrailingZeros64(m)
		for k := range c.view {
			c.view[k][w.label[k][d]] += c.step
		}
		if i := band(c.bands, w.rows[d].price); i >= 0 {
			c.inBand[i] += c.step
		}
	}
}

func (c *counter) facets() *Facets {
	return &Facets{
		Total: c.total, About: c.step > 1,
		Categories: counts(c.labels[0]), Districts: counts(c.labels[1]), Areas: counts(c.labels[2]),
		Bands: c.inBand, Flags: c.flags,
	}
}

// band returns in which band a price is, -1 if in none.
func band(bands []int32, price int32) int {
	if price == 0 {
		return -1
	}
	i, ok := slices.BinarySearch(bands, price)
	if ok {
		return i
	}
	return i - 1
}

// counts sorts counts, largest first; the unknown label is not one.
func counts(of map[string]int) []Count {
	var all []Count
	for _, l := range slices.Sorted(maps.Keys(of)) {
		if l != "" && of[l] > 0 {
			all = append(all, Count{l, of[l]})
		}
	}
	slices.SortStableFunc(all, func(a, b Count) int { return cmp.Compare(b.N, a.N) })
	return all
}

// Beyond facetMax matches one document in sampleStep is counted.
const (
	facetMax   = 50_000
	sampleStep = 16
)

// sampled reports whether a document is one of those that stand for all.
func sampled(id string) bool { return TermOf(0, id)%sampleStep == 0 }

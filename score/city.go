package score

import (
	"cmp"
	"maps"
	"math"
	"runtime"
	"slices"
	"sync"
)

// A line is a note at work, in the order of shop and day.
type line struct {
	day      float64
	author   int32
	first    int32 // Index, within the shop, of its author's first note there.
	bin      uint8
	polarity uint8
	class    uint8
	label    Label
	shift    int8    // The author's bias, in cells.
	peak     float32 // Of the likelihood of the rating.
	odds     float32 // Likelihood ratio of the features: bought against honest.
	proof    float32 // The same without what a single note of its author says.
	backed   bool    // Features of the shop's notes back a campaign.
	timing   float32 // What is taken off the burst features, see weights.centre.
	campaign float32 // See joint.judge.
	rating   float32
	p        float32 // Probability of having been bought.
	relief   float32 // Log-odds that its features may not say, see evidence.restrain.
	residual float32 // Of the author's bias, and its weight.
	info     float32
	x        [features]float32
}

// A city is a town at work.
type city struct {
	town    *Town
	model   *Model
	workers int
	order   []int32 // Index of the note of each line.
	lines   []line
	start   []int32 // First line of each shop, and one more.
	after   []moments
	checks  [][]Check
	writers []Standing
	blocks  []int // First shop of each block of work, and one more.
}

// newCity sorts the notes and cuts the work into blocks. The blocks do not
// depend on the number of workers, so that sums are the same for any.
func newCity(t *Town, m *Model, o Options) *city {
	c := &city{town: t, model: m, workers: o.Workers}
	if c.workers <= 0 {
		c.workers = runtime.GOMAXPROCS(0)
	}
	m.Halves = halves(t)
	c.start = make([]int32, len(t.Shops)+1)
	for i := range t.Notes {
		c.start[t.Notes[i].Shop+1]++
	}
	for s := range t.Shops {
		c.start[s+1] += c.start[s]
	}
	next := slices.Clone(c.start)
	c.order = make([]int32, len(t.Notes))
	for i := range t.Notes {
		s := t.Notes[i].Shop
		c.order[next[s]] = int32(i)
		next[s]++
	}
	c.lines = make([]line, len(t.Notes))
	c.writers = make([]Standing, len(t.Authors))
	c.after = make([]moments, len(t.Shops))
	c.checks = make([][]Check, len(t.Shops))
	for _, k := range t.Checks {
		c.checks[k.Shop] = append(c.checks[k.Shop], k)
	}
	c.cut()
	c.parallel(func(_, from, to int) {
		for s := from; s < to; s++ {
			of := c.order[c.start[s]:c.start[s+1]]
			slices.SortStableFunc(of, func(a, b int32) int { return cmp.Compare(t.Notes[a].Day, t.Notes[b].Day) })
			m.open(c.of(s), func(i int) *Note { return &t.Notes[of[i]] })
		}
	})
	return c
}

// open sets up the lines of one shop from its notes in the order of days.
func (m *Model) open(lines []line, note func(i int) *Note) {
	seen := make(map[int32]int32, len(lines))
	for i := range lines {
		n := note(i)
		l := line{day: n.Day, author: n.Author, first: int32(i), label: n.Label, odds: 1, p: 0.05,
			bin: m.binOf(n), polarity: polarityOf(n.Rating)}
		if first, again := seen[n.Author]; again {
			l.first = first
		} else {
			seen[n.Author] = int32(i)
		}
		lines[i] = l
	}
}

// halves reports whether a town gives half stars, as more than one in fifty of
// those who gave stars do.
func halves(t *Town) bool {
	half, all := 0, 0
	for i := range t.Notes {
		if n := &t.Notes[i]; n.Starred {
			all++
			if n.Rating != math.Trunc(n.Rating) {
				half++
			}
		}
	}
	return half*50 > all
}

// of returns the lines of a shop.
func (c *city) of(shop int) []line { return c.lines[c.start[shop]:c.start[shop+1]] }

const blocksMost = 256

// cut makes blocks of about as much work.
func (c *city) cut() {
	shops, total := len(c.town.Shops), len(c.lines)+len(c.town.Shops)
	c.blocks = []int{0}
	done := 0
	for s := range shops {
		done += int(c.start[s+1]-c.start[s]) + 1
		if done*blocksMost >= total*len(c.blocks) {
			c.blocks = append(c.blocks, s+1)
		}
	}
	if last := c.blocks[len(c.blocks)-1]; last < shops {
		c.blocks = append(c.blocks, shops)
	}
}

// parallel works on every block of shops.
func (c *city) parallel(work func(block, from, to int)) {
	var wg sync.WaitGroup
	next := make(chan int)
	for range c.workers {
		wg.Go(func() {
			for b := range next {
				work(b, c.blocks[b], c.blocks[b+1])
			}
		})
	}
	for b := range len(c.blocks) - 1 {
		next <- b
	}
	close(next)
	wg.Wait()
}

// sorted returns the keys of a map in order.
func sorted[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

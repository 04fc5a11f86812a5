package atlas

import (
	"sync/atomic"
	"time"
)

// A clockwork remembers, for the minutes that were asked for last, where it is
// open and where the card works. A minute's schedules are evaluated once, and
// a block's documents once when it is first looked at.
type clockwork struct {
	open [16]atomic.Pointer[minuteOf]
	card [16]atomic.Pointer[minuteOf]
}

// A minuteOf is one minute of one kind of schedule.
type minuteOf struct {
	at    moment
	holds []bool          // For each schedule.
	of    []uint32        // Each document's schedule.
	words []atomic.Uint64 // For each block, where it holds.
	known []atomic.Uint64 // Bits of the blocks whose word is there.
}

// openAt returns where it is open, in an order of the documents.
func (s *segment) openAt(c *columns, local time.Time) *minuteOf {
	return minute(&c.times.open, momentOf(local), c.hours, len(s.clocks), func(i int, m moment) bool {
		return openAt(s.clocks[i].opens, s.clocks[i].closes, m)
	})
}

// cardAt returns where the card works.
func (s *segment) cardAt(c *columns, local time.Time) *minuteOf {
	return minute(&c.times.card, momentOf(local), c.cards, s.plans.len(), func(i int, m moment) bool {
		return plan(&s.plans, uint32(i)).holds(m)
	})
}

// minute returns what is remembered of a minute, or begins to.
func minute(kept *[16]atomic.Pointer[minuteOf], m moment, of []uint32, n int, holds func(int, moment) bool) *minuteOf {
	slot := &kept[(uint(m.day)*minutes+uint(m.minute))%uint(len(kept))]
	if w := slot.Load(); w != nil && w.at == m {
		return w
	}
	w := &minuteOf{at: m, holds: make([]bool, n), of: of, words: make([]atomic.Uint64, len(of)/block+1), known: make([]atomic.Uint64, len(of)/block/block+1)}
	for i := range w.holds {
		w.holds[i] = holds(i, m)
	}
	slot.Store(w)
	return w
}

// mask returns in which documents of a block it holds.
func (w *minuteOf) mask(b int) uint64 {
	if w.known[b/block].Load()>>(b%block)&1 == 1 {
		return w.words[b].Load()
	}
	return w.find(b)
}

// find finds out in which documents of a block it holds.
func (w *minuteOf) find(b int) uint64 {
	var m uint64
	from := b * block
	for i, s := range w.of[from:min(from+block, len(w.of))] {
		if w.holds[s] {
			m |= 1 << i
		}
	}
	// The word stands before its bit, and whoever else does this writes the same.
	w.words[b].Store(m)
	w.known[b/block].Or(1 << (b % block))
	return m
}

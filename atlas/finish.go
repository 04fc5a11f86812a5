package atlas

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
	"sync"
)

// freeze puts the draft in order. It uses the draft up.
func (b *draft) freeze(cores int) (*segment, error) {
	for _, n := range []int{b.idsIn.total(), b.payIn.total(), b.termsIn.total(), b.n} {
		if b.full = b.full || n >= math.MaxUint32; b.full {
			return nil, ErrFull
		}
	}
	marks := order(b.rows, b.alive, cores)
	s := &segment{names: b.names, clocks: b.clocks, plans: b.plans, dict: b.dict}
	s.n = len(marks)
	b.columns(s, marks)
	s.lie(cores)
	var wait sync.WaitGroup
	work := []func(){
		func() { b.postings(s, marks) },
		func() { s.terms = b.forward(marks) },
		func() { b.strings(s, marks) },
		func() { s.says = b.said.speech(marks) },
	}
	lanes := make(chan struct{}, cores)
	for _, do := range work {
		lanes <- struct{}{}
		wait.Go(func() { do(); <-lanes })
	}
	wait.Wait()
	s.spread()
	s.bind()
	s.plant(cores)
	return s, nil
}

// columns copies what there is once a document.
func (b *draft) columns(s *segment, marks []mark) {
	s.rows = append(pick(b.rows, marks), row{})
	s.hours, s.cards = pick(b.hours, marks), pick(b.cards, marks)
	s.score, s.save = pick(b.score, marks), pick(b.save, marks)
	for k := range s.label {
		s.label[k] = pick(b.label[k], marks)
	}
	s.rank()
	s.flags = huge(make([]uint64, flagRows*s.blocks()))
	for d, m := range marks {
		at, bit := d/block, uint64(1)<<(d%block)
		for f := b.flagsIn[m.doc]; f != 0; f &= f - 1 {
			s.flags[bits.TrailingZeros32(uint32(f))*s.blocks()+at] |= bit
		}
		if sampled(string(b.idsIn.at(m.doc))) {
			s.flags[lots*s.blocks()+at] |= bit
		}
	}
	s.climb()
}

// climb takes the rungs of the prices, and puts documents into their rows.
func (s *segment) climb() {
	var prices []int32
	for i := range s.rows[:s.n] {
		if p := s.rows[i].price; p > 0 {
			prices = append(prices, p)
		}
	}
	slices.Sort(prices)
	s.rungs = make([]int32, rungs)
	for k := range s.rungs {
		if n := len(prices) * (k + 1) / rungs; n > 0 {
			s.rungs[k] = prices[n-1]
		}
	}
	for d := range s.rows[:s.n] {
		p := s.rows[d].price
		for k := rungs - 1; k >= 0 && p > 0 && p <= s.rungs[k]; k-- {
			s.bits(lots + 1 + k)[d/block] |= 1 << (d % block)
		}
	}
}

// rank rounds the priors.
func (s *segment) rank() {
	s.priors = make([]uint8, s.n)
	for d := range s.rows[:s.n] {
		s.priors[d] = uint8(math.Ceil(float64(s.rows[d].prior) * 255))
	}
}

// pick returns a column in the new order.
func pick[T any](column []T, marks []mark) []T {
	to := huge(make([]T, len(marks), len(marks)+1))
	for d, m := range marks {
		to[d] = column[m.doc]
	}
	return to
}

// strings copies ids and payloads, and finds documents by id.
func (b *draft) strings(s *segment, marks []mark) {
	s.ids = gather(&b.idsIn, marks, func(d, end uint32) { s.rows[d+1].id = end })
	s.pay = gather(&b.payIn, marks, func(d, end uint32) { s.rows[d+1].pay = end })
	b.payIn = arena[byte]{}
	// The slots stand already and only need the new numbers. Those of replaced
	// documents were given to their followers.
	numbers := make([]uint32, b.n)
	for d, m := range marks {
		numbers[m.doc] = uint32(d)
	}
	s.where = b.where
	for i, slot := range s.where.slots {
		if slot != 0 {
			s.where.slots[i] = numbers[slot-1] + 1
		}
	}
	b.idsIn = arena[byte]{}
}

// gather returns the texts one after the other in the new order, and calls with
// where each ends.
func gather(from *arena[byte], marks []mark, ends func(d, end uint32)) []byte {
	total := 0
	for _, m := range marks {
		total += int(from.refs[m.doc].n)
	}
	all := make([]byte, 0, total)
	for d, m := range marks {
		all = append(all, from.at(m.doc)...)
		ends(uint32(d), uint32(len(all)))
	}
	return all
}

// postings inverts the documents.
func (b *draft) postings(s *segment, marks []mark) {
	own := b.share(s, marks)
	s.posts, s.most = huge(make([]posting, s.starts[len(s.starts)-1])), make([]uint8, len(s.starts)-1)
	s.least = slices.Repeat([]uint8{255}, len(s.most))
	next := slices.Clone(s.starts)
	for d, m := range marks {
		heavy := b.heavyIn.at(m.doc)
		for i, t := range b.termsIn.at(m.doc) {
			if !own[t] {
				continue
			}
			l := s.listOf[t]
			s.posts[next[l]] = posting{doc: uint32(d), heavy: heavy[i]}
			s.most[l], s.least[l] = max(s.most[l], heavy[i]), min(s.least[l], heavy[i])
			next[l]++
		}
	}
	b.heavyIn = arena[uint8]{}
}

// A trait is what tells the postings of a term from others: how many there are,
// and sums over them of two hashes.
type trait struct {
	n    uint32
	a, b uint64
}

// share finds out which terms have the same postings, as a word and how it
// sounds often do, and gives each its list. It returns which terms are the
// first of their list.
func (b *draft) share(s *segment, marks []mark) (own []bool) {
	n := len(b.dict.terms)
	traits := make([]trait, n)
	for d, m := range marks {
		heavy := b.heavyIn.at(m.doc)
		for i, t := range b.termsIn.at(m.doc) {
			h := mix(uint64(d)<<8 + uint64(heavy[i]) + 1)
			p := &traits[t]
			p.n, p.a, p.b = p.n+1, p.a+h, p.b+mix(h+1)
		}
	}
	own, s.listOf, s.starts = make([]bool, n), make([]uint32, n), []uint32{0}
	lists := make(map[trait]uint32, n)
	for t, p := range traits {
		l, ok := lists[p]
		if !ok {
			l = uint32(len(lists))
			lists[p], own[t] = l, true
			s.starts = append(s.starts, s.starts[l]+p.n)
		}
		s.listOf[t] = l
	}
	s.starts = slices.Clip(s.starts)
	return own
}

// forward writes the terms of each document.
func (b *draft) forward(marks []mark) texts {
	t := texts{ends: make([]uint32, 1, len(marks)+1)}
	var sorted []uint32
	for _, m := range marks {
		sorted = append(sorted[:0], b.termsIn.at(m.doc)...)
		slices.Sort(sorted)
		last := uint32(0)
		for _, n := range sorted {
			t.bytes = binary.AppendUvarint(t.bytes, uint64(n-last))
			last = n
		}
		t.ends = append(t.ends, uint32(len(t.bytes)))
	}
	t.bytes = slices.Clip(slices.Clone(t.bytes))
	return t
}

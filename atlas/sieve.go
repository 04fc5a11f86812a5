package atlas

import "math/bits"

// A sieve is a query's filter for one view.
type sieve struct {
	f     *Filter
	terms []Term // Of labels that are few enough to be gone to by their postings.
	sets  [3]set // Labels that are allowed; nil for all.
	open  *minuteOf
	card  *minuteOf
	price bool
	any   bool      // Whether labels has anything to look at.
	taste []float64 // Liking of each category.
}

// A set is bits of label numbers.
type set []uint64

func (s set) has(n uint16) bool { return s[n/64]>>(n%64)&1 == 1 }

// set reads the filter against the walker's view.
func (s *sieve) set(w *walker) {
	f := &w.q.Filter
	*s = sieve{f: f, terms: s.terms[:0], price: f.PriceMin > 0 || f.PriceMax > 0, taste: s.taste[:0]}
	for k, labels := range [][]string{f.Categories, f.Districts, f.Areas} {
		if len(labels) == 0 {
			continue
		}
		g := gate{from: len(w.asked) + len(s.terms)}
		postings := 0
		for _, l := range labels {
			if t, ok := w.dict.find(labelTerm(k, l)); ok {
				postings += int(w.starts[t+1] - w.starts[t])
			}
		}
		if postings > w.n/16 {
			s.sets[k], s.any = w.allowed(k, labels), true
			continue
		}
		for _, l := range labels {
			s.terms = append(s.terms, labelTerm(k, l))
		}
		g.to = len(w.asked) + len(s.terms)
		w.gates = append(w.gates, g)
	}
	s.any = s.any || s.price
	if !f.OpenAt.IsZero() {
		s.open = w.openAt(f.OpenAt)
	}
	if !f.CardAt.IsZero() {
		s.card = w.cardAt(f.CardAt)
	}
	if len(w.q.Taste) > 0 {
		for i := range w.names[0].len() {
			s.taste = append(s.taste, float64(share(w.q.Taste[string(w.names[0].at(uint32(i)))])))
		}
	}
}

// allowed returns the numbers of some labels.
func (v *view) allowed(kind int, labels []string) set {
	n := v.names[kind].len()
	s := make(set, n/64+1)
	for i := range n {
		for _, l := range labels {
			if string(v.names[kind].at(uint32(i))) == l {
				s[i/64] |= 1 << (i % 64)
			}
		}
	}
	return s
}

// flags returns the documents of m in a block that have the flags.
func (s *sieve) flags(g *segment, b int, m uint64) uint64 {
	f := s.f
	if f.All|f.Some|f.None == 0 {
		return m
	}
	rows := g.blocks()
	for all := f.All; all != 0; all &= all - 1 {
		m &= g.flags[bits.TrailingZeros32(uint32(all))*rows+b]
	}
	for none := f.None; none != 0; none &= none - 1 {
		m &^= g.flags[bits.TrailingZeros32(uint32(none))*rows+b]
	}
	if f.Some == 0 {
		return m
	}
	any := uint64(0)
	for some := f.Some; some != 0; some &= some - 1 {
		any |= g.flags[bits.TrailingZeros32(uint32(some))*rows+b]
	}
	return m & any
}

// times returns the documents of m in a block that are open and take the card.
func (s *sieve) times(b int, m uint64) uint64 {
	if s.open != nil && m != 0 {
		m &= s.open.mask(b)
	}
	if s.card != nil && m != 0 {
		m &= s.card.mask(b)
	}
	return m
}

// labels reports whether a document has the labels and the price.
func (s *sieve) labels(g *segment, d uint32) bool {
	if !s.any {
		return true
	}
	for k := range s.sets {
		if s.sets[k] != nil && !s.sets[k].has(g.label[k][d]) {
			return false
		}
	}
	p := g.price[d]
	return !s.price || p != 0 && p >= s.f.PriceMin && (s.f.PriceMax == 0 || p <= s.f.PriceMax)
}

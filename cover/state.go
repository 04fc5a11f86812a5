package cover

import "slices"

// A problem is an instance as the search sees it: the shops that may be chosen,
// and the elements that are not covered yet and could be. Coverage is kept in
// both directions, each in one array.
type problem struct {
	weights []float64
	chances []float64 // Of the shops, 0..1.
	starts  []int32   // Shop to elements.
	covers  []int32
	backs   []int32 // Element to shops.
	shops   []int32
	limits  []limit
	uses    [][]use // By shop.
	main    int     // The limit by which gains are weighed: the budget, else the number of shops; -1 for none.

	shop    []int32 // Number in the instance, by the problem's number.
	element []int32
	price   []float64 // What a shop uses of the main limit.
	inverse []float64 // One by the price.
	given   int64     // Weight that the signed shops cover.
	reach   []int32   // How many shops could cover an element.
	heads   []float64 // The greatest chances among them, falling, headsKept for each element.
}

// A limit bounds what the chosen shops use of something together.
type limit struct {
	name string
	cap  int64
}

type use struct {
	limit  int32
	amount int64
}

func newProblem(in *Instance, l Limits) *problem {
	p := &problem{main: -1}
	signed := make([]bool, len(in.Weights))
	for j, s := range in.Shops {
		if s.Signed {
			for _, e := range in.Covered(j) {
				signed[e] = true
			}
		}
	}
	number := make([]int32, len(in.Weights))
	for e := range number {
		number[e] = -1
		if signed[e] {
			p.given += in.Weights[e]
		}
	}
	p.starts = []int32{0}
	for j, s := range in.Shops {
		if s.Signed {
			continue
		}
		for _, e := range in.Covered(j) {
			if signed[e] || in.Weights[e] == 0 {
				continue
			}
			if number[e] < 0 {
				number[e] = int32(len(p.element))
				p.element = append(p.element, e)
				p.weights = append(p.weights, float64(in.Weights[e]))
			}
			p.covers = append(p.covers, number[e])
		}
		p.starts = append(p.starts, int32(len(p.covers)))
		p.shop = append(p.shop, int32(j))
		p.chances = append(p.chances, float64(s.Chance)/Certain)
	}
	p.turn()
	p.bind(in, l)
	return p
}

// turn makes the way back from elements to shops.
func (p *problem) turn() {
	p.backs = make([]int32, len(p.weights)+1)
	for _, e := range p.covers {
		p.backs[e+1]++
	}
	p.reach = slices.Clone(p.backs[1:])
	for e := range p.weights {
		p.backs[e+1] += p.backs[e]
	}
	p.shops = make([]int32, len(p.covers))
	p.heads = make([]float64, headsKept*len(p.weights))
	at := slices.Clone(p.backs)
	for j := range p.shop {
		for _, e := range p.covered(j) {
			p.shops[at[e]] = int32(j)
			at[e]++
			insert(p.heads[headsKept*e:headsKept*(e+1)], p.chances[j])
		}
	}
}

// headsKept is how many of the chances at an element are told apart.
const headsKept = 8

// insert puts a chance into a falling list, whose last falls out.
func insert(heads []float64, chance float64) {
	for i, h := range heads {
		if chance > h {
			heads[i], chance = chance, h
		}
	}
}

// bind makes the limits: what of each is left after the signed shops, and what
// each shop uses of it.
func (p *problem) bind(in *Instance, l Limits) {
	p.uses = make([][]use, len(p.shop))
	each := func(limit int, amount func(Shop) int64) {
		for j, s := range p.shop {
			if a := amount(in.Shops[s]); a > 0 {
				p.uses[j] = append(p.uses[j], use{int32(limit), a})
			}
		}
	}
	if l.Shops > 0 {
		p.main = len(p.limits)
		p.limits = append(p.limits, limit{"shops", int64(l.Shops)})
		each(p.main, func(Shop) int64 { return 1 })
	}
	if l.Budget > 0 {
		p.main = len(p.limits)
		p.limits = append(p.limits, limit{"budget", l.Budget})
		each(p.main, func(s Shop) int64 { return s.Cost })
	}
	p.group(in, "category ", func(s Shop) (string, int, bool) {
		n, capped := l.Categories[s.Category]
		return s.Category, n, capped
	})
	p.group(in, "chain ", func(s Shop) (string, int, bool) { return s.Chain, l.Chain, s.Chain != "" && l.Chain > 0 })
	p.price, p.inverse = make([]float64, len(p.shop)), make([]float64, len(p.shop))
	for j := range p.price {
		p.inverse[j] = free
		for _, u := range p.uses[j] {
			if int(u.limit) == p.main {
				p.price[j], p.inverse[j] = float64(u.amount), 1/float64(u.amount)
			}
		}
	}
}

// free is by how much a shop that costs nothing is preferred to one that costs
// a fen.
const free = 1e6

// group caps the shops of one name, the signed ones among them.
func (p *problem) group(in *Instance, kind string, of func(Shop) (name string, most int, capped bool)) {
	signed, number := map[string]int{}, map[string]int32{}
	for _, s := range in.Shops {
		if name, _, capped := of(s); capped && s.Signed {
			signed[name]++
		}
	}
	for j, i := range p.shop {
		name, most, capped := of(in.Shops[i])
		if !capped {
			continue
		}
		n, known := number[name]
		if !known {
			n = int32(len(p.limits))
			number[name] = n
			p.limits = append(p.limits, limit{kind + name, int64(max(0, most-signed[name]))})
		}
		p.uses[j] = append(p.uses[j], use{n, 1})
	}
}

// only is the problem with these shops alone, which have new numbers: their
// places in the list. Elements keep theirs.
func (p *problem) only(shops []int32) *problem {
	q := &problem{weights: p.weights, element: p.element, limits: p.limits, main: p.main, given: p.given, starts: []int32{0}}
	for _, j := range shops {
		q.shop = append(q.shop, p.shop[j])
		q.chances = append(q.chances, p.chances[j])
		q.uses = append(q.uses, p.uses[j])
		q.price, q.inverse = append(q.price, p.price[j]), append(q.inverse, p.inverse[j])
		q.covers = append(q.covers, p.covered(int(j))...)
		q.starts = append(q.starts, int32(len(q.covers)))
	}
	q.turn()
	return q
}

func (p *problem) covered(shop int) []int32 { return p.covers[p.starts[shop]:p.starts[shop+1]] }
func (p *problem) by(element int32) []int32 { return p.shops[p.backs[element]:p.backs[element+1]] }

// A state is a choice of shops with what it covers and what every shop would
// add to it. Where all chances are one its numbers are whole and exact.
type state struct {
	*problem
	sure  []int32   // Chosen shops that cover the element and are certain.
	fail  []float64 // Probability that none of the others signs.
	open  []float64 // Weight that is not covered: 0, or weight times fail.
	gain  []float64 // What each shop would add: its chance times the open weight it covers.
	place []int32   // Where in chosen a shop stands, -1 for those that are not.
	used  []int64   // Of each limit.

	chosen []int32
	value  float64 // Weight covered beyond what is given.
	steps  int64   // Work done, in array cells touched.
}

func newState(p *problem) *state {
	s := &state{problem: p, sure: make([]int32, len(p.weights)), fail: make([]float64, len(p.weights)),
		open: make([]float64, len(p.weights)), gain: make([]float64, len(p.shop)), place: make([]int32, len(p.shop)),
		used: make([]int64, len(p.limits))}
	s.set(nil)
	return s
}

// set makes the choice these shops, computed afresh.
func (s *state) set(chosen []int32) {
	clear(s.sure)
	clear(s.used)
	copy(s.open, s.weights)
	for e := range s.fail {
		s.fail[e] = 1
	}
	for j := range s.gain {
		s.place[j] = -1
		sum := 0.0
		for _, e := range s.covered(j) {
			sum += s.weights[e]
		}
		s.gain[j] = s.chances[j] * sum
	}
	s.steps += int64(len(s.covers))
	s.value, s.chosen = 0, s.chosen[:0]
	for _, j := range chosen {
		s.add(j)
	}
}

// fits reports whether a shop can be added within the limits.
func (s *state) fits(j int32) bool {
	for _, u := range s.uses[j] {
		if s.used[u.limit]+u.amount > s.limits[u.limit].cap {
			return false
		}
	}
	return true
}

func (s *state) add(j int32) {
	s.value += s.gain[j]
	s.place[j] = int32(len(s.chosen))
	s.chosen = append(s.chosen, j)
	for _, u := range s.uses[j] {
		s.used[u.limit] += u.amount
	}
	certain := s.chances[j] == 1
	for _, e := range s.covered(int(j)) {
		if certain {
			s.sure[e]++
		} else {
			s.fail[e] *= 1 - s.chances[j]
		}
		s.reopen(e)
	}
}

func (s *state) remove(j int32) {
	last := s.chosen[len(s.chosen)-1]
	s.chosen[s.place[j]], s.place[last] = last, s.place[j]
	s.chosen = s.chosen[:len(s.chosen)-1]
	s.place[j] = -1
	for _, u := range s.uses[j] {
		s.used[u.limit] -= u.amount
	}
	certain := s.chances[j] == 1
	for _, e := range s.covered(int(j)) {
		if certain {
			s.sure[e]--
		} else {
			s.fail[e] /= 1 - s.chances[j]
		}
		s.reopen(e)
	}
	s.value -= s.gain[j]
}

// reopen brings an element's open weight, and the gains that rest on it, up to
// date.
func (s *state) reopen(e int32) {
	open := 0.0
	if s.sure[e] == 0 {
		open = s.weights[e] * s.fail[e]
	}
	change := open - s.open[e]
	s.steps++
	if change == 0 {
		return
	}
	s.open[e] = open
	shops := s.by(e)
	for _, k := range shops {
		s.gain[k] += s.chances[k] * change
	}
	s.steps += int64(len(shops))
}

// loss is what the choice would lose with a chosen shop.
func (s *state) loss(j int32) float64 {
	sum := 0.0
	s.steps += int64(s.starts[j+1] - s.starts[j])
	if s.chances[j] == 1 {
		for _, e := range s.covered(int(j)) {
			if s.sure[e] == 1 {
				sum += s.weights[e] * s.fail[e]
			}
		}
		return sum
	}
	for _, e := range s.covered(int(j)) {
		sum += s.open[e]
	}
	return sum * s.chances[j] / (1 - s.chances[j])
}

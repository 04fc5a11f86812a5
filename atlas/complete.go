package atlas

import (
	"bytes"
	"cmp"
	"math"
	"slices"
)

// Kinds is a set of kinds of suggestions: bit 1<<kind for kinds below 64. The
// zero set is all kinds.
type Kinds uint64

func (k Kinds) has(kind uint8) bool { return k == 0 || kind < 64 && k>>kind&1 == 1 }

// Suggest returns the heaviest texts of some kinds that have a key with the
// prefix; the prefix is folded as the keys are. At most 50 are given.
func (x *Index) Suggest(prefix string, kinds Kinds, limit int) []Suggestion {
	limit = min(limit, suggestMax)
	if limit <= 0 || prefix == "" || len(prefix) > textMax {
		return nil
	}
	s := x.now.Load()
	c := completion{state: s, kinds: kinds, limit: limit, seen: map[wordKey]bool{}}
	for _, v := range s.views {
		c.streams = append(c.streams, newStream(&v.says, []byte(prefix)))
	}
	return c.run()
}

// A completion merges the words of the views. A word may stand in several, so
// what is seen first is looked up in all; and it goes on until the best that
// nobody has seen yet could not be among the best.
type completion struct {
	*state
	kinds   Kinds
	limit   int
	streams []*stream
	seen    map[wordKey]bool
	best    []ranking
}

type wordKey struct {
	kind uint8
	text string
}

type ranking struct {
	rank uint64
	Suggestion
}

func (c *completion) run() []Suggestion {
	for {
		next := c.next()
		if next < 0 || len(c.best) == c.limit && c.best[c.limit-1].rank > c.unseen() {
			break
		}
		v, w := c.views[next].says, c.streams[next].pop()
		if w == math.MaxUint32 || !c.kinds.has(v.kinds[w]) {
			continue
		}
		key := wordKey{v.kinds[w], string(v.words.at(w))}
		if !c.seen[key] {
			c.seen[key] = true
			c.keep(key)
		}
	}
	var all []Suggestion
	for _, r := range c.best {
		all = append(all, r.Suggestion)
	}
	return all
}

// next returns the stream to go on with: a smaller one as long as it has
// something, because its end lowers what can be unseen.
func (c *completion) next() int {
	for i := len(c.streams) - 1; i >= 0; i-- {
		if len(c.streams[i].heap) > 0 {
			return i
		}
	}
	return -1
}

// unseen returns a rank that no word is above that has not been seen.
func (c *completion) unseen() uint64 {
	var weight, last uint64
	live := 0
	for _, s := range c.streams {
		if len(s.heap) > 0 {
			live++
			last = s.heap[0].rank
			weight += last >> 16
		}
	}
	if live == 1 {
		return last
	}
	return weight<<16 | 0xffff
}

// keep weighs a word over all views, and keeps it if it is among the best.
func (c *completion) keep(key wordKey) {
	weight := int64(0)
	for _, v := range c.views {
		if w, ok := v.says.find(key.kind, []byte(key.text)); ok {
			weight += int64(v.says.ranks[w]>>16) - v.said.of(w)
		}
	}
	if weight <= 0 {
		return
	}
	r := ranking{rankOf(key.kind, []byte(key.text), weight), Suggestion{key.kind, key.text, weight}}
	at, _ := slices.BinarySearchFunc(c.best, r, func(a, b ranking) int {
		return cmp.Or(cmp.Compare(b.rank, a.rank), cmp.Compare(a.Text, b.Text), cmp.Compare(a.Kind, b.Kind))
	})
	if at < c.limit {
		c.best = slices.Insert(c.best, at, r)
		c.best = c.best[:min(len(c.best), c.limit)]
	}
}

// A stream gives the words of the keys from..to, the highest rank first.
type stream struct {
	*speech
	from, to int
	levels   []int  // Where each level of the peaks begins; level 0 is the keys.
	heap     []peak // The highest rank in front.
}

// A peak is an entry of a level, and its rank.
type peak struct {
	rank  uint64
	level int
	i     int
}

// newStream begins a stream of the words with a prefix.
func newStream(s *speech, prefix []byte) *stream {
	n := len(s.owner)
	t := &stream{speech: s}
	t.from = s.search(func(key []byte) bool { return bytes.Compare(key, prefix) >= 0 })
	t.to = s.search(func(key []byte) bool { return bytes.Compare(key, prefix) >= 0 && !bytes.HasPrefix(key, prefix) })
	if t.from == t.to {
		return t
	}
	t.levels = []int{0}
	for from, size := 0, n; size > 1; {
		size = (size + fan - 1) / fan
		t.levels = append(t.levels, from)
		from += size
	}
	t.push(len(t.levels)-1, 0)
	return t
}

// search returns the first key for which is holds.
func (s *speech) search(is func(key []byte) bool) int {
	lo, hi := 0, len(s.owner)
	for lo < hi {
		if mid := (lo + hi) / 2; is(s.keys.at(uint32(mid))) {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}

// push puts an entry of a level on the heap, if it is in the stretch.
func (s *stream) push(level, i int) {
	size := 1
	for range level {
		size *= fan
	}
	if (i+1)*size <= s.from || i*size >= s.to {
		return
	}
	p := peak{level: level, i: i}
	if level == 0 {
		p.rank = s.ranks[s.owner[i]]
	} else {
		p.rank = s.peaks[s.levels[level]+i]
	}
	s.heap = append(s.heap, p)
	for c := len(s.heap) - 1; c > 0; {
		up := (c - 1) / 2
		if s.heap[up].rank >= s.heap[c].rank {
			break
		}
		s.heap[up], s.heap[c] = s.heap[c], s.heap[up]
		c = up
	}
}

// pop takes one entry. It returns its word, or MaxUint32 if it stood for many,
// which are on the heap now.
func (s *stream) pop() uint32 {
	p := s.heap[0]
	last := len(s.heap) - 1
	s.heap[0] = s.heap[last]
	s.heap = s.heap[:last]
	for i := 0; ; {
		c := 2*i + 1
		if c >= last {
			break
		}
		if c+1 < last && s.heap[c+1].rank > s.heap[c].rank {
			c++
		}
		if s.heap[i].rank >= s.heap[c].rank {
			break
		}
		s.heap[i], s.heap[c] = s.heap[c], s.heap[i]
		i = c
	}
	if p.level == 0 {
		return s.owner[p.i]
	}
	below := len(s.owner)
	if p.level > 1 {
		below = s.levels[p.level] - s.levels[p.level-1]
	}
	for i := p.i * fan; i < min((p.i+1)*fan, below); i++ {
		s.push(p.level-1, i)
	}
	return math.MaxUint32
}

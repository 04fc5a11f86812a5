package atlas

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
	"unsafe"

	"citywalk/geo"
)

// block is how many documents stand together: one bit each in a word.
const block = 64

// A segment is documents that do not change, numbered so that those near each
// other have near numbers (order). It is flat slices without pointers, which
// the collector skips and a snapshot holds as they are.
type segment struct {
	n int // How many there are.
	columns
	lying   lying
	sheaves [3]sheaf // Of categories, districts and areas.
	rows    []row
	label   [3][]uint16 // Category, district, area: number in names.
	names   [3]texts
	priors  []uint8 // Prior, rounded up to a step of 1/255.
	rungs   []int32 // Ascending prices, as many of the documents' between each two.
	score   []float32
	save    []int32
	ids     []byte // One after the other, likewise the payloads.
	pay     []byte

	clocks []clock
	plans  texts // Schedules, as encode writes them.

	dict   dict     // Terms by number.
	listOf []uint32 // Each term's list. Terms that the same documents have in the same way share one.
	starts []uint32 // Where each list's postings begin, and their end.
	posts  []posting
	most   []uint8 // Largest weight in each list, and the least.
	least  []uint8
	terms  texts // The terms of each document: ascending, the gaps as varints.
	common
	grove

	says  speech
	where ids32 // Documents by the hash of their id.
}

// A posting is a document that has a term. They ascend in each list.
type posting struct {
	doc   uint32
	heavy uint8 // How much the document is about it; 0 for the index's own terms.
	pin         // If the list has a tree.
}

func (p posting) order(d uint32) int { return cmp.Compare(p.doc, d) }

// Columns are what a search asks of many documents, in one order of them.
type columns struct {
	hours []uint32 // Number in clocks.
	cards []uint32 // Number in plans.
	flags []uint64 // Rows of one word a block: of each flag, of the sampled documents, of those up to each rung's price.
	times clockwork
}

// A lying is the documents in the order of their places alone.
type lying struct {
	columns
	spots []spot
}

// A spot is a document where it lies.
type spot struct {
	lat, lng int32
	price    int32
	doc      uint32
}

// A row is what is looked at of one document after the others. Behind the last
// stands one that only tells where the last id and payload end.
type row struct {
	lat, lng int32 // In 1e-7 degrees.
	prior    float32
	price    int32
	id, pay  uint32 // Where the id and the payload begin; the next row tells where they end.
}

// Rows of flags: behind the flags themselves the sampled documents, then for
// each rung those that have a price, and none above it.
const (
	lots     = 32
	rungs    = 16
	flagRows = lots + 1 + rungs
)

// bits is a row of flags.
func (c *columns) bits(flag int) []uint64 {
	n := len(c.flags) / flagRows
	return c.flags[flag*n:][:n]
}

// flagsOf gathers a document's flags.
func (c *columns) flagsOf(d uint32) Flags {
	var f Flags
	for i := range lots {
		f |= Flags(c.bits(i)[d/block]>>(d%block)&1) << i
	}
	return f
}

// clock is opening hours.
type clock struct{ opens, closes int16 }

// blocks is how many blocks there are.
func (s *segment) blocks() int { return (s.n + block - 1) / block }

// id returns a document's id, which nobody can add to.
func (s *segment) id(d uint32) []byte {
	from, to := s.rows[d].id, s.rows[d+1].id
	return s.ids[from:to:to]
}

// payload returns a document's payload, which nobody can add to; nil if it is
// empty.
func (s *segment) payload(d uint32) []byte {
	from, to := s.rows[d].pay, s.rows[d+1].pay
	if from == to {
		return nil
	}
	return s.pay[from:to:to]
}

// text is bytes that never change, without a copy.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// texts is many strings in one: text i is bytes[ends[i]:ends[i+1]].
type texts struct {
	ends  []uint32
	bytes []byte
}

// at returns text i, which nobody can add to; nil if it is empty.
func (t *texts) at(i uint32) []byte {
	from, to := t.ends[i], t.ends[i+1]
	if from == to {
		return nil
	}
	return t.bytes[from:to:to]
}

func (t *texts) len() int { return max(len(t.ends)-1, 0) }

// add appends a text.
func (t *texts) add(s []byte) {
	if t.ends == nil {
		t.ends = []uint32{0}
	}
	t.bytes = append(t.bytes, s...)
	t.ends = append(t.ends, uint32(len(t.bytes)))
}

// A dict numbers terms in the order in which they came.
type dict struct {
	terms []uint64
	slots []uint32 // Open addressing, a power of two long; number + 1, or 0.
}

// find returns a term's number.
func (d *dict) find(t Term) (uint32, bool) {
	if len(d.slots) == 0 {
		return 0, false
	}
	mask := uint32(len(d.slots) - 1)
	for i := uint32(t) & mask; d.slots[i] != 0; i = (i + 1) & mask {
		if n := d.slots[i] - 1; d.terms[n] == uint64(t) {
			return n, true
		}
	}
	return 0, false
}

// number returns a term's number, and gives it one if it has none.
func (d *dict) number(t Term) uint32 {
	if 4*len(d.terms) >= 3*len(d.slots) {
		d.grow()
	}
	mask := uint32(len(d.slots) - 1)
	i := uint32(t) & mask
	for ; d.slots[i] != 0; i = (i + 1) & mask {
		if n := d.slots[i] - 1; d.terms[n] == uint64(t) {
			return n
		}
	}
	d.terms = append(d.terms, uint64(t))
	d.slots[i] = uint32(len(d.terms))
	return uint32(len(d.terms) - 1)
}

func (d *dict) grow() { d.fill(max(16, 2*len(d.slots))) }

// build makes the slots for the terms.
func (d *dict) build() { d.fill(1 << bits.Len(uint(max(8, len(d.terms)+len(d.terms)/3)))) }

func (d *dict) fill(size int) {
	d.slots = make([]uint32, size)
	mask := uint32(size - 1)
	for n, t := range d.terms {
		i := uint32(t) & mask
		for ; d.slots[i] != 0; i = (i + 1) & mask {
		}
		d.slots[i] = uint32(n + 1)
	}
}

// ids32 finds documents by id. Its slots are like those of a dict.
type ids32 struct {
	slots []uint32
	used  int
}

// find returns the document with an id; of gives the ids.
func (w *ids32) find(of func(uint32) []byte, id string) (uint32, bool) {
	if len(w.slots) == 0 {
		return 0, false
	}
	mask := uint32(len(w.slots) - 1)
	for i := uint32(TermOf(0, id)) & mask; w.slots[i] != 0; i = (i + 1) & mask {
		if d := w.slots[i] - 1; string(of(d)) == id {
			return d, true
		}
	}
	return 0, false
}

// put gives an id to a document, and returns the one that had it.
func (w *ids32) put(of func(uint32) []byte, d uint32, id string) (old uint32, ok bool) {
	if 4*w.used >= 3*len(w.slots) {
		w.grow(of)
	}
	mask := uint32(len(w.slots) - 1)
	i := uint32(TermOf(0, id)) & mask
	for ; w.slots[i] != 0; i = (i + 1) & mask {
		if old := w.slots[i] - 1; string(of(old)) == id {
			w.slots[i] = d + 1
			return old, true
		}
	}
	w.slots[i] = d + 1
	w.used++
	return 0, false
}

// room makes empty slots for n documents.
func (w *ids32) room(n int) { w.slots = huge(make([]uint32, max(16, 1<<bits.Len(uint(n+n/3))))) }

func (w *ids32) grow(of func(uint32) []byte) {
	old := w.slots
	w.room(len(old))
	mask := uint32(len(w.slots) - 1)
	for _, slot := range old {
		if slot == 0 {
			continue
		}
		i := uint32(TermOf(0, string(of(slot-1)))) & mask
		for ; w.slots[i] != 0; i = (i + 1) & mask {
		}
		w.slots[i] = slot
	}
}

// extent returns where a term's postings stand.
func (s *segment) extent(term uint32) (from, to uint32) {
	l := s.listOf[term]
	return s.starts[l], s.starts[l+1]
}

// termsOf calls with the number of each term of a document and the place of
// its posting.
func (s *segment) termsOf(d uint32, do func(term, post uint32)) {
	t := uint64(0)
	for b := s.terms.at(d); len(b) > 0; {
		gap, n := binary.Uvarint(b)
		if t += gap; n <= 0 || t >= uint64(len(s.listOf)) {
			return // Only in a snapshot that was forged.
		}
		b = b[n:]
		from, to := s.extent(uint32(t))
		if i, ok := slices.BinarySearchFunc(s.posts[from:to], d, posting.order); ok {
			do(uint32(t), from+uint32(i))
		}
	}
}

// doc makes the document anew, as tidy would leave it but for the order of its
// terms. Its suggestions come without keys.
func (s *segment) doc(d uint32) Doc {
	doc := s.bare(d)
	s.termsOf(d, func(t, post uint32) {
		if w := s.posts[post].heavy; w > 0 {
			doc.Terms = append(doc.Terms, Weighted{Term(s.dict.terms[t]), w})
		}
	})
	return doc
}

// bare is the document without its terms.
func (s *segment) bare(d uint32) Doc {
	r := &s.rows[d]
	c := s.clocks[s.hours[d]]
	return Doc{
		ID:       string(s.id(d)),
		Point:    geo.Point{Lat: float64(r.lat) / 1e7, Lng: float64(r.lng) / 1e7},
		Category: string(s.names[0].at(uint32(s.label[0][d]))),
		District: string(s.names[1].at(uint32(s.label[1][d]))),
		Area:     string(s.names[2].at(uint32(s.label[2][d]))),
		Price:    r.price, Opens: c.opens, Closes: c.closes,
		Card: plan(&s.plans, s.cards[d]), Flags: s.flagsOf(d),
		Prior: r.prior, Score: s.score[d], Saving: s.save[d],
		Says: s.says.of(d), Payload: slices.Clone(s.payload(d)),
	}
}

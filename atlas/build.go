package atlas

import (
	"errors"
	"iter"
	"math"
	"sync"
)

// ErrFull refuses more than one index can number: 4 GiB of payloads, ids or
// postings, or 65,535 different labels of a kind.
var ErrFull = errors.New("atlas: the index is full")

// A Builder makes an index out of a stream of documents. It keeps a document in
// about the bytes that the index will need; Add may be called by many.
type Builder struct {
	mu    sync.Mutex
	cores int
	draft *draft
	sums  []Sum
	sum   Sum
}

// NewBuilder returns a builder that ends on so many cores.
func NewBuilder(cores int) *Builder {
	return &Builder{cores: max(cores, 1), draft: newDraft()}
}

// Add takes a document; of those with one id the last counts. The document may
// be used again afterwards. The error is ErrDoc, and nothing was taken.
func (b *Builder) Add(d Doc) error {
	if err := d.check(); err != nil {
		return err
	}
	d = d.tidy()
	sum := d.sum()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sums = append(b.sums, sum)
	b.sum = b.sum.plus(sum)
	if old, ok := b.draft.add(&d); ok {
		b.sum = b.sum.minus(b.sums[old])
	}
	return nil
}

// Finish returns the index. The builder is used up.
func (b *Builder) Finish(mark []byte) (*Index, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s, err := b.draft.freeze(b.cores)
	if err != nil {
		return nil, err
	}
	x := New(b.cores)
	x.now.Store(newState([]*view{newView(s)}, b.sum, mark))
	return x, nil
}

// Build makes an index of documents.
func Build(docs iter.Seq[Doc], mark []byte, cores int) (*Index, error) {
	b := NewBuilder(cores)
	for d := range docs {
		if err := b.Add(d); err != nil {
			return nil, err
		}
	}
	return b.Finish(mark)
}

// A draft is documents in the order in which they came.
type draft struct {
	segment
	labels   [3]map[string]uint16
	flagsIn  []Flags
	clockOf  map[clock]uint32
	planOf   map[string]uint32
	idsIn    arena[byte]
	payIn    arena[byte]
	termsIn  arena[uint32]
	heavyIn  arena[uint8]
	said     saidDraft
	replaced []uint64 // Bits of documents that a later one replaced.
	full     bool     // More than can be numbered.
	buffer   []byte
	numbers  []uint32
	weights  []uint8
}

func newDraft() *draft {
	b := new(draft)
	for k := range b.labels {
		b.labels[k] = map[string]uint16{"": 0}
		b.names[k].add(nil)
	}
	b.clockOf, b.planOf = map[clock]uint32{}, map[string]uint32{}
	b.said.begin()
	return b
}

// add takes a tidy document. It returns the one that it replaced.
func (b *draft) add(d *Doc) (old uint32, ok bool) {
	doc := uint32(b.n)
	b.n++
	b.rows = append(b.rows, row{lat: fixed(d.Point.Lat), lng: fixed(d.Point.Lng), prior: d.Prior, price: d.Price})
	b.numbers, b.weights = b.numbers[:0], b.weights[:0]
	for _, w := range d.Terms {
		b.numbers, b.weights = append(b.numbers, b.dict.number(w.Term)), append(b.weights, w.Weight)
	}
	for k, l := range []string{d.Category, d.District, d.Area} {
		b.label[k] = append(b.label[k], b.labelNumber(k, l))
		b.numbers, b.weights = append(b.numbers, b.dict.number(labelTerm(k, l))), append(b.weights, 0)
	}
	b.hours, b.cards = append(b.hours, b.clockNumber(clock{d.Opens, d.Closes})), append(b.cards, b.planNumber(d.Card))
	b.flagsIn, b.score, b.save = append(b.flagsIn, d.Flags), append(b.score, d.Score), append(b.save, d.Saving)
	b.idsIn.add([]byte(d.ID))
	b.payIn.add(d.Payload)
	b.termsIn.add(b.numbers)
	b.heavyIn.add(b.weights)
	for _, s := range d.Says {
		b.said.add(s)
	}
	b.said.end()
	return b.replace(doc, d.ID)
}

// labelTerm is the index's own term of a label: what a filter by it finds.
func labelTerm(kind int, label string) Term { return TermOf(0, string(rune('a'+kind))+label) }

func (b *draft) labelNumber(kind int, label string) uint16 {
	n, ok := b.labels[kind][label]
	if !ok {
		if len(b.labels[kind]) > math.MaxUint16 {
			b.full = true
			return 0
		}
		n = uint16(len(b.labels[kind]))
		b.labels[kind][label] = n
		b.names[kind].add([]byte(label))
	}
	return n
}

func (b *draft) clockNumber(c clock) uint32 {
	n, ok := b.clockOf[c]
	if !ok {
		n = uint32(len(b.clocks))
		b.clockOf[c] = n
		b.clocks = append(b.clocks, c)
	}
	return n
}

func (b *draft) planNumber(s Schedule) uint32 {
	b.buffer = s.encode(b.buffer[:0])
	n, ok := b.planOf[string(b.buffer)]
	if !ok {
		n = uint32(b.plans.len())
		b.planOf[string(b.buffer)] = n
		b.plans.add(b.buffer)
	}
	return n
}

// replace notes that doc has taken the place of an earlier one of its id.
func (b *draft) replace(doc uint32, id string) (old uint32, ok bool) {
	if len(b.replaced) < b.blocks() {
		b.replaced = append(b.replaced, 0)
	}
	if old, ok = b.where.put(b.idsIn.at, doc, id); ok {
		b.replaced[old/block] |= 1 << (old % block)
	}
	return old, ok
}

func (b *draft) alive(doc int) bool { return b.replaced[doc/block]>>(doc%block)&1 == 0 }

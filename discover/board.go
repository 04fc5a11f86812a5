package discover

import (
	"cmp"
	"iter"
	"maps"
	"math"
	"math/bits"
	"slices"

	"citywalk/geo"
	"citywalk/shop"
)

// A board is where the shops of a town stand that take the card. They lie in
// the order of a quadtree (Morton), with running sums of their coordinates, so
// that how many there are in a square and where their middle is costs two looks
// however many they are. A board never changes: one with edits takes its place.
// It also says which of them have days on which their terms do not apply.
type board struct {
	codes    []uint64 // Ascending.
	lat, lng []int64  // Sums of the coordinates before each, and of all.
	ids      []byte
	ends     []uint32
	edits    map[shop.ID]edit
	odd      map[shop.ID]bool // Shops with such days.
}

// An edit is a shop that is elsewhere than the codes say; 0 is nowhere.
type edit struct{ was, now uint64 }

// A site is a shop and where it is.
type site struct {
	id   shop.ID
	code uint64
	odd  bool
}

// unitBits is how finely places are told: in steps of 2^-23 degrees, about a
// centimetre.
const unitBits = 23

// codeOf is the place of a point in the order of the quadtree.
func codeOf(p geo.Point) uint64 {
	return weave(uint32((p.Lng+180)*(1<<unitBits))) | weave(uint32((p.Lat+90)*(1<<unitBits)))<<1
}

// weave puts a zero before each bit.
func weave(n uint32) uint64 {
	x := uint64(n)
	x = (x | x<<16) & 0x0000ffff0000ffff
	x = (x | x<<8) & 0x00ff00ff00ff00ff
	x = (x | x<<4) & 0x0f0f0f0f0f0f0f0f
	x = (x | x<<2) & 0x3333333333333333
	return (x | x<<1) & 0x5555555555555555
}

// unweave takes them away again.
func unweave(x uint64) int64 {
	x &= 0x5555555555555555
	x = (x | x>>1) & 0x3333333333333333
	x = (x | x>>2) & 0x0f0f0f0f0f0f0f0f
	x = (x | x>>4) & 0x00ff00ff00ff00ff
	x = (x | x>>8) & 0x0000ffff0000ffff
	return int64(uint32(x | x>>16))
}

// newBoard puts shops in order.
func newBoard(all []site) *board {
	slices.SortFunc(all, func(a, b site) int { return cmp.Or(cmp.Compare(a.code, b.code), cmp.Compare(a.id, b.id)) })
	b := &board{codes: make([]uint64, len(all)), lat: make([]int64, len(all)+1), lng: make([]int64, len(all)+1), ends: make([]uint32, len(all)+1), odd: map[shop.ID]bool{}}
	size := 0
	for _, s := range all {
		size += len(s.id)
	}
	b.ids = make([]byte, 0, size)
	for i, s := range all {
		b.codes[i] = s.code
		b.lng[i+1], b.lat[i+1] = b.lng[i]+unweave(s.code), b.lat[i]+unweave(s.code>>1)
		b.ids = append(b.ids, s.id...)
		b.ends[i+1] = uint32(len(b.ids))
		if s.odd {
			b.odd[s.id] = true
		}
	}
	return b
}

func (b *board) id(i int) shop.ID { return shop.ID(b.ids[b.ends[i]:b.ends[i+1]]) }

// sites are all shops as the edits have them.
func (b *board) sites() iter.Seq[site] {
	return func(yield func(site) bool) {
		for i, code := range b.codes {
			id := b.id(i)
			if _, edited := b.edits[id]; !edited && !yield(site{id, code, b.odd[id]}) {
				return
			}
		}
		for id, e := range b.edits {
			if e.now != 0 && !yield(site{id, e.now, b.odd[id]}) {
				return
			}
		}
	}
}

// size is how many shops there are.
func (b *board) size() int {
	n := len(b.codes)
	for _, e := range b.edits {
		if e.was != 0 {
			n--
		}
		if e.now != 0 {
			n++
		}
	}
	return n
}

// with is the board after more edits, and after some shops became odd or even.
func (b *board) with(more map[shop.ID]edit, odd map[shop.ID]bool) *board {
	next := *b
	if len(odd) > 0 {
		next.odd = maps.Clone(b.odd)
		maps.Copy(next.odd, odd)
		maps.DeleteFunc(next.odd, func(_ shop.ID, is bool) bool { return !is })
	}
	next.edits = maps.Clone(b.edits)
	if next.edits == nil {
		next.edits = map[shop.ID]edit{}
	}
	for id, e := range more {
		if old, ok := b.edits[id]; ok {
			e.was = old.was
		}
		if next.edits[id] = e; e.was == e.now {
			delete(next.edits, id)
		}
	}
	if len(next.edits) > editsMost+len(b.codes)/64 {
		return newBoard(slices.Collect(next.sites()))
	}
	return &next
}

// editsMost is how many edits a small board has before it is put in order.
const editsMost = 1000

// A frame is a box in the board's units, and how large its squares are.
type frame struct {
	west, east, south, north int64
	level                    int // A square is 2^level units wide.
}

// frameOf is the frame of a box, or of everything. Squares stand at fixed
// places, so that a map that is moved a little shows the same crowds; they are
// as wide as powers of two, so that a city has few sizes of them.
func frameOf(box *geo.Bounds) frame {
	f, width := frame{0, math.MaxUint32, 0, math.MaxUint32, 0}, 1.0 // A whole city is about a degree wide.
	if box != nil {
		unit := func(degrees, from float64) int64 { return int64((degrees + from) * (1 << unitBits)) }
		f.west, f.east = unit(box.Min.Lng, 180), unit(box.Max.Lng, 180)
		f.south, f.north = unit(box.Min.Lat, 90), unit(box.Max.Lat, 90)
		width = max(box.Max.Lng-box.Min.Lng, box.Max.Lat-box.Min.Lat)
	}
	f.level = min(max(unitBits+int(math.Ceil(math.Log2(max(width, 1e-4)/crowdsAside))), 0), 31)
	return f
}

func (f frame) holds(code uint64) bool {
	x, y := unweave(code), unweave(code>>1)
	return f.west <= x && x <= f.east && f.south <= y && y <= f.north
}

// square is the square that a place lies in.
func (f frame) square(code uint64) uint64 { return code >> (2 * f.level) }

// A heap is the shops of one square that the frame holds.
type heap struct {
	lat, lng int64 // Sums.
	n        int
}

func (h *heap) add(code uint64, n int) {
	h.lng, h.lat, h.n = h.lng+int64(n)*unweave(code), h.lat+int64(n)*unweave(code>>1), h.n+n
}

// A view is what a frame shows of a board: the stretches of shops in it, and
// its crowds.
type view struct {
	*board
	frame
	spans []span
	heaps map[uint64]*heap
	n     int // Shops.
}

// A span is the shops from..to; of those that are partly outside each is to be
// looked at.
type span struct {
	from, to int
	partly   bool
}

// look counts what a frame shows.
func (b *board) look(f frame) *view {
	v := &view{board: b, frame: f, heaps: map[uint64]*heap{}}
	v.descend(0, len(b.codes))
	for _, e := range b.edits {
		if e.was != 0 && f.holds(e.was) {
			v.heap(e.was).add(e.was, -1)
			v.n--
		}
		if e.now != 0 && f.holds(e.now) {
			v.heap(e.now).add(e.now, 1)
			v.n++
		}
	}
	return v
}

func (v *view) heap(code uint64) *heap {
	square := v.square(code)
	if v.heaps[square] == nil {
		v.heaps[square] = &heap{}
	}
	return v.heaps[square]
}

// descend goes down to the squares of the frame through those that hold a
// stretch of shops.
func (v *view) descend(from, to int) {
	if from == to {
		return
	}
	// The least square that holds them all.
	level := max((bits.Len64(v.codes[from]^v.codes[to-1])+1)/2, v.level)
	low, width := v.codes[from]>>(2*level)<<(2*level), int64(1)<<level
	if level == 32 {
		low = 0
	}
	x, y := unweave(low), unweave(low>>1)
	if x > v.east || y > v.north || x+width <= v.west || y+width <= v.south {
		return
	}
	if level == v.level {
		v.take(span{from, to, x < v.west || y < v.south || x+width-1 > v.east || y+width-1 > v.north})
		return
	}
	for quarter := range uint64(4) {
		end := low + (quarter+1)<<(2*(level-1)) - 1 // The last place of the quarter.
		next, _ := slices.BinarySearch(v.codes[from:to], end+1)
		if end == math.MaxUint64 {
			next = to - from
		}
		v.descend(from, from+next)
		from += next
	}
}

// take counts the shops of one square.
func (v *view) take(s span) {
	v.spans = append(v.spans, s)
	h := v.heap(v.codes[s.from])
	if !s.partly {
		h.lat, h.lng, h.n = h.lat+v.lat[s.to]-v.lat[s.from], h.lng+v.lng[s.to]-v.lng[s.from], h.n+s.to-s.from
		v.n += s.to - s.from
		return
	}
	for _, code := range v.codes[s.from:s.to] {
		if v.holds(code) {
			h.add(code, 1)
			v.n++
		}
	}
}

// shops are the ids of the shops in view.
func (v *view) shops() []shop.ID {
	all := make([]shop.ID, 0, v.n)
	for _, s := range v.spans {
		for i := s.from; i < s.to; i++ {
			id := v.id(i)
			if _, edited := v.edits[id]; !edited && (!s.partly || v.holds(v.codes[i])) {
				all = append(all, id)
			}
		}
	}
	for id, e := range v.edits {
		if e.now != 0 && v.holds(e.now) {
			all = append(all, id)
		}
	}
	return all
}

// crowdsOf are the crowds of views of one frame, from south to north.
func crowdsOf(views []*view) []Crowd {
	whole := map[uint64]heap{}
	for _, v := range views {
		for square, h := range v.heaps {
			w := whole[square]
			whole[square] = heap{w.lat + h.lat, w.lng + h.lng, w.n + h.n}
		}
	}
	all := make([]Crowd, 0, len(whole))
	for _, h := range whole {
		if h.n > 0 {
			middle := func(sum int64, from float64) float64 { return step(float64(sum)/float64(h.n)/(1<<unitBits) - from) }
			all = append(all, Crowd{geo.Point{Lat: middle(h.lat, 90), Lng: middle(h.lng, 180)}, h.n})
		}
	}
	slices.SortFunc(all, func(a, b Crowd) int {
		return cmp.Or(cmp.Compare(a.Point.Lat, b.Point.Lat), cmp.Compare(a.Point.Lng, b.Point.Lng))
	})
	return all
}

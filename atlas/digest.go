package atlas

import (
	"crypto/sha256"
	"encoding/binary"
	"iter"
	"math"
)

// A Sum stands for what documents say: that of many is the sum of theirs, so
// that it does not depend on how they came. It tells differences between nodes
// from none; it is no seal against somebody who makes documents to that end.
type Sum [4]uint64

// plus and minus add and take away lane by lane.
func (s Sum) plus(t Sum) Sum {
	for i := range s {
		s[i] += t[i]
	}
	return s
}

func (s Sum) minus(t Sum) Sum {
	for i := range s {
		s[i] -= t[i]
	}
	return s
}

// Sum returns what the document says in 32 bytes. Keys of suggestions are not
// in it, because they follow from the text.
func (d Doc) Sum() Sum {
	d = d.tidy()
	return d.sum()
}

// sum is that of a tidy document, whatever the order of its terms.
func (d *Doc) sum() Sum {
	var buffer [1024]byte
	b := buffer[:0]
	for _, text := range []string{d.ID, d.Category, d.District, d.Area} {
		b = append(binary.AppendUvarint(b, uint64(len(text))), text...)
	}
	for _, n := range []int64{int64(fixed(d.Point.Lat)), int64(fixed(d.Point.Lng)), int64(d.Price), int64(d.Opens), int64(d.Closes), int64(d.Flags), int64(d.Saving)} {
		b = binary.AppendVarint(b, n)
	}
	b = binary.LittleEndian.AppendUint32(b, math.Float32bits(d.Prior))
	b = binary.LittleEndian.AppendUint32(b, math.Float32bits(d.Score))
	var terms Sum
	for _, w := range d.Terms {
		terms = terms.plus(spread(uint64(w.Term), uint64(w.Weight)))
	}
	for _, s := range d.Says {
		terms = terms.plus(spread(^uint64(TermOf(s.Kind, s.Text)), uint64(s.Weight)))
	}
	for _, lane := range terms {
		b = binary.LittleEndian.AppendUint64(b, lane)
	}
	b = append(binary.AppendUvarint(b, uint64(len(d.Payload))), d.Payload...)
	h := sha256.Sum256(d.Card.encode(b))
	var s Sum
	for i := range s {
		s[i] = binary.LittleEndian.Uint64(h[8*i:])
	}
	return s
}

// spread is four numbers for two.
func spread(a, b uint64) Sum {
	h := mix(a ^ mix(b+0x9e3779b97f4a7c15))
	return Sum{h, mix(h + 1), mix(h + 2), mix(h + 3)}
}

// Digest is equal on all nodes that have the same documents, however they got
// them.
func (x *Index) Digest() Sum { return x.now.Load().sum }

// Sums returns each document's Sum, for a comparison one by one.
func (x *Index) Sums() iter.Seq2[string, Sum] {
	s := x.now.Load()
	return func(yield func(string, Sum) bool) {
		for _, v := range s.views {
			if !v.docs(func(d uint32) bool {
				doc := v.doc(d)
				return yield(doc.ID, doc.sum())
			}) {
				return
			}
		}
	}
}

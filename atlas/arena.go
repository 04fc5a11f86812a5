package atlas

// An arena holds slices in large pieces, so that a growing one is never copied.
type arena[T any] struct {
	pieces [][]T
	refs   []ref
}

type ref struct{ piece, from, n uint32 }

// pieceLen is the length of one piece; longer slices get one of their own.
const pieceLen = 1 << 18

// add keeps a copy of s.
func (a *arena[T]) add(s []T) {
	last := len(a.pieces) - 1
	if last < 0 || len(a.pieces[last])+len(s) > cap(a.pieces[last]) {
		// The first is small: most builders hold a few changes.
		size := pieceLen
		if last < 0 {
			size = pieceLen / 64
		}
		a.pieces = append(a.pieces, make([]T, 0, max(size, len(s))))
		last++
	}
	p := a.pieces[last]
	a.refs = append(a.refs, ref{uint32(last), uint32(len(p)), uint32(len(s))})
	a.pieces[last] = append(p, s...)
}

// at returns slice i.
func (a *arena[T]) at(i uint32) []T {
	r := a.refs[i]
	return a.pieces[r.piece][r.from : r.from+r.n]
}

// total is how many elements there are.
func (a *arena[T]) total() int {
	n := 0
	for _, p := range a.pieces {
		n += len(p)
	}
	return n
}

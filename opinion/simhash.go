package opinion

// shingle is how many units a shingle has, and alike the fewest shingles of
// which a comparison says anything.
const (
	shingle = 3
	alike   = 6
)

// SimHash returns 64 bits of which two texts share more the more they have in
// common (Charikar, Similarity Estimation Techniques, STOC 2002), over runs of
// three units of the folded text, marks left out; 0 for a text that is too
// short to compare. Copies with other marks, width or characters have the same
// bits; edited copies differ in few.
func SimHash(text string) uint64 {
	var votes [64]int32
	var a, b uint64
	var u unit
	n := 0
	for s := scan(text); s.next(&u); {
		if u.kind == mark || u.kind == line {
			continue
		}
		if n++; n >= shingle {
			h := mix(join(join(a, b), u.hash))
			for i := range votes {
				votes[i] += int32(h>>i&1)<<1 - 1
			}
		}
		a, b = b, u.hash
	}
	if n < alike+shingle-1 {
		return 0
	}
	var hash uint64
	for i, v := range votes {
		if v > 0 {
			hash |= 1 << i
		}
	}
	return max(hash, 1)
}

package opinion

import (
	"cmp"
	"slices"
)

// curvePoints is at how many logits the curve of the stars is kept.
const curvePoints = 25

// calibrate fits the curve from logits to stars on the starred notes that were
// held out: the means that rise with the logit and fit best (isotonic
// regression by pooling neighbours that do not rise). Without starred notes the
// curve stays as it was.
func (m *Model) calibrate(sources []Source, held [][]float64, sure float64) {
	type point struct{ logit, stars float64 }
	var all []point
	for i, source := range sources {
		for j, n := range source.Notes {
			if n.Stars > 0 {
				all = append(all, point{held[i][j] * sure, n.Stars})
			}
		}
	}
	if len(all) < 4*curvePoints {
		return
	}
	slices.SortFunc(all, func(a, b point) int {
		return cmp.Or(cmp.Compare(a.logit, b.logit), cmp.Compare(a.stars, b.stars))
	})
	var blocks []block
	for _, p := range all {
		blocks = append(blocks, block{p.logit, p.stars, 1})
		for n := len(blocks); n > 1 && blocks[n-2].stars >= blocks[n-1].stars; n-- {
			blocks[n-2] = blocks[n-2].with(blocks[n-1])
			blocks = blocks[:n-1]
		}
	}
	m.curve = make([]float64, curvePoints)
	for i := range m.curve {
		m.curve[i] = round(between(blocks, curveReach*(2*float64(i)/(curvePoints-1)-1)))
	}
}

// A block is neighbouring notes that share a mean.
type block struct{ logit, stars, notes float64 }

func (b block) with(c block) block {
	n := b.notes + c.notes
	return block{(b.logit*b.notes + c.logit*c.notes) / n, (b.stars*b.notes + c.stars*c.notes) / n, n}
}

// between reads the stars at a logit, on straight lines between the middles of
// the blocks and to 1 and 5 stars at the ends.
func between(blocks []block, logit float64) float64 {
	before, after := block{-curveReach - 1, 1, 0}, block{curveReach + 1, 5, 0}
	for _, b := range blocks {
		if b.logit <= logit && b.logit > before.logit {
			before = b
		} else if b.logit > logit {
			after = b
			break
		}
	}
	if after.logit <= before.logit {
		return before.stars
	}
	return before.stars + (logit-before.logit)/(after.logit-before.logit)*(after.stars-before.stars)
}

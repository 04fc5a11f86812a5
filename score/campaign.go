package score

import "math"

// A level of buying is a hypothesis on a shop: what share of its notes was
// bought, for it or against it.
type level struct {
	share float64
	blame bool
}

// The levels. The first is a shop that buys nothing, whose share is the city's
// stain.
const levels = 11

var levelShares = [levels]level{
	{}, {share: 0.06}, {share: 0.15}, {share: 0.28}, {share: 0.42}, {share: 0.56}, {share: 0.7}, {share: 0.84},
	{share: 0.12, blame: true}, {share: 0.28, blame: true}, {share: 0.5, blame: true},
}

// What is believed of levels before a note was read, and for how many shops.
var levelsBefore = [levels]float64{0.86, 0.02, 0.02, 0.02, 0.02, 0.02, 0.01, 0.01, 0.01, 0.007, 0.003}

const (
	levelsWorth = 40
	stainBefore = 0.01
	stainWorth  = 0.05 // Of the city's notes.
)

// bought is how common a note's rating is among the bought ones of a level.
func (m *Model) bought(h int, bin uint8) float64 {
	switch {
	case h == 0:
		return 0.8*m.praise[bin] + 0.2*m.blame[bin]
	case levelShares[h].blame:
		return m.blame[bin]
	}
	return m.praise[bin]
}

func (m *Model) share(h int) float64 {
	if h == 0 {
		return m.Stain
	}
	return levelShares[h].share
}

// A joint is the posterior of one shop's level and quality.
type joint struct {
	weight [levels]float64        // Of each level.
	at     [levels][cells]float64 // Of quality and level: all add up to 1.
	prior  [cells]float64
	first  int // The cells outside first..last have next to nothing.
	last   int
	backed [2]float64 // See joint.back.
}

// negligible is the weight below which a cell or a level is left out.
const negligible = 1e-6

// fill computes the posterior from the prior of quality and the notes.
//
//	P(q, h | notes) ~ P(q) P(h) prod [(1-f_h) L(r|q+b) + f_h odds F_h(r)]
//
// where odds is the likelihood ratio of the note's features.
func (j *joint) fill(m *Model, notes []line) {
	var exponent [levels]float64
	for h := range levels {
		row := &j.at[h]
		*row = j.prior
		keep, share := 1-m.share(h), m.share(h)
		product := 1.0
		for i := range notes {
			n := &notes[i]
			add := share * float64(n.odds) * m.bought(h, n.bin)
			top := keep*float64(n.peak) + add
			a, b := keep/top, add/top
			for q, l := range m.like.row(n) {
				row[q] *= a*float64(l) + b
			}
			product *= top
			if i%16 == 15 {
				exponent[h] += rescale(row) + math.Log(product)
				product = 1
			}
		}
		exponent[h] += math.Log(product)
	}
	j.back(m, notes)
	j.hold(&exponent)
	j.normalise(m, exponent)
}

// back asks what the features alone, without a rating, say for bought praise and
// bought blame: the logarithm of the best level's Bayes factor against a shop
// that buys none. That an author wrote one note only is left out, since many
// such together are what a shop has that is loved by people who seldom write.
func (j *joint) back(m *Model, notes []line) {
	j.backed = [2]float64{}
	for side, polarity := range []uint8{favour, against} {
		count := 0.0
		for i := range notes {
			if notes[i].polarity == polarity {
				count++
			}
		}
		if count == 0 {
			continue
		}
		for h := 1; h < levels; h++ {
			if levelShares[h].blame != (side == 1) {
				continue
			}
			share := math.Min(0.95, levelShares[h].share*float64(len(notes))/count)
			product, sum := 1.0, 0.0
			for i := range notes {
				if n := &notes[i]; n.polarity == polarity {
					product *= 1 - share + share*float64(n.proof)
				}
				if i%32 == 31 {
					sum += math.Log(product)
					product = 1
				}
			}
			j.backed[side] = math.Max(j.backed[side], sum+math.Log(product))
		}
	}
}

// slack is what ratings may add, as a log Bayes factor.
const slack = 1.3

// hold keeps ratings from being the only proof: notes that agree with each other
// and not with the city are what a shop has that is better or worse than all
// others. A level's evidence is at most that of its features, and a little more.
func (j *joint) hold(exponent *[levels]float64) {
	var evidence [levels]float64
	for h := range levels {
		sum := 0.0
		for _, v := range j.at[h] {
			sum += v
		}
		evidence[h] = exponent[h] + math.Log(math.Max(sum, 1e-300))
	}
	for h := 1; h < levels; h++ {
		side := 0
		if levelShares[h].blame {
			side = 1
		}
		if over := evidence[h] - evidence[0] - j.backed[side] - slack; over > 0 {
			exponent[h] -= over
		}
	}
}

// rescale keeps a row within what a float64 holds, and returns the logarithm of
// what was divided out.
func rescale(row *[cells]float64) float64 {
	top := 0.0
	for _, v := range row {
		if v > top {
			top = v
		}
	}
	if top == 0 {
		return 0
	}
	for q := range row {
		row[q] /= top
	}
	return math.Log(top)
}

func (j *joint) normalise(m *Model, exponent [levels]float64) {
	top := math.Inf(-1)
	for h := range levels {
		exponent[h] += math.Log(m.Levels[h])
		top = math.Max(top, exponent[h])
	}
	total := 0.0
	for h := range levels {
		e := math.Exp(exponent[h] - top)
		j.weight[h] = 0
		for q := range cells {
			j.at[h][q] *= e
			j.weight[h] += j.at[h][q]
		}
		total += j.weight[h]
	}
	j.first, j.last = cells-1, 0
	for h := range levels {
		j.weight[h] /= total
		for q := range cells {
			j.at[h][q] /= total
			if j.at[h][q] > negligible {
				j.first, j.last = min(j.first, q), max(j.last, q)
			}
		}
	}
}

// quality returns the posterior of quality alone.
func (j *joint) quality(out *[cells]float64) moments {
	for q := range cells {
		out[q] = 0
		for h := range levels {
			out[q] += j.at[h][q]
		}
	}
	return momentsOf(out)
}

// backedLeast is the log Bayes factor of features from which what a shop's other
// notes say is evidence of its own.
const backedLeast = 1.0

// judge says, for each note, what the shop's other notes say of it: campaign is
// the log-odds that a note of this shop was bought, rating the logarithm of how
// much better its rating fits bought notes than what the others say of the
// shop. The note's own part of the posterior is divided out.
func (j *joint) judge(m *Model, notes []line) {
	for i := range notes {
		n := &notes[i]
		like := m.like.row(n)
		var fake, real, campaign, clean float64
		for h := range levels {
			if j.weight[h] < negligible*10 {
				continue
			}
			share := m.share(h)
			keep := 1 - share
			f := m.bought(h, n.bin)
			add := share * float64(n.odds) * f
			var without, honest float64
			row := &j.at[h]
			for q := j.first; q <= j.last; q++ {
				l := float64(like[q])
				w := row[q] / (keep*l + add)
				without += w
				honest += w * l
			}
			fake += share * f * without
			real += keep * honest
			campaign += share * without
			clean += keep * without
		}
		n.backed = j.backed[0] >= backedLeast || j.backed[1] >= backedLeast
		n.campaign = float32(math.Log(campaign / clean))
		n.rating = float32(math.Log(fake/real) - math.Log(campaign/clean))
	}
}

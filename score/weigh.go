package score

import "math"

// inputs are a note's features as the weights see them; timing's part of the
// burst features is taken off apart, see line.timing.
func (n *line) inputs() [features]float64 {
	var x [features]float64
	for k := range n.x {
		x[k] = float64(n.x[k])
	}
	x[campaign], x[rating] = float64(n.campaign), float64(n.rating)
	return x
}

// own is what a note's own features say, without the base.
func (w *weights) own(n *line) float64 {
	sum := 0.0
	for k := range campaign {
		sum += w.Of[k] * float64(n.x[k])
	}
	return sum
}

// logit is the log-odds that a note was bought.
func (w *weights) logit(n *line) float64 {
	return w.Base + w.Correction + w.own(n) - float64(n.timing) + w.Of[campaign]*float64(n.campaign) + w.Of[rating]*float64(n.rating)
}

// oddsMost bounds what the features of one note may say, as log-odds.
const oddsMost = 7.0

// steady is the part of a campaign's notes that are taken to come at any time.
const steady = 0.2

// centre takes the burst features' mean off within one shop, and gives each
// note its likelihood ratio. Of a shop's bought notes, the larger part comes as
// the burst features say and the rest at any time, so that a burst clears the
// notes outside it only so far.
func (w *weights) centre(notes []line) {
	sum := 0.0
	for i := range notes {
		sum += math.Exp(w.hurry(&notes[i]))
	}
	mean := sum / math.Max(1, float64(len(notes)))
	for i := range notes {
		n := &notes[i]
		z := w.hurry(n)
		n.timing = float32(z - math.Log(steady+(1-steady)*math.Exp(z)/mean))
		z = w.Base + w.own(n) - float64(n.timing) - float64(n.relief)
		switch n.label {
		case Honest:
			z = -oddsMost
		case Bought:
			z = oddsMost
		}
		n.odds = float32(math.Exp(math.Max(-oddsMost, math.Min(oddsMost, z))))
		if n.label == Unlabelled {
			z += float64(n.relief) - w.Of[empty]*(float64(n.x[empty])-w.Empty)
		}
		n.proof = float32(math.Exp(math.Max(-oddsMost, math.Min(oddsMost, z))))
	}
}

// hurry is what the burst features say of a note.
func (w *weights) hurry(n *line) float64 {
	return w.Of[burst]*float64(n.x[burst]) + w.Of[wave]*float64(n.x[wave])
}

// balance sets the base such that the likelihood ratio of honest notes is one
// on average, which is what makes it one.
func (c *city) balance() {
	w := &c.model.Weights
	sums := make([][2]float64, len(c.blocks))
	c.parallel(func(b, from, to int) {
		for s := from; s < to; s++ {
			w.centre(c.of(s))
		}
		for i := c.start[from]; i < c.start[to]; i++ {
			if n := &c.lines[i]; n.label == Unlabelled {
				honest := 1 - float64(n.p)
				sums[b][0] += honest
				sums[b][1] += honest * float64(n.odds)
			}
		}
	})
	var honest, odds float64
	for _, s := range sums {
		honest, odds = honest+s[0], odds+s[1]
	}
	if honest > 0 && odds > 0 {
		w.Base -= math.Log(odds / honest)
	}
	c.parallel(func(_, from, to int) {
		for s := from; s < to; s++ {
			w.centre(c.of(s))
		}
	})
}

// learnWeights is a logistic regression on the labelled notes, around what was
// believed before: the maximum of the posterior by Newton's method, weights of
// guilt held at zero or more.
func (c *city) learnWeights() {
	var r regression
	for i := range c.lines {
		n := &c.lines[i]
		if n.label == Unlabelled {
			continue
		}
		r.rows = append(r.rows, n.inputs())
		r.offset = append(r.offset, c.model.Weights.Base-float64(n.timing))
		y := 0.0
		if n.label == Bought {
			y = 1
		}
		r.target = append(r.target, y)
	}
	if len(r.rows) == 0 {
		return
	}
	var w coefficients
	copy(w[:], c.model.Weights.Of[:])
	w[features] = c.model.Weights.Correction
	w = r.fit(w)
	copy(c.model.Weights.Of[:], w[:features])
	c.model.Weights.Correction = w[features]
}

// What is believed of the correction before a label was seen. It is below zero
// since features of one note are not as independent as their sum pretends.
const (
	correctionBefore = -0.4
	correctionSD     = 1.0
)

// A regression is what labels say: inputs, what is known besides, and whether
// the note was bought. Its coefficients are those of the features, and the base
// last.
type regression struct {
	rows   [][features]float64
	offset []float64
	target []float64
}

type coefficients [features + 1]float64

// loss is minus the logarithm of the posterior, up to a constant.
func (r *regression) loss(w *coefficients) float64 {
	d := (w[features] - correctionBefore) / correctionSD
	sum := d * d / 2
	for k, s := range signals {
		d := (w[k] - s.weight) / s.sd
		sum += d * d / 2
	}
	for i := range r.rows {
		z := r.at(i, w)
		if r.target[i] > 0.5 {
			z = -z
		}
		sum += math.Max(z, 0) + math.Log1p(math.Exp(-math.Abs(z)))
	}
	return sum
}

// at is the log-odds of a row.
func (r *regression) at(i int, w *coefficients) float64 {
	z := r.offset[i] + w[features]
	for k, v := range r.rows[i] {
		z += w[k] * v
	}
	return z
}

// newton returns the direction of Newton's method.
func (r *regression) newton(w *coefficients) coefficients {
	var g coefficients
	var h [features + 1]coefficients
	for k, s := range signals {
		g[k] = (s.weight - w[k]) / (s.sd * s.sd)
		h[k][k] = 1 / (s.sd * s.sd)
	}
	g[features] = (correctionBefore - w[features]) / (correctionSD * correctionSD)
	h[features][features] = 1 / (correctionSD * correctionSD)
	var x coefficients
	x[features] = 1
	for i := range r.rows {
		copy(x[:], r.rows[i][:])
		p := sigmoid(r.at(i, w))
		for a := range x {
			g[a] += x[a] * (r.target[i] - p)
			for b := range a + 1 {
				h[a][b] += p * (1 - p) * x[a] * x[b]
			}
		}
	}
	return solve(h, g)
}

// fit finds the maximum of the posterior by Newton's method with halved steps.
func (r *regression) fit(w coefficients) coefficients {
	loss := r.loss(&w)
	for range 30 {
		d := r.newton(&w)
		for size := 1.0; ; size /= 2 {
			to := w
			for k := range to {
				to[k] += size * d[k]
				if k < features && signals[k].guilt {
					to[k] = math.Max(0, to[k])
				}
			}
			if l := r.loss(&to); l < loss {
				if loss-l < 1e-9 {
					return to
				}
				w, loss = to, l
				break
			}
			if size < 1e-4 {
				return w
			}
		}
	}
	return w
}

// solve solves h d = g for a positive definite matrix given by its lower half
// (Cholesky).
func solve(h [features + 1]coefficients, g coefficients) coefficients {
	for a := range g {
		for b := range a {
			sum := h[a][b]
			for k := range b {
				sum -= h[a][k] * h[b][k]
			}
			h[a][b] = sum / h[b][b]
		}
		sum := h[a][a]
		for k := range a {
			sum -= h[a][k] * h[a][k]
		}
		h[a][a] = math.Sqrt(sum)
	}
	for a := range g {
		for k := range a {
			g[a] -= h[a][k] * g[k]
		}
		g[a] /= h[a][a]
	}
	for a := len(g) - 1; a >= 0; a-- {
		for k := a + 1; k < len(g); k++ {
			g[a] -= h[k][a] * g[k]
		}
		g[a] /= h[a][a]
	}
	return g
}

func sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

package score

import (
	"context"
	"math"
)

// A sight is one shop with all that an estimate rests on.
type sight struct {
	before moments // Of its quality, without its notes.
	notes  []line
	note   func(i int) *Note
	checks []Check
}

// view is the posterior of one shop.
func (m *Model) view(v sight) (*joint, turn) {
	var j joint
	v.before.row(&j.prior)
	m.Manner.see(&j.prior, v.checks)
	j.fill(m, v.notes)
	return &j, j.turn(m, v.notes)
}

// estimate says what is known of a shop, but for what depends on the bar.
func (m *Model) estimate(v sight, t *turn) Estimate {
	e := Estimate{Notes: len(v.notes), Prior: v.before.Mean, PriorSD: v.before.SD, Bursts: m.bursts(v.notes), Change: t.change(v.notes)}
	got := momentsOf(&t.post)
	e.Mean, e.SD = got.Mean, got.SD
	e.Lo, e.Hi = quantileOf(&t.post, 0.05), quantileOf(&t.post, 0.95)
	for i := range v.notes {
		e.Effective += 1 - float64(v.notes[i].p)
	}
	if e.Notes > 0 {
		e.Discounted = 1 - e.Effective/float64(e.Notes)
	}
	for k := range Aspects {
		e.Aspects[k] = m.Aspects[k].of(saidOf(v.notes, v.note, k))
	}
	return e
}

// result makes the estimates, findings and standings of the last sweep.
func (c *city) result(ctx context.Context, tell func(string, int, int)) (*Result, error) {
	r := &Result{Shops: make([]Estimate, len(c.town.Shops)), Notes: make([]Finding, len(c.lines)), Authors: c.writers}
	c.settle()
	c.learnAspects()
	const passes = 3
	for k := range passes - 1 {
		c.learnShifts()
		tell("scoring", k+1, passes)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	posts := make([][cells]float32, len(c.town.Shops))
	c.parallel(func(_, from, to int) {
		for s := from; s < to; s++ {
			v, of := c.sight(s), c.order[c.start[s]:c.start[s+1]]
			_, t := c.model.view(v)
			r.Shops[s] = c.model.estimate(v, &t)
			r.Shops[s].Settled = c.after[s].Mean
			taken := c.model.findings(v.notes, func(i int, f Finding) {
				n := &v.notes[i]
				f.Part = Part{true, n.p, n.residual, n.info}
				r.Notes[of[i]] = f
			})
			r.Shops[s].Reasons = taken.reasons()
			for q := range t.post {
				posts[s][q] = float32(t.post[q])
			}
		}
	})
	if c.model.Bar == 0 {
		c.model.Bar = topDecile(r.Shops, posts)
	}
	r.Bar = c.model.Bar
	for s := range r.Shops {
		r.Shops[s].rise(&posts[s], r.Bar)
	}
	tell("scoring", passes, passes)
	return r, ctx.Err()
}

// settle looks at every shop with what was learnt at last, as Model.Score will.
func (c *city) settle() {
	c.model.tables()
	c.recall()
	c.parallel(func(_, from, to int) {
		for s := from; s < to; s++ {
			c.model.settle(c.sight(s))
		}
	})
	c.remember()
}

// rounds is how often a shop is looked at, since what the notes say of each
// other needs a few looks to settle.
const rounds = 3

func (m *Model) settle(v sight) {
	var j joint
	v.before.row(&j.prior)
	m.Manner.see(&j.prior, v.checks)
	for range rounds {
		m.Weights.centre(v.notes)
		j.fill(m, v.notes)
		j.judge(m, v.notes)
		var post [cells]float64
		m.opine(v.notes, j.quality(&post))
	}
	m.Weights.centre(v.notes)
}

func (c *city) sight(s int) sight {
	of := c.order[c.start[s]:c.start[s+1]]
	return sight{
		before: c.model.Prior.of(c.town.Shops[s], c.own(s)),
		notes:  c.of(s),
		note:   func(i int) *Note { return &c.town.Notes[of[i]] },
		checks: c.checks[s],
	}
}

// learnAspects fits the city's opinions.
func (c *city) learnAspects() {
	all := make([]said, len(c.town.Shops))
	for k := range Aspects {
		for s := range all {
			v := c.sight(s)
			all[s] = saidOf(v.notes, v.note, k)
		}
		c.model.Aspects[k] = newOpinion()
		c.model.Aspects[k].learn(all)
	}
}

// learnShifts fits how often shops change, and by how much.
func (c *city) learnShifts() {
	type sum struct {
		took  [shiftSteps]float64
		shops float64
	}
	sums := make([]sum, len(c.blocks))
	c.parallel(func(b, from, to int) {
		for s := from; s < to; s++ {
			_, t := c.model.view(c.sight(s))
			if len(t.cuts) == 0 {
				continue
			}
			sums[b].shops++
			for k := range t.steps {
				sums[b].took[k] += t.steps[k]
			}
		}
	})
	var all sum
	for _, one := range sums {
		all.shops += one.shops
		for k := range one.took {
			all.took[k] += one.took[k]
		}
	}
	c.model.Shift.learn(all.took, all.shops)
}

// momentsOf are the moments of a posterior.
func momentsOf(post *[cells]float64) moments {
	var mean, square, sum float64
	for q, p := range post {
		sum += p
		mean += p * quality(q)
		square += p * quality(q) * quality(q)
	}
	mean /= sum
	return moments{mean, math.Sqrt(math.Max(1e-6, square/sum-mean*mean))}
}

// quantileOf reads a quantile of a posterior; within a cell it is linear.
func quantileOf(post *[cells]float64, at float64) float64 {
	sum := 0.0
	for _, p := range post {
		sum += p
	}
	at *= sum
	for q, p := range post {
		if at <= p {
			return math.Max(1, math.Min(5, quality(q)+step*(at/p-0.5)))
		}
		at -= p
	}
	return 5
}

// above is the part of a posterior above a bar.
func above(post *[cells]float32, bar float64) float64 {
	sum, all := 0.0, 0.0
	for q, p := range post {
		part := math.Max(0, math.Min(1, (quality(q)+step/2-bar)/step))
		sum += float64(p) * part
		all += float64(p)
	}
	return sum / all
}

// rise fills in what depends on the bar. A list is in the order of the
// probability to be above it, which is what admits the fewest wrongly.
func (e *Estimate) rise(post *[cells]float32, bar float64) {
	e.Above = above(post, bar)
	e.Rank = math.Log((e.Above+1e-9)/(1-e.Above+1e-9)) + 1e-3*e.Mean
}

// topDecile is the quality that a tenth of the shops with three notes or more
// are expected to be above; of all shops where there are none such.
func topDecile(shops []Estimate, posts [][cells]float32) float64 {
	for _, least := range []int{3, 0} {
		var sum [cells]float64
		count := 0
		for s := range shops {
			if shops[s].Notes >= least {
				count++
				for q, p := range posts[s] {
					sum[q] += float64(p)
				}
			}
		}
		if count > 0 {
			return quantileOf(&sum, 0.9)
		}
	}
	return 4
}

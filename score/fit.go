package score

import (
	"context"
	"fmt"
	"math"
)

// sweeps is how often notes, authors and shops are looked at in turn.
const sweeps = 12

// Fit learns the city and scores all its shops. An error names the first thing
// in the town that cannot be, by its index. It stops when ctx is done.
func Fit(ctx context.Context, t *Town, o Options) (*Model, *Result, error) {
	if err := t.check(o); err != nil {
		return nil, nil, err
	}
	tell := o.Progress
	if tell == nil {
		tell = func(string, int, int) {}
	}
	m := newModel()
	m.Bar = o.Bar
	tell("reading", 0, 1)
	c := newCity(t, m, o)
	c.prepare()
	tell("reading", 1, 1)
	for k := range sweeps {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		c.sweep(k)
		tell("weighing", k+1, sweeps)
	}
	r, err := c.result(ctx, tell)
	return m, r, err
}

// check refuses a town that cannot be.
func (t *Town) check(o Options) error {
	if o.Bar != 0 && !(o.Bar >= 1 && o.Bar <= 5) {
		return fmt.Errorf("score: bar %g: a quality is from 1 to 5", o.Bar)
	}
	for i := range t.Notes {
		n := &t.Notes[i]
		switch {
		case n.Shop < 0 || int(n.Shop) >= len(t.Shops):
			return fmt.Errorf("score: note %d: there is no shop %d", i, n.Shop)
		case n.Author < 0 || int(n.Author) >= len(t.Authors):
			return fmt.Errorf("score: note %d: there is no author %d", i, n.Author)
		case !(n.Rating >= 1 && n.Rating <= 5):
			return fmt.Errorf("score: note %d: rating %g is not from 1 to 5", i, n.Rating)
		case math.IsNaN(n.Day) || math.Abs(n.Day) > 1e6:
			return fmt.Errorf("score: note %d: day %g cannot be", i, n.Day)
		case math.IsNaN(n.Likes):
			return fmt.Errorf("score: note %d: likes are not a number", i)
		case n.Label > Bought:
			return fmt.Errorf("score: note %d: label %d is none", i, n.Label)
		}
		for k, a := range n.Aspects {
			if a != 0 && !(a >= 1 && a <= 5) {
				return fmt.Errorf("score: note %d: aspect %d of %g is not from 1 to 5", i, k, a)
			}
		}
	}
	for i, k := range t.Checks {
		if k.Shop < 0 || int(k.Shop) >= len(t.Shops) || !(k.Value >= 1 && k.Value <= 5) || !(k.SD > 0 && k.SD <= 4) {
			return fmt.Errorf("score: check %d: %+v cannot be", i, k)
		}
	}
	return nil
}

// prepare learns what does not depend on who was bought.
func (c *city) prepare() {
	t, m := c.town, c.model
	for i := range t.Notes {
		c.writers[t.Notes[i].Author].Notes++
	}
	m.Activity, m.Liking, m.Phrases = newActivity(c.lines), newLiking(t), newPhrases(t)
	m.Manner = m.Manner.guess(c.lines)
	c.group()
	c.parallel(func(_, from, to int) {
		for s := from; s < to; s++ {
			notes, of := c.of(s), c.order[c.start[s]:c.start[s+1]]
			m.observe(notes, func(i int) *Note { return &t.Notes[of[i]] },
				func(i int) (Author, Standing) { return t.Authors[notes[i].author], c.writers[notes[i].author] })
		}
	})
	for i := range c.lines {
		m.Weights.Empty += float64(c.lines[i].x[empty]) / float64(len(c.lines))
	}
}

// A tally is what one block of shops adds to what is learnt.
type tally struct {
	levels  [levels]float64
	stained float64 // Bought notes at shops that buy none, and all notes there.
	clean   float64
	praised [ratings]float64 // Bought notes by rating, for shops and against.
	blamed  [ratings]float64
	seen    [biasTypes][ratings][extended]float64 // Honest notes by rating and quality plus bias.
	usual   [polarities][2]float64
	ceiling float64 // Shops that are as good as the scale has room for, of so many.
	settled float64
}

func (t *tally) add(o *tally) {
	for h := range t.levels {
		t.levels[h] += o.levels[h]
	}
	t.stained, t.clean = t.stained+o.stained, t.clean+o.clean
	t.ceiling, t.settled = t.ceiling+o.ceiling, t.settled+o.settled
	for b := range ratings {
		t.praised[b] += o.praised[b]
		t.blamed[b] += o.blamed[b]
		for c := range biasTypes {
			for x := range extended {
				t.seen[c][b][x] += o.seen[c][b][x]
			}
		}
	}
	for k := range t.usual {
		t.usual[k][0] += o.usual[k][0]
		t.usual[k][1] += o.usual[k][1]
	}
}

// sweep looks at authors, weights, shops and notes once, and at what that says
// of the city.
func (c *city) sweep(k int) {
	c.model.tables()
	c.recall()
	if k > 1 {
		c.learnWeights()
	}
	c.balance()
	tallies := make([]tally, len(c.blocks))
	c.parallel(func(b, from, to int) {
		var j joint
		for s := from; s < to; s++ {
			c.judge(s, &j, &tallies[b])
		}
	})
	all := &tallies[0]
	for b := range tallies[1:] {
		all.add(&tallies[b+1])
	}
	c.remember()
	c.learnSpread()
	c.model.learn(all, k)
	c.model.Prior.learn(c.town.Shops, c.after)
	if k < sweeps-settlingSweeps && all.ceiling > ceilingMost*all.settled {
		c.lower()
	}
}

// Where more shops than ceilingMost are at the end of the scale, in its last
// cells, their differences are lost, and with them what the noise is.
const (
	ceilingCells   = 3
	ceilingMost    = 0.06
	ceilingStep    = 0.25
	settledLeast   = 3 // Notes of a shop that is counted.
	settlingSweeps = 4 // Sweeps at the end that leave the scale alone.
)

// lower makes room at the top of the scale: cuts and shops go down together,
// which no note can tell.
func (c *city) lower() {
	c.model.Manner.Lift -= ceilingStep
	p := &c.model.Prior
	p.Mean -= ceilingStep
	for k := range p.Categories {
		p.Categories[k] -= ceilingStep
	}
	for s := range c.after {
		c.after[s].Mean -= ceilingStep
	}
}

// recall gives each note what its author's notes at other shops say: the
// author's bias and record.
func (c *city) recall() {
	c.parallel(func(_, from, to int) {
		for s := from; s < to; s++ {
			c.model.recall(c.of(s), func(i int) Standing { return c.writers[c.of(s)[i].author] })
		}
	})
}

// recall takes the notes' own parts off their authors' standings.
func (m *Model) recall(notes []line, standing func(i int) Standing) {
	own := make([]Standing, len(notes))
	for i := range notes {
		own[notes[i].first].take(m, &notes[i], 1)
	}
	for i := range notes {
		n := &notes[i]
		st, o := standing(i), own[n.first]
		m.seat(n, st.Residual-o.Residual, st.Weight-o.Weight)
		n.x[record] = float32(recordOf(float64(st.Notes-o.Notes), st.Suspicion-o.Suspicion, st.Expected-o.Expected))
	}
}

// take adds a note to an author's standing.
func (st *Standing) take(m *Model, n *line, notes int32) {
	st.Notes += notes
	st.Suspicion += float64(n.p)
	st.Expected += m.Usual[n.polarity]
	st.Residual += float64(n.residual)
	st.Weight += float64(n.info)
}

// recordWorth is how many usual notes are added to an author's.
const recordWorth = 1.5

// recordOf is the log-odds of an author's notes at other shops to have been
// bought, against what is usual for notes of such ratings.
func recordOf(notes, suspicion, expected float64) float64 {
	if notes <= 0 {
		return 0
	}
	usual := math.Max(0.005, expected/notes)
	mean := (math.Max(0, suspicion) + recordWorth*usual) / (notes + recordWorth)
	return math.Max(-3, math.Min(4, logit(mean)-logit(usual)))
}

func logit(p float64) float64 {
	p = math.Max(1e-6, math.Min(1-1e-6, p))
	return math.Log(p / (1 - p))
}

// judge works on one shop.
func (c *city) judge(s int, j *joint, t *tally) {
	notes := c.of(s)
	if len(notes) == 0 {
		return
	}
	m := c.model
	before := m.Prior.of(c.town.Shops[s], c.own(s))
	before.row(&j.prior)
	m.Manner.see(&j.prior, c.checks[s])
	j.fill(m, notes)
	j.judge(m, notes)
	var post [cells]float64
	c.after[s] = j.quality(&post)
	m.opine(notes, c.after[s])
	t.see(m, j, notes, &post)
}

// own is a shop's last mean, NaN if it has none.
func (c *city) own(s int) float64 {
	if c.after[s].SD == 0 {
		return math.NaN()
	}
	return c.after[s].Mean
}

// see multiplies a prior by what reviewers saw on their own visits. They mark as
// the city does: where its cuts are lower, so are the qualities that are marked
// the same.
func (m *manner) see(prior *[cells]float64, checks []Check) {
	for _, k := range checks {
		for q := range prior {
			z := (quality(q) - m.Lift - k.Value) / k.SD
			prior[q] *= math.Exp(-z*z/2) + 1e-12
		}
	}
}

// opine gives each note its probability and what it says of its author's bias:
// the slope of the log-likelihood and its information, at the shop's quality.
func (m *Model) opine(notes []line, shop moments) {
	at := max(0, min(cells-1, int(math.Round((shop.Mean-lowest)/step))))
	for i := range notes {
		n := &notes[i]
		switch n.label {
		case Honest:
			n.p = 0
		case Bought:
			n.p = 1
		default:
			z := m.Weights.logit(n)
			e := m.evidence(n)
			p := e.restrain(sigmoid(z), n, m.Weights.Of[empty])
			n.p, n.relief = float32(p), float32(math.Max(0, z-logit(p)))
		}
		kind := 0
		if n.bin >= stars {
			kind = 1
		}
		info := float64(m.like.info[kind][at])
		share := (1 - float64(n.p)) / (1 + info*shop.SD*shop.SD)
		n.residual = float32(share * float64(m.like.slope[n.bin][at]))
		n.info = float32(share * info)
	}
}

// see adds a shop to the tally.
func (t *tally) see(m *Model, j *joint, notes []line, post *[cells]float64) {
	blame := j.weight[levels-1] + j.weight[levels-2] + j.weight[levels-3]
	clean := j.weight[0] * j.weight[0]
	dirty := (1 - j.weight[0]) * (1 - j.weight[0])
	t.levels[0] += clean / (clean + dirty)
	for h := 1; h < levels; h++ {
		t.levels[h] += j.weight[h] / math.Max(1e-12, 1-j.weight[0]) * dirty / (clean + dirty)
	}
	t.clean += j.weight[0] * float64(len(notes))
	if len(notes) >= settledLeast {
		t.settled++
		for q := cells - ceilingCells; q < cells; q++ {
			t.ceiling += post[q]
		}
	}
	for i := range notes {
		n := &notes[i]
		p := float64(n.p)
		honest := m.share(0) * float64(n.odds) * m.bought(0, n.bin)
		t.stained += j.weight[0] * honest / (honest + float64(n.peak))
		against := p * blame * m.blame[n.bin]
		favour := p * (1 - blame) * m.praise[n.bin]
		if sum := against + favour; sum > 0 {
			t.blamed[n.bin] += p * against / sum
			t.praised[n.bin] += p * favour / sum
		}
		row := t.seen[n.class][n.bin][reach+int(n.shift):]
		for q := j.first; q <= j.last; q++ {
			row[q] += (1 - p) * post[q]
		}
		t.usual[n.polarity][0] += p
		t.usual[n.polarity][1]++
	}
}

// remember sums up the authors' standings.
func (c *city) remember() {
	for a := range c.writers {
		w := &c.writers[a]
		w.Suspicion, w.Expected, w.Residual, w.Weight = 0, 0, 0, 0
	}
	for i := range c.lines {
		c.writers[c.lines[i].author].take(c.model, &c.lines[i], 0)
	}
}

// learnSpread learns how far authors' biases spread: notes of one author at
// different shops agree by as much as their bias makes them, E[s_i s_j] =
// I_i I_j spread^2 for the slopes s of the log-likelihood and their information
// I.
func (c *city) learnSpread() {
	const worth = 100 // Pairs of notes' worth of belief in a spread of 0.3.
	agree, pairs := worth*0.3*0.3, float64(worth)
	for i := range c.lines {
		n := &c.lines[i]
		agree -= float64(n.residual) * float64(n.residual)
		pairs -= float64(n.info) * float64(n.info)
	}
	for a := range c.writers {
		w := &c.writers[a]
		agree += w.Residual * w.Residual
		pairs += w.Weight * w.Weight
	}
	if pairs > worth/2 {
		c.model.Spread = math.Sqrt(math.Max(0.05*0.05, math.Min(1, agree/pairs)))
	}
}

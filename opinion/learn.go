package opinion

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// A Note is a text with a judgement of it, to learn from.
type Note struct {
	Text    string
	Content float64 // How content the writer is: 1, 0 or between.
	Stars   float64 // 1..5; 0 if the note has none.
	Group   string  // Notes of one group, a shop, are never split in a validation.
}

// contentOf is what so many stars say about their writer. Between three and
// four stars most writers turn: on a scale where most give five, three is a
// complaint.
func contentOf(stars float64) float64 {
	points := [...]float64{0, 0.05, 0.2, 0.8, 0.98}
	if stars > 3 && stars < 4 {
		return 0.2 + 0.65*(stars-3)
	}
	i := min(int(stars)-1, len(points)-2)
	return points[i] + (stars-float64(i+1))*(points[i+1]-points[i])
}

// Settings say how is learned. Usual is what the embedded model is made with.
type Settings struct {
	Seed     uint64
	Prior    *Model  // What was known before; nil for the lexicon alone.
	Rare     int     // Runs that fewer notes have teach nothing.
	Alpha    float64 // Smoothing of the counts.
	Rate     float64 // Learning rate of AdaGrad.
	Epochs   int
	Drop     float64 // Share of the runs that each step leaves out at random.
	Lexicon  float64 // What a degree of the lexicon weighs in log-odds.
	Norm     float64 // How much longer notes are held back, 0..1.
	Balanced bool    // Whether content and discontent count the same in a source, however many there are.
	Progress func(stage string, done, of int)
}

// Usual returns the settings that gave the best validation.
func Usual() Settings {
	return Settings{Seed: 1, Rare: 2, Alpha: 0.5, Rate: 0.03, Epochs: 16, Drop: 0.4, Lexicon: 0.4, Norm: 0.7, Balanced: true}
}

func (s Settings) progress(stage string, done, of int) {
	if s.Progress != nil {
		s.Progress(stage, done, of)
	}
}

// tableBits is the size of the table of a model that starts from the lexicon.
const tableBits = 21

// An example is a note as the learner sees it.
type example struct {
	at      []uint32 // Places in the table.
	content float64
	weight  float64
	scale   float64
	source  int
}

// A learner is a logistic regression over hashed runs, scaled by their
// log-count ratios, with an intercept for each source.
type learner struct {
	Settings
	prior, ratio, weight, grad, mean []float32
	denied                           map[uint32]int // How often each word was seen negated.
	bias, biasGrad, biasMean         []float64
	rnd                              *rand.Rand
	kept                             []uint32
}

// learn learns from some of the examples of a course.
func (s Settings) learn(examples []example, c course) *learner {
	n, sources := len(c.prior), c.sources
	l := &learner{Settings: s, prior: c.prior, denied: c.denied, weight: make([]float32, n), grad: make([]float32, n), mean: make([]float32, n),
		bias: make([]float64, sources), biasGrad: make([]float64, sources), biasMean: make([]float64, sources),
		rnd: rand.New(rand.NewPCG(s.Seed, 0x6f70))}
	l.ratios(examples)
	order := l.rnd.Perm(len(examples))
	for epoch := range s.Epochs {
		l.rnd.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			l.step(examples[i])
		}
		if epoch >= s.Epochs/2 {
			l.average(float64(epoch - s.Epochs/2 + 1))
		}
	}
	for i, w := range l.mean {
		l.weight[i] = w*l.ratio[i] + l.prior[i]
	}
	l.bias = l.biasMean
	eachPhrase(func(_ []string, phrase string) { l.turn(phrase) })
	return l
}

// turn gives a word that was hardly ever seen negated the weight that turns it
// round: what was learned about 难吃 has to be undone where 不难吃 is said, and
// few notes say it.
func (l *learner) turn(phrase string) {
	told := len(l.weight) - toldPlaces
	shift := 33 - bits.Len(uint(told))
	r := read(phrase)
	var runs, plain, denied float32
	for r.next() {
		for _, k := range r.found[:r.runs] {
			runs += l.weight[k>>shift]
		}
	}
	if w := r.word; w == nil || w.said == 0 || r.denied || int(w.units) != r.runs {
		return // It says nothing, or only a part of it is a word.
	}
	plain = runs
	for _, at := range r.told[:r.telling] {
		plain += l.weight[told+int(at)]
	}
	r.tightly, r.telling = true, 0
	r.class()
	denied = runs
	for _, at := range r.told[1:r.telling] {
		denied += l.weight[told+int(at)]
	}
	at := told + int(r.told[0])
	learned, seen := l.mean[at]*l.ratio[at]+l.prior[at], float32(l.denied[r.word.key])
	l.weight[at] = (learned*seen + (-plain-denied)*enough) / (seen + enough)
}

// enough is how often a negated word must be seen for what was learned of it to
// weigh as much as its mirror image.
const enough = 8

// average takes the weights into the mean of the later epochs, of which this is
// the n-th.
func (l *learner) average(n float64) {
	for i, w := range l.weight {
		l.mean[i] += (w - l.mean[i]) / float32(n)
	}
	for i, b := range l.bias {
		l.biasMean[i] += (b - l.biasMean[i]) / n
	}
}

// ratios computes log(p/|p|) - log(q/|q|) of each place, where p and q are how
// often content and discontent notes have it, both smoothed.
func (l *learner) ratios(examples []example) {
	n := len(l.prior)
	good, bad, notes := make([]float32, n), make([]float32, n), make([]uint16, n)
	for _, e := range examples {
		for _, k := range e.at {
			good[k] += float32(e.weight * e.content)
			bad[k] += float32(e.weight * (1 - e.content))
			if notes[k] < math.MaxUint16 {
				notes[k]++
			}
		}
	}
	var g, b float64
	for k := range notes {
		if notes[k] > 0 {
			g += float64(good[k]) + l.Alpha
			b += float64(bad[k]) + l.Alpha
		}
	}
	l.ratio = make([]float32, n)
	for k, seen := range notes {
		if int(seen) >= max(l.Rare, 1) {
			l.ratio[k] = float32(math.Log((float64(good[k])+l.Alpha)/g) - math.Log((float64(bad[k])+l.Alpha)/b))
		}
	}
}

// adagrad keeps the first steps finite.
const adagrad = 1e-3

// step learns from one example, of which it leaves out a part.
func (l *learner) step(e example) {
	kept := l.kept[:0]
	for _, k := range e.at {
		if l.rnd.Float64() >= l.Drop {
			kept = append(kept, k)
		}
	}
	l.kept = kept
	var sum float32
	for _, k := range kept {
		sum += l.prior[k] + l.weight[k]*l.ratio[k]
	}
	off := (logistic(l.bias[e.source]+float64(sum)*e.scale) - e.content) * e.weight
	l.biasGrad[e.source] += off * off
	l.bias[e.source] -= l.Rate * off / math.Sqrt(adagrad+l.biasGrad[e.source])
	for _, k := range kept {
		g := float32(off*e.scale) * l.ratio[k]
		l.grad[k] += g * g
		l.weight[k] -= float32(l.Rate) * g / float32(math.Sqrt(float64(adagrad+l.grad[k])))
	}
}

// logit is what was learned about an example, without the intercept of its
// source.
func (l *learner) logit(e example) float64 {
	var sum float32
	for _, k := range e.at {
		sum += l.weight[k]
	}
	return float64(sum) * e.scale
}

// A course is what is to be learned.
type course struct {
	examples []example
	sources  int
	prior    []float32
	shift    int
	denied   map[uint32]int
}

// course makes a course of the notes of all sources.
func (s Settings) course(sources []Source) (course, error) {
	c := course{sources: len(sources), denied: map[uint32]int{}}
	if err := c.start(s); err != nil {
		return c, err
	}
	for i, source := range sources {
		good := 0.0
		for _, n := range source.Notes {
			good += n.Content
		}
		share := good / float64(len(source.Notes))
		for _, n := range source.Notes {
			e := example{at: c.places(n.Text), content: n.Content, weight: 1, source: i}
			e.scale = scaleOf(len(e.at), s.Norm)
			if s.Balanced && share > 0 && share < 1 {
				e.weight = n.Content*0.5/share + (1-n.Content)*0.5/(1-share)
			}
			c.examples = append(c.examples, e)
		}
	}
	return c, nil
}

// places returns the places in the table of all keys of a text.
func (c *course) places(text string) []uint32 {
	var at []uint32
	for r := read(text); r.next(); {
		for _, k := range r.found[:r.runs] {
			at = append(at, k>>c.shift)
		}
		for _, told := range r.told[:r.telling] {
			at = append(at, uint32(len(c.prior)-toldPlaces)+told)
		}
		if r.tightly {
			c.denied[r.word.key]++
		}
	}
	return slices.Clip(at)
}

// start takes the weights to start from.
func (c *course) start(s Settings) error {
	if s.Prior == nil {
		c.prior, c.shift = lexicons().weights(tableBits, s.Lexicon), 32-tableBits
		return nil
	}
	if s.Prior.norm != s.Norm {
		return fmt.Errorf("opinion: the prior holds long notes back by %g, the settings by %g", s.Prior.norm, s.Norm)
	}
	c.prior, c.shift = make([]float32, len(s.Prior.weights)), int(s.Prior.shift)
	for i, w := range s.Prior.weights {
		c.prior[i] = float32(float64(w) * s.Prior.step)
	}
	return nil
}

// weights returns a table of what the lexicon says, a degree weighing so much.
func (l *lexicon) weights(bits int, degree float64) []float32 {
	all := make([]float32, 1<<bits+toldPlaces)
	for _, w := range l.slots {
		if w.units > 0 {
			all[w.key>>(32-bits)] += float32(degree) * (w.own + w.hint)
			all[1<<bits+(w.key^mirror)>>(32-mirrorBits)] -= float32(degree) * mirrored * float32(w.said)
		}
	}
	return all
}

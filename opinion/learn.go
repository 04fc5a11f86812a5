package opinion

import (
	"math"
	"math/rand/v2"
	"slices"
)

// A Note is a text with a judgement of it, to train on.
type Note struct {
	Text    string
	Content float64 // 1 for a content writer, 0 for one who is not.
	Weight  float64 // How much the judgement counts; 1 unless there is a reason.
	Group   string  // Notes of one group (a shop) are never split in a validation.
}

// Settings say how is trained.
type Settings struct {
	Seed    uint64
	Bits    int     // The table has 1<<Bits buckets.
	Alpha   float64 // Smoothing of the counts.
	Rate    float64 // Learning rate.
	Epochs  int
	Decay   float64 // L2.
	Drop    float64 // Share of features left out at random in each step.
	Lexicon float64 // Prior weight of a word of the lexicon, per degree.
	Counts  bool
	Norm    float64
}

func usual() Settings {
	return Settings{Seed: 1, Bits: 22, Alpha: 1, Rate: 0.1, Epochs: 8, Decay: 1e-4, Drop: 0, Lexicon: 0.3}
}

type learner struct {
	Settings
	prior             []float32
	ratio             []float32
	weight            []float32
	grad              []float32
	sum               []float32
	bias              float64
	biasSum, biasGrad float64
	steps             float64
}

type example struct {
	at                     []uint32
	content, weight, scale float64
}

func (s Settings) example(n Note) example {
	at := features(nil, n.Text)
	for i, k := range at {
		at[i] = k >> (32 - s.Bits)
	}
	if !s.Counts {
		slices.Sort(at)
		at = slices.Compact(at)
	}
	return example{at, n.Content, n.Weight, math.Pow(1+float64(len(at))/80, -s.Norm)}
}

func (s Settings) priors() []float32 {
	prior := make([]float32, 1<<s.Bits)
	for _, w := range lexicons().slots {
		if w.units > 0 && w.role == tells {
			prior[w.key>>(32-s.Bits)] += float32(s.Lexicon) * w.own
			prior[(w.key^mirror)>>(32-s.Bits)] -= float32(s.Lexicon) * mirrored * float32(w.said)
		}
	}
	return prior
}

func train(examples []example, s Settings) *learner {
	l := &learner{Settings: s, prior: s.priors()}
	l.ratios(examples)
	l.weight = make([]float32, 1<<s.Bits)
	l.grad = make([]float32, 1<<s.Bits)
	l.sum = make([]float32, 1<<s.Bits)
	for i := range l.weight {
		l.grad[i] = 1e-3
	}
	l.biasGrad = 1e-3
	rnd := rand.New(rand.NewPCG(s.Seed, 0))
	order := rnd.Perm(len(examples))
	for e := range s.Epochs {
		rnd.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			l.step(examples[i], rnd)
		}
		if e >= s.Epochs/2 {
			l.steps++
			for i, w := range l.weight {
				l.sum[i] += w
			}
			l.biasSum += l.bias
		}
	}
	for i := range l.weight {
		l.weight[i] = l.sum[i]/float32(l.steps)*l.ratio[i] + l.prior[i]
	}
	l.bias = l.biasSum / l.steps
	return l
}

func (l *learner) ratios(examples []example) {
	good := make([]float64, 1<<l.Bits)
	bad := make([]float64, 1<<l.Bits)
	for _, e := range examples {
		for _, k := range e.at {
			good[k] += e.weight * e.content
			bad[k] += e.weight * (1 - e.content)
		}
	}
	var g, b float64
	for k := range good {
		if good[k]+bad[k] > 0 {
			g += good[k] + l.Alpha
			b += bad[k] + l.Alpha
		}
	}
	l.ratio = make([]float32, 1<<l.Bits)
	for k := range good {
		if good[k]+bad[k] > 0 {
			l.ratio[k] = float32(math.Log((good[k]+l.Alpha)/g) - math.Log((bad[k]+l.Alpha)/b))
		}
	}
}

func (l *learner) score(e example) float64 {
	var z float32
	for _, k := range e.at {
		z += l.prior[k] + l.weight[k]*l.ratio[k]
	}
	return l.bias + float64(z)*e.scale
}

func (l *learner) step(e example, rnd *rand.Rand) {
	at := e.at
	if l.Drop > 0 {
		at = nil
		for _, k := range e.at {
			if rnd.Float64() >= l.Drop {
				at = append(at, k)
			}
		}
	}
	e2 := e
	e2.at = at
	p := 1 / (1 + math.Exp(-l.score(e2)))
	g := (p - e.content) * e.weight
	l.biasGrad += g * g
	l.bias -= l.Rate * g / math.Sqrt(l.biasGrad)
	for _, k := range at {
		gk := float32(g*e.scale)*l.ratio[k] + float32(l.Decay)*l.weight[k]
		l.grad[k] += gk * gk
		l.weight[k] -= float32(l.Rate) * gk / sqrt32(l.grad[k])
	}
}

func sqrt32(x float32) float32 { return float32(math.Sqrt(float64(x))) }

func (l *learner) final(e example) float64 {
	var z float32
	for _, k := range e.at {
		z += l.weight[k]
	}
	return l.bias + float64(z)*e.scale
}

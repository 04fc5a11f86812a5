package opinion

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// A Source is notes that were judged in one way: one file.
type Source struct {
	Name   string
	SHA256 string
	Notes  []Note
}

// Check says why nothing can be learned from the source, or nil.
func (s Source) Check() error {
	good, bad := 0, 0
	for _, n := range s.Notes {
		if n.content() {
			good++
		} else {
			bad++
		}
	}
	if good < parts || bad < parts {
		return fmt.Errorf("%s: %d content and %d discontent notes; at least %d of each are needed", s.Name, good, bad, parts)
	}
	return nil
}

// Train learns a model from all sources together. How sure it may be of itself
// and which stars its logits mean is measured on notes that were held out.
// Names are of dishes for the dictionary; with none, a prior's are kept.
func Train(sources []Source, names []string, s Settings) (*Model, error) {
	if len(sources) == 0 {
		return nil, errors.New("opinion: nothing to learn from")
	}
	for _, source := range sources {
		if err := source.Check(); err != nil {
			return nil, fmt.Errorf("opinion: %w", err)
		}
	}
	held, err := s.held(sources, "holding out")
	if err != nil {
		return nil, err
	}
	c, err := s.course(sources)
	if err != nil {
		return nil, err
	}
	l := s.learn(c.examples, c)
	s.progress("learning", 1, 1)
	m := &Model{shift: uint8(c.shift), norm: s.Norm, Origin: Origin{Seed: s.Seed, Metrics: map[string]float64{}}}
	if s.Prior != nil {
		m.dishes, m.curve = s.Prior.dishes, s.Prior.curve
		m.Origin.Trained = slices.Clone(s.Prior.Origin.Trained)
	}
	sure := sureness(sources, held)
	m.quantise(l.weight, sure)
	m.calibrate(sources, held, sure)
	for i, source := range sources {
		m.Origin.Trained = append(m.Origin.Trained, Trained{Name: source.Name, Notes: len(source.Notes), SHA256: source.SHA256})
		v := judge(source.Notes, held[i])
		m.Origin.Metrics[source.Name+" accuracy"] = round(v.Accuracy)
		m.Origin.Metrics[source.Name+" AUC"] = round(v.AUC)
	}
	if len(names) > 0 || s.Prior == nil {
		m.dishes = newDishes(names)
	}
	m.ready()
	return m, nil
}

func round(x float64) float64 { return math.Round(x*1e4) / 1e4 }

// most is the largest weight in steps, and strongest the log-odds that it may
// mean; what is stronger is cut off, for no run of four units proves more.
const (
	most      = 127
	strongest = 4
)

// quantise rounds the weights, each multiplied by sure, to steps.
func (m *Model) quantise(weights []float32, sure float64) {
	m.step = strongest / float64(most)
	m.weights = make([]int8, len(weights))
	for i, w := range weights {
		m.weights[i] = int8(max(-most, min(most, math.Round(float64(w)*sure/m.step))))
	}
}

// sureness is what logits have to be multiplied with so that the probabilities
// they mean come true on notes that were held out (Platt, without intercept).
// Every source counts the same, and in it content and discontent.
func sureness(sources []Source, held [][]float64) float64 {
	loss := func(sure float64) float64 {
		sum := 0.0
		for i, source := range sources {
			var part, n [2]float64
			for j, note := range source.Notes {
				side, z := 0, -held[i][j]*sure
				if note.content() {
					side, z = 1, -z
				}
				part[side] += math.Log1p(math.Exp(-z))
				n[side]++
			}
			sum += part[0]/n[0] + part[1]/n[1]
		}
		return sum
	}
	best, least := 1.0, math.Inf(1)
	for sure := 0.1; sure < 4; sure *= 1.02 {
		if l := loss(sure); l < least {
			best, least = sure, l
		}
	}
	return best
}

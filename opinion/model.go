package opinion

import (
	"bytes"
	_ "embed"
	"math"
	"sync"
)

// A Model has learned what notes mean. It is read-only: any number of callers
// may ask it at once.
type Model struct {
	Origin  Origin
	weights []int8 // In steps: by the upper bits of a run's key, then what words do.
	shift   uint8  // Of a key, to its place.
	step    float64
	norm    float64
	curve   []float64 // Stars at evenly spaced logits from -curveReach to curveReach.
	dishes  dishes
	scales  []float64 // What a sum over so many keys is multiplied with.
}

// An Origin says what a model was made of.
type Origin struct {
	Made    string             `json:"made"` // The day, as it was given.
	Seed    uint64             `json:"seed"`
	Trained []Trained          `json:"trained"`
	Metrics map[string]float64 `json:"metrics,omitempty"`
	Note    string             `json:"note,omitempty"`
}

// A Trained is notes that a model has learned from.
type Trained struct {
	Name   string `json:"name"`
	Notes  int    `json:"notes"`
	SHA256 string `json:"sha256"`
}

// curveReach is the logit beyond which the stars do not change any more.
const curveReach = 6

// embedded is the file of the program's own model, made by make opinion-model.
//
//go:embed embedded.model
var embedded []byte

var embeddedModel = sync.OnceValue(func() *Model {
	m, err := Read(bytes.NewReader(embedded))
	if err != nil {
		panic(err) // The program was built with a broken file.
	}
	return m
})

// Default returns the model that is part of the program. What it learned from
// stands in its Origin.
func Default() *Model { return embeddedModel() }

// ready computes what follows from the rest.
func (m *Model) ready() {
	m.scales = make([]float64, 4096)
	for n := range m.scales {
		m.scales[n] = scaleOf(n, m.norm) * m.step
	}
	if len(m.curve) < 2 {
		m.curve = []float64{1, 1.7, 3.3, 4.6, 5}
	}
}

// scaleOf is what the sum over n keys is multiplied with, so that a long note
// is not surer of itself only for being long.
func scaleOf(n int, norm float64) float64 { return math.Pow(1+float64(n)/80, -norm) }

// logit turns a sum of weights over n keys into log-odds of being content.
func (m *Model) logit(sum, n int) float64 {
	if n == 0 {
		return 0
	}
	if n < len(m.scales) {
		return float64(sum) * m.scales[n]
	}
	return float64(sum) * scaleOf(n, m.norm) * m.step
}

// sum adds up the weights of a text's keys.
func (m *Model) sum(text string) (sum, n int) {
	weights, shift := m.weights, m.shift&31
	told := weights[len(weights)-toldPlaces:]
	for r := read(text); r.next(); {
		for _, k := range r.found[:r.runs] {
			sum += int(weights[k>>shift])
		}
		for _, at := range r.told[:r.telling] {
			sum += int(told[at])
		}
		n += r.runs + r.telling
	}
	return sum, n
}

// Polarity returns the probability that the writer of the text is content; 0.5
// where the text says nothing.
func (m *Model) Polarity(text string) float64 { return logistic(m.logit(m.sum(text))) }

// Rating returns how many stars, 1..5, notes had that said so much.
func (m *Model) Rating(text string) float64 { return m.stars(m.logit(m.sum(text))) }

// stars reads the curve at a logit.
func (m *Model) stars(logit float64) float64 {
	last := len(m.curve) - 1
	x := (logit + curveReach) / (2 * curveReach) * float64(last)
	x = max(0, min(float64(last), x))
	i := min(int(x), last-1)
	return m.curve[i] + (x-float64(i))*(m.curve[i+1]-m.curve[i])
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

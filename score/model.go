package score

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

// A Model is what a Fit learnt of a city: nothing of single notes or authors.
type Model struct {
	Bar     float64             `json:"bar"`
	Halves  bool                `json:"halves"` // The city gives half stars.
	Manner  manner              `json:"manner"`
	Spread  float64             `json:"spread"` // Standard deviation of authors' biases.
	Praise  mix                 `json:"praise"` // Ratings that were bought for a shop.
	Blame   mix                 `json:"blame"`  // Ratings that were bought against one.
	Levels  [levels]float64     `json:"levels"` // How common each level of buying is among shops.
	Stain   float64             `json:"stain"`  // Share of bought notes at shops that buy none.
	Usual   [polarities]float64 `json:"usual"`  // Mean probability of having been bought, by polarity.
	Weights weights             `json:"weights"`
	Prior   qualities           `json:"prior"`
	Shift   shifts              `json:"shift"`
	Aspects [Aspects]opinion    `json:"aspects"`

	Activity activity `json:"activity"`
	Liking   liking   `json:"liking"`
	Phrases  phrases  `json:"phrases"`

	like          *likelihood
	praise, blame [ratings]float64
	common        float64 // Log-odds that a note of the city was bought.
}

// Stars returns how many stars, 1 to 5, honest notes about a shop of a quality
// have on average. Qualities are on a scale of their own, on which the city's
// way of rating is laid: near five stars it has room where stars have none, and
// where nearly everybody gives five it lies lower.
func (m *Model) Stars(quality float64) float64 {
	sum := 0.0
	for k, p := range m.Manner.probit(quality, math.Hypot(m.Manner.Noise, m.Spread)) {
		sum += float64(k+1) * p
	}
	return sum
}

// moments of a normal distribution.
type moments struct {
	Mean float64 `json:"mean"`
	SD   float64 `json:"sd"`
}

// newModel is what is believed before a note was read.
func newModel() *Model {
	m := &Model{
		Manner: newManner(), Spread: 0.3,
		Praise: mix{0.01, 0.01, 0.03, 0.2, 0.75}, Blame: mix{0.75, 0.2, 0.03, 0.01, 0.01},
		Levels: levelsBefore, Stain: stainBefore,
		Usual:   [polarities]float64{0.05, 0.02, 0.08},
		Weights: weightsBefore(), Prior: newQualities(), Shift: newShifts(),
	}
	for k := range m.Aspects {
		m.Aspects[k] = newOpinion()
	}
	return m
}

// tables builds what follows from the model's figures.
func (m *Model) tables() {
	m.like = newLikelihood(m.Manner, m.Spread)
	m.like.finish()
	m.praise, m.blame = m.Praise.bins(m.like), m.Blame.bins(m.like)
	bought := 0.0
	for h := range levels {
		bought += m.Levels[h] * m.share(h)
	}
	m.common = logit(bought)
}

// bias returns an author's bias in cells, and the type of author, from what is
// known of the author's notes elsewhere.
func (m *Model) bias(residual, weight float64) (shift int8, class uint8) {
	if m.Spread <= 0 {
		return 0, biasTypes - 1
	}
	total := weight + 1/(m.Spread*m.Spread)
	b := math.Round(residual / total / step)
	left := 1 / (total * m.Spread * m.Spread)
	for class < biasTypes-1 && left < (biasKnown[class]+biasKnown[class+1])/2 {
		class++
	}
	return int8(max(-reach, min(reach, b))), class
}

// seat gives a note its author's bias and what follows from it.
func (m *Model) seat(n *line, residual, weight float64) {
	n.shift, n.class = m.bias(residual, math.Max(0, weight))
	n.peak = m.like.peaks[n.class][n.bin][reach+int(n.shift)]
}

// UnmarshalJSON reads a model and makes it ready to score.
func (m *Model) UnmarshalJSON(data []byte) error {
	type plain Model
	var p plain
	if err := json.Unmarshal(data, &p); err != nil {
		return fmt.Errorf("score: read a model: %w", err)
	}
	*m = Model(p)
	if !(m.Manner.Noise > 0 && m.Manner.Reading > 0 && m.Prior.SD > 0 && m.Prior.InChain > 0 && m.Prior.OfChains > 0) {
		return errors.New("score: read a model: it is none that a Fit left")
	}
	m.tables()
	return nil
}

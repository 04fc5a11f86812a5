package score

import (
	"math"
	"slices"
)

// Quality lies on a grid; so does quality as one author sees it, which reaches
// further on both sides by the largest bias that is taken off.
const (
	lowest   = 1.0
	step     = 1.0 / 16
	cells    = 65 // 1 to 5.
	reach    = 20 // Cells of bias on each side.
	extended = cells + 2*reach
)

// Ratings fall into bins: the five stars, and 33 bins of an eighth for the
// sentiment of texts.
const (
	stars     = 5
	textBins  = 33
	textStep  = 1.0 / 8
	ratings   = stars + textBins
	stray     = 0.01 // Share of honest ratings that are anything: slips and misread texts.
	biasTypes = 4
)

// biasKnown is how much of the spread of authors' biases is left when an author
// is known, for each type of author.
var biasKnown = [biasTypes]float64{1, 0.7, 0.45, 0.2}

// binOf returns the bin of a rating, which is read like a text unless it is
// whole stars of a city that gives no half ones.
func (m *Model) binOf(n *Note) uint8 {
	rating := n.Rating
	if n.Starred && !m.Halves && rating == math.Trunc(rating) {
		return uint8(max(0, min(stars-1, int(rating)-1)))
	}
	return stars + uint8(max(0, min(textBins-1, int(math.Round((rating-1)/textStep)))))
}

// valueOf is the rating in the middle of a bin.
func valueOf(bin int) float64 {
	if bin < stars {
		return float64(bin + 1)
	}
	return 1 + float64(bin-stars)*textStep
}

// The polarity of a note: what it would be bought for.
const (
	against = iota
	between
	favour
	polarities
)

func polarityOf(rating float64) uint8 {
	switch {
	case rating < 2.5:
		return against
	case rating <= 3.5:
		return between
	}
	return favour
}

// quality is the quality at a cell.
func quality(cell int) float64 { return lowest + step*float64(cell) }

// normalCDF is the distribution function of the standard normal.
func normalCDF(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

// A likelihood is what honest ratings look like: an ordered probit with open
// ends for stars, which for texts is seen through the noise of reading them.
type likelihood struct {
	rows  [biasTypes][ratings][extended]float32 // Of a rating, given quality plus bias.
	slope [ratings][cells]float32               // Derivative of the logarithm, for authors of unknown bias.
	info  [2][cells]float32                     // Its variance: of stars, of texts.
	peaks [biasTypes][ratings][2*reach + 1]float32
	text  [stars][textBins]float64 // Of a text's bin, given what its author meant.
}

// A manner is how a city rates: what makes a quality a rating. Nothing in the
// notes tells a shift or a stretch of all cuts from one of all shops, so the
// cuts of a regular city stand at 1.5, 2.5, 3.5 and 4.5, where an opinion is
// rounded to stars, and others only bend or squeeze them.
type manner struct {
	Noise   float64 `json:"noise"`   // Standard deviation of an opinion around quality plus the author's bias.
	Lift    float64 `json:"lift"`    // How much higher the cuts are; below 0 where nearly all are generous.
	Squeeze float64 `json:"squeeze"` // How far apart the cuts are; below 1 where people give little but extremes.
	Bend    float64 `json:"bend"`    // How much further the outer cuts are out on the side of five stars.
	Twist   float64 `json:"twist"`   // How much closer the inner cuts are than the outer ones.
	Reading float64 `json:"reading"` // Standard deviation of reading a text.
	Tone    float64 `json:"tone"`    // How far above its stars a text is read.
	Voice   float64 `json:"voice"`   // How far apart texts of different stars are read.
}

// newManner is what is believed before a note was read.
func newManner() manner { return manner{Noise: 0.85, Squeeze: 1, Reading: 0.4, Voice: 1} }

// cuts are the opinions above each of which there is a star more. Bend and twist
// move them at right angles to shift and stretch.
func (m *manner) cuts() [stars - 1]float64 {
	c := [stars - 1]float64{-1.5 + m.Bend - m.Twist, -0.5 - m.Bend + 3*m.Twist, 0.5 - m.Bend - 3*m.Twist, 1.5 + m.Bend + m.Twist}
	for k := range c {
		c[k] = 3 + m.Lift + m.Squeeze*c[k]
	}
	return c
}

// ordered reports whether the cuts are in order.
func (m *manner) ordered() bool {
	c := m.cuts()
	for k := 1; k < len(c); k++ {
		if c[k] < c[k-1] {
			return false
		}
	}
	return true
}

// newLikelihood builds the rows for a manner and the spread of authors' biases.
func newLikelihood(m manner, spread float64) *likelihood {
	l := &likelihood{text: m.readings()}
	for c := range biasTypes {
		sd := math.Sqrt(m.Noise*m.Noise + biasKnown[c]*spread*spread)
		for x := range extended {
			p := m.probit(quality(x-reach), sd)
			for k := range stars {
				l.rows[c][k][x] = float32(p[k])
			}
			for b := range textBins {
				sum := 0.0
				for k := range stars {
					sum += p[k] * l.text[k][b]
				}
				l.rows[c][stars+b][x] = float32(sum)
			}
		}
	}
	return l
}

// finish fills in what follows from the rows.
func (l *likelihood) finish() {
	l.differentiate()
	l.findPeaks()
}

// findPeaks finds the largest value of each row for each bias.
func (l *likelihood) findPeaks() {
	for c := range biasTypes {
		for b := range ratings {
			for from := range l.peaks[c][b] {
				l.peaks[c][b][from] = slices.Max(l.rows[c][b][from : from+cells])
			}
		}
	}
}

// probit returns the probabilities of the five stars at a quality.
func (m *manner) probit(q, sd float64) (p [stars]float64) {
	below, cuts := 0.0, m.cuts()
	for k := range stars {
		upTo := 1.0
		if k < stars-1 {
			upTo = normalCDF((cuts[k] - q) / sd)
		}
		p[k] = (1-stray)*(upTo-below) + stray/stars
		below = upTo
	}
	return p
}

// readings returns how texts that mean so many stars are read.
func (m *manner) readings() (p [stars][textBins]float64) {
	for k := range stars {
		at := 3 + m.Tone + m.Voice*float64(k-2)
		below := 0.0
		for b := range textBins {
			upTo := 1.0
			if b < textBins-1 {
				upTo = normalCDF((valueOf(stars+b) + textStep/2 - at) / m.Reading)
			}
			p[k][b] = upTo - below
			below = upTo
		}
	}
	return p
}

func (l *likelihood) differentiate() {
	for b := range ratings {
		kind := 0
		if b >= stars {
			kind = 1
		}
		for q := range cells {
			row := &l.rows[0][b]
			at := float64(row[q+reach])
			d := (float64(row[q+reach+1]) - float64(row[q+reach-1])) / (2 * step)
			l.slope[b][q] = float32(d / at)
			l.info[kind][q] += float32(d * d / at)
		}
	}
}

// row is the likelihood of a rating at each cell for an author of such a bias,
// in cells, and type.
func (l *likelihood) row(n *line) *[cells]float32 {
	return (*[cells]float32)(l.rows[n.class][n.bin][reach+int(n.shift):])
}

// A mix is what bought ratings look like: probabilities of the five stars.
type mix [stars]float64

// bins is the mix as ratings are seen.
func (m mix) bins(l *likelihood) (p [ratings]float64) {
	for k, w := range m {
		p[k] = w
		for b := range textBins {
			p[stars+b] += w * l.text[k][b]
		}
	}
	return p
}

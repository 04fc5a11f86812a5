package score

import "math"

// learn fits what describes the city to what a sweep saw.
func (m *Model) learn(t *tally) {
	shops := 0.0
	for _, w := range t.levels {
		shops += w
	}
	for h := range levels {
		m.Levels[h] = (t.levels[h] + levelsWorth*levelsBefore[h]) / (shops + levelsWorth)
	}
	worth := stainWorth*t.clean + 100
	m.Stain = math.Max(0.001, math.Min(0.05, (t.stained+worth*stainBefore)/(t.clean+worth)))
	m.Praise = m.Praise.learn(&t.praised, m.like, mix{0.01, 0.01, 0.03, 0.2, 0.75})
	m.Blame = m.Blame.learn(&t.blamed, m.like, mix{0.75, 0.2, 0.03, 0.01, 0.01})
	const usualWorth = 200
	before := [polarities]float64{0.05, 0.02, 0.08}
	for k := range m.Usual {
		m.Usual[k] = (t.usual[k][0] + usualWorth*before[k]) / (t.usual[k][1] + usualWorth)
	}
	m.learnNoise(t)
}

// learn is one step of EM for a mix, with so many notes' worth of belief.
func (m mix) learn(seen *[ratings]float64, l *likelihood, before mix) mix {
	const worth = 60
	p := m.bins(l)
	var sum mix
	total := 0.0
	for k := range m {
		sum[k] = worth*before[k] + seen[k]
		for b := range textBins {
			if p[stars+b] > 0 {
				sum[k] += seen[stars+b] * m[k] * l.text[k][b] / p[stars+b]
			}
		}
		total += sum[k]
	}
	for k := range sum {
		sum[k] /= total
	}
	return sum
}

// learnNoise fits the noise of opinions and of reading to the honest notes: the
// M step of EM, by a search in one dimension each.
func (m *Model) learnNoise(t *tally) {
	fit := func(noise, reading float64) float64 {
		// Weak beliefs, worth a few dozen notes.
		z, y := math.Log(noise/0.85)/0.3, math.Log(reading/0.4)/0.4
		return newLikelihood(noise, m.Spread, reading).of(t) - 10*(z*z+y*y)
	}
	m.Noise = search(m.Noise, 0.3, 1.8, func(v float64) float64 { return fit(v, m.Reading) })
	m.Reading = search(m.Reading, 0.1, 1.5, func(v float64) float64 { return fit(m.Noise, v) })
}

// of is the log-likelihood of the honest notes.
func (l *likelihood) of(t *tally) float64 {
	sum := 0.0
	for c := range biasTypes {
		for b := range ratings {
			for x := range extended {
				if w := t.seen[c][b][x]; w > 0 {
					sum += w * math.Log(float64(l.rows[c][b][x])+1e-30)
				}
			}
		}
	}
	return sum
}

// search finds a maximum near a positive value by steps that shrink.
func search(at, low, high float64, f func(float64) float64) float64 {
	best := f(at)
	for width := 1.2; width > 1.01; width = math.Sqrt(width) {
		for _, to := range []float64{at * width, at / width} {
			if to < low || to > high {
				continue
			}
			if v := f(to); v > best {
				best, at = v, to
				break
			}
		}
	}
	return at
}

package score

import "math"

// learn fits what describes the city to what a sweep saw.
// The first sweeps learn how the city rates only, since what is not
// understood of that looks bought.
func (m *Model) learn(t *tally, sweep int) {
	m.Manner = m.Manner.learn(t, m.Spread)
	if sweep < 2 {
		return
	}
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

// bothLeast is the share of notes with stars, and of those without, from which
// texts are measured by stars.
const bothLeast = 0.05

// noiseMost is the noise beyond which the cuts are squeezed instead: relative to
// each other, that is the same.
const noiseMost = 1.4

// learn fits the manner to the honest notes, one figure after the other: the M
// step of EM, around what was believed before.
func (m manner) learn(t *tally, spread float64) manner {
	fit := func() float64 {
		if !m.ordered() {
			return math.Inf(-1)
		}
		const worth = 10.0
		z, y, v := math.Log(m.Noise/0.85)/0.3, math.Log(m.Reading/0.4)/0.4, math.Log(m.Voice)/0.2
		sum := z*z + y*y + v*v + (m.Bend*m.Bend+m.Twist*m.Twist)/(0.2*0.2) + m.Tone*m.Tone/(0.3*0.3)
		return newLikelihood(m, spread).of(t) - worth*sum
	}
	best := search(&m.Noise, bounds{0.25, 2, 0.05}, fit(), fit)
	best = search(&m.Bend, bounds{-0.45, 0.45, 0.05}, best, fit)
	best = search(&m.Twist, bounds{-0.2, 0.2, 0.03}, best, fit)
	texts, all := t.texts()
	best = search(&m.Reading, bounds{0.1, 1.5, 0.05}, best, fit)
	if texts > bothLeast*all && texts < (1-bothLeast)*all {
		best = search(&m.Voice, bounds{0.5, 1.5, 0.05}, best, fit)
		search(&m.Tone, bounds{-1.5, 1.5, 0.1}, best, fit)
	}
	if m.Noise > noiseMost {
		m.Squeeze = math.Max(0.1, m.Squeeze*noiseMost/m.Noise)
		m.Noise = noiseMost
	}
	return m
}

// texts is how many of the honest notes have texts only, and how many there are.
func (t *tally) texts() (texts, all float64) {
	for c := range biasTypes {
		for b := range ratings {
			for _, w := range t.seen[c][b] {
				all += w
				if b >= stars {
					texts += w
				}
			}
		}
	}
	return texts, all
}

// bounds of a figure that is searched for, and the first step.
type bounds struct{ low, high, step float64 }

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

// search climbs with one figure, by steps that shrink, and returns the maximum.
func search(at *float64, b bounds, best float64, f func() float64) float64 {
	const climb = 6 // Steps of one size.
	for step := b.step; step > b.step/20; step /= 2 {
		for _, way := range []float64{step, -step} {
			moved := false
			for range climb {
				from := *at
				if *at = from + way; *at >= b.low && *at <= b.high {
					if v := f(); v > best {
						best, moved = v, true
						continue
					}
				}
				*at = from
				break
			}
			if moved {
				break
			}
		}
	}
	return best
}

// guess is a manner to begin with, from how common each rating is: where people
// give little but extremes, the cuts lie close together.
func (m manner) guess(lines []line) manner {
	var below [stars]float64
	for i := range lines {
		for k := max(0, int(math.Round(valueOf(int(lines[i].bin))))-1); k < stars; k++ {
			below[k]++
		}
	}
	all := below[stars-1] + 2
	low, high := (below[0]+1)/all, (below[stars-2]+1)/all
	const spread = 1.0 // Of opinions over shops.
	regular := m.cuts()
	if width := spread * (quantileOfNormal(high) - quantileOfNormal(low)) / (regular[stars-2] - regular[0]); width < extremes {
		m.Squeeze = math.Max(0.1, width)
	}
	return m
}

// extremes is how close together the cuts must seem for a city to be taken for
// one that gives little but extremes.
const extremes = 0.45

func quantileOfNormal(p float64) float64 { return math.Sqrt2 * math.Erfinv(2*p-1) }

package opinion

import (
	"cmp"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
)

// A Validation says how well notes are judged by models that did not see them.
type Validation struct {
	Notes    int
	Accuracy float64 // Share of notes on the right side.
	AUC      float64 // Probability that a content note is above a discontent one.
	logits   []float64
}

// parts is into how many notes are split to validate.
const parts = 5

// Validate learns on four fifths of the notes and judges the fifth, five times.
// Notes of one group stay together. Content is what has at least half of it,
// or for starred notes more than three stars.
func Validate(source Source, s Settings) (Validation, error) {
	logits, err := s.held([]Source{source}, "validating "+source.Name)
	if err != nil {
		return Validation{}, err
	}
	return judge(source.Notes, logits[0]), nil
}

// judge compares logits with what the notes say.
func judge(notes []Note, logits []float64) Validation {
	v := Validation{Notes: len(notes), logits: logits}
	right := 0
	for i, n := range notes {
		if (logits[i] > 0) == n.content() {
			right++
		}
	}
	v.Accuracy = float64(right) / float64(len(notes))
	v.AUC = auc(notes, logits)
	return v
}

// content says whether a note counts as content.
func (n Note) content() bool {
	if n.Stars > 0 {
		return n.Stars > 3
	}
	return n.Content >= 0.5
}

// auc is the area under the ROC curve: how often a content note is above a
// discontent one, ties counting half.
func auc(notes []Note, logits []float64) float64 {
	order := make([]int, len(notes))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(logits[a], logits[b]) })
	var good, bad, above float64
	for from := 0; from < len(order); {
		to, g, b := from, 0.0, 0.0
		for ; to < len(order) && logits[order[to]] == logits[order[from]]; to++ {
			if notes[order[to]].content() {
				g++
			} else {
				b++
			}
		}
		above += g*bad + g*b/2
		good, bad, from = good+g, bad+b, to
	}
	if good == 0 || bad == 0 {
		return 0
	}
	return above / (good * bad)
}

// held returns for each source the logits of its notes by models that were
// learned without them. The parts are worked on side by side; each gives the
// same whoever else works.
func (s Settings) held(sources []Source, stage string) ([][]float64, error) {
	c, err := s.course(sources)
	if err != nil {
		return nil, err
	}
	examples := c.examples
	fold := s.split(sources)
	logits := make([]float64, len(examples))
	var group sync.WaitGroup
	var mutex sync.Mutex
	done := 0
	slots := make(chan struct{}, runtime.GOMAXPROCS(0)) // A part needs some 60 MB.
	for f := range parts {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			var seen []example
			for i, e := range examples {
				if fold[i] != f {
					seen = append(seen, e)
				}
			}
			l := s.learn(seen, c)
			for i, e := range examples {
				if fold[i] == f {
					logits[i] = l.logit(e)
					if !s.Balanced {
						logits[i] += l.bias[e.source]
					}
				}
			}
			mutex.Lock()
			defer mutex.Unlock()
			done++
			s.progress(stage, done, parts)
		})
	}
	group.Wait()
	split := make([][]float64, len(sources))
	for i := range sources {
		split[i], logits = logits[:len(sources[i].Notes)], logits[len(sources[i].Notes):]
	}
	return split, nil
}

// split deals the notes of all sources out to the parts, groups as a whole.
func (s Settings) split(sources []Source) []int {
	var all []int
	rnd := rand.New(rand.NewPCG(s.Seed, 0x666f))
	for _, source := range sources {
		fold := make([]int, len(source.Notes))
		groups := map[string]int{}
		next := 0
		for _, i := range rnd.Perm(len(fold)) {
			group := source.Notes[i].Group
			of, known := groups[group]
			if !known {
				of = next % parts
				next++
				if group != "" {
					groups[group] = of
				}
			}
			fold[i] = of
		}
		all = append(all, fold...)
	}
	return all
}

package opinion

import (
	"fmt"
	"io"
	"strings"
)

// A Judged is a text of which people said how it speaks of each aspect.
type Judged struct {
	Text  string
	Marks [Aspects]Mark
}

// A Mark is how a text speaks of an aspect.
type Mark int8

// The marks. Mixed is also what neither praises nor blames.
const (
	Silent Mark = iota
	Blames
	Mixed
	Praises
)

// judgedColumns are the labels of the ASAP review sets of Meituan-Dianping and
// which of our aspects they are; a label by one of our own names is that
// aspect. What they say of a place's traffic has no aspect here.
var judgedColumns = map[string]Aspect{
	"dish_portion": Taste, "dish_taste": Taste, "dish_look": Taste, "dish_recommendation": Taste,
	"service_waiters_attitude": Service, "service_parking_convenience": Service, "service_serving_speed": Service,
	"price_level": Price, "price_cost_effective": Price, "price_discount": Price,
	"environment_decoration": Environment, "environment_noise": Environment, "environment_space": Environment,
	"service_wait_time": Waiting, "environment_cleaness": Cleanliness,
	"taste": Taste, "service": Service, "price": Price, "environment": Environment, "waiting": Waiting, "cleanliness": Cleanliness,
}

// ReadJudged reads texts whose columns say 1, 0 or -1 of an aspect, and -2 or
// nothing where it is not mentioned. Where several columns are one aspect, it
// is mentioned if one is, and their sum says how.
func ReadJudged(r io.Reader, f Form) ([]Judged, error) {
	var all []Judged
	err := f.rows(r, func(get func(string) (string, bool)) error {
		text, ok := get("text")
		if !ok {
			return fmt.Errorf("there is no text")
		}
		j := Judged{Text: text}
		var sums [Aspects]int
		for column, aspect := range judgedColumns {
			value, _ := get(column)
			says, known := map[string]int{"": -2, "-2": -2, "-1": -1, "0": 0, "1": 1}[strings.TrimSpace(value)]
			if !known {
				return fmt.Errorf("%s %q: want 1, 0, -1 or -2", column, value)
			}
			if says > -2 {
				sums[aspect] += says
				j.Marks[aspect] = markOf(sums[aspect])
			}
		}
		all = append(all, j)
		return nil
	})
	return all, err
}

func markOf(sum int) Mark {
	switch {
	case sum < 0:
		return Blames
	case sum > 0:
		return Praises
	}
	return Mixed
}

// An Appraisal says how well an aspect is found and judged.
type Appraisal struct {
	Mentions          int // By people.
	Precision, Recall float64
	F1                float64
	Sides             int     // Mentions found that people praise or blame,
	Sided             float64 // and the share of them on the right side.
	Found             int     // Mentions found,
	Thirds            float64 // and the share of them that are rightly praise, blame or neither.
}

// mixedHalf is how far from three stars an aspect is still neither.
const mixedHalf = 0.6

// Appraise compares what the model reads with what people said.
func (m *Model) Appraise(all []Judged) [Aspects]Appraisal {
	var found [Aspects]Appraisal
	var both, ours [Aspects]float64
	for _, j := range all {
		stars := m.Ratings(m.Clauses(j.Text))
		for a := range Aspects {
			f, mark := &found[a], j.Marks[a]
			if mark != Silent {
				f.Mentions++
			}
			if stars[a] == 0 {
				continue
			}
			ours[a]++
			if mark == Silent {
				continue
			}
			both[a]++
			f.Found++
			if mark != Mixed {
				f.Sides++
				if (stars[a] >= 3) == (mark == Praises) {
					f.Sided++
				}
			}
			if thirdOf(stars[a]) == mark {
				f.Thirds++
			}
		}
	}
	for a := range found {
		f := &found[a]
		f.Precision, f.Recall = both[a]/max(ours[a], 1), both[a]/max(float64(f.Mentions), 1)
		f.F1 = 2 * both[a] / max(ours[a]+float64(f.Mentions), 1)
		f.Sided /= max(float64(f.Sides), 1)
		f.Thirds /= max(float64(f.Found), 1)
	}
	return found
}

func thirdOf(stars float32) Mark {
	switch {
	case stars < 3-mixedHalf:
		return Blames
	case stars > 3+mixedHalf:
		return Praises
	}
	return Mixed
}

package curate

import (
	"math"
	"time"

	"citywalk/score"
	"citywalk/shop"
)

// A Score is what is known of a shop from its notes.
type Score struct {
	score.Estimate
	Found  []Found   `json:"found,omitempty"` // What was found about each note, for reviewers; not in a decision.
	Given  Given     `json:"given"`
	Recent int       `json:"recent"`
	Scored time.Time `json:"scored"`
}

// Given is a score as stars: what honest notes about the shop give on average,
// and the ends of the 90 % interval. The score itself is on the fit's scale.
type Given struct {
	Mean float64 `json:"mean"`
	Lo   float64 `json:"lo"`
	Hi   float64 `json:"hi"`
}

// given is an estimate as stars.
func given(m *score.Model, e score.Estimate) Given {
	return Given{Mean: milli(m.Stars(e.Mean)), Lo: milli(m.Stars(e.Lo)), Hi: milli(m.Stars(e.Hi))}
}

// Found is what was found about a note.
type Found struct {
	Note NoteID `json:"note"`
	score.Finding
}

// A Scored is a shop with its score.
type Scored struct {
	Shop shop.ID
	City string
	Score
}

// milli rounds what is kept to three digits, which is more than is known.
func milli(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return math.Round(v*1000) / 1000
}

// slim is a finding as it is kept.
func slim(f score.Finding) score.Finding {
	f.PFake, f.Weight = milli(f.PFake), milli(f.Weight)
	for i := range f.Reasons {
		f.Reasons[i].Share = milli(f.Reasons[i].Share)
	}
	return f
}

// epoch is day 0 of the fits.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// dayOf is a time as the fits count it.
func dayOf(t time.Time) float64 { return t.Sub(epoch).Hours() / 24 }

// TimeOf is the time of a day of a score's bursts and change.
func TimeOf(d float64) time.Time { return epoch.Add(time.Duration(d * float64(day))) }

package score

import "math"

// The features of a note, in natural units: mostly between 0 and 3, 0 where
// there is nothing to see.
const (
	burst    = iota // Surprise at the notes of 11 days around it.
	wave            // Surprise at the notes of the same polarity of 61 days around it.
	copies          // Surprise at the notes of the same shop with nearly the same text.
	young           // The account was new when it was written.
	early           // It was written before the account was made.
	empty           // One over the number of its author's notes.
	likes           // Likes beyond what followers explain, in deviations.
	company         // Others of its author's group who were there then.
	grouped         // Its author is in a group.
	record          // Its author's notes at other shops, as log-odds.
	known           // Followers beyond the city's median, in deviations.
	obscure         // Followers below it.
	campaign        // See joint.judge.
	rating
	features
)

// A signal is a feature with what is believed of its weight before a label was
// seen. Weights of guilt are never negative: likes, say, never speak for a note.
type signal struct {
	family Family
	weight float64
	sd     float64
	guilt  bool
}

var signals = [features]signal{
	burst:    {Timing, 0.8, 0.3, true},
	wave:     {Timing, 1.2, 0.4, true},
	copies:   {Text, 1.5, 0.4, true},
	young:    {Account, 1.3, 0.5, true},
	early:    {Account, 0.4, 0.5, true},
	empty:    {Account, 1, 0.4, true},
	likes:    {Likes, 0.8, 0.3, true},
	company:  {Company, 1.2, 0.4, true},
	grouped:  {Company, 0.2, 0.3, true},
	record:   {Record, 0.8, 0.2, true},
	known:    {Account, 0, 0.2, false},
	obscure:  {Account, 0, 0.2, false},
	campaign: {Campaign, 1, 0.1, true},
	rating:   {Rating, 1, 0.1, true},
}

// weights turn features into log-odds.
type weights struct {
	Base float64           `json:"base"`
	Of   [features]float64 `json:"of"`
	// Empty is the city's mean of one over the number of an author's notes.
	Empty float64 `json:"empty"`
	// Correction is added to a note's own log-odds, not to what the shop is
	// judged by: how much less sure labels are than the features.
	Correction float64 `json:"correction"`
}

func weightsBefore() weights {
	w := weights{Correction: correctionBefore}
	for k, s := range signals {
		w.Of[k] = s.weight
	}
	return w
}

// most is how far a feature counts.
const (
	surpriseMost = 3.0
	likesMost    = 4.0
	companyMost  = 3.0
	accountAge   = 60.0 // Days after which an account is no longer quite new.
)

// observe computes the features that do not change while the model is fitted.
func (m *Model) observe(notes []line, note func(i int) *Note, author func(i int) (Author, Standing)) {
	m.observeTiming(notes)
	observeCopies(m, notes, note)
	for i := range notes {
		n := &notes[i]
		a, st := author(i)
		x := &n.x
		if !math.IsNaN(a.Created) {
			age := n.day - a.Created
			x[young] = float32(math.Exp(-math.Max(0, age) / accountAge))
			if age < -1 {
				x[early] = 1
			}
		}
		x[empty] = float32(1 / math.Max(1, float64(st.Notes)))
		if a.Followers >= 0 {
			z := m.Liking.followers(a.Followers)
			x[known], x[obscure] = float32(math.Max(0, z)), float32(math.Max(0, -z))
			if l := note(i).Likes; l >= 0 {
				x[likes] = float32(math.Max(0, math.Min(likesMost, m.Liking.excess(a.Followers, l))))
			}
		}
	}
	observeCompany(notes, func(i int) int32 { _, st := author(i); return st.Group })
}

const companyDays = 45

// observeCompany counts those of each author's group who were at the shop then.
func observeCompany(notes []line, group func(i int) int32) {
	for i := range notes {
		g := group(i)
		if g == 0 {
			continue
		}
		others := 0
		for _, way := range []int{-1, 1} {
			for j := i + way; j >= 0 && j < len(notes) && math.Abs(notes[j].day-notes[i].day) <= companyDays; j += way {
				if group(j) == g && notes[j].author != notes[i].author {
					others++
				}
			}
		}
		notes[i].x[grouped] = 1
		notes[i].x[company] = float32(math.Min(companyMost, math.Log2(1+float64(others))))
	}
}

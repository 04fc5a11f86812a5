package curate

import (
	"context"
	"errors"
	"math"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/shop"
)

// A Review is all that a reviewer looks at before deciding.
type Review struct {
	File
	Basis     Basis // As it is now; what a decision would rest on.
	Suspects  []Suspect
	Weeks     []Week
	Compared  Compared
	Visits    []Visit
	Candidate *Candidate // Its place in the queue; nil if it has none.
	Fitted    time.Time  // When its city was last fitted; zero if never.
	Guarded   bool       // Taking it off the list needs a second person.
	Days      int        // How long a decision holds unless the reviewer says otherwise.
	Refused   error      // Why this session may not review the shop; nil if it may.
}

// A Week is a week of a shop's notes.
type Week struct {
	Start   time.Time
	Notes   int
	Weight  float64 // What they count for together.
	Rating  float64 // Their mean.
	InBurst bool    // Part of a time in which more came than usual, and looked bought.
}

// Compared is a shop beside the others of its category in the city.
type Compared struct {
	Category string
	Shops    int     // With a score, this one included.
	Mean     float64 // Of their scores.
	Better   int     // How many have a higher one.
}

// Review returns all about a shop for those who review and audit.
func (s *Service) Review(ctx context.Context, who account.Session, id shop.ID) (r Review, err error) {
	if err := reads(who); err != nil {
		return r, err
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		r, err = s.review(tx, who, id)
		return err
	})
	return r, err
}

func (s *Service) review(tx *db.Tx, who account.Session, id shop.ID) (r Review, err error) {
	sh, err := shop.Find(tx, id)
	if err != nil {
		return r, err
	}
	if r.File, err = file(tx, id); err != nil {
		return r, err
	}
	if r.Basis, err = s.basis(tx, sh); err != nil {
		return r, err
	}
	if r.Visits, err = visitsTo(tx, id); err != nil {
		return r, err
	}
	if c, err := candidateOf(tx, id); err == nil {
		r.Candidate = &c
	} else if !errors.Is(err, db.ErrNone) {
		return r, err
	}
	if m, err := findModel(tx, sh.City); err == nil {
		r.Fitted = m.At
	} else if !errors.Is(err, errNoModel) {
		return r, err
	}
	if r.Guarded, err = s.needsSecond(tx, r.File, Decision{Shop: id, Verdict: Excluded}); err != nil {
		return r, err
	}
	r.Days, r.Refused = s.Rules.filled().Days, reviews(who, sh)
	if r.Basis.Score == nil {
		return r, nil
	}
	if r.Compared, err = compare(tx, sh, r.Basis.Score.Mean); err != nil {
		return r, err
	}
	notes, err := notesOf(tx, id, timelineMax)
	if err != nil {
		return r, err
	}
	r.Weeks = weeks(notes, *r.Basis.Score)
	r.Suspects, err = s.suspicious(tx, who, notes, r.Basis.Score.Found)
	return r, err
}

// timelineMax is how many of the latest notes a timeline shows.
const timelineMax = 5_000

// suspicious are the suspects with what this reviewer said of them.
func (s *Service) suspicious(tx *db.Tx, who account.Session, notes []Note, found []Found) ([]Suspect, error) {
	all := suspects(notes, found)
	for i := range all {
		var err error
		if all[i].Label, err = labelBy(tx, all[i].Note.ID, who.Person); err != nil {
			return nil, err
		}
		if all[i].Comments, err = commentsOn(tx, all[i].Note.ID); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// weeks counts notes by week, from the first to the last, at most three years.
func weeks(notes []Note, sc Score) []Week {
	if len(notes) == 0 {
		return nil
	}
	weights := map[NoteID]float64{}
	for _, f := range sc.Found {
		weights[f.Note] = f.Weight
	}
	const weeksMax = 156
	last := weekOf(notes[0].Written) // Newest first.
	first := max(weekOf(notes[len(notes)-1].Written), last-weeksMax+1)
	all := make([]Week, last-first+1)
	for i := range all {
		all[i].Start = epoch.Add(time.Duration(first+i) * 7 * day)
		for _, b := range sc.Bursts {
			all[i].InBurst = all[i].InBurst || TimeOf(b.Start).Before(all[i].Start.Add(7*day)) && TimeOf(b.End).After(all[i].Start)
		}
	}
	for _, n := range notes {
		i := weekOf(n.Written) - first
		if i < 0 {
			continue
		}
		w, seen := weights[n.ID]
		if !seen {
			w = 1
		}
		all[i].Notes++
		all[i].Weight += w
		all[i].Rating += (n.Rating - all[i].Rating) / float64(all[i].Notes)
	}
	return all
}

func weekOf(t time.Time) int { return int(math.Floor(dayOf(t) / 7)) }

package curate

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/gazetteer"
	"citywalk/score"
	"citywalk/shop"
)

// A Cause says why a shop stands in the queue.
type Cause string

const (
	FallenCause  Cause = "fallen"   // Listed, and its score fell below the bar.
	ExpiredCause Cause = "expired"  // Its decision is over.
	Appealed     Cause = "appealed" // Its merchant appealed.
	Worth        Cause = "worth"    // A review of it is worth most now.
)

// A Candidate is a shop in the queue of its city.
type Candidate struct {
	Shop  shop.ID
	City  string
	Place int // From 1.
	Why   Cause
	Worth float64 // How much a review is expected to better the list, by how many read it.
}

// A prospect is a shop as the queue is made from it.
type prospect struct {
	Shop      shop.ID
	Name      string
	Category  string
	District  string
	Mean      int64
	SD        int64 `db:"sd"`
	Effective int64
	Recent    int64
	Verdict   Verdict
	Alarm     Alarm
	Alarmed   time.Time
	Appealed  bool
	Proposed  bool
	Expires   time.Time
}

// Queue makes the queue of a city anew from the scores as they are. Alarms and
// appeals come first, the oldest ahead. The others are ordered by the knowledge
// gradient: how much a reviewer's hour is expected to better the list. A shop
// needs a minimum of evidence, and no chain, category or district may fill the
// queue.
func (s *Service) Queue(ctx context.Context, city string) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		m, err := findModel(tx, city)
		if err != nil {
			return ignoreNoModel(err)
		}
		if err := alarm(tx, city); err != nil {
			return err
		}
		all, err := prospects(tx, city)
		if err != nil {
			return err
		}
		queue := s.Rules.filled().queue(all, m.Bar, tx.Now())
		old, err := candidatesOf(tx, city, math.MaxInt32)
		if err != nil {
			return err
		}
		return renew(tx, city, old, queue)
	})
}

func ignoreNoModel(err error) error {
	if err == errNoModel {
		return nil
	}
	return err
}

// queue chooses and orders the candidates. It is a pure function of what the
// database holds.
func (r Rules) queue(all []prospect, bar float64, now time.Time) []Candidate {
	var urgent, rest []prospect
	worth := map[shop.ID]float64{}
	for _, p := range all {
		worth[p.Shop] = score.Priority(float64(p.Mean)/1000, float64(p.SD)/1000, bar, float64(p.Recent+1), visitSD)
		switch {
		case p.Proposed:
			// It waits for a second person and not for a reviewer.
		case p.Appealed, p.Alarm != NoAlarm:
			urgent = append(urgent, p)
		case p.Verdict != "" && now.Before(p.Expires):
		case float64(p.Effective)/10 >= r.Evidence || p.Verdict != "":
			rest = append(rest, p)
		}
	}
	slices.SortStableFunc(urgent, func(a, b prospect) int {
		return cmp.Or(cmp.Compare(rankOf(a), rankOf(b)), a.Alarmed.Compare(b.Alarmed), cmp.Compare(a.Shop, b.Shop))
	})
	slices.SortStableFunc(rest, func(a, b prospect) int {
		return cmp.Or(cmp.Compare(worth[b.Shop], worth[a.Shop]), cmp.Compare(a.Shop, b.Shop))
	})
	chosen := append(urgent, r.bound(rest, r.Queue-len(urgent))...)
	queue := make([]Candidate, len(chosen))
	for i, p := range chosen {
		queue[i] = Candidate{Shop: p.Shop, Place: i + 1, Why: p.why(), Worth: worth[p.Shop]}
	}
	return queue
}

func (p prospect) why() Cause {
	switch {
	case p.Alarm == Fallen:
		return FallenCause
	case p.Appealed:
		return Appealed
	case p.Alarm == Expired:
		return ExpiredCause
	}
	return Worth
}

// rankOf orders the urgent: a list that is not true is the worst.
func rankOf(p prospect) int {
	return slices.Index([]Cause{FallenCause, Appealed, ExpiredCause, Worth}, p.why())
}

// bound takes the first places that the quotas allow. A quota is of the whole
// queue, so that a small town fills its queue with what it has: shops beyond a
// quota come after all the others.
func (r Rules) bound(all []prospect, places int) []prospect {
	names := make([]string, len(all))
	for i, p := range all {
		names[i] = p.Name
	}
	brands := gazetteer.Chains(names)
	chain, category, district := map[string]int{}, map[string]int{}, map[string]int{}
	most := func(share float64) int { return max(1, int(share*float64(r.Queue))) }
	var within, beyond []prospect
	for i, p := range all {
		if brands[i] != "" && chain[brands[i]] >= r.Chain {
			continue
		}
		chain[brands[i]]++
		if p.Category != "" && category[p.Category] >= most(r.Category) || p.District != "" && district[p.District] >= most(r.District) {
			beyond = append(beyond, p)
			continue
		}
		category[p.Category]++
		district[p.District]++
		within = append(within, p)
	}
	within = append(within, beyond...)
	return within[:max(0, min(places, len(within)))]
}

// renew writes what changed of a queue.
func renew(tx *db.Tx, city string, old, queue []Candidate) error {
	kept := map[shop.ID]Candidate{}
	for _, c := range old {
		kept[c.Shop] = c
	}
	for _, c := range queue {
		was, there := kept[c.Shop]
		delete(kept, c.Shop)
		if there && was.Place == c.Place && was.Why == c.Why && round(was.Worth, 1e6) == round(c.Worth, 1e6) {
			continue
		}
		c.City = city
		if err := putCandidate(tx, c); err != nil {
			return err
		}
	}
	for id := range kept {
		if err := dropCandidate(tx, id); err != nil {
			return err
		}
	}
	return nil
}

// raise puts a shop at the top of the queue at once, before the next time that
// the queue is made.
func raise(tx *db.Tx, sh shop.Shop, why Cause) error {
	return putCandidate(tx, Candidate{Shop: sh.ID, City: sh.City, Place: 1, Why: why})
}

// Candidates returns the queue of a city from its top, with where each stands.
func (s *Service) Candidates(ctx context.Context, who account.Session, city string, limit int) (all []Candidate, err error) {
	if err := reads(who); err != nil {
		return nil, err
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		all, err = candidatesOf(tx, city, limit)
		return err
	})
	return all, err
}

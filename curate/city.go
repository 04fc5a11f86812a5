package curate

import (
	"context"
	"slices"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/shop"
)

// A View says which shops of a city a list holds, and in which order.
type View string

const (
	InQueue    View = ""         // The queue: alarms first, then by worth.
	InAlarm    View = "alarms"   // Fallen, expired or appealed against.
	InAppeal   View = "appeals"  // Appealed against.
	InProposal View = "proposed" // A decision waits for a second person.
	InConfirm  View = "confirm"  // The same, without what one proposed oneself.
	OnList     View = "included"
	OnWatch    View = "watched"
	OffList    View = "excluded"
	InScores   View = "scored" // All that have a score, the best first.
)

// Views returns the views in the order in which they are offered.
func Views() []View {
	return []View{InQueue, InAlarm, InProposal, OnList, OnWatch, OffList, InScores}
}

// An Ask selects the shops of a list.
type Ask struct {
	City  string
	View  View
	Name  string // Part of the name, category or dish; "" is all.
	From  int    // How many are left out at the beginning.
	Limit int
}

// A Line is a shop in a list, with its score and where it stands. A shop
// without a score has no Notes.
type Line struct {
	Shop      shop.ID
	Name      string
	District  string
	Category  string
	Mean      float64
	Lo, Hi    float64 // The 90 % interval.
	Above     float64 // Probability that it is above the bar.
	Notes     int
	Effective float64
	Verdict   Verdict // "" for a shop that nobody decided about.
	Expires   time.Time
	Alarm     Alarm
	Appealed  bool
	Proposed  Verdict // What waits for a second person; "" is nothing.
	Proposer  account.ID
	Place     int // In the queue; 0 is not in it.
	Why       Cause
}

// Discounted is the share of the notes' weight that was taken away, 0 to 1.
func (l Line) Discounted() float64 {
	if l.Notes == 0 {
		return 0
	}
	return min(1, max(0, 1-l.Effective/float64(l.Notes)))
}

// Lines returns the shops that are asked for, for those who review and audit.
func (s *Service) Lines(ctx context.Context, who account.Session, a Ask) (all []Line, err error) {
	if err := reads(who); err != nil {
		return nil, err
	}
	words, ok := shop.Patterns(a.Name)
	if !ok {
		return nil, nil
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		all, err = lines(tx, who.Person, a, words)
		return err
	})
	return all, err
}

// A Tally is what there is to do in a city, in numbers.
type Tally struct {
	City     string
	Queued   int
	Scored   int
	Listed   int
	Watched  int
	Excluded int
	Alarms   int // Shops whose alarm is on or whose merchant appealed.
	Appeals  int // Open ones.
	Proposed int // Decisions that wait for a second person.
	Confirm  int // Those of them that this person may settle.
	Waiting  int // Notes that wait for a link.
	Bar      float64
	Fitted   time.Time // Zero if it never was.
}

// Tally counts what there is to do in a city.
func (s *Service) Tally(ctx context.Context, who account.Session, city string) (t Tally, err error) {
	if err := reads(who); err != nil {
		return t, err
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		t, err = tally(tx, who.Person, city)
		return err
	})
	return t, err
}

// Tallies counts what there is to do in each city that has notes or dossiers.
func (s *Service) Tallies(ctx context.Context, who account.Session) (all []Tally, err error) {
	if err := reads(who); err != nil {
		return nil, err
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		all = nil
		cities, err := curatedCities(tx)
		if err != nil {
			return err
		}
		for _, city := range cities {
			t, err := tally(tx, who.Person, city)
			if err != nil {
				return err
			}
			all = append(all, t)
		}
		return nil
	})
	return all, err
}

// Cities returns the cities that have notes or dossiers, by name.
func (s *Service) Cities(ctx context.Context, who account.Session) (all []string, err error) {
	if err := reads(who); err != nil {
		return nil, err
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		all, err = curatedCities(tx)
		return err
	})
	return all, err
}

func curatedCities(tx *db.Tx) ([]string, error) {
	all, err := dossierCities(tx)
	if err != nil {
		return nil, err
	}
	// One look at the index per city: a city has many notes.
	for city := ""; ; {
		if city, err = noteCityAfter(tx, city); err != nil {
			return nil, err
		}
		if city == "" {
			break
		}
		all = append(all, city)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// AskFit has a city scored soon, for an operator who does not want to wait for
// the night.
func (s *Service) AskFit(ctx context.Context, who account.Session, city string) error {
	if !account.Allowed(who, account.ActConsoleWrite) {
		return ErrDenied
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		if err := FitLater(tx, city); err != nil {
			return err
		}
		return account.Audit(tx, who.Person, "curate.fit", city, nil)
	})
}

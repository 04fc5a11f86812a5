package curate

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/gazetteer"
	"citywalk/shop"
)

// Refusals of links.
var (
	ErrLinked = fault.New(fault.Conflict, "curate.linked", fault.Operator,
		"这条笔记已经有人处理过了。", "Somebody dealt with this note already.")
	ErrElsewhere = fault.New(fault.Invalid, "curate.elsewhere", fault.Operator,
		"这家店不在笔记所在的城市。", "This shop is not in the city of the note.")
)

// A Guess is a shop that a note might speak of.
type Guess struct {
	Shop        shop.ID            `json:"shop"`
	Probability float64            `json:"probability"`
	Why         []gazetteer.Reason `json:"why"`
}

// guessesMax is how many guesses of a note are kept.
const guessesMax = 5

// gazetteers are the names of the cities' shops, kept for a while: notes come
// in their thousands, shops change by the day.
type gazetteers struct {
	mu  sync.Mutex
	all map[string]named
}

type named struct {
	*gazetteer.Gazetteer
	until time.Time
}

const (
	gazetteerLife = 5 * time.Minute
	gazetteerMost = 8 // Cities whose names are kept at a time.
)

// forget drops the names of a city, which have changed.
func (g *gazetteers) forget(city string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.all, city)
}

// names returns the gazetteer of a city.
func (s *Service) names(ctx context.Context, city string) (*gazetteer.Gazetteer, error) {
	var now time.Time
	var entries []gazetteer.Entry
	s.gazetteers.mu.Lock()
	defer s.gazetteers.mu.Unlock()
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
		now, entries = tx.Now(), nil
		if kept, there := s.gazetteers.all[city]; there && now.Before(kept.until) {
			return nil
		}
		entries, err = entriesOf(tx, city)
		return err
	})
	if err != nil {
		return nil, err
	}
	if kept, there := s.gazetteers.all[city]; there && now.Before(kept.until) {
		return kept.Gazetteer, nil
	}
	if len(s.gazetteers.all) >= gazetteerMost || s.gazetteers.all == nil {
		s.gazetteers.all = map[string]named{}
	}
	g := gazetteer.New(entries)
	s.gazetteers.all[city] = named{g, now.Add(gazetteerLife)}
	return g, nil
}

// find looks which shop a note speaks of. Beyond doubt it is linked; what is
// less sure waits for a person, with the shops that it might be.
func (r *reading) find(g *gazetteer.Gazetteer, d Draft) {
	found := g.Find(gazetteer.Query{Name: d.Name, Text: d.Text, District: d.District, Address: d.Address, Point: d.Point, Category: d.Category})
	if decision, m := gazetteer.Decide(found); decision == gazetteer.Linked {
		r.Shop, r.State = shop.ID(m.ID), Linked
		return
	}
	for _, m := range found[:min(len(found), guessesMax)] {
		r.guesses = append(r.guesses, Guess{Shop: shop.ID(m.ID), Probability: milli(m.Probability), Why: m.Why})
	}
}

// A WaitingNote is a note that waits for a person, with what it might be of.
type WaitingNote struct {
	Note
	Guesses []Guess
}

// Waiting returns notes of a city that wait for a person, the oldest first.
func (s *Service) Waiting(ctx context.Context, who account.Session, city string, limit int) (all []WaitingNote, err error) {
	if err := reads(who); err != nil {
		return nil, err
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		all, err = waitingIn(tx, city, limit)
		return err
	})
	return all, err
}

// Link says for a person which shop a waiting note is of; "" sets it aside. The
// name by which the note calls the shop, if given, is kept as an alias, so that
// the next note of its kind finds its way by itself.
func (s *Service) Link(ctx context.Context, who account.Session, id NoteID, to shop.ID, alias string) error {
	if !account.Allowed(who, account.ActConsoleWrite) {
		return ErrDenied
	}
	alias, err := body("alias", alias, 60)
	if err != nil && !errors.Is(err, ErrNoText) {
		return err
	}
	alias = strings.Join(strings.Fields(alias), " ")
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		n, err := findNote(tx, id)
		if err != nil {
			return err
		}
		state := SetAside
		if to != "" {
			sh, err := shop.Find(tx, to)
			if err != nil {
				return err
			}
			if sh.City != n.City {
				return ErrElsewhere.In("shop")
			}
			state = Linked
		}
		if n.State == state && n.Shop == to {
			return nil
		}
		if err := linkNote(tx, id, to, state); err != nil {
			return err
		}
		if alias != "" && to != "" {
			if err := putAlias(tx, to, alias, who.Person); err != nil {
				return err
			}
		}
		n.Shop = to
		s.gazetteers.forget(n.City)
		if err := errors.Join(told(tx, []Note{n}), s.rescoreLater(tx, n)); err != nil {
			return err
		}
		return account.Audit(tx, who.Person, "curate.link", string(id), map[string]any{"shop": to, "alias": alias != ""})
	})
}
